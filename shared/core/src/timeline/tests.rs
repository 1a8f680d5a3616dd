use super::*;
use crate::model::{Fact, JobFact, Repository, RunFact};

const ID: AttemptId = AttemptId { repository: 1, run: 7, attempt: 1 };

#[expect(clippy::unnecessary_wraps, reason = "facts have optional times")]
fn at(seconds: i64) -> Option<Time> {
    Some(Time::from_millis(1_000_000_000_000 + seconds * 1_000))
}

fn event(action: &str, fact: Fact) -> Event {
    let repository =
        Repository { full_name: "acme/web".to_owned(), default_branch: Some("main".to_owned()) };
    Event { id: ID, action: action.to_owned(), repository, fact }
}

fn run(action: &str, status: &str) -> Event {
    let fact = RunFact {
        updated_at: at(400),
        workflow_id: 3,
        name: Some("CI".to_owned()),
        status: Some(status.to_owned()),
        conclusion: (status == "completed").then(|| "success".to_owned()),
        run_started_at: at(0),
        ..RunFact::default()
    };
    event(action, Fact::Run(fact))
}

fn job(id: u64, [created, started, completed]: [i64; 3]) -> Event {
    let fact = JobFact {
        id,
        name: format!("job {id}"),
        status: Some("completed".to_owned()),
        conclusion: Some("success".to_owned()),
        created_at: at(created),
        started_at: at(started),
        completed_at: at(completed),
        has_runner: true,
        ..JobFact::default()
    };
    event("completed", Fact::Job(fact))
}

#[test]
fn the_jobs_the_end_waited_for_are_marked() {
    let events = [
        run("completed", "completed"),
        job(30, [100, 110, 390]),
        job(20, [2, 9, 60]),
        job(10, [2, 5, 95]),
    ];
    let told = Timeline::of(ID, &events, Time::from_millis(0)).unwrap();
    let lanes: Vec<(u64, bool)> =
        told.lanes.iter().map(|lane| (lane.id, lane.on_critical_path)).collect();
    assert_eq!(lanes, [(10, true), (20, false), (30, true)]);
    assert_eq!((told.start, told.end), (at(0), at(390)));
    assert_eq!(told.conclusion.as_deref(), Some("success"));
    let (_, times, parts) = told.measured.unwrap();
    assert_eq!(times.total, Some(parts.unwrap().wall_clock()));
}

#[test]
fn an_attempt_under_way_ends_now_and_has_no_critical_path_yet() {
    let now = at(200).unwrap();
    let told = Timeline::of(ID, &[run("in_progress", "in_progress"), job(1, [2, 5, 95])], now);
    let told = told.unwrap();
    assert_eq!((told.conclusion, told.end, told.measured), (None, Some(now), None));
    assert!(!told.lanes[0].on_critical_path);
}

#[test]
fn jobs_alone_make_a_timeline_too() {
    let told = Timeline::of(ID, &[job(1, [2, 5, 95])], at(200).unwrap()).unwrap();
    assert_eq!((told.workflow, told.repository.as_str()), (None, "acme/web"));
    assert_eq!(told.start, at(2));
    assert_eq!(Timeline::of(ID, &[], at(0).unwrap()), None);
}

#[test]
fn more_jobs_than_anybody_looks_at_are_counted() {
    let jobs = (1..=500).map(|id| job(id, [2, 5, 95]));
    let events: Vec<Event> = jobs.collect();
    let told = Timeline::of(ID, &events, at(0).unwrap()).unwrap();
    assert_eq!((told.lanes.len(), told.left_out), (MOST_LANES, 500 - MOST_LANES));
}
