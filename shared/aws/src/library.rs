//! What reports are made from.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use laptime_core::judging::Judgement;
use laptime_core::port::{Library, Standing, StoreErrorKind, Stored, StoredDay};
use laptime_core::row::{DayKey, WorkflowId};
use laptime_core::time::{Day, Time};

use crate::Store;
use crate::key;
use crate::table::Query;

impl Library for Store {
    async fn workflows(&self, days: Range<Day>) -> Stored<Vec<WorkflowId>> {
        let doing = "reading workflows";
        let buckets = [key::bucket(days.start), key::bucket(days.end)];
        let buckets = Query::all(key::BUCKETS).between(buckets);
        // Days that no pass has rolled up yet come first: a workflow is listed before its mark goes.
        let touched = self.table.query(doing, Query::all(key::TOUCHED)).await?;
        let touched = touched.iter().filter_map(|item| key::day_named(item.sort()));
        let touched = touched.filter(|day| days.contains(&day.day)).map(|day| day.workflow);
        let mut found: BTreeSet<WorkflowId> = touched.collect();
        for bucket in self.table.query(doing, buckets).await? {
            let listed = self.table.query(doing, Query::all(key::workflows(bucket.sort()))).await?;
            found.extend(listed.iter().filter_map(|item| key::workflow_named(item.sort())));
        }
        Ok(found.into_iter().collect())
    }

    async fn days(&self, workflow: WorkflowId, days: Range<Day>) -> Stored<Vec<StoredDay>> {
        let mut found = BTreeMap::new();
        if days.is_empty() {
            return Ok(Vec::new());
        }
        // Marks first: a rollup read after them covers all that was not marked then.
        let last = Day(days.end.0 - 1);
        let touched =
            Query::all(key::TOUCHED).between(key::touched_between(workflow, days.start..last));
        let touched = self.table.query("reading touched days", touched).await?;
        let rollups = Query::all(key::rollups(workflow));
        let rollups = rollups.between([key::day(days.start), key::day(last)]);
        for item in self.table.query("reading rollups", rollups).await? {
            let Some(day) = key::rollup_day(item.sort()) else { continue };
            let sealed = item.has("z");
            let rollup = match self.table.decode("a rollup", &item).await {
                // It was made from rows, which are still there.
                Err(error) if error.kind == StoreErrorKind::Corrupt && !sealed => {
                    tracing::warn!(%error, "a rollup is passed over; its rows are read");
                    None
                }
                rollup => Some(rollup?),
            };
            found.insert(day, StoredDay { day, sealed, rollup });
        }
        for DayKey { day, .. } in touched.iter().filter_map(|item| key::day_named(item.sort())) {
            let stored = found.entry(day).or_insert(StoredDay { day, sealed: false, rollup: None });
            if !stored.sealed {
                stored.rollup = None;
            }
        }
        Ok(found.into_values().collect())
    }

    async fn judgements(&self) -> Stored<Vec<(WorkflowId, Judgement)>> {
        let mut judgements = Vec::new();
        for item in self.table.query("reading judgements", Query::all(key::JUDGEMENTS)).await? {
            let Some(id) = key::workflow_named(item.sort()) else { continue };
            judgements.push((id, self.table.decode("a judgement", &item).await?));
        }
        Ok(judgements)
    }

    async fn standing(&self) -> Stored<Standing> {
        let doing = "reading what is stored";
        let pass = self.table.get(doing, key::pass()).await?;
        let last_pass = pass.and_then(|pass| pass.get_number("l")).map(Time::from_millis);
        Ok(Standing {
            attempts_refused: self.table.count(doing, key::REFUSED).await?,
            attempts_set_aside: self.table.count(doing, key::SET_ASIDE).await?,
            days_touched: self.table.count(doing, key::TOUCHED).await?,
            last_pass,
            ..Standing::default()
        })
    }
}
