use super::*;
use crate::model::Part;
use crate::row::{Branch, JobRow, Names, Row, StepRow, Tally, Times, WorkflowId};
use crate::time::{Millis, Time};

fn row(run: u64, segment: Segment, jobs: &[&str]) -> JudgedRow {
    let job = |name: &&str| JobRow {
        name: (*name).to_owned(),
        runner_class: "ubuntu".to_owned(),
        conclusion: "success".to_owned(),
        part: Part::Ran,
        queued: Some(Millis(9_000)),
        approval: Millis(4_000),
        ran: Some(Millis(60_000)),
        on_critical_path: true,
        steps: vec![
            step("compile", "success", Some(40_000)),
            step("lint", "failure", Some(5_000)),
            step("later", "skipped", None),
        ],
    };
    let row = Row {
        id: AttemptId { repository: 1, run, attempt: 1 },
        workflow: WorkflowId { repository: 1, workflow: 1 },
        end: Time::from_millis(1_000_000 - i64::try_from(run).unwrap()),
        started_at: None,
        names: Names::default(),
        branch: Branch::default(),
        segment,
        conclusion: "success".to_owned(),
        run_number: Some(run),
        head_sha: None,
        times: Times::default(),
        parts: None,
        tally: Tally::default(),
        jobs: jobs.iter().map(job).collect(),
    };
    JudgedRow { row, superseded: false }
}

fn step(name: &str, conclusion: &str, ran: Option<u64>) -> StepRow {
    let (name, conclusion) = (name.to_owned(), conclusion.to_owned());
    StepRow { name, occurrence: 1, conclusion, ran: ran.map(Millis) }
}

fn track(rows: &[JudgedRow]) -> Track {
    Track::of(rows, &Rollup::of(rows))
}

#[test]
fn laps_come_by_their_end_with_the_steps_that_succeeded() {
    let track = track(&[
        row(1, Segment::Schedule, &["build"]),
        row(2, Segment::DefaultBranch, &["test", "build"]),
    ]);
    let runs: Vec<u64> = track.laps.iter().map(|lap| lap.id.run).collect();
    assert_eq!(runs, [2, 1]);
    let job = &track.laps[0].jobs[0];
    assert_eq!((track.name(job.name), track.name(job.class)), ("test", "ubuntu"));
    assert_eq!(job.waited, Some(Millis(5_000)), "without the approval");
    let steps: Vec<&str> = job.steps.iter().map(|step| track.name(step.name)).collect();
    assert_eq!(steps, ["compile"]);
    assert_eq!(track.name(999), "");
}

#[test]
fn a_busy_day_is_thinned_alike_in_every_order() {
    let mut rows: Vec<JudgedRow> =
        (0..200).map(|run| row(run, Segment::DefaultBranch, &[])).collect();
    rows.extend((200..210).map(|run| row(run, Segment::PullRequest, &[])));
    let thinned = track(&rows);
    let of = |segment| thinned.laps.iter().filter(|lap| lap.segment == segment).count();
    assert_eq!((of(Segment::DefaultBranch), of(Segment::PullRequest)), (usize::from(MAX_LAPS), 10));
    rows.reverse();
    assert_eq!(track(&rows), thinned);
}

#[test]
fn jobs_beyond_the_limit_of_a_day_are_left_out() {
    let names: Vec<String> = (0..=crate::rollup::MAX_JOBS).map(|n| format!("job {n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let track = track(&[row(1, Segment::Other, &names)]);
    assert_eq!(track.laps[0].jobs.len(), crate::rollup::MAX_JOBS);
}
