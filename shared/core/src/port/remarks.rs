//! What is known of remarks on pull requests: what was found, what was said, and where.

use serde::{Deserialize, Serialize};

use crate::port::{PullRequest, Stored};
use crate::row::DayKey;
use crate::time::{Day, Time};

/// Days after its last change that what is known of a pull request is kept: a remark that is
/// forgotten would be made a second time.
const PULL_DAYS: i64 = 400;

/// The same of a commit, whose runs can be repeated for thirty days.
const HEAD_DAYS: i64 = 60;

/// Where a remark is, or what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spot {
    /// A pull request: its comment.
    Pull {
        /// Id of the repository.
        repository: u64,
        /// Its number.
        number: u64,
    },
    /// The head of a pull request: its check-run, and which pull requests it is the head of.
    Head {
        /// Id of the repository.
        repository: u64,
        /// The commit.
        sha: String,
    },
}

/// What is known of a spot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Counts the changes of this record: the next one is stored only over the one before it.
    pub revision: u64,
    /// When it changed last.
    pub at: Time,
    /// Of a head: what was found.
    pub seen: Option<Seen>,
    /// The comment or check-run.
    pub posted: Option<Posted>,
}

/// What was found of a head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Digest of its attempts, of all of which was told what is to be told.
    pub print: [u8; 8],
    /// When GitHub was asked for its pull requests.
    pub asked: Time,
    /// Those that are open.
    pub pulls: Vec<PullRequest>,
    /// Workflows and days with attempts of it.
    pub days: Vec<(u64, Day)>,
}

/// A comment or check-run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// When it was made; part of the mark it bears.
    pub made: Time,
    /// When GitHub was asked for what it tells of: who knows something older leaves it alone.
    pub asked: Time,
    /// Since when something is sent of which it is not known whether it arrived.
    pub claim: Option<Time>,
    /// GitHub's id of it, once that is known.
    pub id: Option<u64>,
    /// Digest of what it says.
    pub says: [u8; 8],
    /// Whether a person took it away: nothing is said there any more.
    pub muted: bool,
}

impl Spot {
    /// The repository.
    pub const fn repository(&self) -> u64 {
        match self {
            Self::Pull { repository, .. } | Self::Head { repository, .. } => *repository,
        }
    }

    /// What tells it from others of its repository: `#7`, or a commit.
    pub fn name(&self) -> String {
        match self {
            Self::Pull { number, .. } => format!("#{number}"),
            Self::Head { sha, .. } => sha.clone(),
        }
    }

    /// Until when a record of it that changed at a time is kept.
    pub fn kept_until(&self, changed: Time) -> Time {
        changed.plus_days(match self {
            Self::Pull { .. } => PULL_DAYS,
            Self::Head { .. } => HEAD_DAYS,
        })
    }
}

impl Said {
    /// The record after one, none before the first.
    #[must_use]
    pub fn after(before: Option<&Self>, now: Time) -> Self {
        match before {
            Some(said) => Self { revision: said.revision + 1, at: now, ..said.clone() },
            None => Self { revision: 1, at: now, seen: None, posted: None },
        }
    }
}

impl Seen {
    /// Its days, within a repository.
    pub fn keys(&self, repository: u64) -> impl Iterator<Item = DayKey> {
        let key = move |(workflow, day): &(u64, Day)| DayKey {
            workflow: crate::row::WorkflowId { repository, workflow: *workflow },
            day: *day,
        };
        self.days.iter().map(key)
    }
}

/// Remarks on pull requests, remembered.
pub trait Remarks: Sync {
    /// What is known of a spot.
    fn said(&self, spot: &Spot) -> impl Future<Output = Stored<Option<Said>>> + Send;

    /// Stores what is known, if what is stored has the revision before it (none before the first).
    /// Answers whether it has. Records that are past their time may be dropped.
    fn put_said(&self, spot: &Spot, said: &Said) -> impl Future<Output = Stored<bool>> + Send;
}
