//! Judgements, and what was done about findings.

use laptime_core::judging::Judgement;
use laptime_core::port::{Deeds, Desk, Fence, Findings, Stored};
use laptime_core::row::WorkflowId;
use rusqlite::{OptionalExtension, params};

use crate::Store;
use crate::rows::{decode, encode};
use crate::store::{sql, workflow_of, workflow_params};

impl Findings for Store {
    async fn judgement(&self, id: WorkflowId) -> Stored<Option<Judgement>> {
        let bytes: Option<Vec<u8>> = self.read("reading a judgement", |conn| {
            conn.prepare_cached(
                "SELECT value FROM judgement WHERE repository = ? AND workflow = ?",
            )?
            .query_row(workflow_params(id), |row| row.get(0))
            .optional()
        })?;
        bytes.map(|bytes| decode(&self.path, "a judgement", &bytes)).transpose()
    }

    async fn put_judgement(
        &self,
        fence: Fence,
        id: WorkflowId,
        judgement: &Judgement,
    ) -> Stored<()> {
        let (repository, workflow) = workflow_params(id);
        let bytes = encode(&self.path, judgement)?;
        self.write_fenced("storing a judgement", fence, |tx| {
            tx.prepare_cached("INSERT OR REPLACE INTO judgement VALUES (?, ?, ?)")?
                .execute(params![repository, workflow, bytes])?;
            Ok(())
        })
    }

    async fn all_deeds(&self) -> Stored<Vec<(Desk, Deeds)>> {
        let rows = self.read("reading what was done", |conn| {
            conn.prepare_cached("SELECT repository, workflow, value FROM deed")?
                .query_map([], |row| Ok((workflow_of(row)?, row.get(2)?)))?
                .collect::<rusqlite::Result<Vec<(WorkflowId, Vec<u8>)>>>()
        })?;
        let deeds = |bytes: &[u8]| decode(&self.path, "what was done", bytes);
        rows.into_iter().map(|(ids, bytes)| Ok((Desk::of_ids(ids), deeds(&bytes)?))).collect()
    }

    async fn deeds(&self, desk: Desk) -> Stored<Deeds> {
        let bytes: Option<Vec<u8>> = self.read("reading what was done", |conn| {
            conn.prepare_cached("SELECT value FROM deed WHERE repository = ? AND workflow = ?")?
                .query_row(workflow_params(desk.ids()), |row| row.get(0))
                .optional()
        })?;
        let deeds = bytes.map(|bytes| decode(&self.path, "what was done", &bytes)).transpose()?;
        Ok(deeds.unwrap_or_default())
    }

    async fn put_deeds(&self, desk: Desk, deeds: &Deeds) -> Stored<bool> {
        let (repository, workflow) = workflow_params(desk.ids());
        let bytes = encode(&self.path, deeds)?;
        let revision = sql(deeds.revision);
        self.write("storing what was done", |tx| {
            let held: Option<i64> = tx
                .prepare_cached("SELECT revision FROM deed WHERE repository = ? AND workflow = ?")?
                .query_row((repository, workflow), |row| row.get(0))
                .optional()?;
            if held.unwrap_or(0) + 1 != revision {
                return Ok(false);
            }
            tx.prepare_cached("INSERT OR REPLACE INTO deed VALUES (?, ?, ?, ?)")?
                .execute(params![repository, workflow, revision, bytes])?;
            Ok(true)
        })
    }
}
