//! Which jobs have metrics of their own: chosen once a day, by what ran lately.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Sender, noted};
use crate::fleet::job_places;
use crate::flow::Passed;
use crate::port::{
    Fence, Ledger, Library, Metrics, Note, Notes, StoreErrorKind, Stored, StoredDay,
};
use crate::rollup::{LATELY_DAYS, Lately};
use crate::row::{Segment, WorkflowId};
use crate::time::Day;

/// Days that are in memory at once: rollups of busy days are large, and a function has little.
const DAYS_AT_ONCE: i32 = 14;

impl<S: Ledger + Notes + Library, M: Metrics> Sender<'_, S, M> {
    /// What the last pass left. Where no job is to have metrics nothing is asked.
    pub(super) async fn read_jobs(&mut self) -> Stored<()> {
        if job_places(&self.at.policy.metrics) > 0 {
            self.jobs = noted::read(self.at.store, Note::Jobs).await?;
        }
        Ok(())
    }

    /// Chooses them anew with the first pass of a day, or for another number of places. While there
    /// was nothing to choose, it is looked again where something was rolled up. What goes wrong is
    /// told, and left to the next pass: all else has been sent by now.
    pub(super) async fn choose_jobs(&mut self, fence: Fence, passed: &Passed) -> Stored<()> {
        let places = job_places(&self.at.policy.metrics);
        let is_chosen = self.jobs.chosen == Some((self.now.day(), places));
        let is_vain = self.jobs.is_empty() && passed.days == 0;
        if places == 0 || is_chosen || is_vain || passed.unfinished {
            return Ok(());
        }
        match self.choose_among_lately(fence, places).await {
            Err(error) if error.kind != StoreErrorKind::Fenced => {
                self.pushed.problems.push(error.to_string());
                Ok(())
            }
            done => done,
        }
    }

    async fn choose_among_lately(&mut self, fence: Fence, places: usize) -> Stored<()> {
        let lately = self.lately().await?;
        let mut jobs = self.jobs.clone();
        jobs.choose(&lately, places, self.now.day());
        if jobs.is_empty() && self.jobs.is_empty() {
            return Ok(());
        }
        self.at.store.put_note(fence, Note::Jobs, noted::stored(&jobs)?).await?;
        self.jobs = jobs;
        Ok(())
    }

    /// What ran in the segments that have metrics of their own.
    async fn lately(&mut self) -> Stored<BTreeMap<(WorkflowId, Segment), Lately>> {
        let today = self.now.day();
        let own: Vec<_> =
            self.fleet.own_segments().map(|(id, segments)| (id, segments.clone())).collect();
        let mut found: BTreeMap<(WorkflowId, Segment), Lately> = BTreeMap::new();
        for (id, segments) in own {
            let mut from = Day(today.0.saturating_sub(LATELY_DAYS));
            while from <= today {
                let to = Day(today.next().0.min(from.0 + DAYS_AT_ONCE));
                for stored in self.readable(id, from..to).await? {
                    let Some(rollup) = &stored.rollup else { continue };
                    for segment in &segments {
                        let lately = found.entry((id, *segment)).or_default();
                        lately.add(stored.day, rollup, |one| one == *segment);
                    }
                }
                from = to;
            }
        }
        Ok(found.into_iter().map(|(key, lately)| (key, lately.often())).collect())
    }

    /// Some days of a workflow; none where one of them cannot be read, now or ever: the others
    /// suffice to choose by.
    async fn readable(&mut self, id: WorkflowId, days: Range<Day>) -> Stored<Vec<StoredDay>> {
        match self.at.store.days(id, days).await {
            Err(error) if error.kind == StoreErrorKind::Corrupt => {
                self.pushed.problems.push(error.to_string());
                Ok(Vec::new())
            }
            days => days,
        }
    }
}
