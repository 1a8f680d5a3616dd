//! Days: touched, rolled up, sealed.

use laptime_core::port::{Stored, Touched};
use laptime_core::rollup::Rollup;
use laptime_core::row::DayKey;
use laptime_core::stored::to_bytes;
use laptime_core::time::Time;

use crate::Store;
use crate::file::{mark_of, same_mark};
use crate::key;
use crate::table::error::{Failure, unreadable};
use crate::table::item::{Item, number};
use crate::table::{Condition, Query, Write};

/// A rollup that is there, of a day that is not sealed.
const OPEN: &str = "attribute_exists(p) AND attribute_not_exists(z)";
const ABSENT: &str = "attribute_not_exists(p)";

/// What speaks for sealing a day now, or for looking again later.
enum Due {
    Now,
    Later(Item),
    /// It has been sealed.
    Done,
}

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

    pub(crate) async fn store_rollup(&self, touched: Touched, rollup: &Rollup) -> Stored<()> {
        let doing = "storing a rollup";
        let day = touched.day;
        self.list(day).await?;
        let bytes = to_bytes(rollup)
            .map_err(|error| unreadable(&self.table.name, "a rollup to be stored", &error))?;
        let item = self.table.stow(doing, &bytes, None).await?.within(Item::at(key::rollup(day)));
        match self.table.put(doing, item.clone(), Condition::new(OPEN, [])).await {
            Ok(Some(was)) => self.table.drop_parts(doing, &was, &item).await?,
            // Sealed: what it held then stays.
            Ok(None) | Err(Failure::Condition(Some(_))) => {}
            Err(Failure::Condition(None)) => self.first_rollup(day, item).await?,
            Err(Failure::Store(error)) => return Err(error),
        }
        match self.table.delete(doing, key::touched(day), same_mark(touched.mark)).await {
            // Touched again meanwhile: another rollup will see to it.
            Ok(_) | Err(Failure::Condition(_)) => Ok(()),
            Err(Failure::Store(error)) => Err(error),
        }
    }

    /// The first rollup of a day comes with an entry in the list of days that may be sealed.
    async fn first_rollup(&self, day: DayKey, item: Item) -> Stored<()> {
        let sealable = Item::at(key::sealable(day.day.start(), day));
        let writes = [
            Write::Put(item, Condition::new(ABSENT, [])),
            Write::Put(sealable, Condition::default()),
        ];
        match self.table.transact("storing a rollup", &writes).await {
            // Somebody else's first rollup came first; the day is still touched then.
            Ok(()) | Err(Failure::Condition(_)) => Ok(()),
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
        let doing = "reading days to seal";
        let mut expiring = Vec::new();
        let query = Query::all(key::SEALABLE).before(key::time(cutoff));
        for entry in self.table.query(doing, query).await? {
            let Some(day) = key::sealable_day(entry.sort()) else { continue };
            if expiring.len() >= limit {
                break;
            }
            if self.table.get(doing, key::touched(day)).await?.is_some() {
                continue;
            }
            match self.due(day, &entry, cutoff).await? {
                Due::Now => expiring.push(day),
                Due::Later(later) => {
                    self.table.put(doing, later, Condition::default()).await?;
                    self.unlist(&entry).await?;
                }
                Due::Done => self.unlist(&entry).await?,
            }
        }
        Ok(expiring)
    }

    async fn unlist(&self, entry: &Item) -> Stored<()> {
        let key = key::Key::new(key::SEALABLE, entry.sort());
        self.table.delete("reading days to seal", key, Condition::default()).await?;
        Ok(())
    }

    async fn due(&self, day: DayKey, entry: &Item, cutoff: Time) -> Stored<Due> {
        let query = Query::all(key::rows(day)).only("s, l, o");
        let rows = self.table.query("reading days to seal", query).await?;
        if rows.iter().any(|row| row.sort() == key::SEAL) {
            return Ok(Due::Done);
        }
        let times = |name| rows.iter().filter_map(move |row| row.get_number(name));
        let latest = times("l").max().map(Time::from_millis);
        let first = times("o").min().map(Time::from_millis);
        Ok(match (latest, first) {
            (Some(latest), Some(first)) => {
                let due = latest.min(Self::last_call(first));
                if due < cutoff { Due::Now } else { Due::Later(Item::at(key::sealable(due, day))) }
            }
            // All its rows have moved to other days. It is kept open for as long again.
            _ if entry.has("w") => Due::Now,
            _ => Due::Later(Item::at(key::sealable(self.later(cutoff), day)).number("w", 1)),
        })
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
