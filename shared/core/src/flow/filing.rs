//! Filing: attempts with new events are folded into rows, and the days that changes are marked.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::flow::Passed;
use crate::flow::aggregate::AT_ONCE;
use crate::model::{Attempt, AttemptId};
use crate::port::{
    Broken, Changed, ChangedAttempt, Fence, Filed, Filing, Lease, Ledger, Loaded, Place,
    StoreError, Stored,
};
use crate::row::{DayKey, Row};
use crate::time::Time;

/// Events folded in one transaction.
const BATCH_EVENTS: usize = 2_000;

/// Attempts of a given list folded at once.
const BATCH_ATTEMPTS: usize = 200;

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
/// completed there is nothing to file, and no lease is taken. Past the `deadline`, by the clock, no
/// more of them are taken up.
pub async fn refold(
    ledger: &impl Ledger,
    holder: &str,
    ids: &[AttemptId],
    deadline: Option<Time>,
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
        let mut filer = Filer::new(ledger, fence, clock());
        let goes_on = || deadline.is_none_or(|deadline| clock() < deadline);
        while !ready.is_empty() && refolded.failed.is_none() && goes_on() {
            let some: Vec<AttemptId> = ready.iter().copied().take(BATCH_ATTEMPTS).collect();
            let mut done = filer.file_some(&some).await;
            if done.is_ok() && ready.len() > some.len() {
                done = ledger.renew(fence, clock()).await;
            }
            match done {
                Ok(()) => drop(ready.drain(..some.len())),
                Err(error) => refolded.failed = Some(error),
            }
        }
        refolded.passed = filer.passed;
        // What is done is done, even if the lease then lapses by itself.
        if let Err(error) = ledger.release(fence, None).await {
            refolded.failed.get_or_insert(error);
        }
    }
    refolded.done = ids.iter().take_while(|id| !ready.contains(id)).count();
    Ok(Ok(refolded))
}

/// The attempts that a filing does something about.
fn to_file(loaded: &Loaded) -> Vec<AttemptId> {
    let whole = loaded.attempts.iter().filter(|one| {
        !matches!(one.place, Place::Open) || Row::of(&Attempt::fold(one.id, &one.events)).is_some()
    });
    whole.map(|one| one.id).chain(loaded.broken.iter().map(|broken| broken.id)).collect()
}

/// Files under one lease.
#[derive(Debug)]
pub(super) struct Filer<'a, L> {
    ledger: &'a L,
    fence: Fence,
    now: Time,
    refused: BTreeSet<AttemptId>,
    pub(super) passed: Passed,
}

impl<'a, L: Ledger> Filer<'a, L> {
    pub(super) fn new(ledger: &'a L, fence: Fence, now: Time) -> Self {
        Self { ledger, fence, now, refused: BTreeSet::new(), passed: Passed::default() }
    }

    /// Files some of what is new. Answers whether there was any.
    pub(super) async fn file_changed(&mut self) -> Stored<bool> {
        let Changed { loaded, upto } = self.ledger.changed(BATCH_EVENTS).await?;
        if upto.is_none() {
            return Ok(false);
        }
        self.file(loaded, upto).await?;
        Ok(true)
    }

    /// Files these, loaded anew: another pass may have filed them before the lease was won.
    async fn file_some(&mut self, ids: &[AttemptId]) -> Stored<()> {
        let loaded = self.ledger.load(ids).await?;
        self.file(loaded, None).await
    }

    async fn file(&mut self, loaded: Loaded, upto: Option<L::Cursor>) -> Stored<()> {
        let Loaded { attempts, broken, events } = loaded;
        let rows: Vec<Option<Row>> =
            attempts.iter().map(|one| Row::of(&Attempt::fold(one.id, &one.events))).collect();
        let days: BTreeSet<DayKey> = rows.iter().flatten().map(Row::key).collect();
        let sealed = self.ledger.sealed(&days.into_iter().collect::<Vec<_>>()).await?;

        let waited = attempts.iter().map(|one| self.now.since(one.received.last)).max();
        self.passed.lag_ms = self.passed.lag_ms.max(waited.unwrap_or_default());
        let decided = attempts.into_iter().zip(rows).map(|(one, row)| {
            let unfinished = one.unfinished;
            (decide(one, row, &sealed), unfinished)
        });
        let decided: Vec<(Filed, bool)> = decided.collect();
        let touched =
            decided.iter().map(|(one, unfinished)| touched_by(self.ledger, one, *unfinished));
        let touched: Vec<_> = touched.collect();
        let touched: BTreeSet<DayKey> =
            stream::iter(touched).buffered(AT_ONCE).try_concat().await?.into_iter().collect();

        self.passed.events += events;
        self.passed.attempts += decided.len() as u64;
        self.passed.set_aside += broken.len() as u64;
        let decided = decided.into_iter().map(|(one, _)| one);
        let filed: Vec<Filed> = decided.chain(broken.into_iter().map(put_aside)).collect();
        let touched: Vec<DayKey> = touched.into_iter().collect();
        self.ledger.file(self.fence, &filed, &touched, upto.as_ref()).await?;
        let refused = filed.iter().filter(|one| one.filing == Filing::Refuse);
        self.refused.extend(refused.map(|one| one.id));
        self.passed.refused = self.refused.len() as u64;
        Ok(())
    }
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
