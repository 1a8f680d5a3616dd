//! A library of which only some repositories are looked at.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::judging::Judgement;
use crate::port::{Library, Rows, Standing, Stored, StoredDay};
use crate::row::{DayKey, Row, WorkflowId};
use crate::time::Day;
use crate::track::Track;

/// Shows the workflows of some repositories. What is asked for by its key is not looked at twice.
#[derive(Debug)]
pub(super) struct Within<'a, L> {
    pub(super) library: &'a L,
    pub(super) repositories: &'a BTreeSet<u64>,
}

impl<L: Library> Rows for Within<'_, L> {
    async fn rows(&self, day: DayKey) -> Stored<Vec<Row>> {
        self.library.rows(day).await
    }

    async fn overtaken(&self, row: &Row) -> Stored<bool> {
        self.library.overtaken(row).await
    }

    async fn tracks(&self, workflow: WorkflowId, days: Range<Day>) -> Stored<Vec<(Day, Track)>> {
        self.library.tracks(workflow, days).await
    }
}

impl<L: Library> Library for Within<'_, L> {
    async fn workflows(&self, days: Range<Day>) -> Stored<Vec<WorkflowId>> {
        let mut all = self.library.workflows(days).await?;
        all.retain(|id| self.repositories.contains(&id.repository));
        Ok(all)
    }

    async fn days(&self, workflow: WorkflowId, days: Range<Day>) -> Stored<Vec<StoredDay>> {
        self.library.days(workflow, days).await
    }

    async fn judgements(&self) -> Stored<Vec<(WorkflowId, Judgement)>> {
        let mut all = self.library.judgements().await?;
        all.retain(|(id, _)| self.repositories.contains(&id.repository));
        Ok(all)
    }

    async fn standing(&self) -> Stored<Standing> {
        self.library.standing().await
    }
}
