//! What is known of remarks on pull requests. The table drops it by itself after its time.

use laptime_core::port::{Remarks, Said, Spot, Stored};
use laptime_core::stored::to_bytes;

use crate::Store;
use crate::key;
use crate::table::error::unreadable;
use crate::table::item::Item;

impl Remarks for Store {
    async fn said(&self, spot: &Spot) -> Stored<Option<Said>> {
        match self.table.get("reading what was said", key::said(spot)).await? {
            Some(item) => Ok(Some(self.table.decode("what was said", &item).await?)),
            None => Ok(None),
        }
    }

    async fn put_said(&self, spot: &Spot, said: &Said) -> Stored<bool> {
        let bytes = to_bytes(said)
            .map_err(|error| unreadable(&self.table.name, "what was said", &error))?;
        let expires = spot.kept_until(said.at).as_millis() / 1_000;
        let item = Item::at(key::said(spot)).number("x", expires);
        self.put_next("storing what was said", item, said.revision, (&bytes, Some(expires))).await
    }
}
