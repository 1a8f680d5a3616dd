//! Days: touched, rolled up, sealed.

use futures_util::{StreamExt, TryStreamExt, stream};
use laptime_core::port::{Fence, Stored, Touched};
use laptime_core::rollup::Rollup;
use laptime_core::row::DayKey;
use laptime_core::stored::to_bytes;
use laptime_core::time::Time;
use laptime_core::track::Track;

use crate::Store;
use crate::file::{mark_of, same_mark};
use crate::key::{self, Key};
use crate::store::AT_ONCE;
use crate::table::error::{Failure, fenced, unreadable};
use crate::table::item::{Item, number};
use crate::table::{Condition, Query, Write};

/// A rollup that is there, of a day that is not sealed, by no later pass.
const OPEN: &str =
    "attribute_exists(p) AND attribute_not_exists(z) AND (attribute_not_exists(g) OR g <= :g)";
/// By no later pass, or not there.
const NOT_LATER: &str = "attribute_not_exists(g) OR g <= :g";

const ABSENT: &str = "attribute_not_exists(p)";

/// Entries of the list of days to seal that are looked at in one go, at most.
const ENTRIES: usize = 1_000;

/// What speaks for sealing a day now, or for looking again later.
enum Due {
    Now(DayKey),
    /// Not yet, or not while it is touched.
    Later,
}

/// As of the rows seen so far.
#[derive(Debug, Clone, Copy)]
struct RowDue {
    at: Time,
    last_call: Time,
}

fn latest(one: RowDue, other: RowDue) -> RowDue {
    RowDue { at: one.at.max(other.at), last_call: one.last_call.min(other.last_call) }
}

const DOING: &str = "reading days to seal";

impl Store {
    pub(crate) async fn touched_days(
        &self,
        after: Option<DayKey>,
        limit: usize,
    ) -> Stored<Vec<Touched>> {
        let mut touched = Vec::new();
        let query = Query::all(key::TOUCHED).after(after.map(|day| key::touched(day).s));
        let take = |items: Vec<Item>| {
            touched.extend(items.iter().filter_map(|item| {
                Some(Touched { day: key::day_named(item.sort())?, mark: mark_of(item) })
            }));
            touched.len() < limit
        };
        self.table.pages("reading touched days", query, take).await?;
        touched.truncate(limit);
        Ok(touched)
    }

    pub(crate) async fn store_rollup(
        &self,
        fence: Fence,
        touched: Touched,
        rollup: &Rollup,
        track: &Track,
    ) -> Stored<()> {
        let doing = "storing a rollup";
        let day = touched.day;
        self.list(day).await?;
        let bytes = to_bytes(rollup)
            .map_err(|error| unreadable(&self.table.name, "a rollup to be stored", &error))?;
        let item = Item::at(key::rollup(day)).number("g", fence.0);
        let item = self.table.stow(doing, &bytes, None).await?.within(item);
        let open = Condition::new(OPEN, [(":g", number(fence.0))]);
        match self.table.put(doing, item.clone(), open).await {
            Ok(Some(was)) => self.table.drop_parts(doing, &was, &item).await?,
            // What a sealed day held when it was sealed stays.
            Err(Failure::Condition(Some(sealed))) if sealed.has("z") => {
                return self.untouch(touched).await;
            }
            Err(Failure::Condition(Some(_))) => return Err(fenced(&self.table.name)),
            Ok(None) | Err(Failure::Condition(None)) => self.first_rollup(day, item).await?,
            Err(Failure::Store(error)) => return Err(error),
        }
        self.replace(fence, "a track", key::track(day), track).await?;
        self.untouch(touched).await
    }

    /// Puts what only a pass writes, unless a later pass has.
    pub(crate) async fn replace<T: serde::Serialize + Sync>(
        &self,
        fence: Fence,
        what: &str,
        key: Key,
        value: &T,
    ) -> Stored<()> {
        let doing = &format!("storing {what}");
        let bytes = to_bytes(value).map_err(|error| {
            unreadable(&self.table.name, &format!("{what} to be stored"), &error)
        })?;
        let item = Item::at(key).number("g", fence.0);
        let item = self.table.stow(doing, &bytes, None).await?.within(item);
        let not_later = Condition::new(NOT_LATER, [(":g", number(fence.0))]);
        match self.table.put(doing, item.clone(), not_later).await {
            Ok(Some(was)) => self.table.drop_parts(doing, &was, &item).await,
            Ok(None) => Ok(()),
            Err(Failure::Condition(_)) => Err(fenced(&self.table.name)),
            Err(Failure::Store(error)) => Err(error),
        }
    }

    async fn untouch(&self, touched: Touched) -> Stored<()> {
        let key = key::touched(touched.day);
        match self.table.delete("storing a rollup", key, same_mark(touched.mark)).await {
            // Touched again meanwhile: another rollup will see to it.
            Ok(_) | Err(Failure::Condition(_)) => Ok(()),
            Err(Failure::Store(error)) => Err(error),
        }
    }

    /// The first rollup of a day comes with an entry in the list of days that may be sealed.
    async fn first_rollup(&self, day: DayKey, item: Item) -> Stored<()> {
        let sealable = Item::at(key::sealable(self.later(day.day.next().start()), day));
        let writes = [
            Write::Put(item, Condition::new(ABSENT, [])),
            Write::Put(sealable, Condition::default()),
        ];
        match self.table.transact("storing a rollup", &writes).await {
            Ok(()) => Ok(()),
            // Another pass was first, which under our lease none can be.
            Err(Failure::Condition(_)) => Err(fenced(&self.table.name)),
            Err(Failure::Store(error)) => Err(error),
        }
    }

    /// Lists the workflow among those with days in this bucket.
    async fn list(&self, day: DayKey) -> Stored<()> {
        let bucket = key::bucket(day.day);
        if self.has_listed(&bucket, day.workflow) {
            return Ok(());
        }
        let doing = "listing a workflow";
        let entry = key::workflow_entry(day);
        if self.table.get(doing, entry.clone()).await?.is_none() {
            let listed = [key::bucket_entry(day.day), entry];
            for key in listed {
                self.table.put(doing, Item::at(key), Condition::default()).await?;
            }
        }
        self.note_listed(bucket, day.workflow);
        Ok(())
    }

    pub(crate) async fn expiring_days(&self, cutoff: Time, limit: usize) -> Stored<Vec<DayKey>> {
        let now = self.later(cutoff);
        let query = Query::all(key::SEALABLE).before(key::time(now));
        let mut entries = Vec::new();
        let take = |items: Vec<Item>| {
            entries.extend(items);
            entries.len() < ENTRIES
        };
        self.table.pages(DOING, query, take).await?;
        entries.truncate(ENTRIES);
        let mut expiring = Vec::new();
        for some in entries.chunks(limit.max(1)) {
            let looks: Vec<_> = some.iter().map(|entry| self.look(entry, now)).collect();
            let dues: Vec<Due> = stream::iter(looks).buffered(AT_ONCE).try_collect().await?;
            expiring.extend(dues.into_iter().filter_map(|due| match due {
                Due::Now(day) => Some(day),
                Due::Later => None,
            }));
            if !expiring.is_empty() {
                break;
            }
        }
        Ok(expiring)
    }

    /// Looks at an entry whose time has come, and lists it anew if it has come too early.
    async fn look(&self, entry: &Item, now: Time) -> Stored<Due> {
        let Some(day) = key::sealable_day(entry.sort()) else { return Ok(Due::Later) };
        if self.table.get(DOING, key::touched(day)).await?.is_some() {
            return Ok(Due::Later);
        }
        let query = Query::all(key::rows(day)).only("s, l, o, x");
        let rows = self.table.query(DOING, query).await?;
        let is_sealed = rows.iter().any(|row| row.sort() == key::SEAL);
        let later = match rows.iter().filter_map(|row| self.due(row)).reduce(latest) {
            _ if is_sealed => None,
            Some(due) => {
                let due = due.at.min(due.last_call);
                if due <= now {
                    return Ok(Due::Now(day));
                }
                Some(Item::at(key::sealable(due, day)))
            }
            // All its rows have moved to other days. It is kept open for as long again.
            None if entry.has("w") => return Ok(Due::Now(day)),
            None => Some(Item::at(key::sealable(self.later(now), day)).number("w", 1)),
        };
        if let Some(later) = later {
            self.table.put(DOING, later, Condition::default()).await?;
        }
        let gone = key::Key::new(key::SEALABLE, entry.sort());
        self.table.delete(DOING, gone, Condition::default()).await?;
        Ok(Due::Later)
    }

    /// When a row's day may be sealed for its sake, and when it must be, as the retention may have
    /// been shorter when the row was put.
    fn due(&self, row: &Item) -> Option<RowDue> {
        let time = |name| row.get_number(name).map(Time::from_millis);
        let (latest, first) = (time("l")?, time("o")?);
        let dropped = row.get_number("x").map(|x: i64| Time::from_millis(x.saturating_mul(1_000)));
        let dropped = dropped.unwrap_or(latest).plus_millis(first.since(latest));
        Some(RowDue { at: self.later(latest), last_call: Self::last_call(dropped) })
    }

    pub(crate) async fn seal_day(&self, day: DayKey) -> Stored<()> {
        let writes = [
            Write::Put(Item::at(key::seal(day)), Condition::default()),
            Write::Set(key::rollup(day), "SET z = :v", number(1)),
            Write::Check(key::touched(day), Condition::new(ABSENT, [])),
        ];
        match self.table.transact("sealing a day", &writes).await {
            // Touched meanwhile: not yet.
            Ok(()) | Err(Failure::Condition(_)) => Ok(()),
            Err(Failure::Store(error)) => Err(error),
        }
    }
}
