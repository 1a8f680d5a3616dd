//! What the aggregator sends out, and its notes on what it has sent.

use crate::model::AttemptId;
use crate::port::{Fence, Stored};
use crate::row::DayKey;
use crate::time::{Day, Time};

/// One figure of one series for a metrics service: values as a distribution.
#[derive(Debug, Clone, PartialEq)]
pub struct Datum {
    /// Its name.
    pub name: &'static str,
    /// What its values are.
    pub unit: Unit,
    /// What tells its series from others of the name.
    pub dimensions: Vec<(&'static str, String)>,
    /// When it was measured.
    pub at: Time,
    /// Each distinct value and how often it occurred; at most [`VALUES_MAX`].
    pub values: Vec<(f64, f64)>,
}

/// Distinct values in one [`Datum`] at most.
pub const VALUES_MAX: usize = 150;

/// What values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// A number of things.
    Count,
    /// Per cent.
    Percent,
    /// A share from 0 to 1, or of no unit.
    Plain,
}

/// Why figures were not sent.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    /// They were not taken: they may be sent again.
    #[error("{0}")]
    Refused(String),
    /// They may have been taken: sending them again could count them twice.
    #[error("{0}; they may have arrived, and are not sent again")]
    Unsure(String),
}

/// A metrics service. It takes what it is given as it comes, twice if it comes twice.
pub trait Metrics: Sync {
    /// Sends figures in one call, without trying again. They fit: see [`crate::fleet::Batch`].
    fn put(
        &self,
        namespace: &str,
        data: &[Datum],
    ) -> impl Future<Output = Result<(), NotSent>> + Send;
}

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Note {
    /// The attempts of a day whose samples have been sent.
    Sent(DayKey),
    /// How many samples are on their way.
    Flight,
    /// The workflows, and how they do.
    Fleet,
    /// Which jobs have metrics of their own.
    Jobs,
    /// The workflows that are to be judged.
    Unjudged,
    /// How many series each workflow had on a day.
    Active(Day),
}

/// Small values that a pass keeps for the next one.
pub trait Notes: Sync {
    /// The note, if there is one.
    fn note(&self, note: Note) -> impl Future<Output = Stored<Option<Vec<u8>>>> + Send;

    /// Puts the note in place of what it was.
    fn put_note(
        &self,
        fence: Fence,
        note: Note,
        value: Vec<u8>,
    ) -> impl Future<Output = Stored<()>> + Send;
}

/// An attempt within its day: run and attempt number.
pub type Within = (u64, u32);

impl AttemptId {
    /// What tells it from the others of a day of a workflow.
    pub const fn within_day(self) -> Within {
        (self.run, self.attempt)
    }
}
