//! What reports are made from: a snapshot of the store.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use laptime_core::judging::Judgement;
use laptime_core::port::{Library, Rows, Standing, Stored, StoredDay};
use laptime_core::row::{DayKey, Row, WorkflowId};
use laptime_core::time::{Day, Time};
use laptime_core::track::Track;
use rusqlite::{Connection, params};

use crate::error::store_error;
use crate::rows;
use crate::store::{unsigned, workflow_of, workflow_params};

/// The store as it was at one moment, whatever passes do meanwhile.
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) path: PathBuf,
    conn: Mutex<Connection>,
}

impl Snapshot {
    pub(crate) fn begin(conn: Connection, path: PathBuf) -> Stored<Self> {
        // A deferred transaction takes its view with the first read.
        conn.execute_batch("BEGIN; SELECT one FROM pass")
            .map_err(|error| store_error(&path, "opening a view", error))?;
        Ok(Self { path, conn: Mutex::new(conn) })
    }

    fn with<T>(&self, run: impl FnOnce(&Connection) -> T) -> T {
        run(&self.conn.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn read<T>(
        &self,
        doing: &str,
        run: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Stored<T> {
        self.with(run).map_err(|error| store_error(&self.path, doing, error))
    }
}

impl Rows for Snapshot {
    async fn rows(&self, day: DayKey) -> Stored<Vec<Row>> {
        self.with(|conn| rows::rows(conn, &self.path, day))
    }

    async fn overtaken(&self, row: &Row) -> Stored<bool> {
        self.with(|conn| rows::overtaken(conn, &self.path, row))
    }

    async fn tracks(&self, workflow: WorkflowId, days: Range<Day>) -> Stored<Vec<(Day, Track)>> {
        self.with(|conn| rows::tracks(conn, &self.path, workflow, days))
    }
}

impl Library for Snapshot {
    async fn workflows(&self, days: Range<Day>) -> Stored<Vec<WorkflowId>> {
        self.read("reading workflows", |conn| {
            conn.prepare_cached(
                "SELECT DISTINCT repository, workflow FROM day WHERE day >= ? AND day < ?
                 ORDER BY repository, workflow",
            )?
            .query_map(params![days.start.0, days.end.0], workflow_of)?
            .collect()
        })
    }

    async fn days(&self, workflow: WorkflowId, days: Range<Day>) -> Stored<Vec<StoredDay>> {
        let (repository, id) = workflow_params(workflow);
        let found: Vec<(i32, bool, bool, Option<Vec<u8>>)> =
            self.read("reading rollups", |conn| {
                conn.prepare_cached(
                    "SELECT day, sealed, touched, rollup FROM day
                     WHERE repository = ? AND workflow = ? AND day >= ? AND day < ? ORDER BY day",
                )?
                .query_map(params![repository, id, days.start.0, days.end.0], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                })?
                .collect()
            })?;
        let read = |(day, sealed, touched, bytes): (i32, bool, bool, Option<Vec<u8>>)| {
            let what = || format!("the rollup of {}", Day(day));
            let rollup = bytes
                .filter(|_| !touched)
                .map(|bytes| rows::decode(&self.path, &what(), &bytes))
                .transpose()?;
            Ok(StoredDay { day: Day(day), sealed, rollup })
        };
        found.into_iter().map(read).collect()
    }

    async fn judgements(&self) -> Stored<Vec<(WorkflowId, Judgement)>> {
        let found: Vec<(WorkflowId, Vec<u8>)> = self.read("reading judgements", |conn| {
            conn.prepare_cached(
                "SELECT repository, workflow, value FROM judgement ORDER BY repository, workflow",
            )?
            .query_map([], |row| Ok((workflow_of(row)?, row.get(2)?)))?
            .collect()
        })?;
        let read = |(id, bytes): (WorkflowId, Vec<u8>)| {
            let what = format!("the judgement of workflow {}", id.workflow);
            Ok((id, rows::decode(&self.path, &what, &bytes)?))
        };
        found.into_iter().map(read).collect()
    }

    async fn standing(&self) -> Stored<Standing> {
        self.read("reading what is stored", |conn| {
            let count = |query: &str| {
                conn.query_row(query, [], |row| row.get(0)).map(|count: i64| unsigned(count))
            };
            let time = |query: &str| {
                let found: Option<i64> = conn.query_row(query, [], |row| row.get(0))?;
                Ok::<_, rusqlite::Error>(found.map(Time::from_millis))
            };
            Ok(Standing {
                events: Some(count("SELECT count(*) FROM event")?),
                events_waiting: Some(count(
                    "SELECT count(*) FROM event WHERE seq > (SELECT cursor FROM pass)",
                )?),
                last_received: time(
                    "SELECT max(received) FROM (
                         SELECT received FROM (
                             SELECT received FROM event ORDER BY seq DESC LIMIT 1000)
                         UNION ALL SELECT max(last_received) FROM day)",
                )?,
                attempts_open: Some(count(
                    "SELECT count(*) FROM attempt WHERE place = 0 AND refused = 0",
                )?),
                attempts_filed: Some(count("SELECT count(*) FROM attempt WHERE place = 1")?),
                attempts_sealed: Some(count("SELECT count(*) FROM attempt WHERE place = 2")?),
                attempts_refused: count("SELECT count(*) FROM attempt WHERE refused > 0")?,
                attempts_set_aside: 0,
                days: Some(count("SELECT count(*) FROM day")?),
                days_touched: count("SELECT count(*) FROM day WHERE touched = 1")?,
                days_sealed: Some(count("SELECT count(*) FROM day WHERE sealed = 1")?),
                last_pass: time("SELECT last_pass FROM pass")?,
            })
        })
    }
}
