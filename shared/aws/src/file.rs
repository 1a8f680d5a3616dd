//! Filing attempts. No transaction is paid for where an order of single writes does: the row, then
//! the mark on its day, then the note that the attempt is covered. What dies in between is not
//! covered, and is filed again. Where there was a row before, one transaction replaces it.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt, stream};
use laptime_core::model::AttemptId;
use laptime_core::port::{Fence, Filed, Filing, Received, Stored};
use laptime_core::row::{DayKey, Row};
use laptime_core::stored::to_bytes;
use laptime_core::time::Time;

use crate::Store;
use crate::key::{self, Key};
use crate::store::AT_ONCE;
use crate::table::error::{Failure, unreadable};
use crate::table::item::{Item, number, text};
use crate::table::{Condition, Write};

/// Days marked in one transaction; a row that changes more has the others marked before.
const DAYS_AT_ONCE: usize = 80;

/// Characters kept of why an attempt was set aside.
const WHY_CHARS: usize = 1_000;

/// What a later pass has written stays.
const OURS: &str = "attribute_not_exists(g) OR g <= :g";

/// The same, and a row made from fewer events does not replace one made from more.
const NOT_OLDER: &str =
    "(attribute_not_exists(g) OR g <= :g) AND (attribute_not_exists(n) OR n <= :n)";

/// What this pass has written.
const JUST_OURS: &str = "g = :g";

const DOING: &str = "filing attempts";

impl Store {
    pub(crate) async fn file_all(
        &self,
        fence: Fence,
        filed: &[Filed],
        touched: &[DayKey],
    ) -> Stored<()> {
        let filing = Filer { store: self, fence };
        each(filed.iter().map(|one| filing.stage(one, Stage::Rows)).collect()).await?;
        each(touched.iter().map(|day| self.touch(*day)).collect()).await?;
        each(filed.iter().map(|one| filing.stage(one, Stage::Notes)).collect()).await
    }

    async fn touch(&self, day: DayKey) -> Stored<()> {
        self.table.put(DOING, touched(day), Condition::default()).await?;
        Ok(())
    }
}

/// Files under a lease. Each write names its number, so that a pass that lost it unknowingly changes
/// nothing that a later one has written.
#[derive(Debug, Clone, Copy)]
struct Filer<'a> {
    store: &'a Store,
    fence: Fence,
}

impl Filer<'_> {
    async fn stage(&self, one: &Filed, stage: Stage) -> Stored<()> {
        match (&one.filing, &one.before, stage) {
            (Filing::Row(row), None, Stage::Rows) => self.put_row(one, row).await,
            (Filing::Row(row), None, Stage::Notes) => self.note(one, row).await,
            (Filing::Row(row), Some(before), Stage::Rows) => self.replace(one, before, row).await,
            (Filing::Refuse, _, Stage::Notes) => self.refuse(one).await,
            (Filing::SetAside { why }, _, Stage::Notes) => self.set_aside(one, why).await,
            // An open attempt needs no note: its events are all there is of it.
            (Filing::Open, ..)
            | (Filing::Row(_), Some(_), Stage::Notes)
            | (Filing::Refuse | Filing::SetAside { .. }, _, Stage::Rows) => Ok(()),
        }
    }

    async fn put_row(&self, one: &Filed, row: &Row) -> Stored<()> {
        let (item, newer) = self.row_item(one, row).await?;
        for entry in self.entries(row, one.received) {
            self.store.table.put(DOING, entry, Condition::default()).await?;
        }
        match self.store.table.put(DOING, item, newer).await {
            Ok(_) => Ok(()),
            Err(Failure::Condition(_)) => self.unless_fenced().await,
            Err(Failure::Store(error)) => Err(error),
        }
    }

    async fn note(&self, one: &Filed, row: &Row) -> Stored<()> {
        let was = match self.store.table.put(DOING, self.place(one, row), self.ours()).await {
            Ok(Some(was)) => was,
            Ok(None) => return Ok(()),
            Err(Failure::Condition(_)) => {
                // A later pass has filed it, perhaps under another day.
                let just_ours = Condition::new(JUST_OURS, [(":g", number(self.fence.0))]);
                let row = key::row(row.key(), one.id);
                match self.store.table.delete(DOING, row, just_ours).await {
                    Ok(_) | Err(Failure::Condition(_)) => return self.unless_fenced().await,
                    Err(Failure::Store(error)) => return Err(error),
                }
            }
            Err(Failure::Store(error)) => return Err(error),
        };
        for (flag, list) in [("f", key::REFUSED), ("y", key::SET_ASIDE)] {
            if was.has(flag) {
                self.store
                    .table
                    .delete(DOING, key::listed(list, one.id), Condition::default())
                    .await?;
            }
        }
        Ok(())
    }

    async fn replace(&self, one: &Filed, before: &Row, row: &Row) -> Stored<()> {
        let mut days = BTreeSet::from([before.key(), row.key()]);
        days.extend(self.store.cancelled_by(before).await?);
        days.extend(self.store.cancelled_by(row).await?);
        let apart = days.iter().skip(DAYS_AT_ONCE);
        each(apart.map(|day| self.store.touch(*day)).collect()).await?;

        let (item, newer) = self.row_item(one, row).await?;
        let mut writes = vec![
            Write::Put(item, newer),
            Write::Put(self.place(one, row), self.ours()),
            Write::Delete(key::listed(key::REFUSED, one.id)),
            Write::Delete(key::listed(key::SET_ASIDE, one.id)),
        ];
        let puts = self.entries(row, one.received);
        let kept: BTreeSet<Key> = keys_of(row).collect();
        let gone = keys_of(before).filter(|key| !kept.contains(key));
        writes.extend(gone.map(Write::Delete));
        writes.extend(puts.into_iter().map(|entry| Write::Put(entry, Condition::default())));
        let marked = days.into_iter().take(DAYS_AT_ONCE);
        writes.extend(marked.map(|day| Write::Put(touched(day), Condition::default())));
        match self.store.table.transact(DOING, &writes).await {
            Ok(()) => Ok(()),
            Err(Failure::Condition(_)) => self.unless_fenced().await,
            Err(Failure::Store(error)) => Err(error),
        }
    }

    async fn refuse(&self, one: &Filed) -> Stored<()> {
        let mut values = vec![(":k", number(one.received.print)), (":one", number(1))];
        let mut update = "SET g = :g, k = :k, f = :one".to_owned();
        if let Some(before) = &one.before {
            update.push_str(", w = :w, d = :d");
            let key = before.key();
            values.extend([(":w", number(key.workflow.workflow)), (":d", number(key.day.0))]);
        }
        self.mark(one.id, &update, values).await?;
        let listed = self.listed(key::REFUSED, one);
        self.store.table.put(DOING, listed, Condition::default()).await?;
        Ok(())
    }

    async fn set_aside(&self, one: &Filed, why: &str) -> Stored<()> {
        let values = vec![(":k", number(one.received.print)), (":one", number(1))];
        self.mark(one.id, "SET g = :g, k = :k, y = :one", values).await?;
        let why: String = why.chars().take(WHY_CHARS).collect();
        let listed = self.listed(key::SET_ASIDE, one).text("why", why);
        self.store.table.put(DOING, listed, Condition::default()).await?;
        Ok(())
    }

    async fn mark(
        &self,
        id: AttemptId,
        update: &str,
        mut values: Vec<(&'static str, aws_sdk_dynamodb::types::AttributeValue)>,
    ) -> Stored<()> {
        values.push((":g", number(self.fence.0)));
        let ours = Condition::new(OURS, values);
        match self.store.table.update(DOING, key::place(id), update, ours).await {
            Ok(_) => Ok(()),
            Err(Failure::Condition(_)) => self.unless_fenced().await,
            Err(Failure::Store(error)) => Err(error),
        }
    }

    /// An entry in a list of attempts, which goes when the attempt's events do.
    fn listed(&self, list: &str, one: &Filed) -> Item {
        let received = one.received.last;
        Item::at(key::listed(list, one.id))
            .number("r", received.as_millis())
            .number("x", self.store.expires(received))
    }

    fn ours(&self) -> Condition {
        Condition::new(OURS, [(":g", number(self.fence.0))])
    }

    /// A condition did not hold: because a later pass was there first, or because there are fewer
    /// events than there were.
    async fn unless_fenced(&self) -> Stored<()> {
        self.store.check(DOING, self.fence).await
    }

    /// The note that an attempt is covered, and where its row is.
    fn place(&self, one: &Filed, row: &Row) -> Item {
        let DayKey { workflow, day } = row.key();
        Item::at(key::place(one.id))
            .number("g", self.fence.0)
            .number("k", one.received.print)
            .number("w", workflow.workflow)
            .number("d", day.0)
    }

    /// The row's item, and what must hold for it to be put.
    async fn row_item(&self, one: &Filed, row: &Row) -> Stored<(Item, Condition)> {
        let bytes = to_bytes(row)
            .map_err(|error| unreadable(&self.store.table.name, "a row to be stored", &error))?;
        let expires = self.store.expires(one.received.last);
        let value = self.store.table.stow(DOING, &bytes, Some(expires)).await?;
        let item = Item::at(key::row(row.key(), one.id))
            .number("g", self.fence.0)
            .number("n", one.events)
            .number("l", one.received.last.as_millis())
            .number("o", one.received.first.as_millis())
            .number("x", expires);
        let values = [(":g", number(self.fence.0)), (":n", number(one.events))];
        Ok((value.within(item), Condition::new(NOT_OLDER, values)))
    }

    /// The run in the lists of its branch.
    fn entries(&self, row: &Row, received: Received) -> Vec<Item> {
        let (run_number, run) = row.seniority();
        let expires = self.store.expires(received.last);
        let entry = |key: Key| {
            let entry = Item::at(key).number("u", run).number("x", expires);
            match run_number {
                Some(run_number) => entry.number("n", run_number),
                None => entry,
            }
        };
        let cancelled = key::cancelled_entry(row).map(|key| {
            let started = row.started_at.map_or(0, Time::as_millis);
            entry(key).number("a", started).number("d", row.key().day.0)
        });
        key::run_entry(row).map(entry).into_iter().chain(cancelled).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Rows,
    Notes,
}

/// All items there are of a row.
fn keys_of(row: &Row) -> impl Iterator<Item = Key> {
    let entries = [key::run_entry(row), key::cancelled_entry(row)];
    [key::row(row.key(), row.id)].into_iter().chain(entries.into_iter().flatten())
}

/// The mark on a day. Each is different, so that the rollup of an earlier one does not take it away.
fn touched(day: DayKey) -> Item {
    Item::at(key::touched(day)).text("m", fastrand::u64(..).to_string())
}

/// Does all of it, some at once. They are collected first, as the compiler cannot tell that a lazy
/// iterator of futures may go to another thread.
async fn each(writes: Vec<impl Future<Output = Stored<()>> + Send>) -> Stored<()> {
    stream::iter(writes).buffer_unordered(AT_ONCE).try_collect().await
}

/// The mark as the port tells it.
pub(crate) fn mark_of(item: &Item) -> u64 {
    item.get_text("m").and_then(|mark| mark.parse().ok()).unwrap_or_default()
}

/// That a mark is still the one that was seen.
pub(crate) fn same_mark(mark: u64) -> Condition {
    Condition::new("m = :m", [(":m", text(mark.to_string()))])
}
