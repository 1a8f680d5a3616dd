//! What is known of changes, and what was done about them.

use serde::{Deserialize, Serialize};

use crate::judging::Judgement;
use crate::port::{Fence, Stored};
use crate::row::WorkflowId;
use crate::time::Time;

/// What was done about the findings of a workflow. Kept apart from the findings, which follow from
/// samples.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deeds {
    /// Counts the changes of this record: the next one is stored only over the one before it.
    pub revision: u64,
    /// Issues that tell of them, oldest first.
    pub issues: Vec<Issue>,
}

/// An issue about a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// The finding it tells of.
    pub finding: String,
    /// What that is about, whenever it changes.
    pub subject: String,
    /// Its number, once it is known.
    pub number: Option<u64>,
    /// When it was filed.
    pub filed: Time,
    /// When it was closed, if it is.
    pub closed: Option<Time>,
    /// How often it was opened again.
    pub reopened: u32,
    /// Digest of what it says.
    pub says: [u8; 8],
    /// Since when it says so.
    pub said_at: Time,
    /// Since when nobody wants to hear of it.
    pub muted: Option<Time>,
}

/// Verdicts, and what was done about them, by workflow.
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

    /// What was done about the findings of a workflow.
    fn deeds(&self, id: WorkflowId) -> impl Future<Output = Stored<Deeds>> + Send;

    /// Stores what was done, if what is stored has the revision before it (none before the first).
    /// Answers whether it has.
    fn put_deeds(&self, id: WorkflowId, deeds: &Deeds)
    -> impl Future<Output = Stored<bool>> + Send;
}
