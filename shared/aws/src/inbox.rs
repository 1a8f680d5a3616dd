//! Adding events: one conditional write, no read.

use laptime_core::model::Event;
use laptime_core::port::{Appended, Inbox, StoreError, StoreErrorKind, Stored};
use laptime_core::time::Time;

use crate::Store;
use crate::key;
use crate::table::Condition;
use crate::table::error::Failure;
use crate::table::item::{Item, number};

/// Only if it is not there, or should have been dropped by now.
const NEW: &str = "attribute_not_exists(p) OR x <= :now";

impl Inbox for Store {
    async fn append(&self, event: &Event, received: Time) -> Stored<Appended> {
        let doing = "storing an event";
        let (key, facts) = event.encode().map_err(|error| StoreError {
            kind: StoreErrorKind::Failed,
            what: format!("an event of {} cannot be stored", event.id),
            source: Some(Box::new(error)),
        })?;
        let expires = self.expires(received);
        let facts = self.table.stow(doing, &facts, Some(expires)).await?;
        let item = Item::at(key::event(key)).number("r", received.as_millis()).number("x", expires);
        let now = [(":now", number(received.as_millis() / 1_000))];
        match self.table.put(doing, facts.within(item), Condition::new(NEW, now)).await {
            Ok(_) => Ok(Appended::New),
            Err(Failure::Condition(_)) => Ok(Appended::Known),
            Err(Failure::Store(error)) => Err(error),
        }
    }
}
