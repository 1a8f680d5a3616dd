//! What the flows need of the world, in the words of those who use it. Adapters implement these
//! traits; they decide nothing.

use std::fmt;
use std::ops::Range;

use crate::model::{AttemptId, Event};
use crate::rollup::Rollup;
use crate::row::{DayKey, Row, WorkflowId};
use crate::time::{Day, Time};

/// A store that could not do what was asked. Nothing is half-written.
#[derive(Debug, thiserror::Error)]
#[error("{kind}: {what}")]
pub struct StoreError {
    /// What sort of failure.
    pub kind: StoreErrorKind,
    /// What failed, for which file or id, and what to do.
    pub what: String,
    /// The cause, where there is one.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Sorts of failure of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// Somebody else holds it for too long; try again.
    Busy,
    /// No space is left.
    Full,
    /// Another pass took the lease over.
    Fenced,
    /// It is damaged, or not ours.
    Corrupt,
    /// It was written by a newer version.
    Newer,
    /// There is none.
    Missing,
    /// Anything else.
    Failed,
}

impl fmt::Display for StoreErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Busy => "the store is busy",
            Self::Full => "the store has no space left",
            Self::Fenced => "another pass has taken over",
            Self::Corrupt => "the store is damaged or not Laptime's",
            Self::Newer => "the store was written by a newer Laptime",
            Self::Missing => "there is no store",
            Self::Failed => "the store failed",
        })
    }
}

/// Result of a call on a store.
pub type Stored<T> = Result<T, StoreError>;

/// Whether an event was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It is stored now, durably.
    New,
    /// The same event was stored before.
    Known,
}

/// The webhook's store: events are only ever added.
pub trait Inbox: Sync {
    /// Adds an event received at `received`, unless one of the same content is there. Durable once
    /// the future is ready.
    fn append(
        &self,
        event: &Event,
        received: Time,
    ) -> impl Future<Output = Stored<Appended>> + Send;
}

/// Proof that a pass holds the lease. A later holder has a greater number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence(pub u64);

/// Outcome of asking for the lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lease {
    /// It is ours until it expires or is released.
    Won(Fence),
    /// Another pass holds it.
    Held {
        /// Who, in words.
        by: String,
        /// When it lapses if it is not renewed.
        until: Time,
    },
}

/// A position in the order in which events were stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor(pub u64);

/// The attempts that new events are about.
#[derive(Debug, Clone, Default)]
pub struct Changed {
    /// Each attempt once, with all its events.
    pub attempts: Vec<ChangedAttempt>,
    /// How many events are new.
    pub events: u64,
    /// Up to where events are covered.
    pub upto: Cursor,
}

/// An attempt with all its events.
#[derive(Debug, Clone)]
pub struct ChangedAttempt {
    /// The attempt.
    pub id: AttemptId,
    /// All its stored events.
    pub events: Vec<Event>,
    /// When the latest of them was received.
    pub last_received: Time,
    /// Where it is filed now.
    pub place: Place,
}

/// Where an attempt is filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Nowhere yet: it has not completed.
    Open,
    /// Under its day, by this row.
    Row(Box<Row>),
    /// In the rollup of a sealed day; its row is gone.
    Sealed,
}

/// One attempt to file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// The attempt.
    pub id: AttemptId,
    /// When its latest event was received.
    pub last_received: Time,
    /// What to do with it.
    pub filing: Filing,
}

/// What to do with an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filing {
    /// It has not completed: just remember it.
    Open,
    /// Put this row in place of any it had.
    Row(Box<Row>),
    /// It belongs to a sealed day: leave what is there and mark it as refused.
    Refuse,
}

/// What the aggregator works on. Every write names the fence and fails when it is not the latest.
pub trait Ledger: Rows {
    /// Asks for the one lease on passes. `clock` is the real time, whatever `--now` says.
    fn lease(&self, holder: &str, clock: Time) -> impl Future<Output = Stored<Lease>> + Send;

    /// Extends the lease that `fence` proves.
    fn renew(&self, fence: Fence, clock: Time) -> impl Future<Output = Stored<()>> + Send;

    /// Gives the lease back; `done` is when the pass ended, unless it failed.
    fn release(&self, fence: Fence, done: Option<Time>) -> impl Future<Output = Stored<()>> + Send;

    /// Attempts with events stored since the last filing, at most about `limit` events of them.
    fn changed(&self, limit: usize) -> impl Future<Output = Stored<Changed>> + Send;

    /// Days that hold a cancelled row this row's run may have replaced: of the same workflow and
    /// branch, of an older run, ended after this one started.
    fn overtakes(&self, row: &Row) -> impl Future<Output = Stored<Vec<DayKey>>> + Send;

    /// Which of these days are sealed.
    fn sealed(&self, days: &[DayKey]) -> impl Future<Output = Stored<Vec<DayKey>>> + Send;

    /// In one transaction: files attempts, marks days as touched, and moves the cursor.
    fn file(
        &self,
        fence: Fence,
        filed: &[Filed],
        touched: &[DayKey],
        upto: Cursor,
    ) -> impl Future<Output = Stored<()>> + Send;

    /// Touched days, at most `limit`.
    fn touched(&self, limit: usize) -> impl Future<Output = Stored<Vec<DayKey>>> + Send;

    /// In one transaction: puts the rollup of a day and marks the day as no longer touched.
    fn put_rollup(
        &self,
        fence: Fence,
        day: DayKey,
        rollup: &Rollup,
    ) -> impl Future<Output = Stored<()>> + Send;

    /// Days not sealed and not touched whose last fact was received before `cutoff`.
    fn expiring(
        &self,
        cutoff: Time,
        limit: usize,
    ) -> impl Future<Output = Stored<Vec<DayKey>>> + Send;

    /// In one transaction: seals a day and drops its rows and their events. The attempts stay
    /// known as sealed.
    fn seal(&self, fence: Fence, day: DayKey) -> impl Future<Output = Stored<()>> + Send;

    /// Drops the events of attempts that never completed, or were refused, when their last fact
    /// was received before `cutoff`. Answers how many attempts.
    fn forget(&self, fence: Fence, cutoff: Time) -> impl Future<Output = Stored<u64>> + Send;
}

/// Reading attempt rows.
pub trait Rows: Sync {
    /// All rows of a day, in any order.
    fn rows(&self, day: DayKey) -> impl Future<Output = Stored<Vec<Row>>> + Send;

    /// Whether a newer run of the row's workflow and branch had started before the row's end.
    fn overtaken(&self, row: &Row) -> impl Future<Output = Stored<bool>> + Send;
}

/// What reports are made from.
pub trait Library: Rows {
    /// Workflows with a day in the range.
    fn workflows(&self, days: Range<Day>) -> impl Future<Output = Stored<Vec<WorkflowId>>> + Send;

    /// The days of a workflow in the range, oldest first.
    fn days(
        &self,
        workflow: WorkflowId,
        days: Range<Day>,
    ) -> impl Future<Output = Stored<Vec<StoredDay>>> + Send;

    /// What the store holds.
    fn standing(&self) -> impl Future<Output = Stored<Standing>> + Send;
}

/// What a store holds, for `laptime status`.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Standing {
    /// Raw events kept.
    pub events: u64,
    /// Events that no pass has taken up yet.
    pub events_waiting: u64,
    /// When the latest event was received.
    pub last_received: Option<Time>,
    /// Attempts known that have not completed.
    pub attempts_open: u64,
    /// Completed attempts with a row.
    pub attempts_filed: u64,
    /// Attempts in sealed days.
    pub attempts_sealed: u64,
    /// Attempts whose facts came after their day was sealed.
    pub attempts_refused: u64,
    /// Days of workflows, sealed ones included.
    pub days: u64,
    /// Days whose rollup is out of date.
    pub days_touched: u64,
    /// Days sealed.
    pub days_sealed: u64,
    /// When the last pass ended.
    pub last_pass: Option<Time>,
}

/// One stored day of a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDay {
    /// The day.
    pub day: Day,
    /// Whether its rows are gone for good.
    pub sealed: bool,
    /// Its rollup; none while rows have changed since it was made.
    pub rollup: Option<Rollup>,
}
