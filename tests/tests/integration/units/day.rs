//! A whole day, delivery by delivery, against what the plan makes of it.

use std::collections::BTreeMap;

use kit::{Arrival, Workload, at, cloud};
use laptime_aws::{Store, Units};
use laptime_core::plan::{Counted, Setting, Usage, plan};
use laptime_core::time::Time;

use super::counting::{append, file, pass};

const WORKFLOWS: u64 = 4;
const RUNS: u64 = 12;
const JOBS: u64 = 5;
const STEPS: u64 = 10;

const BATCH_MS: i64 = 60_000;
const PASS_MS: i64 = 15 * 60_000;
const DAY_MS: i64 = 86_400_000;

/// Hours of a month as AWS counts them are so many days.
const DAYS: f64 = 730.0 / 24.0;

/// What happens at a time.
enum Happens {
    Arrive(Box<Arrival>),
    File(Vec<Arrival>),
    Pass,
}

fn workloads() -> impl Iterator<Item = Workload> {
    let from = at("2026-05-04T00:00:00Z");
    (1..=WORKFLOWS).map(move |workflow| Workload {
        workflow,
        runs: RUNS,
        jobs: JOBS,
        steps: STEPS,
        from,
        // The last of them ends on the same day.
        within_ms: DAY_MS - 2 * 3_600_000,
    })
}

/// All that happens, by time: arrivals, batches of a minute, passes.
fn happenings() -> BTreeMap<(Time, u32), Happens> {
    let mut arrivals: Vec<Arrival> = workloads().flat_map(|load| load.arrivals()).collect();
    arrivals.sort_by_key(|arrival| arrival.at);
    let mut all = BTreeMap::new();
    let mut number = 0;
    let mut add = |at: Time, what| {
        number += 1;
        all.insert((at, number), what);
    };
    let mut batch: Vec<Arrival> = Vec::new();
    for arrival in arrivals {
        if batch.first().is_some_and(|first| first.at.plus_millis(BATCH_MS) < arrival.at) {
            add(batch[0].at.plus_millis(BATCH_MS), Happens::File(std::mem::take(&mut batch)));
        }
        batch.push(arrival.clone());
        add(arrival.at, Happens::Arrive(Box::new(arrival)));
    }
    add(batch[0].at.plus_millis(BATCH_MS), Happens::File(batch));
    let from = at("2026-05-04T00:07:00Z");
    (0..97).for_each(|n| add(from.plus_millis(n * PASS_MS), Happens::Pass));
    all
}

fn live(store: &Store) -> [Units; 3] {
    let mut spent = [Units::default(); 3];
    for ((now, _), happens) in happenings() {
        let (kind, units) = match happens {
            Happens::Arrive(arrival) => (0, append(store, &[*arrival])),
            Happens::File(arrivals) => (1, file(store, &arrivals, now)),
            Happens::Pass => (2, pass(store, now)),
        };
        spent[kind].writes += units.writes;
        spent[kind].reads += units.reads;
    }
    spent
}

#[test]
fn a_day_costs_what_is_planned_for_it() {
    let store = cloud().store();
    let [ingest, filing, mut passes] = live(&store);
    let seal = pass(&store, at("2026-06-15T00:07:00Z"));
    passes.writes += seal.writes;
    passes.reads += seal.reads;

    let runs = (WORKFLOWS * RUNS) as f64 * DAYS;
    let usage = Usage {
        repositories: 1.0,
        workflows: WORKFLOWS as f64,
        runs,
        jobs: runs * JOBS as f64,
        steps_per_job: STEPS as f64,
    };
    let batch_seconds = BATCH_MS as f64 / 1e3;
    // There is half a day of history, on average, when it is judged.
    let setting = Setting { batch_seconds, judged_days: 0.5, ..Setting::default() };
    let planned = plan(usage, &setting, &Counted::committed().unwrap()).per_delivery;
    let deliveries: u64 = workloads().map(|load| load.deliveries()).sum();
    let each = |units: f64| units / deliveries as f64;
    let counted = [ingest, filing, passes].map(|units| each(units.writes as f64));
    let told = [planned.ingest_writes, planned.filing_writes, planned.pass_writes];
    println!("write units a delivery, counted {counted:.3?}, planned {told:.3?}");
    let reads = each(ingest.reads + filing.reads + passes.reads);
    println!("read units a delivery, counted {reads:.3}, planned {:.3}", planned.reads);
    // A read is a fifth of the price of a write, and depends more on when things come.
    let reads = [(reads, planned.reads, 0.25)];
    let writes = counted.into_iter().zip(told).map(|(counted, planned)| (counted, planned, 0.1));
    for (counted, planned, most) in writes.chain(reads) {
        let off = (counted / planned - 1.0).abs();
        assert!(off < most, "counted {counted:.3}, planned {planned:.3}");
    }
}

#[test]
fn what_comes_twice_or_late_is_paid_for_again_and_counted_right() {
    let store = cloud().store();
    let load = Workload { runs: 3, ..workloads().next().unwrap() };
    let arrivals = load.arrivals();
    let now = at("2026-05-05T00:07:00Z");
    let kept = (JOBS + 1) * load.runs;

    // A failed condition costs like a good one, and the table does not tell it.
    let (first, again) = (append(&store, &arrivals), append(&store, &arrivals));
    assert_eq!((first.writes, first.untold_writes), (kept, 0));
    assert_eq!((again.writes, again.untold_writes), (kept, kept));

    // A batch that comes again finds all of it covered.
    let filed = file(&store, &arrivals, now);
    assert_eq!((filed.writes, file(&store, &arrivals, now).writes), (2 + 1 + 3 * load.runs, 0));

    // A fact that moves a run to another day replaces its row, in a transaction that costs double.
    let mut late =
        arrivals.iter().rfind(|one| one.event.id == arrivals[0].event.id).unwrap().clone();
    if let laptime_core::model::Fact::Run(run) = &mut late.event.fact {
        run.updated_at = run.updated_at.map(|at| at.plus_days(1));
    }
    append(&store, &[late.clone()]);
    let replaced = file(&store, &[late], now);
    assert!(replaced.writes >= 2 + 2 * 6, "{replaced:?}");
    assert_eq!(replaced.untold_writes, 0);
    let late_pass = pass(&store, now);
    assert_eq!(late_pass.writes, late_pass.told_writes + late_pass.untold_writes);
}
