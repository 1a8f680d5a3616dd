//! What channels were told.

use laptime_core::port::{Announced, Notices, Stored};
use rusqlite::{OptionalExtension, params};

use crate::Store;
use crate::rows::{decode, encode};
use crate::store::sql;

impl Notices for Store {
    async fn announced(&self, channel: &str) -> Stored<Option<Announced>> {
        let bytes: Option<Vec<u8>> = self.read("reading what a channel was told", |conn| {
            conn.prepare_cached("SELECT value FROM announced WHERE channel = ?")?
                .query_row([channel], |row| row.get(0))
                .optional()
        })?;
        bytes.map(|bytes| decode(&self.path, "what a channel was told", &bytes)).transpose()
    }

    async fn put_announced(&self, channel: &str, announced: &Announced) -> Stored<bool> {
        let bytes = encode(&self.path, announced)?;
        let revision = sql(announced.revision);
        self.write("storing what a channel was told", |tx| {
            let held: Option<i64> = tx
                .prepare_cached("SELECT revision FROM announced WHERE channel = ?")?
                .query_row([channel], |row| row.get(0))
                .optional()?;
            if held.unwrap_or(0) + 1 != revision {
                return Ok(false);
            }
            tx.prepare_cached("INSERT OR REPLACE INTO announced VALUES (?, ?, ?)")?
                .execute(params![channel, revision, bytes])?;
            Ok(true)
        })
    }
}
