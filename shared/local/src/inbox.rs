//! Adding events.

use laptime_core::model::{Event, EventKey};
use laptime_core::port::{Appended, Inbox, StoreError, StoreErrorKind, Stored};
use laptime_core::time::Time;
use rusqlite::{Connection, params};

use crate::Store;
use crate::store::attempt_params;

/// An event as it is stored.
#[derive(Debug)]
pub(crate) struct Encoded {
    key: EventKey,
    facts: Vec<u8>,
    received: Time,
}

impl Encoded {
    pub(crate) fn of(event: &Event, received: Time) -> Stored<Self> {
        let (key, facts) = event.encode().map_err(|error| StoreError {
            kind: StoreErrorKind::Failed,
            what: format!("an event of {} cannot be stored", event.id),
            source: Some(Box::new(error)),
        })?;
        Ok(Self { key, facts, received })
    }

    pub(crate) fn insert(&self, conn: &Connection) -> rusqlite::Result<Appended> {
        let (repository, run, attempt) = attempt_params(self.key.id);
        let inserted = conn
            .prepare_cached(
                "INSERT INTO event (repository, run, attempt, digest, received, facts)
                 VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                repository,
                run,
                attempt,
                self.key.digest,
                self.received.as_millis(),
                self.facts
            ])?;
        Ok(if inserted == 0 { Appended::Known } else { Appended::New })
    }
}

impl Inbox for Store {
    async fn append(&self, event: &Event, received: Time) -> Stored<Appended> {
        let encoded = Encoded::of(event, received)?;
        self.write("storing an event", |tx| encoded.insert(tx))
    }
}
