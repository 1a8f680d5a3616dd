//! What only the pages of `laptime serve` read.

use std::ops::Range;

use laptime_core::flow::judged_rows;
use laptime_core::model::{AttemptId, Event};
use laptime_core::port::Stored;
use laptime_core::render::live::{Pulse, Sealed};
use laptime_core::rollup::{Head, Rollup};
use laptime_core::row::{DayKey, WorkflowId};
use laptime_core::time::{Day, Time};
use rusqlite::{OptionalExtension, params};

use crate::Snapshot;
use crate::error::unreadable;
use crate::store::{attempt_params, sql, unsigned, workflow_of, workflow_params};

/// What is stored of one attempt.
#[derive(Debug)]
pub enum Kept {
    /// All its events.
    Events(Vec<Event>),
    /// What stays of it in a sealed day.
    Sealed(Sealed),
}

/// A stored day without its names: whether its rollup is to be used, and that.
type StoredHead = (WorkflowId, Day, Option<Vec<u8>>);

impl Snapshot {
    /// Shows `visit` each workflow with an attempt in `days`, with the heads of its days, oldest
    /// first; one workflow at a time, so that nobody has to hold them all. Days whose rows have
    /// changed since they were rolled up are made from their rows.
    pub async fn heads(
        &self,
        days: Range<Day>,
        mut visit: impl FnMut(WorkflowId, Vec<(Day, Head)>),
    ) -> Stored<()> {
        for id in self.ids(&days)? {
            let stored = self.read("reading rollups", |conn| {
                let (repository, workflow) = workflow_params(id);
                conn.prepare_cached(
                    "SELECT day, CASE touched WHEN 0 THEN rollup END FROM day
                     WHERE repository = ? AND workflow = ? AND day >= ? AND day < ? ORDER BY day",
                )?
                .query_map(params![repository, workflow, days.start.0, days.end.0], |row| {
                    Ok((id, Day(row.get(0)?), row.get(1)?))
                })?
                .collect::<rusqlite::Result<Vec<StoredHead>>>()
            })?;
            let mut heads = Vec::with_capacity(stored.len());
            for one in stored {
                heads.push(self.head(one).await?);
            }
            visit(id, heads);
        }
        Ok(())
    }

    async fn head(&self, (id, day, rollup): StoredHead) -> Stored<(Day, Head)> {
        let Some(bytes) = rollup else {
            let rows = judged_rows(self, DayKey { workflow: id, day }).await?;
            return Ok((day, Head::from(Rollup::of(&rows))));
        };
        let head = Head::of_stored(&bytes)
            .map_err(|error| unreadable(&self.path, &format!("the rollup of {day}"), error))?;
        Ok((day, head))
    }

    fn ids(&self, days: &Range<Day>) -> Stored<Vec<WorkflowId>> {
        self.read("reading workflows", |conn| {
            conn.prepare_cached(
                "SELECT DISTINCT repository, workflow FROM day WHERE day >= ? AND day < ?
                 ORDER BY repository, workflow",
            )?
            .query_map([days.start.0, days.end.0], workflow_of)?
            .collect()
        })
    }

    /// Whether anything of a workflow was ever filed.
    pub fn knows(&self, id: WorkflowId) -> Stored<bool> {
        self.read("looking for a workflow", |conn| {
            conn.prepare_cached("SELECT 1 FROM day WHERE repository = ? AND workflow = ? LIMIT 1")?
                .exists(workflow_params(id))
        })
    }

    /// What is stored of an attempt; none of one that never was, or was forgotten.
    pub fn kept(&self, id: AttemptId) -> Stored<Option<Kept>> {
        let events: Vec<Vec<u8>> = self.read("reading an attempt", |conn| {
            conn.prepare_cached(
                "SELECT facts FROM event WHERE repository = ? AND run = ? AND attempt = ?",
            )?
            .query_map(attempt_params(id), |row| row.get(0))?
            .collect()
        })?;
        // What came after the seal is refused: it is not what the attempt was.
        if let Some(sealed) = self.sealed(id)? {
            return Ok(Some(Kept::Sealed(sealed)));
        }
        let decode = |bytes: &Vec<u8>| {
            Event::decode(bytes)
                .map_err(|error| unreadable(&self.path, &format!("an event of {id}"), error))
        };
        let events: Vec<Event> = events.iter().map(decode).collect::<Stored<_>>()?;
        Ok((!events.is_empty()).then_some(Kept::Events(events)))
    }

    fn sealed(&self, id: AttemptId) -> Stored<Option<Sealed>> {
        self.read("reading a sealed attempt", |conn| {
            conn.prepare_cached(
                "SELECT workflow, number, started, ended FROM attempt
                 WHERE repository = ? AND run = ? AND attempt = ? AND place = 2",
            )?
            .query_row(attempt_params(id), |row| {
                let number: Option<i64> = row.get(1)?;
                let time = |at: Option<i64>| at.map(Time::from_millis);
                Ok(Sealed {
                    id,
                    workflow: WorkflowId {
                        repository: id.repository,
                        workflow: unsigned(row.get(0)?),
                    },
                    // One that GitHub did not tell is stored as -1.
                    run_number: number.and_then(|number| u64::try_from(number).ok()),
                    started: time(row.get(2)?),
                    ended: time(row.get(3)?),
                })
            })
            .optional()
        })
    }

    /// The attempts of a run that are known, at most `limit`.
    pub fn attempts_of(&self, repository: u64, run: u64, limit: usize) -> Stored<Vec<u32>> {
        self.read("reading the attempts of a run", |conn| {
            let of_run = "repository = ?1 AND run = ?2";
            conn.prepare_cached(&format!(
                "SELECT DISTINCT attempt FROM (SELECT attempt FROM event WHERE {of_run}
                 UNION SELECT attempt FROM attempt WHERE {of_run}) ORDER BY attempt LIMIT ?3"
            ))?
            .query_map([sql(repository), sql(run), sql(limit as u64)], |row| row.get(0))?
            .collect()
        })
    }

    /// How aggregation does: what a page tells at its foot, without reading much.
    pub fn pulse(&self) -> Stored<Pulse> {
        self.read("reading the last pass", |conn| {
            conn.query_row(
                "SELECT (SELECT count(*) FROM event WHERE seq > pass.cursor),
                        (SELECT count(*) FROM day WHERE touched = 1), last_pass FROM pass",
                [],
                |row| {
                    let last: Option<i64> = row.get(2)?;
                    Ok(Pulse {
                        waiting: unsigned(row.get(0)?),
                        touched: unsigned(row.get(1)?),
                        last_pass: last.map(Time::from_millis),
                    })
                },
            )
        })
    }
}
