//! Sums over all stored days of workflows, kept up by reading what has changed since.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::ops::Range;

use laptime_core::exposed::{Exposed, Jobs, Tally, Told};
use laptime_core::port::{Library, Stored};
use laptime_core::rollup::{Head, Lately, Named, Rollup};
use laptime_core::row::WorkflowId;
use laptime_core::stored::{Unreadable, from_bytes};
use laptime_core::time::Day;
use rusqlite::params;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::unreadable;
use crate::store::{workflow_of, workflow_params};
use crate::{Snapshot, rows};

/// Days before the latest that are summed anew whenever one of them changes. Those before are summed
/// once, and again only if one of them changes.
const RECENT_DAYS: i32 = 2;

/// How many days the recent ones may become before they are split again.
const RECENT_DAYS_MAX: i32 = 7;

/// Before and after all days.
const EARLIEST: Day = Day(i32::MIN);
const LATEST: Day = Day(i32::MAX);

/// What workflows and jobs came to at the last count.
#[derive(Debug, Default)]
pub struct Counted {
    runs: Sums<Runs>,
    jobs: Sums<Jobs>,
}

#[derive(Debug)]
struct Sums<T> {
    /// The revision up to which it was read; below all there are at first.
    seen: i64,
    of: BTreeMap<WorkflowId, Split>,
    what: PhantomData<T>,
}

/// The sums of one workflow, in the form in which they would be stored: a tenth of what they take as
/// they are, and there are thousands.
#[derive(Debug)]
struct Split {
    /// First of the recent days.
    from: Day,
    past: Vec<u8>,
    recent: Vec<u8>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Runs {
    names: Option<Named>,
    tally: Tally,
}

/// What rollups come to.
trait Sum: Serialize + DeserializeOwned {
    fn add(&mut self, day: Day, rollup: &[u8]) -> Result<(), Unreadable>;

    fn merge(&mut self, other: Self);
}

/// The first and the last day of a workflow that have changed.
type Changed = (WorkflowId, Day, Day);

impl Counted {
    /// What all stored days of each workflow come to.
    pub fn workflows(&mut self, snapshot: &Snapshot) -> Stored<BTreeMap<WorkflowId, Told>> {
        let (seen, changed) = snapshot.changed_since(self.runs.seen)?;
        for one in changed {
            self.runs.renew(snapshot, one, Runs::default)?;
        }
        self.runs.seen = seen;
        let told = |(id, Runs { names, tally })| {
            (id, Told { names: names.map(|named| named.names).unwrap_or_default(), tally })
        };
        // A workflow that is not rolled up yet would take the place of a busy one.
        let all = self.runs.all(snapshot)?.into_iter().map(told);
        Ok(all.filter(|(_, told)| told.tally.attempts() > 0).collect())
    }

    /// What all stored days come to for the jobs that have series.
    pub fn jobs(
        &mut self,
        snapshot: &Snapshot,
        exposed: &Exposed,
    ) -> Stored<BTreeMap<WorkflowId, Jobs>> {
        let sums = &mut self.jobs;
        let (seen, changed) = snapshot.changed_since(sums.seen)?;
        let is_told = |id: &WorkflowId, split: &Split| {
            from_bytes(&split.past).is_ok_and(|jobs| exposed.tells(*id, &jobs))
        };
        sums.of.retain(|id, split| is_told(id, split));
        for one in changed {
            if sums.of.contains_key(&one.0) {
                sums.renew(snapshot, one, || exposed.blank(one.0))?;
            }
        }
        for id in exposed.jobs.keys() {
            if !sums.of.contains_key(id) {
                sums.renew(snapshot, (*id, EARLIEST, EARLIEST), || exposed.blank(*id))?;
            }
        }
        sums.seen = seen;
        sums.all(snapshot)
    }
}

impl<T> Default for Sums<T> {
    fn default() -> Self {
        Self { seen: -1, of: BTreeMap::new(), what: PhantomData }
    }
}

impl<T: Sum> Sums<T> {
    fn renew(
        &mut self,
        snapshot: &Snapshot,
        (id, first, last): Changed,
        blank: impl Fn() -> T,
    ) -> Stored<()> {
        if let Some(split) = self.of.get_mut(&id)
            && split.from <= first
            && last.0.saturating_sub(split.from.0) < RECENT_DAYS_MAX
        {
            split.recent = snapshot.sum(id, split.from..LATEST, blank())?;
            return Ok(());
        }
        let from =
            snapshot.last_day(id)?.map_or(EARLIEST, |day| Day(day.0.saturating_sub(RECENT_DAYS)));
        let past = snapshot.sum(id, EARLIEST..from, blank())?;
        let recent = snapshot.sum(id, from..LATEST, blank())?;
        self.of.insert(id, Split { from, past, recent });
        Ok(())
    }

    fn all(&self, snapshot: &Snapshot) -> Stored<BTreeMap<WorkflowId, T>> {
        let whole = |(id, split): (&WorkflowId, &Split)| {
            let mut whole: T = from_bytes(&split.past)?;
            whole.merge(from_bytes(&split.recent)?);
            Ok((*id, whole))
        };
        let all: Result<_, Unreadable> = self.of.iter().map(whole).collect();
        all.map_err(|error| unreadable(&snapshot.path, "what was summed up", error))
    }
}

impl Sum for Runs {
    fn add(&mut self, _: Day, rollup: &[u8]) -> Result<(), Unreadable> {
        let head = Head::of_stored(rollup)?;
        self.tally.add(&head);
        self.names = self.names.take().max(head.names);
        Ok(())
    }

    fn merge(&mut self, other: Self) {
        self.tally.merge(&other.tally);
        self.names = self.names.take().max(other.names);
    }
}

impl Sum for Jobs {
    fn add(&mut self, day: Day, rollup: &[u8]) -> Result<(), Unreadable> {
        let rollup: Rollup = from_bytes(rollup)?;
        for (name, job) in self {
            if let Some(more) = rollup.jobs.get(name) {
                job.add(day, more);
            }
        }
        Ok(())
    }

    fn merge(&mut self, other: Self) {
        for (name, more) in other {
            if let Some(job) = self.get_mut(&name) {
                job.merge(&more);
            }
        }
    }
}

impl Snapshot {
    /// What ran in workflows in some days.
    pub async fn lately(
        &self,
        ids: impl Iterator<Item = WorkflowId>,
        days: Range<Day>,
    ) -> Stored<BTreeMap<WorkflowId, Lately>> {
        let mut found = BTreeMap::new();
        for id in ids {
            let mut lately = Lately::default();
            for stored in self.days(id, days.clone()).await? {
                if let Some(rollup) = &stored.rollup {
                    lately.add(stored.day, rollup, |_| true);
                }
            }
            found.insert(id, lately.often());
        }
        Ok(found)
    }

    /// What some days come to.
    fn sum<T: Sum>(&self, id: WorkflowId, days: Range<Day>, mut sum: T) -> Stored<Vec<u8>> {
        let (repository, workflow) = workflow_params(id);
        let read = self.read("reading rollups", |conn| {
            let mut select = conn.prepare_cached(
                "SELECT day, rollup FROM day WHERE repository = ? AND workflow = ?
                 AND day >= ? AND day < ? AND rollup IS NOT NULL",
            )?;
            let mut rows = select.query(params![repository, workflow, days.start.0, days.end.0])?;
            while let Some(row) = rows.next()? {
                let day = Day(row.get(0)?);
                if let Err(error) = sum.add(day, row.get_ref(1)?.as_blob()?) {
                    return Ok(Err((day, error)));
                }
            }
            Ok(Ok(()))
        })?;
        match read {
            Ok(()) => rows::encode(&self.path, &sum),
            Err((day, error)) => {
                Err(unreadable(&self.path, &format!("the rollup of {day}"), error))
            }
        }
    }

    fn last_day(&self, id: WorkflowId) -> Stored<Option<Day>> {
        self.read("reading days", |conn| {
            conn.prepare_cached("SELECT max(day) FROM day WHERE repository = ? AND workflow = ?")?
                .query_row(workflow_params(id), |row| Ok(row.get::<_, Option<i32>>(0)?.map(Day)))
        })
    }

    /// The latest revision, and which days have changed since another.
    fn changed_since(&self, seen: i64) -> Stored<(i64, Vec<Changed>)> {
        self.read("reading what has changed", |conn| {
            let latest: Option<i64> =
                conn.query_row("SELECT max(revision) FROM day", [], |row| row.get(0))?;
            let changed = conn
                .prepare_cached(
                    // Without being told, SQLite would go through all days in order of the groups.
                    "SELECT repository, workflow, min(day), max(day) FROM day
                     INDEXED BY day_revision WHERE revision > ? GROUP BY repository, workflow",
                )?
                .query_map([seen], |row| {
                    Ok((workflow_of(row)?, Day(row.get(2)?), Day(row.get(3)?)))
                })?
                .collect::<rusqlite::Result<_>>()?;
            Ok((latest.unwrap_or(seen), changed))
        })
    }
}

#[cfg(test)]
mod tests;
