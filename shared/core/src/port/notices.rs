//! Chats and mail that people are told by, and what each of them was told.

use serde::{Deserialize, Serialize};

use crate::port::Stored;
use crate::time::Time;

/// A message, in the forms that channels take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// One line of ASCII, at most 100 characters.
    pub subject: String,
    /// For a chat, in the markup of Slack; fit for those that take it as Markdown.
    pub chat: String,
    /// For mail: lines of plain text.
    pub plain: String,
}

/// Why a message was not sent, or may not have been.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct ChannelError {
    /// Whether it may have arrived all the same.
    pub is_unsure: bool,
    /// What failed, and what to do. Holds no secret: of an address, its host at most.
    pub what: String,
}

/// A chat, or a list of addresses.
pub trait Channel: Sync {
    /// By which it is known in the ledger; never that of another one.
    fn name(&self) -> &'static str;

    /// Sends a message, once.
    fn send(&self, notice: &Notice) -> impl Future<Output = Result<(), ChannelError>> + Send;
}

/// Something that is told once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Topic {
    /// A finding.
    Finding {
        /// Its id.
        finding: String,
        /// What it is about, whenever it changes.
        subject: String,
    },
    /// That a finding is over.
    Over {
        /// Its id.
        finding: String,
        /// What it was about.
        subject: String,
    },
    /// A failed run, whatever its attempts.
    Run {
        /// Id of the repository.
        repository: u64,
        /// Id of the run.
        run: u64,
    },
}

/// What a channel was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// Counts the changes of this record: the next one is stored only over the one before it.
    pub revision: u64,
    /// What happened before is not told.
    pub since: Time,
    /// What was told and when, oldest first.
    pub told: Vec<(Topic, Time)>,
    /// What is sent now, or was sent when the sender died.
    pub claim: Option<Sending>,
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    /// When it was sent last.
    pub at: Time,
    /// What it tells.
    pub topics: Vec<Topic>,
    /// The message, as it is sent again should nobody say that it arrived.
    pub notice: Notice,
}

/// Messages to channels, remembered.
pub trait Notices: Sync {
    /// What a channel was told.
    fn announced(&self, channel: &str) -> impl Future<Output = Stored<Option<Announced>>> + Send;

    /// Stores what it was told, if what is stored has the revision before it (none before the
    /// first). Answers whether it has.
    fn put_announced(
        &self,
        channel: &str,
        announced: &Announced,
    ) -> impl Future<Output = Stored<bool>> + Send;
}
