//! What the aggregator works on.

use std::collections::BTreeSet;

use laptime_core::model::AttemptId;
use laptime_core::port::{Changed, Fence, Filed, Lease, Ledger, Loaded, Stored, Touched};
use laptime_core::rollup::Rollup;
use laptime_core::row::{DayKey, Row};
use laptime_core::time::Time;
use laptime_core::track::Track;

use crate::Store;
use crate::key;
use crate::stream::Position;

impl Ledger for Store {
    type Cursor = Position;

    async fn lease(&self, holder: &str, clock: Time) -> Stored<Lease> {
        self.take_lease(holder, clock).await
    }

    async fn renew(&self, fence: Fence, clock: Time) -> Stored<()> {
        self.renew_lease(fence, clock).await
    }

    async fn release(&self, fence: Fence, done: Option<Time>) -> Stored<()> {
        self.release_lease(fence, done).await
    }

    async fn changed(&self, limit: usize) -> Stored<Changed<Position>> {
        let found = self.stream(limit).await?;
        let ids: BTreeSet<AttemptId> = found.ids.iter().copied().collect();
        let mut loaded = self.load_all(&ids.into_iter().collect::<Vec<_>>()).await?;
        let taken_up: BTreeSet<AttemptId> = loaded.attempts.iter().map(|one| one.id).collect();
        let new = found.ids.iter().filter(|id| taken_up.contains(id));
        loaded.events = new.count() as u64;
        // A pass's own writes are in the stream too: they alone are nothing new.
        let upto = (found.is_far || !found.ids.is_empty()).then_some(found.position);
        Ok(Changed { loaded, upto })
    }

    async fn load(&self, ids: &[AttemptId]) -> Stored<Loaded> {
        self.load_all(ids).await
    }

    async fn overtakes(&self, row: &Row) -> Stored<Vec<DayKey>> {
        self.cancelled_by(row).await
    }

    async fn sealed(&self, days: &[DayKey]) -> Stored<Vec<DayKey>> {
        self.sealed_of(days).await
    }

    async fn file(
        &self,
        fence: Fence,
        filed: &[Filed],
        touched: &[DayKey],
        upto: Option<&Position>,
    ) -> Stored<()> {
        self.check("filing attempts", fence).await?;
        self.file_all(fence, filed, touched).await?;
        match upto {
            Some(upto) => self.put_position(upto).await,
            None => Ok(()),
        }
    }

    async fn last_pass(&self) -> Stored<Option<Time>> {
        let pass = self.table.get("reading the last pass", key::pass()).await?;
        Ok(pass.and_then(|pass| pass.get_number("l")).map(Time::from_millis))
    }

    async fn touched(&self, after: Option<DayKey>, limit: usize) -> Stored<Vec<Touched>> {
        self.touched_days(after, limit).await
    }

    async fn put_rollup(
        &self,
        fence: Fence,
        touched: Touched,
        rollup: &Rollup,
        track: &Track,
    ) -> Stored<()> {
        self.check("storing a rollup", fence).await?;
        self.store_rollup(fence, touched, rollup, track).await
    }

    async fn expiring(&self, cutoff: Time, limit: usize) -> Stored<Vec<DayKey>> {
        self.expiring_days(cutoff, limit).await
    }

    async fn seal(&self, fence: Fence, day: DayKey) -> Stored<()> {
        self.check("sealing a day", fence).await?;
        self.seal_day(day).await
    }

    /// The table drops them by itself, some days later.
    async fn forget(&self, fence: Fence, _cutoff: Time) -> Stored<u64> {
        self.check("forgetting old events", fence).await?;
        Ok(0)
    }
}
