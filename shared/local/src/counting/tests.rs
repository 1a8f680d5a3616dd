use laptime_core::flow::{Pass, aggregate};
use laptime_core::ingest::{Progress, Reading, read};
use laptime_core::model::Event;
use laptime_core::port::Inbox;
use laptime_core::row::Segment;
use laptime_core::time::Time;
use proptest::prelude::*;

use super::*;
use crate::Store;

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn start() -> Time {
    "2026-05-02T00:00:00Z".parse().unwrap()
}

fn event(name: &str, body: &str) -> Event {
    match read(name, body.as_bytes(), Progress::Keep).unwrap() {
        Reading::Event(event) => *event,
        Reading::Ignored(reason) => panic!("{reason}"),
    }
}

/// A run on the default branch with one job of one step.
fn run(run: u64, day: i64, seconds: i64) -> [Event; 2] {
    let started = start().plus_days(day).plus_millis(i64::try_from(run % 1_000).unwrap() * 60_000);
    let ended = started.plus_millis(seconds * 1_000);
    let (workflow, job) = (run % 2 + 1, ["build", "test"][usize::try_from(run % 2).unwrap()]);
    let repository =
        r#""repository": {"id": 1, "full_name": "acme/web", "default_branch": "main"}"#;
    let of_job = format!(
        r#"{{"action": "completed", "workflow_job": {{"id": {run}, "run_id": {run},
            "run_attempt": 1, "name": "{job}", "status": "completed", "conclusion": "success",
            "created_at": "{started}", "started_at": "{started}", "completed_at": "{ended}",
            "runner_name": "r", "labels": ["ubuntu-latest"], "head_branch": "main",
            "steps": [{{"name": "Run it", "number": 1, "status": "completed",
                "conclusion": "success", "started_at": "{started}", "completed_at": "{ended}"}}]}},
            {repository}}}"#
    );
    let of_run = format!(
        r#"{{"action": "completed", "workflow_run": {{"id": {run}, "workflow_id": {workflow},
            "run_number": {run}, "run_attempt": 1, "event": "push", "status": "completed",
            "conclusion": "success", "head_branch": "main", "created_at": "{started}",
            "run_started_at": "{started}", "updated_at": "{ended}"}},
            {repository}}}"#
    );
    [event("workflow_job", &of_job), event("workflow_run", &of_run)]
}

fn put(store: &Store, events: &[Event], now: Time) {
    for event in events {
        wait(store.append(event, now)).unwrap();
    }
    wait(aggregate(store, Pass::new("a test", now, 35), || now, |_| ())).unwrap().unwrap();
}

/// What is counted from what was counted before, and all told that is.
fn told(counted: &mut Counted, snapshot: &Snapshot) -> Exposed {
    let now = start().plus_days(60).day();
    let mut exposed = Exposed::default();
    exposed.raise(counted.workflows(snapshot).unwrap());
    let days = EARLIEST..LATEST;
    let lately = wait(snapshot.lately(exposed.own.keys().copied(), days)).unwrap();
    exposed.choose(&lately, now);
    let jobs = counted.jobs(snapshot, &exposed).unwrap();
    exposed.raise_jobs(&jobs);
    exposed
}

fn attempts(exposed: &Exposed) -> u64 {
    exposed.own.values().map(|told| told.tally.attempts()).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn counting_what_changed_comes_to_what_counting_all_does(
        rounds in prop::collection::vec(
            prop::collection::vec((1..40_u64, 0..20_i64, 1..9_000_i64), 1..12),
            2..9,
        ),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let mut counted = Counted::default();
        let now = start().plus_days(21);
        for round in rounds {
            let events = round.iter().flat_map(|(number, day, seconds)| run(*number, *day, *seconds));
            put(&store, &events.collect::<Vec<_>>(), now);
            let snapshot = store.snapshot().unwrap();
            let all = told(&mut Counted::default(), &snapshot);
            prop_assert!(attempts(&all) > 0);
            prop_assert_eq!(told(&mut counted, &snapshot), all);
        }
    }
}

#[test]
fn a_job_that_is_told_later_has_all_that_was_ever_counted() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let mut counted = Counted::default();
    for number in 1..=9 {
        let number = number * 2;
        put(&store, &run(number, i64::try_from(number).unwrap(), 60), start().plus_days(30));
        let told = told(&mut counted, &store.snapshot().unwrap());
        let jobs: Vec<_> = told.jobs.values().flatten().collect();
        if number < 10 {
            assert_eq!(jobs, [], "it has run too seldom");
            continue;
        }
        let [(name, job)] = jobs[..] else { panic!("{jobs:?}") };
        let [step] = job.steps.values().collect::<Vec<_>>()[..] else { panic!("{:?}", job.steps) };
        let runs = number / 2;
        assert_eq!((name.as_str(), job.tally.attempts()), ("build", runs));
        assert_eq!(step.ran[&Segment::DefaultBranch], [runs, runs * 60_000]);
    }
}

#[test]
fn an_old_day_that_changes_is_counted_anew() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let (mut counted, now) = (Counted::default(), start().plus_days(30));
    let all: Vec<Event> =
        (0..20_i64).flat_map(|day| run(2 + 2 * day.unsigned_abs(), day, 60)).collect();
    put(&store, &all, now);
    assert_eq!(attempts(&told(&mut counted, &store.snapshot().unwrap())), 20);
    put(&store, &run(100, 1, 60), now);
    let told = told(&mut counted, &store.snapshot().unwrap());
    assert_eq!(attempts(&told), 21);
    let jobs = told.jobs.values().flatten().map(|(_, job)| job.tally.attempts());
    assert_eq!(jobs.collect::<Vec<_>>(), [21]);
}
