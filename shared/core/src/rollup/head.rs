//! What a rollup begins with: enough to tell how a workflow fares, without its jobs.

use std::collections::BTreeMap;

use crate::rollup::{JobRollup, Named, Rollup, SegmentRollup};
use crate::row::{Parts, Segment};
use crate::stored::{Unreadable, first_of};

/// Names and segments of a rollup. Jobs and steps are nine tenths of it, and most pages of many
/// workflows do without.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// The latest names.
    pub names: Option<Named>,
    /// Attempts by trigger.
    pub segments: BTreeMap<Segment, SegmentRollup>,
}

impl Head {
    /// Reads the head of a stored rollup.
    pub fn of_stored(rollup: &[u8]) -> Result<Self, Unreadable> {
        // The first two fields of `Rollup`: a test holds the two together.
        let (names, segments) = first_of(rollup)?;
        Ok(Self { names, segments })
    }
}

impl From<Rollup> for Head {
    fn from(rollup: Rollup) -> Self {
        Self { names: rollup.names, segments: rollup.segments }
    }
}

impl Rollup {
    /// What it holds of one segment. Where the wall clock went is known of all segments together
    /// only, and so is what was skipped; both are left out.
    #[must_use]
    pub fn only(mut self, segment: Segment) -> Self {
        let keep = |job: &mut JobRollup| {
            job.series.retain(|(of, _), _| *of == segment);
            (job.skipped, job.not_started, job.carried_over) = (0, 0, 0);
        };
        self.segments.retain(|of, _| *of == segment);
        self.jobs.values_mut().for_each(keep);
        self.jobs.retain(|_, job| !job.series.is_empty());
        keep(&mut self.other_jobs);
        self.recent.retain(|one| one.segment == segment);
        (self.parts, self.parts_count) = (Parts::default(), 0);
        self
    }
}
