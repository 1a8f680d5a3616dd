//! One pass: attempts with new events are folded and filed, touched days rolled up, old days sealed.
//!
//! Each write is a transaction that stands on its own, and the cursor moves only with the rows that
//! cover it. A pass that dies anywhere is finished by the next. What can be done is done before a
//! failure is told, so that one thing that cannot be read does not hold up the others.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::config;
use crate::flow::filing::Filer;
use crate::flow::judge::Judging;
use crate::port::{
    Fence, Findings, Lease, Ledger, Notes, Rows, StoreError, StoreErrorKind, Stored, Touched,
};
use crate::rollup::{JudgedRow, Rollup};
use crate::row::DayKey;
use crate::time::{Day, Time};
use crate::track::Track;

/// Touched days asked for at once, and days sealed between two looks for more.
const BATCH_DAYS: usize = 64;

/// Rows held in memory at once, but for the days they end in.
const BATCH_ROWS: usize = 2_000;

/// Questions to the store under way at once.
pub(super) const AT_ONCE: usize = 16;

/// How a pass is to go.
#[derive(Debug, Clone, Copy)]
pub struct Pass<'a> {
    /// Who makes it, in words: shown to others who want the lease.
    pub holder: &'a str,
    /// The time to judge ages by.
    pub now: Time,
    /// Days after the last fact of a workflow and day until it is sealed.
    pub retention_days: u16,
    /// How often the rollup of the present day is stored; at every pass without it. Reports do not
    /// depend on it, writes do.
    pub roll_up_every_ms: Option<i64>,
    /// How often workflows are judged; at every pass without it. What waits is judged by a later
    /// pass.
    pub judge_every_ms: Option<i64>,
    /// When to stop, by the clock, and leave the rest to the next pass.
    pub deadline: Option<Time>,
    /// Attempts are filed, and that is all: rolling up, judging and sealing are somebody else's.
    pub only_files: bool,
    /// When a change is a finding.
    pub judging: config::Judging,
}

impl<'a> Pass<'a> {
    /// A pass that does everything, however long it takes.
    pub fn new(holder: &'a str, now: Time, retention_days: u16) -> Self {
        Self {
            holder,
            now,
            retention_days,
            roll_up_every_ms: None,
            judge_every_ms: None,
            deadline: None,
            only_files: false,
            judging: config::Judging::default(),
        }
    }
}

/// A touched day with all that is made of it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) touched: Touched,
    pub(super) rows: Vec<JudgedRow>,
    pub(super) rollup: Rollup,
    pub(super) track: (Day, Track),
}

/// Somebody who looks at the days of a pass.
pub(super) trait Observer: Send {
    /// Whether a touched day is worth a look, even if its rollup is not stored yet.
    fn wants(&mut self, touched: Touched) -> impl Future<Output = Stored<bool>> + Send;

    /// Looks at some days. Answers those to come back to, which therefore stay touched.
    fn look(
        &mut self,
        fence: Fence,
        days: &[Seen],
    ) -> impl Future<Output = Stored<BTreeSet<DayKey>>> + Send;

    /// All has been done, or what there was time for.
    fn end(&mut self, fence: Fence, passed: &Passed) -> impl Future<Output = Stored<()>> + Send;
}

/// Nobody.
struct Unseen;

impl Observer for Unseen {
    async fn wants(&mut self, _: Touched) -> Stored<bool> {
        Ok(false)
    }

    async fn look(&mut self, _: Fence, _: &[Seen]) -> Stored<BTreeSet<DayKey>> {
        Ok(BTreeSet::new())
    }

    async fn end(&mut self, _: Fence, _: &Passed) -> Stored<()> {
        Ok(())
    }
}

/// What a pass did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Passed {
    /// New events taken up.
    pub events: u64,
    /// How long the longest-waiting of their attempts had waited since its latest event.
    pub lag_ms: i64,
    /// Attempts folded: one that got events in several transactions counts in each.
    pub attempts: u64,
    /// Days rolled up.
    pub days: u64,
    /// Workflows judged.
    pub judged: u64,
    /// Days sealed.
    pub sealed: u64,
    /// Attempts refused because their day is sealed.
    pub refused: u64,
    /// Attempts forgotten that never completed or were refused.
    pub forgotten: u64,
    /// Attempts set aside because they cannot be read.
    pub set_aside: u64,
    /// Whether there was no time for all of it.
    pub unfinished: bool,
}

/// Runs one pass, or answers who else is running one. `clock` gives the real time, for the lease;
/// `progress` hears after every transaction.
pub async fn aggregate(
    ledger: &(impl Ledger + Notes + Findings),
    pass: Pass<'_>,
    clock: impl Fn() -> Time + Send + Sync,
    progress: impl Fn(&Passed) + Send + Sync,
) -> Stored<Result<Passed, Lease>> {
    observed(ledger, pass, clock, progress, &mut Unseen).await
}

/// The same with somebody who looks on.
pub(super) async fn observed(
    ledger: &(impl Ledger + Notes + Findings),
    pass: Pass<'_>,
    clock: impl Fn() -> Time + Send + Sync,
    progress: impl Fn(&Passed) + Send + Sync,
    observer: &mut impl Observer,
) -> Stored<Result<Passed, Lease>> {
    let fence = match ledger.lease(pass.holder, clock()).await? {
        Lease::Won(fence) => fence,
        held @ Lease::Held { .. } => return Ok(Err(held)),
    };
    let work = Work { ledger, fence, pass, clock: &clock, progress: &progress };
    let passed = work.run(observer).await;
    let is_whole = passed.as_ref().is_ok_and(|passed| !passed.unfinished && !pass.only_files);
    // Given back even after a failure, so that the next pass need not wait for it to lapse.
    let released = ledger.release(fence, is_whole.then(&clock)).await;
    let passed = passed?;
    released?;
    Ok(Ok(passed))
}

/// A pass under way.
struct Work<'a, L, C, P> {
    ledger: &'a L,
    fence: Fence,
    pass: Pass<'a>,
    clock: &'a C,
    progress: &'a P,
}

impl<L, C, P> Work<'_, L, C, P>
where
    L: Ledger + Notes + Findings,
    C: Fn() -> Time + Send + Sync,
    P: Fn(&Passed) + Send + Sync,
{
    async fn run(&self, observer: &mut impl Observer) -> Stored<Passed> {
        let mut passed = Passed::default();
        let mut failed = Failed::default();
        failed.put_off(self.sweep(&mut passed).await)?;
        if !self.pass.only_files {
            let settled = self.settle(observer, &mut passed, &mut failed).await;
            // The first failure tells most.
            failed.put_off(settled)?;
        }
        failed.0.map_or(Ok(passed), Err)
    }

    /// Makes of what is filed what is made of it.
    async fn settle(
        &self,
        observer: &mut impl Observer,
        passed: &mut Passed,
        failed: &mut Failed,
    ) -> Stored<()> {
        let mut judging = Judging::new(self.ledger, self.fence, self.pass.judging);
        self.roll_up(observer, &mut judging, passed, failed).await?;
        // An attempt that is not filed belongs to a day that must stay open.
        let may_seal = failed.is_none();
        let judged = self.judge(&mut judging, passed).await;
        failed.put_off(judged.and_then(|()| judging.end()))?;
        if may_seal {
            self.seal(passed).await?;
        }
        observer.end(self.fence, passed).await
    }

    /// Files what is new.
    async fn sweep(&self, passed: &mut Passed) -> Stored<()> {
        let mut filer = Filer::new(self.ledger, self.fence, self.pass.now);
        let swept = async {
            while filer.file_changed().await? && self.goes_on(&mut filer.passed).await? {}
            Ok(())
        };
        let swept = swept.await;
        *passed = filer.passed;
        swept
    }

    /// Seals old days, and forgets what never came to belong to one.
    async fn seal(&self, passed: &mut Passed) -> Stored<()> {
        let cutoff = self.pass.now.plus_days(-i64::from(self.pass.retention_days));
        while !passed.unfinished {
            let days = self.ledger.expiring(cutoff, BATCH_DAYS).await?;
            for day in &days {
                self.ledger.seal(self.fence, *day).await?;
                passed.sealed += 1;
            }
            if days.is_empty() {
                break;
            }
            self.goes_on(passed).await?;
        }
        passed.forgotten = self.ledger.forget(self.fence, cutoff).await?;
        Ok(())
    }

    /// Keeps the lease, unless the time is up.
    async fn goes_on(&self, passed: &mut Passed) -> Stored<bool> {
        (self.progress)(passed);
        let clock = (self.clock)();
        passed.unfinished |= self.pass.deadline.is_some_and(|deadline| clock >= deadline);
        self.ledger.renew(self.fence, clock).await?;
        Ok(!passed.unfinished)
    }

    /// Takes up all touched days once.
    async fn roll_up(
        &self,
        observer: &mut impl Observer,
        judging: &mut Judging<'_, L>,
        passed: &mut Passed,
        failed: &mut Failed,
    ) -> Stored<()> {
        let with_today = self.is_due(self.pass.roll_up_every_ms).await?;
        let mut after = None;
        loop {
            let touched = self.ledger.touched(after, BATCH_DAYS).await?;
            let Some(last) = touched.last() else { return Ok(()) };
            after = Some(last.day);
            let mut touched = touched.into_iter().peekable();
            while touched.peek().is_some() {
                let mut seen = Vec::new();
                let mut held = 0;
                while let Some(touched) = touched.next_if(|_| held < BATCH_ROWS) {
                    let is_due = with_today || touched.day.day < self.pass.now.day();
                    if !is_due && !observer.wants(touched).await? {
                        continue;
                    }
                    let rows = match judged_rows(self.ledger, touched.day).await {
                        Err(error) if error.kind == StoreErrorKind::Corrupt => {
                            failed.put_off(Err(error))?;
                            continue;
                        }
                        rows => rows?,
                    };
                    held += rows.len();
                    let rollup = Rollup::of(&rows);
                    let track = (touched.day.day, Track::of(&rows, &rollup));
                    seen.push(Seen { touched, rows, rollup, track });
                }
                let stay = observer.look(self.fence, &seen).await?;
                seen.retain(|one| with_today || one.touched.day.day < self.pass.now.day());
                seen.retain(|one| !stay.contains(&one.touched.day));
                judging.note(&seen).await?;
                self.store(&seen).await?;
                passed.days += seen.len() as u64;
                if !self.goes_on(passed).await? {
                    return Ok(());
                }
            }
        }
    }

    async fn store(&self, seen: &[Seen]) -> Stored<()> {
        for Seen { touched, rollup, track, .. } in seen {
            self.ledger.put_rollup(self.fence, *touched, rollup, &track.1).await?;
        }
        Ok(())
    }

    /// Judges the workflows of the days that were stored.
    async fn judge(&self, judging: &mut Judging<'_, L>, passed: &mut Passed) -> Stored<()> {
        let is_due = self.is_due(self.pass.judge_every_ms).await?;
        while is_due && !passed.unfinished {
            let judged = judging.judge_some().await?;
            if judged == 0 {
                break;
            }
            passed.judged += judged;
            self.goes_on(passed).await?;
        }
        Ok(())
    }

    /// Whether this is the first pass in a turn of so many milliseconds.
    async fn is_due(&self, every_ms: Option<i64>) -> Stored<bool> {
        let Some(every) = every_ms else { return Ok(true) };
        let turn = |time: Time| time.as_millis().div_euclid(every.max(1));
        let last = self.ledger.last_pass().await?;
        Ok(last.is_none_or(|last| turn(last) != turn(self.pass.now)))
    }
}

/// The first failure of a pass that went on after it.
#[derive(Debug, Default)]
struct Failed(Option<StoreError>);

impl Failed {
    /// Keeps an error for later, unless it means that the pass is no longer ours.
    fn put_off(&mut self, done: Stored<()>) -> Stored<()> {
        match done {
            Err(error) if error.kind != StoreErrorKind::Fenced => {
                self.0.get_or_insert(error);
                Ok(())
            }
            done => done,
        }
    }

    const fn is_none(&self) -> bool {
        self.0.is_none()
    }
}

/// The rows of a day, each with whether it was superseded.
pub async fn judged_rows(rows: &impl Rows, day: DayKey) -> Stored<Vec<JudgedRow>> {
    let judge = |row| async move {
        let row: crate::row::Row = row;
        let superseded = row.conclusion == "cancelled" && rows.overtaken(&row).await?;
        Ok(JudgedRow { row, superseded })
    };
    let judged: Vec<_> = rows.rows(day).await?.into_iter().map(judge).collect();
    stream::iter(judged).buffered(AT_ONCE).try_collect().await
}
