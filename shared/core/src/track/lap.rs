//! One attempt as judging sees it.

use serde::{Deserialize, Serialize};

use crate::model::{AttemptId, Part};
use crate::row::{Row, Segment, Times};
use crate::stats::Outcomes;
use crate::time::{Millis, Time};
use crate::track::Kept;

/// How an attempt or a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Outcome {
    /// It succeeded.
    Green,
    /// It failed.
    Red,
    /// Neither: cancelled, skipped and the like.
    Neither,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lap {
    /// Its end.
    pub end: Time,
    /// Its identity.
    pub id: AttemptId,
    /// Number of the run within its workflow.
    pub run_number: Option<u64>,
    /// Commit.
    pub head_sha: Option<String>,
    /// What triggered it.
    pub segment: Segment,
    /// How it ended.
    pub outcome: Outcome,
    /// Its times.
    pub times: Times,
    /// Its jobs that ran, as far as their names are kept.
    pub jobs: Vec<JobLap>,
}

/// One job of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobLap {
    /// Number of its name.
    pub name: u32,
    /// Number of its runner class.
    pub class: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// What it waited for a runner: created to started, without approvals.
    pub waited: Option<Millis>,
    /// Started to completed.
    pub ran: Option<Millis>,
    /// Whether the end of the attempt waited for it.
    pub on_critical_path: bool,
    /// Its steps that succeeded, as far as their names are kept.
    pub steps: Vec<StepLap>,
}

/// One step of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepLap {
    /// Number of its name.
    pub name: u32,
    /// 1 for the first step of this name in its job.
    pub occurrence: u32,
    /// Started to completed.
    pub ran: Millis,
}

impl Outcome {
    /// Of a conclusion in GitHub's words.
    pub fn of(conclusion: &str) -> Self {
        match conclusion {
            "success" => Self::Green,
            failed if Outcomes::is_failure(failed) => Self::Red,
            _ => Self::Neither,
        }
    }
}

impl Lap {
    pub(super) fn of(row: &Row, kept: &Kept<'_>) -> Self {
        let ran = row.jobs.iter().filter(|job| job.part == Part::Ran && kept.has_job(&job.name));
        let jobs = ran.map(|job| JobLap {
            name: kept.number(&job.name),
            class: kept.number(&job.runner_class),
            outcome: Outcome::of(&job.conclusion),
            waited: job.queued.map(|queued| Millis(queued.0.saturating_sub(job.approval.0))),
            ran: job.ran,
            on_critical_path: job.on_critical_path,
            steps: (job.steps.iter())
                .filter(|step| step.conclusion == "success")
                .filter(|step| kept.has_step(&job.name, &(step.name.clone(), step.occurrence)))
                .filter_map(|step| {
                    let name = kept.number(&step.name);
                    Some(StepLap { name, occurrence: step.occurrence, ran: step.ran? })
                })
                .collect(),
        });
        Self {
            end: row.end,
            id: row.id,
            run_number: row.run_number,
            head_sha: row.head_sha.clone(),
            segment: row.segment,
            outcome: Outcome::of(&row.conclusion),
            times: row.times,
            jobs: jobs.collect(),
        }
    }
}
