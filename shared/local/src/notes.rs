//! Notes from one pass to the next.

use laptime_core::port::{Fence, Note, Notes, Stored};
use rusqlite::{OptionalExtension, params};

use crate::Store;
use crate::store::sql;

impl Notes for Store {
    async fn note(&self, note: Note) -> Stored<Option<Vec<u8>>> {
        let (kind, repository, workflow, day) = key(note);
        self.read("reading a note", |conn| {
            conn.prepare_cached(
                "SELECT value FROM note
                 WHERE kind = ? AND repository = ? AND workflow = ? AND day = ?",
            )?
            .query_row(params![kind, repository, workflow, day], |row| row.get(0))
            .optional()
        })
    }

    async fn put_note(&self, fence: Fence, note: Note, value: Vec<u8>) -> Stored<()> {
        let (kind, repository, workflow, day) = key(note);
        self.write_fenced("storing a note", fence, |tx| {
            tx.prepare_cached("INSERT OR REPLACE INTO note VALUES (?, ?, ?, ?, ?)")?
                .execute(params![kind, repository, workflow, day, value])?;
            Ok(())
        })
    }
}

fn key(note: Note) -> (i64, i64, i64, i32) {
    match note {
        Note::Sent(day) => (0, sql(day.workflow.repository), sql(day.workflow.workflow), day.day.0),
        Note::Flight => (1, 0, 0, 0),
        Note::Fleet => (2, 0, 0, 0),
        Note::Unjudged => (3, 0, 0, 0),
        Note::Active(day) => (4, 0, 0, day.0),
        Note::Jobs => (5, 0, 0, 0),
    }
}
