//! What Prometheus is told. Counters follow from rollups, which can fall when a late fact corrects an
//! attempt; a counter may not. So what was told is remembered, and nothing is told that is less.

mod jobs;
mod tally;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::row::{Names, WorkflowId};
use crate::time::Day;

pub use jobs::{Job, Jobs, MOST_JOBS, MOST_STEPS, Step};
pub use tally::{BOUNDS_MS, Counts, Histogram, Tally};
pub use text::{Health, text};

/// Workflows with series of their own. All others are one, `other`.
pub const MOST_WORKFLOWS: usize = 100;

/// One workflow as it is told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// How it is called now.
    pub names: Names,
    /// What was counted of it.
    pub tally: Tally,
}

/// All that is told. Who has series of its own keeps them: if the busiest always had them, those of
/// `other` would fall whenever one of them changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exposed {
    /// Workflows with series of their own, at most [`MOST_WORKFLOWS`].
    pub own: BTreeMap<WorkflowId, Told>,
    /// All others together.
    pub other: Tally,
    /// Jobs with series of their own.
    pub jobs: BTreeMap<WorkflowId, Jobs>,
}

impl Exposed {
    /// Takes up what follows from the store now.
    pub fn raise(&mut self, derived: BTreeMap<WorkflowId, Told>) {
        let (known, mut new): (Vec<_>, Vec<_>) =
            derived.into_iter().partition(|(id, _)| self.own.contains_key(id));
        new.sort_by_key(|(id, told)| (std::cmp::Reverse(told.tally.attempts()), *id));
        let room = MOST_WORKFLOWS.saturating_sub(self.own.len()).min(new.len());
        let others = new.split_off(room);
        for (id, told) in known.into_iter().chain(new) {
            let held = self.own.entry(id).or_default();
            held.names = told.names;
            held.tally.raise(&told.tally);
        }
        let mut other = Tally::default();
        for (_, told) in &others {
            other.merge(&told.tally);
        }
        self.other.raise(&other);
    }

    /// Takes up what another process has told.
    pub fn join(&mut self, stored: Self, today: Day) {
        for (id, told) in stored.own {
            let held = self.own.entry(id).or_insert_with(|| told.clone());
            held.tally.raise(&told.tally);
        }
        self.other.raise(&stored.other);
        self.raise_jobs(&stored.jobs);
        self.forget_gone(today);
    }
}
