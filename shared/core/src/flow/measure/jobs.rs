//! Which jobs have metrics of their own: chosen once a day, from what ran lately.

use std::collections::{BTreeMap, BTreeSet};

use super::{Sender, noted};
use crate::fleet::job_places;
use crate::port::{Fence, Ledger, Library, Metrics, Note, Notes, StoreErrorKind, Stored};
use crate::rollup::{LATELY_DAYS, Lately};
use crate::row::{Segment, WorkflowId};
use crate::time::Day;

/// Days that are in memory at once: rollups of busy days are large, and a function has little.
const DAYS_AT_ONCE: i32 = 7;

impl<S: Ledger + Notes + Library, M: Metrics> Sender<'_, S, M> {
    /// What the last pass left. Where no job is to have metrics nothing is asked.
    pub(super) async fn read_jobs(&mut self) -> Stored<()> {
        if job_places(&self.at.policy.metrics) > 0 {
            self.jobs = noted::read(self.at.store, Note::Jobs).await?;
        }
        Ok(())
    }

    /// Chooses them anew, with the first pass of a day; while nothing can be chosen yet, with each.
    pub(super) async fn choose_jobs(&mut self, fence: Fence, today: Day) -> Stored<()> {
        let places = job_places(&self.at.policy.metrics);
        if places == 0 || self.jobs.chosen == Some(today) {
            return Ok(());
        }
        let lately = self.lately(today).await?;
        let mut jobs = self.jobs.clone();
        jobs.choose(&lately, places, today);
        if jobs.is_empty() && self.jobs.is_empty() {
            return Ok(());
        }
        self.at.store.put_note(fence, Note::Jobs, noted::stored(&jobs)?).await?;
        self.jobs = jobs;
        Ok(())
    }

    /// What ran in the segments that have metrics of their own.
    async fn lately(&mut self, today: Day) -> Stored<BTreeMap<(WorkflowId, Segment), Lately>> {
        let own: Vec<_> =
            self.fleet.own_segments().map(|(id, segments)| (id, segments.clone())).collect();
        let mut found = BTreeMap::new();
        for (id, segments) in own {
            let lately = match self.lately_in(id, &segments, today).await {
                // It is of no use to wait for what cannot be read: the others are chosen among.
                Err(error) if error.kind == StoreErrorKind::Corrupt => {
                    self.pushed.problems.push(error.to_string());
                    continue;
                }
                lately => lately?,
            };
            found.extend(lately.into_iter().map(|(segment, it)| ((id, segment), it.often())));
        }
        Ok(found)
    }

    async fn lately_in(
        &self,
        id: WorkflowId,
        segments: &BTreeSet<Segment>,
        today: Day,
    ) -> Stored<BTreeMap<Segment, Lately>> {
        let mut found: BTreeMap<Segment, Lately> = BTreeMap::new();
        let mut from = Day(today.0.saturating_sub(LATELY_DAYS));
        while from <= today {
            let to = Day(today.next().0.min(from.0 + DAYS_AT_ONCE));
            for stored in self.at.store.days(id, from..to).await? {
                let Some(rollup) = &stored.rollup else { continue };
                for segment in segments {
                    found.entry(*segment).or_default().add_of(*segment, stored.day, rollup);
                }
            }
            from = to;
        }
        Ok(found)
    }
}
