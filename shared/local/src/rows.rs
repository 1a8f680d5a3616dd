//! Reading attempt rows: the same for passes and reports.

use std::ops::Range;
use std::path::Path;

use laptime_core::port::Stored;
use laptime_core::row::{Branch, DayKey, Row, WorkflowId};
use laptime_core::stored::{from_bytes, to_bytes};
use laptime_core::time::Day;
use laptime_core::track::Track;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{store_error, unreadable};
use crate::store::{sql, workflow_params};

pub(crate) fn rows(conn: &Connection, path: &Path, key: DayKey) -> Stored<Vec<Row>> {
    let failed = |error| store_error(path, "reading attempt rows", error);
    let (repository, workflow) = workflow_params(key.workflow);
    let mut select = conn
        .prepare_cached(
            "SELECT facts FROM attempt
             WHERE repository = ? AND workflow = ? AND day = ? AND place = 1",
        )
        .map_err(failed)?;
    let found = select
        .query_map(params![repository, workflow, key.day.0], |row| row.get::<_, Vec<u8>>(0))
        .map_err(failed)?;
    found.map(|bytes| decode(path, "an attempt row", &bytes.map_err(failed)?)).collect()
}

pub(crate) fn tracks(
    conn: &Connection,
    path: &Path,
    workflow: WorkflowId,
    days: Range<Day>,
) -> Stored<Vec<(Day, Track)>> {
    let failed = |error| store_error(path, "reading tracks", error);
    let (repository, workflow) = workflow_params(workflow);
    let mut select = conn
        .prepare_cached(
            "SELECT day, track FROM day
             WHERE repository = ? AND workflow = ? AND day >= ? AND day < ? AND track IS NOT NULL
             ORDER BY day",
        )
        .map_err(failed)?;
    let found = select
        .query_map(params![repository, workflow, days.start.0, days.end.0], |row| {
            Ok((Day(row.get(0)?), row.get::<_, Vec<u8>>(1)?))
        })
        .map_err(failed)?;
    let read = |found: rusqlite::Result<(Day, Vec<u8>)>| {
        let (day, bytes) = found.map_err(failed)?;
        Ok((day, decode(path, &format!("the track of {day}"), &bytes)?))
    };
    found.map(read).collect()
}

pub(crate) fn overtaken(conn: &Connection, path: &Path, row: &Row) -> Stored<bool> {
    let (Some(branch), Some(started)) = (branch_hash(&row.branch), row.started_at) else {
        return Ok(false);
    };
    let (repository, workflow) = workflow_params(row.workflow);
    let (number, run) = seniority(row);
    let query = || {
        conn.prepare_cached(
            "SELECT 1 FROM attempt
             WHERE repository = ? AND workflow = ? AND branch = ? AND place > 0
               AND (number, run) > (?, ?) AND started >= ? AND started < ? LIMIT 1",
        )?
        .query_row(
            params![
                repository,
                workflow,
                branch,
                number,
                run,
                started.as_millis(),
                row.end.as_millis()
            ],
            |_| Ok(()),
        )
        .optional()
    };
    Ok(query().map_err(|error| store_error(path, "reading newer runs", error))?.is_some())
}

/// A number for the branch, for the indexes: names may be 10 kB long. None without a name.
pub(crate) fn branch_hash(branch: &Branch) -> Option<i64> {
    branch.digest().map(i64::from_le_bytes)
}

/// [`Row::seniority`] as `SQLite` compares it.
pub(crate) fn seniority(row: &Row) -> (i64, i64) {
    let (number, run) = row.seniority();
    (number.map_or(-1, sql), sql(run))
}

pub(crate) fn encode<T: Serialize>(path: &Path, value: &T) -> Stored<Vec<u8>> {
    to_bytes(value).map_err(|error| unreadable(path, "a value to be stored", error))
}

pub(crate) fn decode<T: DeserializeOwned>(path: &Path, what: &str, bytes: &[u8]) -> Stored<T> {
    from_bytes(bytes).map_err(|error| unreadable(path, what, error))
}
