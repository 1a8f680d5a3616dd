//! What is known of remarks on pull requests.

use laptime_core::port::{Remarks, Said, Spot, Stored};
use rusqlite::{OptionalExtension, params};

use crate::Store;
use crate::rows::{decode, encode};
use crate::store::sql;

impl Remarks for Store {
    async fn said(&self, spot: &Spot) -> Stored<Option<Said>> {
        let bytes: Option<Vec<u8>> = self.read("reading what was said", |conn| {
            conn.prepare_cached("SELECT value FROM said WHERE repository = ? AND spot = ?")?
                .query_row(params![sql(spot.repository()), spot.name()], |row| row.get(0))
                .optional()
        })?;
        bytes.map(|bytes| decode(&self.path, "what was said", &bytes)).transpose()
    }

    async fn put_said(&self, spot: &Spot, said: &Said) -> Stored<bool> {
        let (repository, name) = (sql(spot.repository()), spot.name());
        let (revision, until) = (sql(said.revision), spot.kept_until(said.at).as_millis());
        let bytes = encode(&self.path, said)?;
        self.write("storing what was said", |tx| {
            let held: Option<i64> = tx
                .prepare_cached("SELECT revision FROM said WHERE repository = ? AND spot = ?")?
                .query_row(params![repository, name], |row| row.get(0))
                .optional()?;
            if held.unwrap_or(0) + 1 != revision {
                return Ok(false);
            }
            tx.prepare_cached("INSERT OR REPLACE INTO said VALUES (?, ?, ?, ?, ?)")?
                .execute(params![repository, name, revision, until, bytes])?;
            tx.prepare_cached("DELETE FROM said WHERE until < ?")?
                .execute([said.at.as_millis()])?;
            Ok(true)
        })
    }
}
