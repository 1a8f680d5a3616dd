//! Capacity units on `DynamoDB`, counted on the stand-in: of a delivery, and of a pass beside a long
//! history.

use std::time::Instant;

use kit::{Arrival, Workload, cloud, pass_at, refold_at, wait};
use laptime_aws::{Store, Units};
use laptime_core::model::AttemptId;
use laptime_core::port::{Filed, Inbox, Lease, Ledger};
use laptime_core::row::DayKey;

use crate::history::{DAYS, History, key};
use crate::table::{Bound, Table};

/// Attempts of a workflow and day in every history.
const PER_DAY: u64 = 34;

/// Attempts filed at once.
const BATCH: usize = 1_000;

/// The longest history is loaded only if that takes no longer than this.
const PATIENCE_S: f64 = 2_400.0;

/// New attempts in the pass that is counted.
const NEW: u64 = 20;

pub(crate) fn run(table: &mut Table) {
    deliveries(table);
    let first = "2026-05-01T00:00:00Z".parse().unwrap();
    let history = |workflows| History { workflows, per_day: PER_DAY, first };
    let mut before: Option<Units> = None;
    let mut seconds = 0.0;
    for workflows in [1, 10, 100] {
        if seconds * 10.0 > PATIENCE_S {
            let (attempts, time) = (history(workflows).attempts(), seconds * 10.0);
            eprintln!("  {attempts} attempts are left out: loading them would take {time:.0} s");
            break;
        }
        let since = Instant::now();
        let store = cloud().store();
        fill(history(workflows), &store);
        seconds = since.elapsed().as_secs_f64();
        let spent = pass(table, history(workflows), &store);
        if let Some(before) = before {
            let writes = spent.writes as f64 / before.writes as f64;
            let reads = spent.reads / before.reads;
            let what = format!(
                "the same pass beside {} attempts ÷ the fewest",
                history(workflows).attempts()
            );
            let note = format!("{reads:.2} × read units");
            table.add(what, (Bound::AtMost(1.1), None), (writes, "×"), note);
        }
        before = before.or(Some(spent));
    }
}

fn of(store: &Store, work: impl FnOnce()) -> Units {
    let before = store.units();
    work();
    store.units().since(before)
}

/// Deliveries of runs that come close together: what each adds, not what passes cost by themselves.
fn deliveries(table: &mut Table) {
    for (jobs, steps) in [(5, 1), (5, 10), (5, 40), (1, 10), (10, 10)] {
        let from = "2026-05-04T10:00:00Z".parse().unwrap();
        let load = Workload { workflow: 1, runs: 40, jobs, steps, from, within_ms: 600_000 };
        let (arrivals, store) = (load.arrivals(), cloud().store());
        let ingest = of(&store, || append(&store, &arrivals));
        let now = from.plus_millis(7_200_000);
        let filing = of(&store, || refold_at(&store, &attempts(&arrivals), now));
        let passing = of(&store, || drop(pass_at(&store, now)));
        let each = |units: u64| units as f64 / load.deliveries() as f64;
        let all = each(ingest.writes + filing.writes + passing.writes);
        let reads = (ingest.reads + filing.reads + passing.reads) / load.deliveries() as f64;
        let note = format!(
            "{:.2} to store it, {:.2} to file, {:.2} the pass; {reads:.2} read units",
            each(ingest.writes),
            each(filing.writes),
            each(passing.writes)
        );
        let what = format!("write units a delivery, {jobs} jobs of {steps} steps");
        let bounds = (Bound::AtMost(1.0), Some(Bound::AtMost(0.6)));
        table.add(what, bounds, (all, ""), note);
    }
}

fn append(store: &Store, arrivals: &[Arrival]) {
    for one in arrivals {
        wait(store.append(&one.event, one.at)).unwrap();
    }
}

fn attempts(arrivals: &[Arrival]) -> Vec<AttemptId> {
    let mut ids: Vec<AttemptId> = arrivals.iter().map(|one| one.event.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Rows of a history, and the rollups of their days.
fn fill(history: History, store: &Store) {
    let Lease::Won(fence) = wait(store.lease("bench", history.end())).unwrap() else {
        panic!("nobody else has the lease");
    };
    let mut places = history.places().peekable();
    while places.peek().is_some() {
        let filed: Vec<Filed> = places.by_ref().take(BATCH).map(|at| history.filed(at)).collect();
        let mut touched: Vec<DayKey> = filed.iter().filter_map(key).collect();
        touched.dedup();
        // The stand-in is slow with a large table; what was filed is filed again alike.
        let file = || wait(store.file(fence, &filed, &touched, None));
        file().or_else(|_| file()).or_else(|_| file()).unwrap();
    }
    wait(store.release(fence, Some(history.end()))).unwrap();
    // The second has nothing left to do.
    pass_at(store, history.end());
    pass_at(store, history.end().plus_millis(900_000));
}

/// A pass with some new attempts of one workflow on the last day.
fn pass(table: &mut Table, history: History, store: &Store) -> Units {
    let now = history.end().plus_millis(2 * 900_000);
    let mut ids = Vec::new();
    for number in PER_DAY..PER_DAY + NEW {
        let events = history.events(crate::history::Place { workflow: 0, day: DAYS - 1, number });
        ids.push(events[0].id);
        for event in &events {
            wait(store.append(event, now)).unwrap();
        }
    }
    let filing = of(store, || refold_at(store, &ids, now));
    let mut pushed = None;
    let spent = of(store, || pushed = Some(pass_at(store, now)));
    let pushed = pushed.unwrap();
    let figures = pushed.figures as f64 / pushed.calls as f64;
    let note = format!(
        "{} read units; filing them {} and {}; {figures:.0} figures a PutMetricData call ({})",
        spent.reads, filing.writes, filing.reads, pushed.calls
    );
    let what = format!("a pass with {NEW} new attempts beside {}, write units", history.attempts());
    table.show(what, (spent.writes as f64, ""), note);
    spent
}
