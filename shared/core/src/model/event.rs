//! Events: the few facts of a delivery that are kept.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::time::Time;

/// One attempt of one run of one repository. Ids, never names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AttemptId {
    /// GitHub's id of the repository.
    pub repository: u64,
    /// GitHub's id of the run.
    pub run: u64,
    /// Attempt of the run, from 1.
    pub attempt: u32,
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "repository {} run {} attempt {}", self.repository, self.run, self.attempt)
    }
}

/// What one delivery said about a run or a job.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Event {
    /// The attempt it is about.
    pub id: AttemptId,
    /// `requested`, `queued`, `waiting`, `in_progress` or `completed`.
    pub action: String,
    /// The repository's attributes when it was sent.
    pub repository: Repository,
    /// What it said.
    pub fact: Fact,
}

/// Attributes of a repository; its identity is the id in [`AttemptId`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Repository {
    /// `owner/name`.
    pub full_name: String,
    /// The default branch, when told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_branch: Option<String>,
}

/// About a run or about one of its jobs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// From `workflow_run`.
    Run(RunFact),
    /// From `workflow_job`.
    Job(JobFact),
}

/// The facts of a `workflow_run` event.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct RunFact {
    /// Moves on any later change; also the order in which facts of a run are preferred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Time>,
    /// GitHub's id of the workflow.
    pub workflow_id: u64,
    /// The workflow's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Path of the workflow file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The triggering event, as `push`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Status, any text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Conclusion, any text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<String>,
    /// Number within the workflow; the same for all attempts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_number: Option<u64>,
    /// Creation of the first attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Time>,
    /// Start of this attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_started_at: Option<Time>,
    /// Branch it ran on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_branch: Option<String>,
    /// Commit it ran on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_sha: Option<String>,
    /// Repository of the branch: another one for a fork.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_repository: Option<u64>,
}

/// The facts of a `workflow_job` event.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct JobFact {
    /// Completion; also the order in which facts of a completed job are preferred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Time>,
    /// GitHub's id of the job: a new one in every attempt.
    pub id: u64,
    /// The job's name, with its matrix values.
    pub name: String,
    /// The workflow's name; its id and path come with the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_name: Option<String>,
    /// Status, any text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Conclusion, any text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<String>,
    /// Creation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Time>,
    /// Start; equals the creation while queued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// Labels of `runs-on`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Whether a runner had taken it.
    pub has_runner: bool,
    /// Steps, as GitHub orders them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepFact>,
    /// The deployment it waits for or was let through by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment: Option<Deployment>,
}

/// One step of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct StepFact {
    /// The step's name.
    pub name: String,
    /// Conclusion, any text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<String>,
    /// Start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// Completion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Time>,
}

/// The deployment of a job behind an environment's protection rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Deployment {
    /// Moves with every change of its state: when it began to wait, when it was approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Time>,
}

/// What makes two events the same one: the attempt they are about and a digest of all they say
/// (kind, job id and action included). Never a delivery's GUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey {
    /// The attempt.
    pub id: AttemptId,
    /// The first 16 bytes of the SHA-256 of the event's stored form.
    pub digest: [u8; 16],
}

/// An event that could not be written or read back in its stored form.
#[derive(Debug, thiserror::Error)]
#[error("an event could not be encoded or decoded: {0}")]
pub struct EventCodec(#[from] serde_json::Error);

impl Event {
    /// The stored form and the key that follows from it.
    pub fn encode(&self) -> Result<(EventKey, Vec<u8>), EventCodec> {
        let bytes = serde_json::to_vec(self)?;
        let mut digest = [0; 16];
        digest.iter_mut().zip(Sha256::digest(&bytes)).for_each(|(to, from)| *to = from);
        Ok((EventKey { id: self.id, digest }, bytes))
    }

    /// Reads the stored form.
    pub fn decode(bytes: &[u8]) -> Result<Self, EventCodec> {
        Ok(serde_json::from_slice(bytes)?)
    }
}
