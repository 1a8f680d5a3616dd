//! What Prometheus was told before.

use laptime_core::exposed::Exposed;
use laptime_core::port::Stored;
use laptime_core::row::WorkflowId;
use laptime_core::stored::{Unreadable, from_bytes, to_bytes};
use laptime_core::time::Day;
use rusqlite::{Connection, params};

use crate::Store;
use crate::error::unreadable;
use crate::store::{sql, unsigned};

/// Kinds of notes beside those of the core: a workflow as it was told, all others together, and the
/// jobs of a workflow.
const TOLD: i64 = 100;
const OTHER: i64 = 101;
const JOBS: i64 = 102;

impl Store {
    /// What was told before, by any process.
    pub fn exposed(&self) -> Stored<Exposed> {
        self.read("reading what was told", stored)?
            .map_err(|error| unreadable(&self.path, "what Prometheus was told", error))
    }

    /// Remembers what is about to be told, joined with what another process has told meanwhile.
    pub fn put_exposed(&self, exposed: &mut Exposed, today: Day) -> Stored<()> {
        let written = self.write("storing what is told", |tx| {
            match stored(tx)? {
                Ok(before) => exposed.join(before, today),
                Err(error) => return Ok(Err(error)),
            }
            put(tx, exposed)
        })?;
        written.map_err(|error| unreadable(&self.path, "what Prometheus was told", error))
    }
}

fn stored(conn: &Connection) -> rusqlite::Result<Result<Exposed, Unreadable>> {
    let mut select =
        conn.prepare_cached("SELECT kind, repository, workflow, value FROM note WHERE kind >= ?")?;
    let mut rows = select.query([TOLD])?;
    let mut exposed = Exposed::default();
    while let Some(row) = rows.next()? {
        let (kind, bytes): (i64, Vec<u8>) = (row.get(0)?, row.get(3)?);
        let id = WorkflowId { repository: unsigned(row.get(1)?), workflow: unsigned(row.get(2)?) };
        let read = match kind {
            TOLD => from_bytes(&bytes).map(|told| drop(exposed.own.insert(id, told))),
            OTHER => from_bytes(&bytes).map(|other| exposed.other = other),
            JOBS => from_bytes(&bytes).map(|jobs| drop(exposed.jobs.insert(id, jobs))),
            _ => Ok(()),
        };
        if let Err(error) = read {
            return Ok(Err(error));
        }
    }
    Ok(Ok(exposed))
}

fn put(conn: &Connection, exposed: &Exposed) -> rusqlite::Result<Result<(), Unreadable>> {
    // Jobs that are told no longer are forgotten.
    conn.execute("DELETE FROM note WHERE kind = ?", [JOBS])?;
    let mut insert = conn.prepare_cached("INSERT OR REPLACE INTO note VALUES (?, ?, ?, 0, ?)")?;
    let nobody = WorkflowId { repository: 0, workflow: 0 };
    let own = exposed.own.iter().map(|(id, told)| (TOLD, *id, to_bytes(told)));
    let jobs = exposed.jobs.iter().map(|(id, jobs)| (JOBS, *id, to_bytes(jobs)));
    let other = [(OTHER, nobody, to_bytes(&exposed.other))];
    for (kind, id, bytes) in own.chain(jobs).chain(other) {
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Err(error)),
        };
        insert.execute(params![kind, sql(id.repository), sql(id.workflow), bytes])?;
    }
    Ok(Ok(()))
}
