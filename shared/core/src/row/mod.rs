//! Attempt rows: the samples of one completed attempt, all that a rollup needs of it.

mod critical_path;
mod measure;
mod places;
mod segment;
mod span;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::{AttemptId, Part};
use crate::time::{Day, Millis, Time};

pub(crate) use critical_path::critical_path_of;
pub use critical_path::{Parts, Phase};
pub use segment::{Segment, runner_class};
pub use span::{LONGEST_MS, SKEW_MS, Tally};

/// A workflow's identity. Two workflows of one name are two; a renamed one stays one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WorkflowId {
    /// GitHub's id of the repository.
    pub repository: u64,
    /// GitHub's id of the workflow.
    pub workflow: u64,
}

/// The unit in which rows are rolled up: one workflow, one UTC day of ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DayKey {
    /// The workflow.
    pub workflow: WorkflowId,
    /// The day.
    pub day: Day,
}

/// One completed attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its identity.
    pub id: AttemptId,
    /// Its workflow.
    pub workflow: WorkflowId,
    /// Last completion of a job that ran in it, else its earliest completed event.
    pub end: Time,
    /// When it started.
    pub started_at: Option<Time>,
    /// Names, as of this attempt.
    pub names: Names,
    /// Where it ran.
    pub branch: Branch,
    /// What triggered it.
    pub segment: Segment,
    /// GitHub's conclusion.
    pub conclusion: String,
    /// Number of the run within its workflow.
    pub run_number: Option<u64>,
    /// Commit.
    pub head_sha: Option<String>,
    /// Its times; none if no job ran in it.
    pub times: Times,
    /// Where its wall clock went; none without `total`.
    pub parts: Option<Parts>,
    /// Times set to zero or left out.
    pub tally: Tally,
    /// Its completed jobs.
    pub jobs: Vec<JobRow>,
}

/// Names of a workflow: attributes that may change.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Names {
    /// `owner/name`.
    pub repository: String,
    /// The workflow's name, else its path, else its id.
    pub workflow: String,
    /// Whether `workflow` is a name.
    pub known: bool,
    /// Path of its file.
    pub path: Option<String>,
}

/// A branch of a repository, which may be a fork.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Branch {
    /// Repository of the branch.
    pub repository: Option<u64>,
    /// The branch's name.
    pub name: Option<String>,
}

/// Times of an attempt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// Start of the attempt to the first start of a job that ran in it.
    pub queued: Option<Millis>,
    /// That start to the last completion.
    pub ran: Option<Millis>,
    /// Start of the attempt to the last completion.
    pub total: Option<Millis>,
}

/// One completed job of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRow {
    /// The job's name.
    pub name: String,
    /// The class of runner it asked for.
    pub runner_class: String,
    /// GitHub's conclusion.
    pub conclusion: String,
    /// Part it played.
    pub part: Part,
    /// Created to started.
    pub queued: Option<Millis>,
    /// Of `queued`, what it waited for an approval.
    pub approval: Millis,
    /// Started to completed.
    pub ran: Option<Millis>,
    /// Whether the end of the attempt waited for it.
    pub on_critical_path: bool,
    /// Its steps.
    pub steps: Vec<StepRow>,
}

/// One step of a job that ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRow {
    /// The step's name.
    pub name: String,
    /// 1 for the first step of this name in its job.
    pub occurrence: u32,
    /// GitHub's conclusion.
    pub conclusion: String,
    /// Started to completed; none if it was skipped.
    pub ran: Option<Millis>,
}

impl Branch {
    /// Eight bytes that stand for it in indexes, as names may be 10 kB long. None without a name:
    /// then nothing says that two runs share a branch.
    pub fn digest(&self) -> Option<[u8; 8]> {
        let name = self.name.as_ref()?;
        let repository = self.repository.unwrap_or_default().to_le_bytes();
        let mut digest = [0; 8];
        let hash = Sha256::new().chain_update(repository).chain_update(name).finalize();
        digest.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        Some(digest)
    }
}

impl Row {
    /// Where it is filed.
    pub fn key(&self) -> DayKey {
        DayKey { workflow: self.workflow, day: self.end.day() }
    }

    /// Age among the runs of its workflow: a later run is greater.
    pub fn seniority(&self) -> (Option<u64>, u64) {
        (self.run_number, self.id.run)
    }
}

#[cfg(test)]
mod tests;
