//! What channels were told.

use laptime_core::port::{Announced, Notices, Stored};
use laptime_core::stored::to_bytes;

use crate::Store;
use crate::key;
use crate::table::error::unreadable;
use crate::table::item::Item;

impl Notices for Store {
    async fn announced(&self, channel: &str) -> Stored<Option<Announced>> {
        match self.table.get("reading what a channel was told", key::announced(channel)).await? {
            Some(item) => Ok(Some(self.table.decode("what a channel was told", &item).await?)),
            None => Ok(None),
        }
    }

    async fn put_announced(&self, channel: &str, announced: &Announced) -> Stored<bool> {
        let bytes = to_bytes(announced)
            .map_err(|error| unreadable(&self.table.name, "what a channel was told", &error))?;
        let (item, revision) = (Item::at(key::announced(channel)), announced.revision);
        self.put_next("storing what a channel was told", item, revision, (&bytes, None)).await
    }
}
