//! Reading rows, and who overtook whom.

use std::collections::BTreeSet;
use std::ops::Range;

use laptime_core::port::{Rows, Stored};
use laptime_core::row::{DayKey, Row, WorkflowId};
use laptime_core::time::{Day, Time};
use laptime_core::track::Track;

use crate::Store;
use crate::key;
use crate::table::Query;
use crate::table::item::Item;

impl Rows for Store {
    async fn rows(&self, day: DayKey) -> Stored<Vec<Row>> {
        let doing = "reading attempt rows";
        let items = self.table.query(doing, Query::all(key::rows(day))).await?;
        if items.iter().any(|item| item.sort() == key::SEAL) {
            return Ok(Vec::new());
        }
        let mut rows = Vec::with_capacity(items.len());
        for item in items.iter().filter(|item| item.sort().starts_with(key::ROW)) {
            rows.push(self.row(item).await?);
        }
        Ok(rows)
    }

    async fn overtaken(&self, row: &Row) -> Stored<bool> {
        let (Some(branch), Some(started)) = (key::runs(row), row.started_at) else {
            return Ok(false);
        };
        // Entries begin with the time and go on, so the second bound leaves out its own.
        let between = [key::time(started), key::time(row.end)];
        let mut overtaken = false;
        let query = Query::all(branch).between(between).only("n, u");
        let look = |entries: Vec<Item>| {
            overtaken = entries.iter().any(|entry| seniority(entry) > row.seniority());
            !overtaken
        };
        self.table.pages("reading newer runs", query, look).await?;
        Ok(overtaken)
    }

    async fn tracks(&self, workflow: WorkflowId, days: Range<Day>) -> Stored<Vec<(Day, Track)>> {
        if days.is_empty() {
            return Ok(Vec::new());
        }
        let last = Day(days.end.0 - 1);
        let query = Query::all(key::tracks(workflow));
        let query = query.between([key::day(days.start), key::day(last)]);
        let mut tracks = Vec::new();
        for item in self.table.query("reading tracks", query).await? {
            let Some(day) = key::rollup_day(item.sort()) else { continue };
            tracks.push((day, self.table.decode("a track", &item).await?));
        }
        Ok(tracks)
    }
}

impl Store {
    pub(crate) async fn row(&self, item: &Item) -> Stored<Row> {
        self.table.decode("an attempt row", item).await
    }

    /// Days, not sealed, of the cancelled rows that this row's run may have replaced.
    pub(crate) async fn cancelled_by(&self, row: &Row) -> Stored<Vec<DayKey>> {
        let (Some(branch), Some(started)) = (key::cancelled(row), row.started_at) else {
            return Ok(Vec::new());
        };
        let between = [key::time(started.plus_millis(1)), "~".to_owned()];
        let query = Query::all(branch).between(between);
        let entries = self.table.query("reading cancelled runs", query).await?;
        let replaced = entries.iter().filter(|entry| {
            let began = entry.get_number("a").map(Time::from_millis);
            began.is_some_and(|began| began <= started) && seniority(entry) < row.seniority()
        });
        let days: BTreeSet<DayKey> = replaced
            .filter_map(|entry| entry.get_number("d").map(Day))
            .map(|day| DayKey { workflow: row.workflow, day })
            .collect();
        let days: Vec<DayKey> = days.into_iter().collect();
        let sealed = self.sealed_of(&days).await?;
        Ok(days.into_iter().filter(|day| !sealed.contains(day)).collect())
    }

    /// Which of these days are sealed.
    pub(crate) async fn sealed_of(&self, days: &[DayKey]) -> Stored<Vec<DayKey>> {
        let keys = days.iter().map(|day| key::seal(*day));
        let found = self.table.get_all("reading sealed days", keys).await?;
        let sealed: BTreeSet<&str> = found.iter().filter_map(|item| item.get_text("p")).collect();
        Ok(days.iter().filter(|day| sealed.contains(key::rows(**day).as_str())).copied().collect())
    }
}

/// [`Row::seniority`] of the run of an entry.
fn seniority(entry: &Item) -> (Option<u64>, u64) {
    (entry.get_number("n"), entry.get_number("u").unwrap_or_default())
}
