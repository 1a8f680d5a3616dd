//! One attempt as a comparison sees it.

use serde::Serialize;

use crate::model::{AttemptId, Part};
use crate::row::{Branch, Names, Row, Segment, WorkflowId};
use crate::time::{Millis, Time};

/// One completed attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lap {
    /// Its identity.
    pub id: AttemptId,
    /// Its workflow.
    pub workflow: WorkflowId,
    /// Names, as of this attempt.
    pub names: Names,
    /// When it started.
    pub started_at: Option<Time>,
    /// When it ended.
    pub end: Time,
    /// Commit.
    pub head_sha: Option<String>,
    /// Where it ran.
    pub branch: Branch,
    /// What triggered it.
    pub segment: Segment,
    /// GitHub's conclusion.
    pub conclusion: String,
    /// First start of a job to the last end, of a green attempt of all jobs; of any other, none.
    pub ran: Option<Millis>,
    /// Its jobs that ran.
    pub jobs: Vec<JobTime>,
}

/// A job of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobTime {
    /// Its name.
    pub name: String,
    /// The class of runner it asked for.
    pub class: String,
    /// Started to completed.
    pub ran: Millis,
    /// Whether the end of the attempt waited for it.
    pub on_critical_path: bool,
}

impl Lap {
    /// Of a row.
    pub fn of(row: &Row) -> Self {
        // A re-run of the failed jobs alone is shorter for no merit of the commit.
        let is_whole = row.jobs.iter().all(|job| job.part != Part::CarriedOver);
        let jobs = row.jobs.iter().filter(|job| job.part == Part::Ran).filter_map(|job| {
            Some(JobTime {
                name: job.name.clone(),
                class: job.runner_class.clone(),
                ran: job.ran?,
                on_critical_path: job.on_critical_path,
            })
        });
        Self {
            id: row.id,
            workflow: row.workflow,
            names: row.names.clone(),
            started_at: row.started_at,
            end: row.end,
            head_sha: row.head_sha.clone(),
            branch: row.branch.clone(),
            segment: row.segment,
            conclusion: row.conclusion.clone(),
            ran: row.times.ran.filter(|_| row.conclusion == "success" && is_whole),
            jobs: jobs.collect(),
        }
    }
}
