//! What is known of changes, and what was done about them.

use serde::{Deserialize, Serialize};

use crate::judging::Judgement;
use crate::port::{Fence, Stored};
use crate::row::WorkflowId;
use crate::time::Time;

/// What was done about a finding. Kept apart from the finding itself, which follows from samples.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deeds {
    /// Counts the changes of this record: the next one is stored only over the one before it.
    pub revision: u64,
    /// The issue that tells of it.
    pub issue: Option<Issue>,
    /// When it was told last, and how it stood then.
    pub told: Option<Told>,
    /// Since when nobody wants to hear of it.
    pub muted: Option<Time>,
}

/// An issue about a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Its number, once it is known.
    pub number: Option<u64>,
    /// When it was filed.
    pub filed: Time,
    /// When it was closed, if it is.
    pub closed: Option<Time>,
    /// How often it was opened again.
    pub reopened: u32,
}

/// What an issue said when it was written last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When.
    pub at: Time,
    /// Digest of what it said.
    pub digest: [u8; 8],
}

/// Verdicts by workflow, and what was done about findings by their identity.
pub trait Findings: Sync {
    /// What was judged of a workflow.
    fn judgement(&self, id: WorkflowId) -> impl Future<Output = Stored<Option<Judgement>>> + Send;

    /// Puts a judgement in place of what it was.
    fn put_judgement(
        &self,
        fence: Fence,
        id: WorkflowId,
        judgement: &Judgement,
    ) -> impl Future<Output = Stored<()>> + Send;

    /// What was done about a finding.
    fn deeds(&self, finding: &str) -> impl Future<Output = Stored<Option<Deeds>>> + Send;

    /// Stores what was done, if what is stored has the revision before it (none before the first).
    /// Answers whether it has.
    fn put_deeds(&self, finding: &str, deeds: &Deeds) -> impl Future<Output = Stored<bool>> + Send;
}
