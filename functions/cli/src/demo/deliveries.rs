//! Tells the schedule to whoever listens, in GitHub's words and in GitHub's order.

use serde_json::Value;

use super::Delivery;
use super::body::{self, RunState};
use super::cast::Twist;
use super::schedule::{Attempt, Fate, Job, Run};
use super::story::{Dice, MINUTE, SECOND};

/// All deliveries sent before `end`, oldest first.
pub(super) fn tell(seed: u64, end: i64, runs: &[Run]) -> Vec<Delivery> {
    let mut dice = Dice::new(seed, 2);
    let mut said: Vec<Said> = Vec::new();
    for run in runs {
        for attempt in &run.attempts {
            said.extend(tell_run(run, attempt));
            for job in &attempt.jobs {
                said.extend(tell_job(run, attempt, job).into_iter().filter(|said| {
                    // GitHub loses one in a hundred; a job's end repeats what these said.
                    !said.repeated || !dice.chance(10)
                }));
            }
        }
    }
    said.retain(|said| said.at < end);
    said.sort_by_key(|said| said.at);
    said.into_iter()
        .map(|said| Delivery { event: said.event, guid: dice.guid(), body: said.body.to_string() })
        .collect()
}

/// One delivery before it is sent.
struct Said {
    at: i64,
    event: &'static str,
    body: Value,
    /// Whether a later delivery says everything this one says.
    repeated: bool,
}

/// What is said of the run itself.
fn tell_run(run: &Run, attempt: &Attempt) -> Vec<Said> {
    let (start, end) = (attempt.started_at, attempt.updated_at);
    let mut states = vec![if attempt.held {
        state(start, "requested", "completed", Some("action_required"))
    } else {
        state(start, "requested", "queued", None)
    }];
    if let Some(conclusion) = attempt.conclusion {
        let ran = attempt.jobs.iter().filter(|job| job.fate == Fate::Ran);
        let began = ran.map(|job| job.started_at).min();
        states.extend(began.map(|at| state(at, "in_progress", "in_progress", None)));
        if run.twist == Some(Twist::FalseEnd) {
            states.push(state(end - SECOND, "completed", "queued", None));
        }
        states.push(state(end, "completed", "completed", Some(conclusion)));
        if run.twist == Some(Twist::ToldTwice) {
            let later = end + 30 * MINUTE;
            states.push(state(later, "completed", "completed", Some(conclusion)));
        }
    }
    let say = |state: RunState| {
        let body = body::run(run, attempt, &state);
        Said { at: state.updated_at, event: "workflow_run", body, repeated: false }
    };
    states.into_iter().map(say).collect()
}

/// The run as it stood when it was last updated.
fn state(
    updated_at: i64,
    action: &'static str,
    status: &'static str,
    conclusion: Option<&'static str>,
) -> RunState {
    RunState { action, status, conclusion, updated_at }
}

/// What is said of one of its jobs.
fn tell_job(run: &Run, attempt: &Attempt, job: &Job) -> Vec<Said> {
    let say = |at, action, repeated| {
        let body = body::job(run, attempt, job, action, at);
        Said { at, event: "workflow_job", body, repeated }
    };
    // A skipped or carried-over job is written down when it is all over.
    if matches!(job.fate, Fate::Skipped | Fate::CarriedOver) {
        return vec![say(job.created_at, "completed", false)];
    }
    let mut said = vec![say(job.created_at, "queued", job.approval.is_none())];
    if let Some(approval) = job.approval {
        said.push(say(approval.waiting_at, "waiting", false));
        said.extend(approval.approved_at.map(|at| say(at, "queued", false)));
    }
    if job.fate == Fate::Ran {
        said.push(say(job.started_at, "in_progress", true));
    }
    said.push(say(job.completed_at, "completed", false));
    said
}
