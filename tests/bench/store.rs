//! What a long history costs: passes, reports and memory with 10 thousand and 1 million attempts.

use std::path::Path;
use std::time::{Duration, SystemTime};

use kit::wait;
use laptime_core::port::Inbox;
use laptime_core::time::Time;
use laptime_local::Store;

use crate::history::{DAYS, History, Place};
use crate::load::{get, is_there};
use crate::measure::{cpu_of, cpu_spent, ended_children_cpu, folder, mebibytes, median};
use crate::server::{Server, laptime};
use crate::table::{Bound, Table};

const ROUNDS: u64 = 5;

/// New attempts in one round.
const NEW: u64 = 1_000;

pub(crate) fn run(table: &mut Table) {
    let first = now().day().start().plus_days(-DAYS.cast_signed());
    let small = History { workflows: 10, per_day: 34, first };
    let wide = History { workflows: 1_000, per_day: 34, first };
    let deep = History { workflows: 100, per_day: 340, first };
    let small_store = small.fill(&folder("store-small"));
    for history in [wide, deep] {
        let folder = folder("store-large");
        let store = history.fill(&folder);
        report(table, history, &folder);
        memory(table, history, &folder);
        if history.per_day == small.per_day {
            passes(table, [(small, &small_store), (history, &store)]);
        }
    }
}

/// New attempts land on days as full in the one as in the other.
fn passes(table: &mut Table, stores: [(History, &Store); 2]) {
    let mut spent = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        for ((history, store), spent) in stores.iter().zip(&mut spent) {
            append(*history, store, round);
            spent.push(cpu_spent(|| history.pass(store)) * 1e3);
        }
    }
    let [small, large] = spent.map(median);
    table.add(
        "1,000 new attempts, CPU with 1 M ÷ 10 k stored",
        (Bound::AtMost(1.2), None),
        (large / small, "×"),
        format!("{large:.0} against {small:.0} ms, 300 pairs of workflow and day touched"),
    );
}

fn append(history: History, store: &Store, round: u64) {
    for n in 0..NEW {
        let at = Place {
            // The same 300 pairs of workflow and day in every round, so that they fill up alike in
            // both; in the large history they are spread over all of it.
            workflow: (n % 10) * (history.workflows / 10),
            day: n / 10 % DAYS,
            number: history.per_day + round * 10 + n / 300,
        };
        for event in history.events(at) {
            wait(store.append(&event, history.end())).unwrap();
        }
    }
}

fn report(table: &mut Table, history: History, folder: &Path) {
    let (from, to) = (history.first.to_string(), history.end().to_string());
    let made = |what: &[&str]| {
        let before = ended_children_cpu();
        let args = [&["report", "--data", folder.to_str().unwrap()], what].concat();
        let output = laptime(&args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        (ended_children_cpu() - before, output.stdout.len() >> 10)
    };
    for format in ["json", "text"] {
        let (cpu, size) = made(&["--format", format, "--from", &from, "--to", &to]);
        table.add(
            format!("report over {history}, {format}"),
            (Bound::AtMost(2.0), None),
            (cpu, " s CPU"),
            format!("{size} KiB"),
        );
    }
    let (cpu, _) = made(&["--format", "json"]);
    table.show("the same, edges within days", (cpu, " s CPU"), "the cut day is made from its rows");
}

fn memory(table: &mut Table, history: History, folder: &Path) {
    let server = Server::laptime(folder, "[serve]\naggregate_every_s = 86400\n");
    // The pass at the start finds nothing to do, but reads; then all is counted for the metrics.
    until_counted(&server);
    let bound = || (Bound::AtMost(60.0), None);
    let resident = || (mebibytes(server.process(), "VmRSS"), " MiB");
    let what = format!("serve with {history}");
    table.add(format!("{what}, idle"), bound(), resident(), "resident");
    let before = cpu_of(server.process());
    let size = get(&server, "/");
    let cpu = cpu_of(server.process()) - before;
    let peak = mebibytes(server.process(), "VmHWM");
    let note =
        format!("resident; {} KiB of HTML in {cpu:.2} s CPU, peak {peak:.0} MiB", size >> 10);
    table.add(format!("{what}, after GET /"), bound(), resident(), note);
    pages(table, history, &server);
}

fn until_counted(server: &Server) {
    while !is_there(server, "/metrics") {
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Each page made once, from a store that `SQLite` has just read.
fn pages(table: &mut Table, history: History, server: &Server) {
    let workflow = "/workflow/1/70000000";
    for path in ["/?days=7", "/?days=90", workflow, "/metrics"] {
        let before = cpu_of(server.process());
        let size = get(server, path);
        let cpu = (cpu_of(server.process()) - before) * 1e3;
        let what = format!("GET {path} with {history}");
        table.show(what, (cpu, " ms CPU"), format!("{} KiB", size >> 10));
    }
}

fn now() -> Time {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Time::from_millis(since.as_millis().try_into().unwrap())
}
