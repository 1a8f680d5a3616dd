//! What the flows need of the world, in the words of those who use it. Adapters implement these
//! traits; they decide nothing.

mod dashboards;
mod findings;
mod forge;
mod notices;
mod objects;
mod outbox;
mod pulls;
mod remarks;

use std::fmt;
use std::ops::Range;

use crate::judging::Judgement;
use crate::model::{AttemptId, Event};
use crate::rollup::Rollup;
use crate::row::{DayKey, Row, WorkflowId};
use crate::time::{Day, Time};
use crate::track::Track;

pub use findings::{Claim, Claimed, Closed, Deeds, Desk, Findings, Gathered, Gist, Issue};
pub use forge::{
    Draft, Forge, ForgeError, ForgeErrorKind, Forged, IssueStanding, IssueState, Rewrite,
};

pub use dashboards::{Annotation, Dashboards, DashboardsError, Folder, Held, Trouble};
pub use notices::{Announced, Channel, ChannelError, Notice, Notices, Sending, Topic};
pub use objects::{Object, ObjectStanding, Objects};
pub use outbox::{Datum, Metrics, NotSent, Note, Notes, Unit, VALUES_MAX, Within};
pub use pulls::{Check, PullRequest, Pulls};
pub use remarks::{Posted, Remarks, Said, Seen, Spot};

/// A store that could not do what was asked. Asked again, it begins where it was.
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

/// The attempts that new events are about.
#[derive(Debug, Clone)]
pub struct Changed<C> {
    /// What is stored of them.
    pub loaded: Loaded,
    /// Up to where events are covered; none if none is new.
    pub upto: Option<C>,
}

/// Attempts with events that no filing has covered.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// Each attempt once, with all its events.
    pub attempts: Vec<ChangedAttempt>,
    /// Attempts that cannot be read.
    pub broken: Vec<Broken>,
    /// How many events are new.
    pub events: u64,
}

/// An attempt with all its events.
#[derive(Debug, Clone)]
pub struct ChangedAttempt {
    /// The attempt.
    pub id: AttemptId,
    /// All its stored events.
    pub events: Vec<Event>,
    /// When they were received.
    pub received: Received,
    /// Where it is filed now.
    pub place: Place,
    /// A filing of it may have ended half-way: its days are out of date even if its row is not.
    pub unfinished: bool,
}

/// When the events of an attempt were received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// The earliest.
    pub first: Time,
    /// The latest.
    pub last: Time,
    /// By which the store knows which events a filing has covered.
    pub print: u64,
}

/// An attempt whose stored events cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The attempt.
    pub id: AttemptId,
    /// As of its filing.
    pub received: Received,
    /// What is wrong, in words.
    pub why: String,
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
    /// How many events it was folded from.
    pub events: usize,
    /// When they were received.
    pub received: Received,
    /// The row it has had.
    pub before: Option<Box<Row>>,
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
    /// It cannot be read: leave what is there and put it aside, so that the others go on.
    SetAside {
        /// What is wrong, in words.
        why: String,
    },
}

/// A day whose rollup is out of date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touched {
    /// The day.
    pub day: DayKey,
    /// Tells this mark from later ones, on stores where a pass that lost its lease may still write.
    pub mark: u64,
}

/// What the aggregator works on. Every write names the fence: under one that is not the latest it
/// fails, or at least changes nothing that a later holder has written.
pub trait Ledger: Rows {
    /// A position in the order in which events were stored.
    type Cursor: fmt::Debug + Clone + Send + Sync;

    /// Asks for the one lease on passes. `clock` is the real time, whatever `--now` says.
    fn lease(&self, holder: &str, clock: Time) -> impl Future<Output = Stored<Lease>> + Send;

    /// Extends the lease that `fence` proves.
    fn renew(&self, fence: Fence, clock: Time) -> impl Future<Output = Stored<()>> + Send;

    /// Gives the lease back; `done` is when the pass ended, unless it failed.
    fn release(&self, fence: Fence, done: Option<Time>) -> impl Future<Output = Stored<()>> + Send;

    /// Attempts with events stored since the last filing, at most about `limit` events of them.
    fn changed(&self, limit: usize) -> impl Future<Output = Stored<Changed<Self::Cursor>>> + Send;

    /// These attempts, but for those whose events have all been covered.
    fn load(&self, ids: &[AttemptId]) -> impl Future<Output = Stored<Loaded>> + Send;

    /// Days that hold a cancelled row this row's run may have replaced: of the same workflow and
    /// branch, of an older run, started no later than this one and ended after that.
    fn overtakes(&self, row: &Row) -> impl Future<Output = Stored<Vec<DayKey>>> + Send;

    /// Which of these days are sealed.
    fn sealed(&self, days: &[DayKey]) -> impl Future<Output = Stored<Vec<DayKey>>> + Send;

    /// Files attempts, marks days as touched, and moves the cursor, if one is given. Either all of
    /// it happens, or what is missing is found by the next `changed`.
    fn file(
        &self,
        fence: Fence,
        filed: &[Filed],
        touched: &[DayKey],
        upto: Option<&Self::Cursor>,
    ) -> impl Future<Output = Stored<()>> + Send;

    /// When the last pass ended.
    fn last_pass(&self) -> impl Future<Output = Stored<Option<Time>>> + Send;

    /// Touched days, at most `limit`, behind `after` in an order of the store's own.
    fn touched(
        &self,
        after: Option<DayKey>,
        limit: usize,
    ) -> impl Future<Output = Stored<Vec<Touched>>> + Send;

    /// Puts the rollup and the track of a day, made from rows read after it was seen as touched, and
    /// takes that mark away.
    fn put_rollup(
        &self,
        fence: Fence,
        touched: Touched,
        rollup: &Rollup,
        track: &Track,
    ) -> impl Future<Output = Stored<()>> + Send;

    /// Days not sealed and not touched whose last fact was received before `cutoff`, or whose first
    /// one is about to be dropped.
    fn expiring(
        &self,
        cutoff: Time,
        limit: usize,
    ) -> impl Future<Output = Stored<Vec<DayKey>>> + Send;

    /// In one transaction: seals a day. Its rows are gone; they and their events are dropped now or
    /// later. The attempts stay known as sealed.
    fn seal(&self, fence: Fence, day: DayKey) -> impl Future<Output = Stored<()>> + Send;

    /// Drops the events of attempts that never completed, or were refused, when their last fact
    /// was received before `cutoff`. Answers how many attempts, where the store does not drop them
    /// by itself.
    fn forget(&self, fence: Fence, cutoff: Time) -> impl Future<Output = Stored<u64>> + Send;
}

/// Reading attempt rows.
pub trait Rows: Sync {
    /// All rows of a day, in any order.
    fn rows(&self, day: DayKey) -> impl Future<Output = Stored<Vec<Row>>> + Send;

    /// Whether a newer run of the row's workflow and branch started between the row's start and end.
    fn overtaken(&self, row: &Row) -> impl Future<Output = Stored<bool>> + Send;

    /// The stored tracks of a workflow's days in the range, oldest first. Days that were touched
    /// since have the track from before.
    fn tracks(
        &self,
        workflow: WorkflowId,
        days: Range<Day>,
    ) -> impl Future<Output = Stored<Vec<(Day, Track)>>> + Send;
}

/// What reports are made from.
pub trait Library: Rows {
    /// At least the workflows with a day in the range, in any order.
    fn workflows(&self, days: Range<Day>) -> impl Future<Output = Stored<Vec<WorkflowId>>> + Send;

    /// The days of a workflow in the range, oldest first.
    fn days(
        &self,
        workflow: WorkflowId,
        days: Range<Day>,
    ) -> impl Future<Output = Stored<Vec<StoredDay>>> + Send;

    /// What was judged, of all workflows, in any order.
    fn judgements(&self) -> impl Future<Output = Stored<Vec<(WorkflowId, Judgement)>>> + Send;

    /// What the store holds.
    fn standing(&self) -> impl Future<Output = Stored<Standing>> + Send;
}

/// What a store holds, for `laptime status`. A figure is none where a store would have to read all
/// of itself to tell.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Standing {
    /// Raw events kept.
    pub events: Option<u64>,
    /// Events that no pass has taken up yet.
    pub events_waiting: Option<u64>,
    /// When the latest event was received.
    pub last_received: Option<Time>,
    /// Attempts known that have not completed.
    pub attempts_open: Option<u64>,
    /// Completed attempts with a row.
    pub attempts_filed: Option<u64>,
    /// Attempts in sealed days.
    pub attempts_sealed: Option<u64>,
    /// Attempts whose facts came after their day was sealed.
    pub attempts_refused: u64,
    /// Attempts set aside because they cannot be read.
    pub attempts_set_aside: u64,
    /// Days of workflows, sealed ones included.
    pub days: Option<u64>,
    /// Days whose rollup is out of date.
    pub days_touched: u64,
    /// Days sealed.
    pub days_sealed: Option<u64>,
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
