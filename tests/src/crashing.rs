//! A store that dies at a chosen call, and every call after it: what a killed process looks like
//! from the store's side.

use std::ops::Range;

use laptime_core::judging::Judgement;
use laptime_core::model::{AttemptId, Event};
use laptime_core::port::{
    Announced, Appended, Changed, Deeds, Desk, Fence, Filed, Findings, Inbox, Lease, Ledger,
    Library, Loaded, Note, Notes, Notices, Remarks, Rows, Said, Spot, Standing, StoreError,
    StoreErrorKind, Stored, StoredDay, Touched,
};
use laptime_core::rollup::Rollup;
use laptime_core::row::{DayKey, Row, WorkflowId};
use laptime_core::time::{Day, Time};
use laptime_core::track::Track;

use crate::doom::Doom;

/// The store around another one.
#[derive(Debug)]
pub struct Crashing<'a, S> {
    inner: &'a S,
    doom: &'a Doom,
}

impl<'a, S> Crashing<'a, S> {
    /// Dies of this.
    pub fn new(inner: &'a S, doom: &'a Doom) -> Self {
        Self { inner, doom }
    }

    async fn call<T>(&self, run: impl Future<Output = Stored<T>>) -> Stored<T> {
        let dead = |_| StoreError {
            kind: StoreErrorKind::Failed,
            what: "the process is dead".to_owned(),
            source: None,
        };
        // Boxed, as calls on `DynamoDB` are large and a test's stack is small.
        self.doom.call(Box::pin(run), dead).await
    }
}

impl<S: Inbox> Inbox for Crashing<'_, S> {
    async fn append(&self, event: &Event, received: Time) -> Stored<Appended> {
        self.call(self.inner.append(event, received)).await
    }
}

impl<S: Rows> Rows for Crashing<'_, S> {
    async fn rows(&self, day: DayKey) -> Stored<Vec<Row>> {
        self.call(self.inner.rows(day)).await
    }

    async fn overtaken(&self, row: &Row) -> Stored<bool> {
        self.call(self.inner.overtaken(row)).await
    }

    async fn tracks(&self, workflow: WorkflowId, days: Range<Day>) -> Stored<Vec<(Day, Track)>> {
        self.call(self.inner.tracks(workflow, days)).await
    }
}

impl<S: Ledger> Ledger for Crashing<'_, S> {
    type Cursor = S::Cursor;

    async fn lease(&self, holder: &str, clock: Time) -> Stored<Lease> {
        self.call(self.inner.lease(holder, clock)).await
    }

    async fn renew(&self, fence: Fence, clock: Time) -> Stored<()> {
        self.call(self.inner.renew(fence, clock)).await
    }

    async fn release(&self, fence: Fence, done: Option<Time>) -> Stored<()> {
        self.call(self.inner.release(fence, done)).await
    }

    async fn changed(&self, limit: usize) -> Stored<Changed<S::Cursor>> {
        self.call(self.inner.changed(limit)).await
    }

    async fn load(&self, ids: &[AttemptId]) -> Stored<Loaded> {
        self.call(self.inner.load(ids)).await
    }

    async fn overtakes(&self, row: &Row) -> Stored<Vec<DayKey>> {
        self.call(self.inner.overtakes(row)).await
    }

    async fn sealed(&self, days: &[DayKey]) -> Stored<Vec<DayKey>> {
        self.call(self.inner.sealed(days)).await
    }

    async fn file(
        &self,
        fence: Fence,
        filed: &[Filed],
        touched: &[DayKey],
        upto: Option<&S::Cursor>,
    ) -> Stored<()> {
        self.call(self.inner.file(fence, filed, touched, upto)).await
    }

    async fn last_pass(&self) -> Stored<Option<Time>> {
        self.call(self.inner.last_pass()).await
    }

    async fn touched(&self, after: Option<DayKey>, limit: usize) -> Stored<Vec<Touched>> {
        self.call(self.inner.touched(after, limit)).await
    }

    async fn put_rollup(
        &self,
        fence: Fence,
        touched: Touched,
        rollup: &Rollup,
        track: &Track,
    ) -> Stored<()> {
        self.call(self.inner.put_rollup(fence, touched, rollup, track)).await
    }

    async fn expiring(&self, cutoff: Time, limit: usize) -> Stored<Vec<DayKey>> {
        self.call(self.inner.expiring(cutoff, limit)).await
    }

    async fn seal(&self, fence: Fence, day: DayKey) -> Stored<()> {
        self.call(self.inner.seal(fence, day)).await
    }

    async fn forget(&self, fence: Fence, cutoff: Time) -> Stored<u64> {
        self.call(self.inner.forget(fence, cutoff)).await
    }
}

impl<S: Notes> Notes for Crashing<'_, S> {
    async fn note(&self, note: Note) -> Stored<Option<Vec<u8>>> {
        self.call(self.inner.note(note)).await
    }

    async fn put_note(&self, fence: Fence, note: Note, value: Vec<u8>) -> Stored<()> {
        self.call(self.inner.put_note(fence, note, value)).await
    }
}

impl<S: Findings> Findings for Crashing<'_, S> {
    async fn judgement(&self, id: WorkflowId) -> Stored<Option<Judgement>> {
        self.call(self.inner.judgement(id)).await
    }

    async fn put_judgement(
        &self,
        fence: Fence,
        id: WorkflowId,
        judgement: &Judgement,
    ) -> Stored<()> {
        self.call(self.inner.put_judgement(fence, id, judgement)).await
    }

    async fn all_deeds(&self) -> Stored<Vec<(Desk, Deeds)>> {
        self.call(self.inner.all_deeds()).await
    }

    async fn deeds(&self, desk: Desk) -> Stored<Deeds> {
        self.call(self.inner.deeds(desk)).await
    }

    async fn put_deeds(&self, desk: Desk, deeds: &Deeds) -> Stored<bool> {
        self.call(self.inner.put_deeds(desk, deeds)).await
    }
}

impl<S: Remarks> Remarks for Crashing<'_, S> {
    async fn said(&self, spot: &Spot) -> Stored<Option<Said>> {
        self.call(self.inner.said(spot)).await
    }

    async fn put_said(&self, spot: &Spot, said: &Said) -> Stored<bool> {
        self.call(self.inner.put_said(spot, said)).await
    }
}

impl<S: Notices> Notices for Crashing<'_, S> {
    async fn announced(&self, channel: &str) -> Stored<Option<Announced>> {
        self.call(self.inner.announced(channel)).await
    }

    async fn put_announced(&self, channel: &str, announced: &Announced) -> Stored<bool> {
        self.call(self.inner.put_announced(channel, announced)).await
    }
}

impl<S: Library> Library for Crashing<'_, S> {
    async fn workflows(&self, days: Range<Day>) -> Stored<Vec<WorkflowId>> {
        self.call(self.inner.workflows(days)).await
    }

    async fn days(&self, workflow: WorkflowId, days: Range<Day>) -> Stored<Vec<StoredDay>> {
        self.call(self.inner.days(workflow, days)).await
    }

    async fn judgements(&self) -> Stored<Vec<(WorkflowId, Judgement)>> {
        self.call(self.inner.judgements()).await
    }

    async fn standing(&self) -> Stored<Standing> {
        self.call(self.inner.standing()).await
    }
}
