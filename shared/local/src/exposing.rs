//! What Prometheus is told: what follows from all rollups, and what was told before.

use std::collections::{BTreeMap, BTreeSet};

use laptime_core::exposed::{Exposed, Tally, Told};
use laptime_core::port::Stored;
use laptime_core::rollup::{Head, Named};
use laptime_core::row::WorkflowId;
use laptime_core::stored::{Unreadable, from_bytes, to_bytes};
use laptime_core::time::Day;
use rusqlite::{Connection, params};

use crate::error::unreadable;
use crate::store::{sql, unsigned, workflow_of};
use crate::{Snapshot, Store};

/// Kinds of notes beside those of the core: a workflow as it was told, and all others together.
const TOLD: i64 = 100;
const OTHER: i64 = 101;

/// Sums over sealed days, which do not change any more, so that they are read once.
#[derive(Debug, Default)]
pub struct SealedSums(BTreeMap<WorkflowId, SealedSum>);

#[derive(Debug, Default)]
struct SealedSum {
    days: BTreeSet<Day>,
    names: Option<Named>,
    tally: Tally,
}

impl Snapshot {
    /// What all stored days of each workflow come to.
    pub async fn tallies(&self, sealed: &mut SealedSums) -> Stored<BTreeMap<WorkflowId, Told>> {
        let mut open: BTreeMap<WorkflowId, (Option<Named>, Tally)> = BTreeMap::new();
        for (id, day, is_sealed) in self.all_days()? {
            if sealed.0.get(&id).is_some_and(|sum| sum.days.contains(&day)) {
                continue;
            }
            let head = self.head_of(id, day).await?;
            if is_sealed {
                sealed.0.entry(id).or_default().add(day, head);
            } else {
                let (names, tally) = open.entry(id).or_default();
                tally.add(&head);
                *names = names.take().max(head.names);
            }
        }
        for (id, sum) in &sealed.0 {
            let (names, tally) = open.entry(*id).or_default();
            tally.merge(&sum.tally);
            *names = names.take().max(sum.names.clone());
        }
        let told = |(id, (names, tally)): (_, (Option<Named>, _))| {
            (id, Told { names: names.map(|named| named.names).unwrap_or_default(), tally })
        };
        Ok(open.into_iter().map(told).collect())
    }

    fn all_days(&self) -> Stored<Vec<(WorkflowId, Day, bool)>> {
        self.read("reading days", |conn| {
            conn.prepare_cached("SELECT repository, workflow, day, sealed FROM day")?
                .query_map([], |row| Ok((workflow_of(row)?, Day(row.get(2)?), row.get(3)?)))?
                .collect()
        })
    }
}

impl SealedSum {
    fn add(&mut self, day: Day, head: Head) {
        self.days.insert(day);
        self.tally.add(&head);
        self.names = self.names.take().max(head.names);
    }
}

impl Store {
    /// What was told before, by any process.
    pub fn exposed(&self) -> Stored<Exposed> {
        self.read("reading what was told", stored)?
            .map_err(|error| unreadable(&self.path, "what Prometheus was told", error))
    }

    /// Remembers what is about to be told, joined with what another process has told meanwhile.
    pub fn put_exposed(&self, exposed: &mut Exposed) -> Stored<()> {
        let written = self.write("storing what is told", |tx| {
            match stored(tx)? {
                Ok(before) => exposed.join(before),
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
            _ => Ok(()),
        };
        if let Err(error) = read {
            return Ok(Err(error));
        }
    }
    Ok(Ok(exposed))
}

fn put(conn: &Connection, exposed: &Exposed) -> rusqlite::Result<Result<(), Unreadable>> {
    let mut insert = conn.prepare_cached("INSERT OR REPLACE INTO note VALUES (?, ?, ?, 0, ?)")?;
    for (id, told) in &exposed.own {
        match to_bytes(told) {
            Ok(bytes) => {
                insert.execute(params![TOLD, sql(id.repository), sql(id.workflow), bytes])?;
            }
            Err(error) => return Ok(Err(error)),
        }
    }
    match to_bytes(&exposed.other) {
        Ok(bytes) => insert.execute(params![OTHER, 0, 0, bytes]).map(|_| Ok(())),
        Err(error) => Ok(Err(error)),
    }
}
