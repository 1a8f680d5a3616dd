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
        .map(|said| Delivery {
            event: said.event,
            guid: dice.guid(),
            body: said.body.to_string(),
        })
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

fn tell_run(run: &Run, attempt: &Attempt) -> Vec<Said> {
    let say = |at, action, status, conclusion| {
        let state = RunState {
            action,
            status,
            conclusion,
            updated_at: at,
        };
        let body = body::run(run, attempt, &state);
        Said {
            at,
            event: "workflow_run",
            body,
            repeated: false,
        }
    };
    let start = attempt.started_at;
    let mut said = Vec::new();
    if attempt.held {
        said.push(say(
            start,
            "requested",
            "completed",
            Some("action_required"),
        ));
    } else {
        said.push(say(start, "requested", "queued", None));
    }
    let Some(conclusion) = attempt.conclusion else {
        return said;
    };
    let ran = attempt.jobs.iter().filter(|job| job.fate == Fate::Ran);
    if let Some(at) = ran.map(|job| job.started_at).min() {
        said.push(say(at, "in_progress", "in_progress", None));
    }
    let end = attempt.updated_at;
    if run.twist == Some(Twist::FalseEnd) {
        said.push(say(end - SECOND, "completed", "queued", None));
    }
    said.push(say(end, "completed", "completed", Some(conclusion)));
    if run.twist == Some(Twist::ToldTwice) {
        said.push(say(
            end + 30 * MINUTE,
            "completed",
            "completed",
            Some(conclusion),
        ));
    }
    said
}

fn tell_job(run: &Run, attempt: &Attempt, job: &Job) -> Vec<Said> {
    let say = |at, action, repeated| {
        let body = body::job(run, attempt, job, action, at);
        Said {
            at,
            event: "workflow_job",
            body,
            repeated,
        }
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
