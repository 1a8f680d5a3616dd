//! A crash at every call on a store, then a rerun: nothing lost, nothing doubled.

use kit::{
    Crashing, Delivery, Doom, Faulty, Job, Memory, Moment, Run, Trouble, aggregate_at, append_all,
    at, cloud, report_json,
};
use laptime_core::ingest::Progress::Keep;
use laptime_core::port::{Findings, Inbox, Ledger, Library, Notes, Stored};
use laptime_core::time::Time;
use laptime_local::Store;

const NOON: &str = "2026-05-03T12:00:00Z";

/// Attempts over two days, one superseded, one that moves to the next day by a late job.
fn history() -> Vec<Delivery> {
    let moving = Run::new(3, "23:50:00", "23:59:00")
        .job(Job::new(30, "test", "23:50:00", "23:50:10", "23:59:00"));
    let late = Job::new(31, "late", "23:51:00", "23:52:00", "2026-05-02T00:30:00Z");
    let mut all = [
        Run::new(1, "10:00:00", "10:05:00")
            .concluded("cancelled")
            .job(Job::new(10, "test", "10:00:00", "10:00:05", "10:05:00").concluded("cancelled")),
        Run::new(2, "10:04:00", "10:09:00")
            .job(Job::new(20, "test", "10:04:00", "10:04:05", "10:09:00")),
        moving.clone(),
    ]
    .iter()
    .flat_map(Run::deliveries)
    .collect::<Vec<_>>();
    all.extend(late.deliveries(&moving));
    all
}

fn expected() -> String {
    let store = Memory::default();
    append_all(&store, &history(), Keep, at(NOON)).unwrap();
    aggregate_at(&store, at(NOON)).unwrap();
    report_json(&store)
}

/// Takes in the history in two halves with a pass after each; sends all of it again after a crash.
fn survive<S: Inbox + Ledger + Notes + Findings>(store: &S, deadly: usize, moment: Moment) -> bool {
    let noon = at(NOON);
    let doom = Doom::at(deadly, moment);
    let crashing = Crashing::new(store, &doom);
    let history = history();
    let (first, second) = history.split_at(history.len() - 3);
    let died = work(&crashing, first, noon).and_then(|()| work(&crashing, second, noon)).is_err();
    assert_eq!(died, doom.is_dead());
    // GitHub's deliveries are sent again; the lease of the dead pass has lapsed by then.
    let later = noon.plus_millis(60_000);
    work(store, &history, later).unwrap();
    died
}

fn work<S: Inbox + Ledger + Notes + Findings>(
    store: &S,
    deliveries: &[Delivery],
    now: Time,
) -> Result<(), laptime_core::port::StoreError> {
    append_all(store, deliveries, Keep, now)?;
    aggregate_at(store, now).map(drop)
}

fn at_every_call<S: Inbox + Ledger + Notes + Findings>(
    fresh: impl Fn() -> S,
    report: impl Fn(&S) -> String,
) {
    let expected = expected();
    for moment in [Moment::Before, Moment::After] {
        let mut deadly = 0;
        loop {
            let store = fresh();
            let died = survive(&store, deadly, moment);
            assert_eq!(report(&store), expected, "crash {moment:?} call {deadly}");
            if !died {
                break;
            }
            deadly += 1;
        }
        assert!(deadly > 30, "only {deadly} calls were crashed");
    }
}

#[test]
fn memory_survives_a_crash_at_every_call() {
    at_every_call(Memory::default, report_json);
}

#[test]
fn sqlite_survives_a_crash_at_every_call() {
    let folder = tempfile::tempdir().unwrap();
    let next = std::cell::Cell::new(0);
    let fresh = || {
        next.set(next.get() + 1);
        Store::open(&folder.path().join(next.get().to_string())).unwrap()
    };
    at_every_call(fresh, |store| json(&store.snapshot().unwrap()));
}

#[test]
fn dynamodb_survives_a_crash_at_every_call() {
    at_every_call(|| kit::cloud().store(), report_json);
}

/// Below the calls of the port there are several requests, some of them at once.
#[test]
fn dynamodb_survives_a_crash_at_every_request() {
    let expected = expected();
    let history = history();
    let (first, second) = history.split_at(history.len() - 3);
    let run = |deadly: usize| {
        let cloud = cloud();
        let store = cloud.store();
        // The first half is in order: what dies is the pass that meets it half changed.
        work(&store, first, at(NOON)).unwrap();
        let client = Faulty::new(Trouble::DeadFrom(deadly));
        let troubled = cloud.troubled_store(&client);
        let died = work(&troubled, second, at(NOON)).is_err();
        work(&store, &history, at(NOON).plus_millis(60_000)).unwrap();
        assert_eq!(report_json(&store), expected, "dead from request {deadly}");
        died
    };
    let deadly = (0..9_999).find(|deadly| !run(*deadly)).unwrap();
    assert!(deadly > 40, "only {deadly} requests were crashed");
}

#[test]
fn dynamodb_survives_throttling_failures_conflicts_and_lost_answers() {
    let expected = expected();
    let mut all = 0;
    for seed in 0..8 {
        let cloud = cloud();
        let store = cloud.store();
        let client = Faulty::new(Trouble::Stumbles { seed });
        let troubled = cloud.troubled_store(&client);
        let (mut failures, mut now) = (0, at(NOON));
        let mut again = |try_it: &dyn Fn(Time) -> Stored<()>| {
            while let Err(error) = try_it(now) {
                failures += 1;
                assert!(failures < 500, "{error}");
                // Past the lease of a pass that could not give it back.
                now = now.plus_millis(laptime_aws::LEASE_MS);
            }
        };
        for one in &history() {
            again(&|now| append_all(&troubled, [one], Keep, now).map(drop));
        }
        again(&|now| aggregate_at(&troubled, now).map(drop));
        assert_eq!(report_json(&store), expected, "seed {seed}, after {failures} failures");
        all += failures;
    }
    assert!(all > 30, "only {all} failures");
}

fn json(library: &impl Library) -> String {
    report_json(library)
}
