//! One pass: attempts with new events are folded and filed, touched days rolled up, old days sealed.
//!
//! Each write is a transaction that stands on its own, and the cursor moves only with the rows that
//! cover it. A pass that dies anywhere is finished by the next.

use std::collections::BTreeSet;

use crate::model::{Attempt, AttemptId};
use crate::port::{
    Broken, Changed, ChangedAttempt, Fence, Filed, Filing, Lease, Ledger, Loaded, Place, Rows,
    Stored,
};
use crate::rollup::{JudgedRow, Rollup};
use crate::row::{DayKey, Row};
use crate::time::Time;

/// Events folded in one transaction.
const BATCH_EVENTS: usize = 2_000;

/// Attempts of a given list folded at once.
const BATCH_ATTEMPTS: usize = 200;

/// Touched days taken up at once.
const BATCH_DAYS: usize = 64;

/// How a pass is to go.
#[derive(Debug, Clone, Copy)]
pub struct Pass<'a> {
    /// Who makes it, in words: shown to others who want the lease.
    pub holder: &'a str,
    /// The time to judge ages by.
    pub now: Time,
    /// Days after the last fact of a workflow and day until it is sealed.
    pub retention_days: u16,
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
}

/// Runs one pass, or answers who else is running one. `clock` gives the real time, for the lease;
/// `progress` hears after every transaction.
pub async fn aggregate(
    ledger: &impl Ledger,
    pass: Pass<'_>,
    clock: impl Fn() -> Time + Send + Sync,
    progress: impl Fn(&Passed) + Send + Sync,
) -> Stored<Result<Passed, Lease>> {
    let fence = match ledger.lease(pass.holder, clock()).await? {
        Lease::Won(fence) => fence,
        held @ Lease::Held { .. } => return Ok(Err(held)),
    };
    let passed = run(ledger, fence, pass, &clock, &progress).await;
    // Given back even after a failure, so that the next pass need not wait for it to lapse.
    let released = ledger.release(fence, passed.is_ok().then(&clock)).await;
    let passed = passed?;
    released?;
    Ok(Ok(passed))
}

/// Files these attempts and nothing else, or answers who is running a pass.
pub async fn refold(
    ledger: &impl Ledger,
    holder: &str,
    ids: &[AttemptId],
    clock: impl Fn() -> Time + Send + Sync,
) -> Stored<Result<Passed, Lease>> {
    let fence = match ledger.lease(holder, clock()).await? {
        Lease::Won(fence) => fence,
        held @ Lease::Held { .. } => return Ok(Err(held)),
    };
    let mut passed = Passed::default();
    let filed = file_each(ledger, fence, ids, &clock, &mut passed).await;
    let released = ledger.release(fence, None).await;
    filed.and(released)?;
    Ok(Ok(passed))
}

async fn file_each(
    ledger: &impl Ledger,
    fence: Fence,
    ids: &[AttemptId],
    clock: &(impl Fn() -> Time + Send + Sync),
    passed: &mut Passed,
) -> Stored<()> {
    let mut refused = BTreeSet::new();
    for some in ids.chunks(BATCH_ATTEMPTS) {
        let loaded = ledger.load(some).await?;
        file_loaded(ledger, fence, loaded, None, passed, &mut refused).await?;
        ledger.renew(fence, clock()).await?;
    }
    Ok(())
}

async fn run(
    ledger: &impl Ledger,
    fence: Fence,
    pass: Pass<'_>,
    clock: &(impl Fn() -> Time + Send + Sync),
    progress: &(impl Fn(&Passed) + Send + Sync),
) -> Stored<Passed> {
    let mut passed = Passed::default();
    let mut refused = BTreeSet::new();
    while file_changed(ledger, fence, &mut passed, &mut refused).await? {
        progress(&passed);
        ledger.renew(fence, clock()).await?;
    }
    while roll_up(ledger, fence, &mut passed).await? {
        progress(&passed);
        ledger.renew(fence, clock()).await?;
    }
    let cutoff = pass.now.plus_days(-i64::from(pass.retention_days));
    while seal(ledger, fence, cutoff, &mut passed).await? {
        ledger.renew(fence, clock()).await?;
    }
    passed.forgotten = ledger.forget(fence, cutoff).await?;
    Ok(passed)
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

async fn roll_up(ledger: &impl Ledger, fence: Fence, passed: &mut Passed) -> Stored<bool> {
    let touched = ledger.touched(BATCH_DAYS).await?;
    for one in &touched {
        let rollup = Rollup::of(&judged_rows(ledger, one.day).await?);
        ledger.put_rollup(fence, *one, &rollup).await?;
        passed.days += 1;
    }
    Ok(!touched.is_empty())
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
