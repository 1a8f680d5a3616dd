//! Counting what one thing costs at a time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use kit::{Arrival, Cloud, Workload, at, cloud, pass_at, refold_at, wait};
use laptime_aws::{Store, Units, item_bytes};
use laptime_core::config::Policy;
use laptime_core::flow::Reporter;
use laptime_core::model::{Attempt, AttemptId, Event};
use laptime_core::plan::{Cost, Counted, ROLLED_UP, Shape};
use laptime_core::port::{Fence, Inbox, Lease, Ledger, Touched};
use laptime_core::render::Server;
use laptime_core::rollup::{JudgedRow, Rollup};
use laptime_core::row::{DayKey, Row, WorkflowId};
use laptime_core::time::Time;
use laptime_core::track::Track;

/// Who holds the lease for what is no pass.
const HOLDER: &str = "the counting of batches";

/// Attempts of one size that are counted together.
const ATTEMPTS: u64 = 40;

const HOUR_MS: i64 = 3_600_000;

/// What some work costs. What the table told of it has to be what was computed.
pub(super) fn of<T>(store: &Store, work: impl FnOnce() -> T) -> (Units, T) {
    let before = store.units();
    let done = work();
    let units = store.units().since(before);
    assert_eq!(units.writes, units.told_writes + units.untold_writes, "computed and told");
    (units, done)
}

pub(super) fn cost(units: Units) -> Cost {
    Cost { calls: units.calls as f64, writes: units.writes as f64, reads: units.reads }
}

pub(super) fn append(store: &Store, arrivals: &[Arrival]) -> Units {
    let all = || {
        for one in arrivals {
            wait(store.append(&one.event, one.at)).unwrap();
        }
    };
    of(store, all).0
}

/// A batch of the stream with these arrivals in it.
pub(super) fn file(store: &Store, arrivals: &[Arrival], now: Time) -> Units {
    let ids: BTreeSet<AttemptId> = arrivals.iter().map(|one| one.event.id).collect();
    let ids: Vec<AttemptId> = ids.into_iter().collect();
    of(store, || refold_at(store, &ids, now)).0
}

/// A scheduled pass, with metrics.
pub(super) fn pass(store: &Store, now: Time) -> Units {
    of(store, || pass_at(store, now)).0
}

fn noon() -> Time {
    at("2026-05-04T12:00:00Z")
}

fn load(workflow: u64, runs: u64, jobs: u64, steps: u64) -> Workload {
    // All of them end on one day, before noon.
    let from = at("2026-05-04T02:00:00Z");
    Workload { workflow, runs, jobs, steps, from, within_ms: 4 * HOUR_MS }
}

/// Everything that is counted.
pub(super) fn counted() -> Counted {
    let mut counted = passes();
    let sizes = [1, 5, 10].map(|jobs| [1, 10, 40].map(|steps| (jobs, steps)));
    let shapes = std::thread::scope(|scope| {
        let count = |(jobs, steps)| scope.spawn(move || count_shape(jobs, steps));
        let counting: Vec<_> = sizes.into_iter().flatten().map(count).collect();
        counting.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let store = cloud().store();
    let fence = lease(&store);
    let rollup = |days| {
        let load = load(1, 10, 1, 1);
        put_rollup(&store, fence, &rows(Workload { from: load.from.plus_days(days), ..load }))
    };
    // The workflow is listed with its first day, once for all days of some weeks.
    rollup(0);
    let (first, again) = (rollup(1), rollup(1));
    counted.first_of_day = less(cost(first), cost(again));
    for one in [
        &mut counted.batch,
        &mut counted.day_of_batch,
        &mut counted.idle_pass,
        &mut counted.busy_pass,
        &mut counted.day_of_pass,
        &mut counted.waiting_pass,
        &mut counted.day_waiting,
        &mut counted.first_of_day,
        &mut counted.judged,
        &mut counted.seal,
        &mut counted.telling,
    ] {
        *one = rounded(*one);
    }
    Counted { shapes, fleet_bytes: round(counted.fleet_bytes), ..counted }
}

/// An attempt of this size.
pub(super) fn count_shape(jobs: u64, steps: u64) -> Shape {
    let cloud = cloud();
    let store = &cloud.store();
    let (batch, day_of_batch) = batches(store);
    let load = load(1, ATTEMPTS, jobs, steps);
    let arrivals = load.arrivals();
    let ingest = append(store, &arrivals);
    let filing = less(less(cost(file(store, &arrivals, noon())), batch), day_of_batch);
    let stored = stored(&cloud);
    let share =
        |kind: &str, of: fn(&(f64, f64)) -> f64| stored.get(kind).map_or(0.0, of) / ATTEMPTS as f64;
    let all = ["event", "place", "row", "entry"];
    let fence = lease(store);
    let mut track_bytes = 0.0;
    let rollup_writes = ROLLED_UP.map(|attempts| {
        let rows = rows(self::load(attempts as u64, attempts as u64, jobs, steps));
        put_rollup(store, fence, &rows);
        if attempts <= ROLLED_UP[0] {
            track_bytes = self::stored(&cloud)["track"].0 / attempts;
        }
        put_rollup(store, fence, &rows).writes as f64
    });
    Shape {
        jobs: jobs as f64,
        steps: steps as f64,
        ingest: rounded(each(cost(ingest), ATTEMPTS)),
        filing: rounded(each(filing, ATTEMPTS)),
        event_bytes: round(share("event", |(bytes, _)| *bytes)),
        row_bytes: round(share("row", |(bytes, _)| *bytes)),
        bytes: round(all.map(|kind| share(kind, |(bytes, _)| *bytes)).iter().sum()),
        items: round(all.map(|kind| share(kind, |(_, items)| *items)).iter().sum()),
        track_bytes: round(track_bytes),
        rollup_writes,
    }
}

/// What a batch costs, and a day of a workflow in it.
fn batches(store: &Store) -> (Cost, Cost) {
    let day = DayKey { workflow: WorkflowId { repository: 9, workflow: 9 }, day: noon().day() };
    let empty = |touched: &[DayKey]| {
        let work = || {
            let fence = lease(store);
            wait(store.sealed(touched)).unwrap();
            wait(store.file(fence, &[], touched, None)).unwrap();
            wait(store.release(fence, None)).unwrap();
        };
        cost(of(store, work).0)
    };
    let batch = empty(&[]);
    (batch, less(empty(&[day]), batch))
}

fn lease(store: &Store) -> Fence {
    match wait(store.lease(HOLDER, noon())).unwrap() {
        Lease::Won(fence) => fence,
        Lease::Held { by, .. } => panic!("{by} holds the lease"),
    }
}

fn rows(load: Workload) -> Vec<JudgedRow> {
    let row = |number| {
        let events: Vec<Event> = load.run(number).into_iter().map(|one| one.event).collect();
        let row = Row::of(&Attempt::fold(events[0].id, &events)).unwrap();
        JudgedRow { row, superseded: false }
    };
    (0..load.runs).map(row).collect()
}

fn put_rollup(store: &Store, fence: Fence, rows: &[JudgedRow]) -> Units {
    let touched = Touched { day: rows[0].row.key(), mark: 1 };
    let rollup = Rollup::of(rows);
    let track = Track::of(rows, &rollup);
    of(store, || wait(store.put_rollup(fence, touched, &rollup, &track)).unwrap()).0
}

/// Passes with nothing, one and twelve days, at the cadence of the template.
fn passes() -> Counted {
    const DAYS: u64 = 11;
    let cloud = cloud();
    let store = cloud.store();
    let (batch, day_of_batch) = batches(&self::cloud().store());
    let at = |minute: i64| noon().plus_millis(minute * 60_000);
    let arrivals = |workflows: std::ops::RangeInclusive<u64>| -> Vec<Arrival> {
        workflows.flat_map(|workflow| load(workflow, 1, 1, 1).arrivals()).collect()
    };
    let come = |arrivals: &[Arrival], minute| {
        append(&store, arrivals);
        file(&store, arrivals, at(minute));
    };
    pass(&store, at(2));
    let idle = cost(pass(&store, at(17)));
    come(&arrivals(1..=1), 20);
    let one = cost(pass(&store, at(32)));
    let fleet_of_one = bytes_at(&cloud, "fleet");
    let one_waiting = cost(pass(&store, at(47)));
    pass(&store, at(62));
    assert_eq!(cost(pass(&store, at(77))), idle);
    come(&arrivals(2..=2 + DAYS), 80);
    let many = cost(pass(&store, at(92)));
    let fleet_bytes = (bytes_at(&cloud, "fleet") - fleet_of_one) / (DAYS + 1) as f64;
    let many_waiting = cost(pass(&store, at(107)));
    pass(&store, at(122));
    let judged = less(cost(pass(&store, at(362))), idle);
    let waiting = each(less(many_waiting, one_waiting), DAYS);
    let day = each(less(many, one), DAYS);
    let busy = less(less(one, idle), day);
    let seal = less(cost(pass(&store, noon().plus_days(36))), idle);
    Counted {
        fleet_bytes,
        batch,
        day_of_batch,
        idle_pass: idle,
        busy_pass: busy,
        day_of_pass: day,
        waiting_pass: less(less(one_waiting, idle), waiting),
        day_waiting: waiting,
        first_of_day: Cost::default(),
        judged: each(judged, DAYS + 2),
        seal: each(seal, DAYS + 2),
        telling: cost(of(&store, || tell_nobody(&store, noon().plus_days(36))).0),
        shapes: Vec::new(),
    }
}

/// A start of the reporter that finds nothing to tell.
fn tell_nobody(store: &Store, now: Time) {
    let (policy, server) = (&Policy::default(), &Server::default());
    let reporter = Reporter { library: store, findings: store, policy, server };
    assert_eq!(wait(reporter.planned(now)).unwrap().acts, []);
}

/// Bytes of an item of the partition `P`.
fn bytes_at(cloud: &Cloud, place: &str) -> f64 {
    let all = scan(cloud);
    let found = all.iter().find(|(p, s, _)| p == "P" && s == place);
    found.map_or(0.0, |(_, _, bytes)| *bytes)
}

/// Bytes and items of what is stored of attempts, by kind.
fn stored(cloud: &Cloud) -> BTreeMap<&'static str, (f64, f64)> {
    let mut kinds = BTreeMap::new();
    for (p, s, bytes) in scan(cloud) {
        let kind = match (p.split('#').next(), s.split('#').next()) {
            (Some("E"), Some("e")) => "event",
            (Some("E"), _) => "place",
            (Some("D"), Some("r")) => "row",
            (Some("B" | "K"), _) => "entry",
            (Some("L"), _) => "track",
            _ => continue,
        };
        let (all, items) = kinds.entry(kind).or_insert((0.0, 0.0));
        *all += bytes;
        *items += 1.0;
    }
    kinds
}

/// Keys and bytes of all items.
fn scan(cloud: &Cloud) -> Vec<(String, String, f64)> {
    let client = aws_sdk_dynamodb::Client::new(cloud.clients.config());
    let pages = client.scan().table_name("laptime").into_paginator().items().send();
    let items = wait(pages.collect::<Result<Vec<_>, _>>()).unwrap();
    let text = |item: &HashMap<String, AttributeValue>, name| item[name].as_s().unwrap().clone();
    items.iter().map(|item| (text(item, "p"), text(item, "s"), item_bytes(item) as f64)).collect()
}

fn less(cost: Cost, other: Cost) -> Cost {
    let Cost { calls, writes, reads } = other;
    Cost { calls: cost.calls - calls, writes: cost.writes - writes, reads: cost.reads - reads }
}

fn each(cost: Cost, of: u64) -> Cost {
    let of = of as f64;
    Cost { calls: cost.calls / of, writes: cost.writes / of, reads: cost.reads / of }
}

fn rounded(Cost { calls, writes, reads }: Cost) -> Cost {
    Cost { calls: round(calls), writes: round(writes), reads: round(reads) }
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
