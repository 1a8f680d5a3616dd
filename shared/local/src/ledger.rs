//! What the aggregator works on.

use std::ops::Range;

use laptime_core::model::{AttemptId, Event};
use laptime_core::port::{
    Changed, ChangedAttempt, Fence, Filed, Filing, Lease, Ledger, Loaded, Place, Received, Rows,
    Stored, Touched,
};
use laptime_core::rollup::Rollup;
use laptime_core::row::{DayKey, Row, WorkflowId};
use laptime_core::time::{Day, Time};
use laptime_core::track::Track;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::Store;
use crate::error::unreadable;
use crate::rows::{self, branch_hash, encode, seniority};
use crate::store::{LEASE_MS, attempt_params, sql, unsigned, workflow_of, workflow_params};

impl Rows for Store {
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

/// Number of an event in the order of storing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor(u64);

impl Ledger for Store {
    type Cursor = Cursor;

    async fn lease(&self, holder: &str, clock: Time) -> Stored<Lease> {
        let clock = clock.as_millis();
        self.write("taking the lease", |tx| {
            let (fence, held_by, until): (i64, Option<String>, i64) =
                tx.query_row("SELECT fence, holder, until FROM pass", [], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })?;
            // One that lapses later than any lease could was taken before the clock was set back.
            // Twice the length, because `clock` was asked before the wait for the write lock.
            let held = clock < until && until <= clock + 2 * LEASE_MS;
            if let Some(by) = held_by.filter(|_| held) {
                return Ok(Lease::Held { by, until: Time::from_millis(until) });
            }
            let fence = fence + 1;
            tx.execute(
                "UPDATE pass SET fence = ?, holder = ?, until = ?",
                params![fence, holder, clock + LEASE_MS],
            )?;
            Ok(Lease::Won(Fence(unsigned(fence))))
        })
    }

    async fn renew(&self, fence: Fence, clock: Time) -> Stored<()> {
        self.write_fenced("renewing the lease", fence, |tx| {
            tx.execute("UPDATE pass SET until = ?", [clock.as_millis() + LEASE_MS])?;
            Ok(())
        })
    }

    async fn release(&self, fence: Fence, done: Option<Time>) -> Stored<()> {
        self.write_fenced("giving the lease back", fence, |tx| {
            tx.execute(
                "UPDATE pass SET holder = NULL, until = 0, last_pass = coalesce(?, last_pass)",
                [done.map(Time::as_millis)],
            )?;
            Ok(())
        })
    }

    async fn changed(&self, limit: usize) -> Stored<Changed<Cursor>> {
        let (ids, events, upto) =
            self.read("reading new events", |conn| changed_ids(conn, limit))?;
        let mut loaded = self.load(&ids).await?;
        loaded.events = events;
        Ok(Changed { loaded, upto })
    }

    async fn load(&self, ids: &[AttemptId]) -> Stored<Loaded> {
        let mut loaded = Loaded::default();
        for id in ids {
            loaded.attempts.extend(self.attempt(*id)?);
        }
        loaded.events = loaded.attempts.iter().map(|one| one.events.len() as u64).sum();
        Ok(loaded)
    }

    async fn overtakes(&self, row: &Row) -> Stored<Vec<DayKey>> {
        let (Some(branch), Some(started)) = (branch_hash(&row.branch), row.started_at) else {
            return Ok(Vec::new());
        };
        let (repository, workflow) = workflow_params(row.workflow);
        let (number, run) = seniority(row);
        self.read("reading cancelled runs", |conn| {
            conn.prepare_cached(
                "SELECT DISTINCT repository, workflow, day FROM attempt
                 WHERE repository = ?1 AND workflow = ?2 AND branch = ?3 AND place = 1
                   AND cancelled = 1 AND started <= ?4 AND ended > ?4 AND (number, run) < (?5, ?6)",
            )?
            .query_map(
                params![repository, workflow, branch, started.as_millis(), number, run],
                day_key,
            )?
            .collect()
        })
    }

    async fn sealed(&self, days: &[DayKey]) -> Stored<Vec<DayKey>> {
        self.read("reading sealed days", |conn| {
            let mut select = conn.prepare_cached(
                "SELECT 1 FROM day WHERE repository = ? AND workflow = ? AND day = ? AND sealed = 1",
            )?;
            let mut sealed = Vec::new();
            for key in days {
                if select.exists(day_params(*key))? {
                    sealed.push(*key);
                }
            }
            Ok(sealed)
        })
    }

    async fn file(
        &self,
        fence: Fence,
        filed: &[Filed],
        touched: &[DayKey],
        upto: Option<&Cursor>,
    ) -> Stored<()> {
        let encoded = filed.iter().map(|one| match &one.filing {
            Filing::Row(row) => encode(&self.path, row).map(Some),
            Filing::Open | Filing::Refuse | Filing::SetAside { .. } => Ok(None),
        });
        let encoded: Vec<Option<Vec<u8>>> = encoded.collect::<Stored<_>>()?;
        self.write_fenced("filing attempts", fence, |tx| {
            for (one, bytes) in filed.iter().zip(&encoded) {
                file_one(tx, one, bytes.as_deref())?;
            }
            for day in touched {
                touch(tx, *day)?;
            }
            if let Some(upto) = upto {
                tx.execute("UPDATE pass SET cursor = ?", [sql(upto.0)])?;
            }
            Ok(())
        })
    }

    async fn last_pass(&self) -> Stored<Option<Time>> {
        let last: Option<i64> = self.read("reading the last pass", |conn| {
            conn.query_row("SELECT last_pass FROM pass", [], |row| row.get(0))
        })?;
        Ok(last.map(Time::from_millis))
    }

    async fn touched(&self, after: Option<DayKey>, limit: usize) -> Stored<Vec<Touched>> {
        let (repository, workflow, day) = after.map_or((-1, -1, i32::MIN), day_params);
        self.read("reading touched days", |conn| {
            conn.prepare_cached(
                "SELECT repository, workflow, day FROM day
                 WHERE touched = 1 AND (day, repository, workflow) > (?, ?, ?)
                 ORDER BY day, repository, workflow LIMIT ?",
            )?
            // No marks: every write is fenced in its own transaction.
            .query_map(params![day, repository, workflow, sql(limit as u64)], |row| {
                Ok(Touched { day: day_key(row)?, mark: 0 })
            })?
            .collect()
        })
    }

    async fn put_rollup(
        &self,
        fence: Fence,
        touched: Touched,
        rollup: &Rollup,
        track: &Track,
    ) -> Stored<()> {
        let (bytes, track) = (encode(&self.path, rollup)?, encode(&self.path, track)?);
        self.write_fenced("storing a rollup", fence, |tx| {
            let (repository, workflow, day) = day_params(touched.day);
            tx.prepare_cached(
                "UPDATE day SET rollup = ?, track = ?, touched = 0,
                     revision = (SELECT coalesce(max(revision), 0) + 1 FROM day)
                 WHERE repository = ? AND workflow = ? AND day = ?",
            )?
            .execute(params![bytes, track, repository, workflow, day])?;
            Ok(())
        })
    }

    async fn expiring(&self, cutoff: Time, limit: usize) -> Stored<Vec<DayKey>> {
        self.read("reading days to seal", |conn| {
            conn.prepare_cached(
                "SELECT repository, workflow, day FROM day
                 WHERE sealed = 0 AND touched = 0 AND last_received < ?
                 ORDER BY last_received LIMIT ?",
            )?
            .query_map(params![cutoff.as_millis(), sql(limit as u64)], day_key)?
            .collect()
        })
    }

    async fn seal(&self, fence: Fence, day: DayKey) -> Stored<()> {
        self.write_fenced("sealing a day", fence, |tx| {
            // Events that no pass has folded yet stay, to be refused and counted.
            tx.execute(
                "DELETE FROM event
                 WHERE seq <= (SELECT cursor FROM pass) AND (repository, run, attempt) IN (
                     SELECT repository, run, attempt FROM attempt
                     WHERE repository = ? AND workflow = ? AND day = ? AND place = 1)",
                day_params(day),
            )?;
            tx.execute(
                "UPDATE attempt SET place = 2, facts = NULL
                 WHERE repository = ? AND workflow = ? AND day = ? AND place = 1",
                day_params(day),
            )?;
            tx.execute(
                "UPDATE day SET sealed = 1 WHERE repository = ? AND workflow = ? AND day = ?",
                day_params(day),
            )?;
            Ok(())
        })
    }

    async fn forget(&self, fence: Fence, cutoff: Time) -> Stored<u64> {
        const LOOSE: &str = "(place = 0 AND refused < 2 OR place = 2 AND refused = 1)
                             AND last_received < ?";
        self.write_fenced("forgetting old events", fence, |tx| {
            tx.execute(
                &format!(
                    "DELETE FROM event
                     WHERE seq <= (SELECT cursor FROM pass) AND (repository, run, attempt) IN (
                         SELECT repository, run, attempt FROM attempt WHERE {LOOSE})"
                ),
                [cutoff.as_millis()],
            )?;
            let loose = format!("SELECT count(*) FROM attempt WHERE {LOOSE}");
            let count: i64 = tx.query_row(&loose, [cutoff.as_millis()], |row| row.get(0))?;
            tx.execute(
                &format!("UPDATE attempt SET refused = 2 WHERE refused = 1 AND {LOOSE}"),
                [cutoff.as_millis()],
            )?;
            tx.execute(
                &format!("DELETE FROM attempt WHERE refused = 0 AND {LOOSE}"),
                [cutoff.as_millis()],
            )?;
            Ok(unsigned(count))
        })
    }
}

impl Store {
    /// An attempt with all its events and where it is filed; none without events.
    fn attempt(&self, id: AttemptId) -> Stored<Option<ChangedAttempt>> {
        let (stored, place) =
            self.read("reading an attempt", |conn| Ok((events(conn, id)?, place(conn, id)?)))?;
        let place = match place {
            None | Some((0, _)) => Place::Open,
            Some((_, None)) => Place::Sealed,
            Some((_, Some(row))) => {
                Place::Row(Box::new(rows::decode(&self.path, "an attempt row", &row)?))
            }
        };
        let received = || stored.iter().map(|(received, _)| Time::from_millis(*received));
        let (Some(first), Some(last)) = (received().min(), received().max()) else {
            return Ok(None);
        };
        let decode = |(_, bytes): &(i64, Vec<u8>)| {
            Event::decode(bytes)
                .map_err(|error| unreadable(&self.path, &format!("an event of {id}"), error))
        };
        Ok(Some(ChangedAttempt {
            id,
            events: stored.iter().map(decode).collect::<Stored<_>>()?,
            received: Received { first, last, print: 0 },
            place,
            unfinished: false,
        }))
    }
}

fn changed_ids(
    conn: &Connection,
    limit: usize,
) -> rusqlite::Result<(Vec<AttemptId>, u64, Option<Cursor>)> {
    let mut select = conn.prepare_cached(
        "SELECT seq, repository, run, attempt FROM event
         WHERE seq > (SELECT cursor FROM pass) ORDER BY seq LIMIT ?",
    )?;
    let mut rows = select.query([sql(limit as u64)])?;
    let (mut ids, mut upto) = (Vec::new(), None);
    while let Some(row) = rows.next()? {
        upto = Some(Cursor(unsigned(row.get(0)?)));
        ids.push(AttemptId {
            repository: unsigned(row.get(1)?),
            run: unsigned(row.get(2)?),
            attempt: row.get(3)?,
        });
    }
    let events = ids.len() as u64;
    ids.sort_unstable();
    ids.dedup();
    Ok((ids, events, upto))
}

fn events(conn: &Connection, id: AttemptId) -> rusqlite::Result<Vec<(i64, Vec<u8>)>> {
    conn.prepare_cached(
        "SELECT received, facts FROM event WHERE repository = ? AND run = ? AND attempt = ?",
    )?
    .query_map(attempt_params(id), |row| Ok((row.get(0)?, row.get(1)?)))?
    .collect()
}

/// Where an attempt is filed: its place, and the bytes of its row if it has one.
fn place(conn: &Connection, id: AttemptId) -> rusqlite::Result<Option<(i64, Option<Vec<u8>>)>> {
    conn.prepare_cached(
        "SELECT place, facts FROM attempt WHERE repository = ? AND run = ? AND attempt = ?",
    )?
    .query_row(attempt_params(id), |row| Ok((row.get(0)?, row.get(1)?)))
    .optional()
}

fn file_one(tx: &Transaction<'_>, one: &Filed, bytes: Option<&[u8]>) -> rusqlite::Result<()> {
    let (repository, run, attempt) = attempt_params(one.id);
    let received = one.received.last.as_millis();
    let refused = i64::from(one.filing == Filing::Refuse);
    tx.prepare_cached(
        "INSERT INTO attempt (repository, run, attempt, last_received, refused)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET
             last_received = max(last_received, ?4),
             refused = CASE ?5 WHEN 1 THEN 1 ELSE refused END",
    )?
    .execute(params![repository, run, attempt, received, refused])?;
    let Filing::Row(row) = &one.filing else { return Ok(()) };
    let (_, workflow, day) = day_params(row.key());
    tx.prepare_cached(
        "UPDATE attempt SET place = 1, refused = 0, workflow = ?, day = ?, branch = ?, number = ?, started = ?,
             ended = ?, cancelled = ?, facts = ?
         WHERE repository = ? AND run = ? AND attempt = ?",
    )?
    .execute(params![
        workflow,
        day,
        branch_hash(&row.branch),
        seniority(row).0,
        row.started_at.map(Time::as_millis),
        row.end.as_millis(),
        row.conclusion == "cancelled",
        bytes,
        repository,
        run,
        attempt
    ])?;
    tx.prepare_cached(
        "INSERT INTO day (repository, workflow, day, last_received) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET last_received = max(last_received, ?4)",
    )?
    .execute(params![repository, workflow, day, received])?;
    Ok(())
}

fn touch(tx: &Transaction<'_>, key: DayKey) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE day SET touched = 1
         WHERE repository = ? AND workflow = ? AND day = ? AND sealed = 0",
    )?
    .execute(day_params(key))?;
    Ok(())
}

fn day_params(key: DayKey) -> (i64, i64, i32) {
    let (repository, workflow) = workflow_params(key.workflow);
    (repository, workflow, key.day.0)
}

fn day_key(row: &rusqlite::Row<'_>) -> rusqlite::Result<DayKey> {
    Ok(DayKey { workflow: workflow_of(row)?, day: Day(row.get(2)?) })
}
