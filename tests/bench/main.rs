//! The benches: each measures ratios of CPU time within one run and adds its lines to one table.
//! `tests/bench/run` builds what is needed and starts this; words on the command line choose
//! benches by name.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a bench that cannot go on ends there; it reads clocks and the environment, and prints"
)]

mod body;
mod durable;
mod figures;
mod functions;
mod history;
mod ingest;
mod load;
mod measure;
mod server;
mod store;
mod table;
mod units;
mod webhook;

use crate::table::Table;

type Bench = fn(&mut Table);

const BENCHES: [(&str, Bench); 7] = [
    ("ingest", ingest::run),
    ("webhook", webhook::run),
    ("durable", durable::run),
    ("store", store::run),
    ("figures", figures::run),
    ("functions", functions::run),
    ("units", units::run),
];

fn main() {
    let chosen: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if let [word, file, out] = chosen.as_slice()
        && word == figures::CHILD
    {
        return figures::child(file.as_ref(), out.as_ref());
    }
    let mut table = Table::default();
    for (name, bench) in BENCHES {
        if chosen.is_empty() || chosen.iter().any(|word| word == name) {
            eprintln!("bench {name} …");
            bench(&mut table);
        }
    }
    print!("{table}");
}
