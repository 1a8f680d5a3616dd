//! Attempts with all their events, and where they are filed.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt, stream};
use laptime_core::model::{AttemptId, Event};
use laptime_core::port::{
    Broken, ChangedAttempt, Loaded, Place, Received, StoreError, StoreErrorKind, Stored,
};
use laptime_core::row::{DayKey, Row, WorkflowId};
use laptime_core::time::{Day, Time};

use crate::Store;
use crate::key;
use crate::store::AT_ONCE;
use crate::table::Query;
use crate::table::item::Item;

/// What is stored of one attempt.
enum One {
    Whole(Box<ChangedAttempt>),
    Broken(Broken),
    /// Nothing, or nothing that a filing has not covered.
    Covered,
}

impl Store {
    pub(crate) async fn load_all(&self, ids: &[AttemptId]) -> Stored<Loaded> {
        let ones: Vec<One> = stream::iter(ids.iter().copied())
            .map(|id| self.load_one(id))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let mut loaded = Loaded::default();
        for one in ones {
            match one {
                One::Whole(attempt) => {
                    loaded.events += attempt.events.len() as u64;
                    loaded.attempts.push(*attempt);
                }
                One::Broken(broken) => loaded.broken.push(broken),
                One::Covered => {}
            }
        }
        Ok(loaded)
    }

    async fn load_one(&self, id: AttemptId) -> Stored<One> {
        let items = self.table.query("reading an attempt", Query::all(key::attempt(id))).await?;
        let (events, places): (Vec<&Item>, Vec<&Item>) =
            items.iter().partition(|item| item.sort().starts_with(key::EVENT));
        let place = places.into_iter().find(|item| item.sort() == key::place(id).s);
        let Some(received) = received(&events) else { return Ok(One::Covered) };
        if place.and_then(|place| place.get_number("k")) == Some(received.print) {
            return Ok(One::Covered);
        }
        match self.whole(id, &events, place, received).await {
            Ok(attempt) => Ok(One::Whole(Box::new(attempt))),
            Err(StoreError { kind: StoreErrorKind::Corrupt, what, .. }) => {
                Ok(One::Broken(Broken { id, received, why: what }))
            }
            Err(error) => Err(error),
        }
    }

    async fn whole(
        &self,
        id: AttemptId,
        items: &[&Item],
        place: Option<&Item>,
        received: Received,
    ) -> Stored<ChangedAttempt> {
        let what = format!("an event of {id}");
        let mut events = Vec::with_capacity(items.len());
        for item in items {
            let bytes = self.table.value(&what, item).await?;
            let event = Event::decode(&bytes).map_err(|error| {
                crate::table::error::unreadable(&self.table.name, &what, &error)
            })?;
            events.push(event);
        }
        let known = place.and_then(|place| filed_under(id, place));
        // Without a note of where it was filed, a filing may have ended before it was written.
        let days = known.map_or_else(|| Row::places(id, &events), |day| BTreeSet::from([day]));
        let place = self.find(id, &days).await?;
        let unfinished = known.is_none() && matches!(place, Place::Row(_));
        Ok(ChangedAttempt { id, events, received, place, unfinished })
    }

    async fn find(&self, id: AttemptId, days: &BTreeSet<DayKey>) -> Stored<Place> {
        let keys = days.iter().flat_map(|day| [key::seal(*day), key::row(*day, id)]);
        let found = self.table.get_all("reading an attempt's row", keys).await?;
        let sealed: BTreeSet<&str> = found
            .iter()
            .filter(|item| item.sort() == key::SEAL)
            .filter_map(|item| item.get_text("p"))
            .collect();
        let row = found.iter().find(|item| item.sort() != key::SEAL);
        match row {
            Some(item) if sealed.contains(item.get_text("p").unwrap_or_default()) => {
                Ok(Place::Sealed)
            }
            Some(item) => Ok(Place::Row(Box::new(self.row(item).await?))),
            // The row of a sealed day has been dropped.
            None if days.len() == 1 && !sealed.is_empty() => Ok(Place::Sealed),
            None => Ok(Place::Open),
        }
    }
}

/// Where a filing has put the row.
fn filed_under(id: AttemptId, place: &Item) -> Option<DayKey> {
    let workflow = place.get_number("w")?;
    let workflow = WorkflowId { repository: id.repository, workflow };
    Some(DayKey { workflow, day: Day(place.get_number("d")?) })
}

/// When the events were received; none without events. The print is the same for the same events
/// received at the same times, whatever their order.
fn received(events: &[&Item]) -> Option<Received> {
    let times = || events.iter().filter_map(|event| event.get_number("r").map(Time::from_millis));
    let print = events.iter().fold(0, |print, event| {
        let digest = event.sort().bytes().fold(0_u64, |all, byte| mix(all ^ u64::from(byte)));
        print ^ mix(digest ^ event.get_number::<u64>("r").unwrap_or_default())
    });
    Some(Received { first: times().min()?, last: times().max()?, print })
}

/// Spreads a change of any bit over all of them: the finalizer of splitmix64.
const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
