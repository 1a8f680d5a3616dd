//! One pass: attempts with new events are folded and filed, touched days rolled up, old days sealed.
//!
//! Each write is a transaction that stands on its own, and the cursor moves only with the rows that
//! cover it. A pass that dies anywhere is finished by the next.

use std::collections::BTreeSet;

use crate::model::{Attempt, AttemptId};
use crate::port::{
    Broken, Changed, ChangedAttempt, Fence, Filed, Filing, Lease, Ledger, Loaded, Place, Rows,
    StoreError, Stored, Touched,
};
use crate::rollup::{JudgedRow, Rollup};
use crate::row::{DayKey, Row};
use crate::time::Time;

/// Events folded in one transaction.
const BATCH_EVENTS: usize = 2_000;

/// Attempts of a given list folded at once.
const BATCH_ATTEMPTS: usize = 200;

/// Touched days asked for at once, and days sealed between two looks for more.
const BATCH_DAYS: usize = 64;

/// Rows held in memory at once, but for the days they end in.
const BATCH_ROWS: usize = 2_000;

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
    /// When to stop, by the clock, and leave the rest to the next pass.
    pub deadline: Option<Time>,
}

impl<'a> Pass<'a> {
    /// A pass that does everything, however long it takes.
    pub const fn new(holder: &'a str, now: Time, retention_days: u16) -> Self {
        Self { holder, now, retention_days, roll_up_every_ms: None, deadline: None }
    }
}

/// A touched day with all that is made of it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) touched: Touched,
    pub(super) rows: Vec<JudgedRow>,
    pub(super) rollup: Rollup,
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
    /// Attempts folded: one that got events in several transactions counts in each.
    pub attempts: u64,
    /// Days rolled up.
    pub days: u64,
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
    ledger: &impl Ledger,
    pass: Pass<'_>,
    clock: impl Fn() -> Time + Send + Sync,
    progress: impl Fn(&Passed) + Send + Sync,
) -> Stored<Result<Passed, Lease>> {
    observed(ledger, pass, clock, progress, &mut Unseen).await
}

/// The same with somebody who looks on.
pub(super) async fn observed(
    ledger: &impl Ledger,
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
    // Given back even after a failure, so that the next pass need not wait for it to lapse.
    let released = ledger.release(fence, passed.is_ok().then(&clock)).await;
    let passed = passed?;
    released?;
    Ok(Ok(passed))
}

/// What came of attempts that were to be filed.
#[derive(Debug)]
pub struct Refolded {
    /// What was done.
    pub passed: Passed,
    /// How many of the attempts are done, from the first on.
    pub done: usize,
    /// Why the rest is not.
    pub failed: Option<StoreError>,
}

/// Files these attempts and nothing else, or answers who is running a pass. While none of them has
/// completed there is nothing to file, and no lease is taken.
pub async fn refold(
    ledger: &impl Ledger,
    holder: &str,
    ids: &[AttemptId],
    clock: impl Fn() -> Time + Send + Sync,
) -> Stored<Result<Refolded, Lease>> {
    let mut refolded = Refolded { passed: Passed::default(), done: 0, failed: None };
    let mut ready = Vec::new();
    for some in ids.chunks(BATCH_ATTEMPTS) {
        ready.extend(to_file(&ledger.load(some).await?));
    }
    if !ready.is_empty() {
        let fence = match ledger.lease(holder, clock()).await? {
            Lease::Won(fence) => fence,
            held @ Lease::Held { .. } => return Ok(Err(held)),
        };
        refold_some(ledger, fence, &mut ready, &clock, &mut refolded).await;
        // What is done is done, even if the lease then lapses by itself.
        if let Err(error) = ledger.release(fence, None).await {
            refolded.failed.get_or_insert(error);
        }
    }
    refolded.done = ids.iter().take_while(|id| !ready.contains(id)).count();
    Ok(Ok(refolded))
}

/// Files attempts and takes them off the list, until one part of them fails.
async fn refold_some(
    ledger: &impl Ledger,
    fence: Fence,
    ready: &mut Vec<AttemptId>,
    clock: impl Fn() -> Time,
    refolded: &mut Refolded,
) {
    let mut refused = BTreeSet::new();
    while !ready.is_empty() && refolded.failed.is_none() {
        let some: Vec<AttemptId> = ready.iter().copied().take(BATCH_ATTEMPTS).collect();
        // Loaded anew: another pass may have filed them before the lease was won.
        let filed = file_some(ledger, fence, &some, &mut refolded.passed, &mut refused).await;
        let done = match filed {
            Ok(()) if ready.len() > some.len() => ledger.renew(fence, clock()).await,
            done => done,
        };
        match done {
            Ok(()) => drop(ready.drain(..some.len())),
            Err(error) => refolded.failed = Some(error),
        }
    }
}

/// The attempts that a filing does something about.
fn to_file(loaded: &Loaded) -> Vec<AttemptId> {
    let whole = loaded.attempts.iter().filter(|one| {
        !matches!(one.place, Place::Open) || Row::of(&Attempt::fold(one.id, &one.events)).is_some()
    });
    whole.map(|one| one.id).chain(loaded.broken.iter().map(|broken| broken.id)).collect()
}

async fn file_some(
    ledger: &impl Ledger,
    fence: Fence,
    ids: &[AttemptId],
    passed: &mut Passed,
    refused: &mut BTreeSet<AttemptId>,
) -> Stored<()> {
    let loaded = ledger.load(ids).await?;
    file_loaded(ledger, fence, loaded, None, passed, refused).await
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
    L: Ledger,
    C: Fn() -> Time + Send + Sync,
    P: Fn(&Passed) + Send + Sync,
{
    async fn run(&self, observer: &mut impl Observer) -> Stored<Passed> {
        let mut passed = Passed::default();
        let mut refused = BTreeSet::new();
        while file_changed(self.ledger, self.fence, &mut passed, &mut refused).await? {
            if !self.goes_on(&mut passed).await? {
                break;
            }
        }
        self.roll_up(observer, &mut passed).await?;
        let cutoff = self.pass.now.plus_days(-i64::from(self.pass.retention_days));
        while !passed.unfinished && seal(self.ledger, self.fence, cutoff, &mut passed).await? {
            self.goes_on(&mut passed).await?;
        }
        passed.forgotten = self.ledger.forget(self.fence, cutoff).await?;
        observer.end(self.fence, &passed).await?;
        Ok(passed)
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
    async fn roll_up(&self, observer: &mut impl Observer, passed: &mut Passed) -> Stored<()> {
        let with_today = self.is_due().await?;
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
                    let rows = judged_rows(self.ledger, touched.day).await?;
                    held += rows.len();
                    seen.push(Seen { touched, rollup: Rollup::of(&rows), rows });
                }
                let stay = observer.look(self.fence, &seen).await?;
                seen.retain(|one| with_today || one.touched.day.day < self.pass.now.day());
                seen.retain(|one| !stay.contains(&one.touched.day));
                self.store(&seen).await?;
                passed.days += seen.len() as u64;
                if !self.goes_on(passed).await? {
                    return Ok(());
                }
            }
        }
    }

    async fn store(&self, seen: &[Seen]) -> Stored<()> {
        for Seen { touched, rollup, .. } in seen {
            self.ledger.put_rollup(self.fence, *touched, rollup).await?;
        }
        Ok(())
    }

    /// Whether the rollup of the present day is to be stored by this pass.
    async fn is_due(&self) -> Stored<bool> {
        let Some(every) = self.pass.roll_up_every_ms else { return Ok(true) };
        let turn = |time: Time| time.as_millis().div_euclid(every.max(1));
        let last = self.ledger.last_pass().await?;
        Ok(last.is_none_or(|last| turn(last) != turn(self.pass.now)))
    }
}

async fn file_changed(
    ledger: &impl Ledger,
    fence: Fence,
    passed: &mut Passed,
    refused: &mut BTreeSet<AttemptId>,
) -> Stored<bool> {
    let Changed { loaded, upto } = ledger.changed(BATCH_EVENTS).await?;
    if upto.is_none() {
        return Ok(false);
    }
    file_loaded(ledger, fence, loaded, upto, passed, refused).await?;
    Ok(true)
}

async fn file_loaded<L: Ledger>(
    ledger: &L,
    fence: Fence,
    loaded: Loaded,
    upto: Option<L::Cursor>,
    passed: &mut Passed,
    refused: &mut BTreeSet<AttemptId>,
) -> Stored<()> {
    let Loaded { attempts, broken, events } = loaded;
    let rows: Vec<Option<Row>> =
        attempts.iter().map(|one| Row::of(&Attempt::fold(one.id, &one.events))).collect();
    let days: BTreeSet<DayKey> = rows.iter().flatten().map(Row::key).collect();
    let sealed = ledger.sealed(&days.into_iter().collect::<Vec<_>>()).await?;

    let mut touched = BTreeSet::new();
    let mut filed = Vec::with_capacity(attempts.len() + broken.len());
    for (one, row) in attempts.into_iter().zip(rows) {
        let unfinished = one.unfinished;
        let decided = decide(one, row, &sealed);
        touched.extend(touched_by(ledger, &decided, unfinished).await?);
        filed.push(decided);
    }
    passed.events += events;
    passed.attempts += filed.len() as u64;
    passed.set_aside += broken.len() as u64;
    filed.extend(broken.into_iter().map(put_aside));
    let touched: Vec<DayKey> = touched.into_iter().collect();
    ledger.file(fence, &filed, &touched, upto.as_ref()).await?;
    refused.extend(filed.iter().filter(|one| one.filing == Filing::Refuse).map(|one| one.id));
    passed.refused = refused.len() as u64;
    Ok(())
}

/// The days whose rollups a filing changes: where its row was and is, and where the old or the new
/// row makes a cancelled run superseded. A row that stays as it was changes none.
async fn touched_by(ledger: &impl Ledger, one: &Filed, unfinished: bool) -> Stored<Vec<DayKey>> {
    let Filing::Row(after) = &one.filing else { return Ok(Vec::new()) };
    let mut touched = Vec::new();
    if unfinished || one.before.as_ref() != Some(after) {
        for row in one.before.iter().chain([after]) {
            touched.push(row.key());
            touched.extend(ledger.overtakes(row).await?);
        }
    }
    Ok(touched)
}

fn decide(one: ChangedAttempt, row: Option<Row>, sealed: &[DayKey]) -> Filed {
    let filing = match (&one.place, row) {
        (Place::Sealed, _) => Filing::Refuse,
        (_, Some(row)) if sealed.contains(&row.key()) => Filing::Refuse,
        (_, Some(row)) => Filing::Row(Box::new(row)),
        (_, None) => Filing::Open,
    };
    let before = match one.place {
        Place::Row(before) => Some(before),
        Place::Open | Place::Sealed => None,
    };
    Filed { id: one.id, events: one.events.len(), received: one.received, before, filing }
}

fn put_aside(Broken { id, received, why }: Broken) -> Filed {
    Filed { id, events: 0, received, before: None, filing: Filing::SetAside { why } }
}

/// The rows of a day, each with whether it was superseded.
pub(super) async fn judged_rows(rows: &impl Rows, day: DayKey) -> Stored<Vec<JudgedRow>> {
    let mut judged = Vec::new();
    for row in rows.rows(day).await? {
        let superseded = row.conclusion == "cancelled" && rows.overtaken(&row).await?;
        judged.push(JudgedRow { row, superseded });
    }
    Ok(judged)
}

async fn seal(
    ledger: &impl Ledger,
    fence: Fence,
    cutoff: Time,
    passed: &mut Passed,
) -> Stored<bool> {
    let days = ledger.expiring(cutoff, BATCH_DAYS).await?;
    for day in &days {
        ledger.seal(fence, *day).await?;
        passed.sealed += 1;
    }
    Ok(!days.is_empty())
}
