//! `laptime serve` against Probot with an empty handler: CPU per event and resident memory.

use std::time::Duration;

use crate::body::Template;
use crate::load::Load;
use crate::measure::{cpu_of, folder, mebibytes, median};
use crate::server::Server;
use crate::table::{Bound, Table};

const ROUNDS: usize = 7;
const BATCH: u64 = 2_000;

/// Node compiles what is hot: give it time to.
const WARM_UP: u64 = 6_000;

/// No pass while it is measured.
const KEEP: &str = "[serve]\naggregate_every_s = 86400\n";

/// Verified and parsed whole, but `in_progress` is not stored.
const DROP: &str = "[serve]\naggregate_every_s = 86400\n[ingest]\nprogress = \"drop\"\n";

pub(crate) fn run(table: &mut Table) {
    let probot = Server::probot();
    let keeping = Server::laptime(&folder("webhook-keep"), KEEP);
    let dropping = Server::laptime(&folder("webhook-drop"), DROP);
    let idle = |server: &Server| mebibytes(server.process(), "VmRSS");
    let (theirs, ours) = (idle(&probot), idle(&keeping));
    table.show(
        "memory before the first delivery, Probot ÷ serve",
        (theirs / ours, "×"),
        format!("{theirs:.1} against {ours:.1} MiB resident, store open"),
    );
    let small = Template::run("completed", 19_700);
    let stored = Load::new(small.clone(), "202");
    let bound = (Bound::AtLeast(5.0), None);
    compare(
        table,
        "Probot ÷ serve, 19.7 KB, each stored",
        bound,
        [(&probot, &Load::new(small, "200")), (&keeping, &stored)],
    );
    // Idle is what is left some seconds after the load.
    std::thread::sleep(Duration::from_secs(3));
    let (theirs, ours) = (idle(&probot), idle(&keeping));
    table.add(
        "idle memory after 20,000 deliveries, Probot ÷ serve",
        (Bound::AtLeast(20.0), None),
        (theirs / ours, "×"),
        format!("{theirs:.1} against {ours:.1} MiB resident, store open"),
    );
    for (size, label, bound) in [
        (19_700, "19.7 KB", (Bound::AtLeast(6.0), Some(Bound::AtLeast(8.0)))),
        (55_000, "55 KB", (Bound::AtLeast(16.0), Some(Bound::AtLeast(18.0)))),
    ] {
        let load = Load::new(Template::run("in_progress", size), "200");
        let what = format!("Probot ÷ serve, {label}, verified and parsed but not stored");
        compare(table, &what, bound, [(&probot, &load), (&dropping, &load)]);
    }
}

/// The ratio of the medians of CPU per event, interleaved.
fn compare(
    table: &mut Table,
    what: &str,
    bound: (Bound, Option<Bound>),
    servers: [(&Server, &Load); 2],
) {
    for (server, load) in servers {
        load.send(server, WARM_UP);
    }
    let mut spent = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for ((server, load), spent) in servers.into_iter().zip(&mut spent) {
            let before = cpu_of(server.process());
            load.send(server, BATCH);
            spent.push((cpu_of(server.process()) - before) * 1e6 / BATCH as f64);
        }
    }
    let [theirs, ours] = spent.map(median);
    let note = format!("CPU {theirs:.0} against {ours:.0} µs an event");
    table.add(what, bound, (theirs / ours, "×"), note);
}
