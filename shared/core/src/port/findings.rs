//! What is known of changes, and what was done about them.

use serde::{Deserialize, Serialize};

use crate::judging::Judgement;
use crate::port::{Fence, Stored};
use crate::row::WorkflowId;
use crate::time::Time;

/// Whose deeds a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Desk {
    /// A workflow's.
    Workflow(WorkflowId),
    /// Those of a repository as a whole, by its id.
    Repository(u64),
    /// Those about thresholds of a repository's workflows, by its id.
    Thresholds(u64),
}

/// What was done about findings. Kept apart from the findings, which follow from samples.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deeds {
    /// Counts the changes of this record: the next one is stored only over the one before it.
    pub revision: u64,
    /// Issues that tell of them, oldest first.
    pub issues: Vec<Issue>,
}

/// An issue about a finding, or about several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// The finding it tells of.
    pub finding: String,
    /// What that is about, whenever it changes.
    pub subject: String,
    /// `owner/name` of where it was filed.
    pub repository: String,
    /// Its number, once it is known.
    pub number: Option<u64>,
    /// When it was filed.
    pub filed: Time,
    /// What was sent without that it is known whether it arrived.
    pub claim: Option<Claim>,
    /// When it was closed, if it is.
    pub closed: Option<Closed>,
    /// How often it was opened again.
    pub reopened: u32,
    /// Digest of what it says.
    pub says: [u8; 8],
    /// Since when it says so.
    pub said_at: Time,
    /// What people were told last, other than by an edit.
    pub told: Gist,
    /// Since when nobody wants to hear of it.
    pub muted: Option<Time>,
    /// The findings it tells of, if they are several.
    pub gathered: Vec<Gathered>,
}

/// What is sent now, or was sent when the sender died.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// When.
    pub at: Time,
    /// What.
    pub what: Claimed,
}

/// What was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Claimed {
    /// The issue itself: its number is greater than this one.
    Issue {
        /// No issue up to this number is it.
        after: u64,
    },
    /// A comment on it, which bears this mark.
    Comment(String),
}

/// That an issue was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// When, or when that was seen.
    pub at: Time,
    /// Whether a person closed it.
    pub by_hand: bool,
}

/// The little of a finding that a person must hear of when it changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gist {
    /// Change of the level: thousandths of the level before, or of 1 for a share.
    pub change: i64,
    /// Whether something other than the code is likely to be the cause.
    pub not_your_code: bool,
}

/// A finding that an issue tells of beside others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gathered {
    /// Its workflow.
    pub workflow: WorkflowId,
    /// The finding.
    pub finding: String,
    /// What it is about.
    pub subject: String,
}

/// The largest id that all stores can keep.
const LAST_ID: u64 = i64::MAX.unsigned_abs();

impl Desk {
    /// Under which ids a store keeps it: no workflow has the id 0, or the largest there is.
    pub const fn ids(self) -> WorkflowId {
        match self {
            Self::Workflow(id) => id,
            Self::Repository(repository) => WorkflowId { repository, workflow: 0 },
            Self::Thresholds(repository) => WorkflowId { repository, workflow: LAST_ID },
        }
    }

    /// The desk that a store keeps under these ids.
    pub const fn of_ids(ids: WorkflowId) -> Self {
        match ids {
            WorkflowId { repository, workflow: 0 } => Self::Repository(repository),
            WorkflowId { repository, workflow: LAST_ID } => Self::Thresholds(repository),
            id => Self::Workflow(id),
        }
    }

    /// The repository it is about.
    pub const fn repository(self) -> u64 {
        self.ids().repository
    }
}

/// Verdicts by workflow, and what was done about them.
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

    /// All that was done and is not forgotten, in any order.
    fn all_deeds(&self) -> impl Future<Output = Stored<Vec<(Desk, Deeds)>>> + Send;

    /// What was done.
    fn deeds(&self, desk: Desk) -> impl Future<Output = Stored<Deeds>> + Send;

    /// Stores what was done, if what is stored has the revision before it (none before the first).
    /// Answers whether it has.
    fn put_deeds(&self, desk: Desk, deeds: &Deeds) -> impl Future<Output = Stored<bool>> + Send;
}
