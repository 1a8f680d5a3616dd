//! Prints the scorecard. Words choose its parts; a number is how many series of each kind.
//!
//!     cargo bench --locked -p laptime-scorecard -- alarms steps 1000

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench that cannot go on ends there; it reads clocks and the environment, and prints"
)]

mod alarms;
mod histories;
mod labelled;
mod peers;
mod recall;
mod shares;
mod speed;
mod table;

/// Series of each kind, unless a number is given.
const COUNT: u64 = 200;

/// A part of the scorecard, made of so many series of each kind.
type Part = fn(u64);

const PARTS: [(&str, Part); 7] = [
    ("alarms", alarms::print),
    ("steps", recall::print),
    ("shares", shares::print),
    ("histories", histories::print),
    ("labelled", labelled::print),
    ("speed", speed::print),
    ("peers", peers::print),
];

fn main() {
    let words: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let count = words.iter().find_map(|word| word.parse().ok()).unwrap_or(COUNT);
    let chosen: Vec<&String> = words.iter().filter(|word| word.parse::<u64>().is_err()).collect();
    for (name, part) in PARTS {
        if chosen.is_empty() || chosen.iter().any(|word| *word == name) {
            part(count);
        }
    }
}
