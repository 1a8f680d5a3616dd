use super::*;
use crate::model::{Attempt, AttemptId, Event, Fact, JobFact, Repository, RunFact, StepFact};

fn at(second: i64) -> Time {
    Time::from_millis(second * 1_000)
}

fn job(id: u64, created: i64, started: i64, completed: i64) -> JobFact {
    JobFact {
        id,
        name: format!("job {id}"),
        status: Some("completed".to_owned()),
        conclusion: Some("success".to_owned()),
        created_at: Some(at(created)),
        started_at: Some(at(started)),
        completed_at: Some(at(completed)),
        has_runner: true,
        ..JobFact::default()
    }
}

fn step(name: &str, started: i64, completed: i64) -> StepFact {
    let conclusion = Some("success".to_owned());
    StepFact {
        name: name.to_owned(),
        conclusion,
        started_at: Some(at(started)),
        completed_at: Some(at(completed)),
    }
}

/// A run that started at second 0, with these jobs.
fn row(jobs: Vec<JobFact>) -> Row {
    let id = AttemptId { repository: 1, run: 1, attempt: 1 };
    let run = RunFact {
        workflow_id: 1,
        status: Some("completed".to_owned()),
        conclusion: Some("success".to_owned()),
        run_started_at: Some(at(0)),
        updated_at: Some(at(10_000)),
        ..RunFact::default()
    };
    let event = |fact| Event {
        id,
        action: "completed".to_owned(),
        repository: Repository { full_name: "acme/web".to_owned(), default_branch: None },
        fact,
    };
    let mut events = vec![event(Fact::Run(run))];
    events.extend(jobs.into_iter().map(|job| event(Fact::Job(job))));
    Row::of(&Attempt::fold(id, &events)).unwrap()
}

fn on_path(row: &Row) -> Vec<&str> {
    let jobs = row.jobs.iter().filter(|job| job.on_critical_path);
    jobs.map(|job| job.name.as_str()).collect()
}

#[test]
fn the_critical_path_goes_back_by_latest_completion_then_lower_id() {
    let row = row(vec![
        job(1, 0, 1, 50),
        job(2, 0, 1, 60),
        job(3, 0, 1, 60),
        // Created when 2 and 3 were done, not when 4 was.
        job(4, 0, 1, 70),
        job(5, 61, 62, 100),
    ]);
    assert_eq!(on_path(&row), ["job 2", "job 5"]);
    assert_eq!(row.parts.unwrap().wall_clock(), Millis(100_000));
}

#[test]
fn overlapping_jobs_are_not_both_on_the_path() {
    let row = row(vec![job(1, 0, 1, 50), job(2, 10, 11, 40), job(3, 45, 46, 50)]);
    assert_eq!(on_path(&row), ["job 1"]);
}

#[test]
fn set_up_and_tear_down_are_what_the_runner_adds() {
    let mut one = job(1, 0, 10, 100);
    one.steps = vec![
        step("Set up job", 10, 12),
        step("Pull ghcr.io/acme/lint:1", 12, 20),
        step("Build the app", 20, 80),
        step("Post Run actions/checkout@v4", 80, 81),
        step("Build the app again", 81, 90),
        step("Post Run actions/cache@v4", 90, 96),
        step("Complete job", 96, 100),
    ];
    let parts = row(vec![one]).parts.unwrap();
    let seconds = |phase| parts.phase(phase).0 / 1_000;
    assert_eq!(
        (seconds(Phase::SetUp), seconds(Phase::Work), seconds(Phase::TearDown)),
        (10, 70, 10)
    );
}

#[test]
fn steps_that_reach_beyond_their_job_do_not_stretch_it() {
    let mut one = job(1, 0, 10, 100);
    one.steps = vec![step("Set up job", 5, 200), step("Test", 200, 300)];
    let parts = row(vec![one]).parts.unwrap();
    assert_eq!(parts.wall_clock(), Millis(100_000));
    assert_eq!(parts.phase(Phase::SetUp), Millis(90_000));
}

#[test]
fn a_step_of_one_name_twice_is_two_series() {
    let mut one = job(1, 0, 10, 100);
    one.steps = vec![step("Run make", 10, 20), step("Run make", 20, 50)];
    let row = row(vec![one]);
    let steps: Vec<_> = row.jobs[0].steps.iter().map(|one| (one.occurrence, one.ran)).collect();
    assert_eq!(steps, [(1, Some(Millis(10_000))), (2, Some(Millis(30_000)))]);
}

#[test]
fn a_time_no_run_can_take_is_left_out_and_counted() {
    let years = job(1, 0, -60_000_000_000, 100);
    let row = row(vec![years]);
    assert_eq!(row.jobs[0].ran, None);
    assert_eq!(row.times.ran, None);
    assert_eq!(row.tally, Tally { clamped: 0, impossible: 4 });
}

#[test]
fn labels_make_one_class_in_any_order_and_case() {
    let class = |labels: &[&str]| {
        runner_class(&labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(class(&["self-hosted", "Linux", "x64"]), class(&["X64", "linux", "self-hosted"]));
    assert_eq!(class(&[]), "unknown");
}
