//! Rollups: all series of one workflow over one day (or, merged, over any period) in one value.
//! Always derived whole from rows, never incremented.

mod head;
mod job;
mod lately;
mod limit;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::{Deserialize, Serialize};

use crate::model::AttemptId;
use crate::row::{Names, Parts, Row, Segment, Tally, Times};
use crate::stats::{Dist, Outcomes};
use crate::time::{Millis, Time};

pub use head::Head;
pub use job::{JobRollup, JobSeries, StepSeries, Timings};
pub use lately::{LATELY_DAYS, Lately, Ran, StepKey};
pub use limit::{MAX_CLASSES, MAX_JOBS, MAX_STEPS};

/// Attempts kept one by one beside the sums: the latest of the period.
pub const RECENT: usize = 100;

/// A row, and whether a newer run of its branch replaced it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedRow {
    /// The row.
    pub row: Row,
    /// Cancelled, and a newer run had started by then.
    pub superseded: bool,
}

/// A workflow over a period. Merging is associative and commutative, and the rollup of rows is the
/// merge of the rollups of any split of them (but for the series limits, which hold per day).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollup {
    /// The latest names.
    pub names: Option<Named>,
    /// Attempts by trigger.
    pub segments: BTreeMap<Segment, SegmentRollup>,
    /// Jobs by name, at most [`MAX_JOBS`] a day.
    pub jobs: BTreeMap<String, JobRollup>,
    /// The jobs beyond the limit.
    pub other_jobs: JobRollup,
    /// Where the wall clock went.
    pub parts: Parts,
    /// Attempts in `parts`.
    pub parts_count: u64,
    /// The latest attempts, newest first, at most [`RECENT`].
    pub recent: Vec<Recent>,
    /// Times that could not be taken as they were.
    pub tally: Tally,
}

/// Names with what they are as of: the latest end wins, but never without a name against one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Named {
    /// Whether GitHub named the workflow at all.
    pub known: bool,
    /// End of the attempt that bore them.
    pub as_of: Time,
    /// That attempt.
    pub by: AttemptId,
    /// The names.
    pub names: Names,
}

/// The attempts of one segment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentRollup {
    /// By conclusion.
    pub outcomes: Outcomes,
    /// Cancelled attempts that a newer run replaced.
    pub superseded: u64,
    /// Start to first job start.
    pub queued: Dist,
    /// First job start to last completion.
    pub ran: Dist,
    /// Start to last completion, green and other.
    pub total: Timings,
}

/// One attempt of the recent window.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Recent {
    /// Its end.
    pub end: Time,
    /// Its identity.
    pub id: AttemptId,
    /// Number of the run.
    pub run_number: Option<u64>,
    /// GitHub's conclusion.
    pub conclusion: String,
    /// Whether a newer run replaced it.
    pub superseded: bool,
    /// What triggered it.
    pub segment: Segment,
    /// Commit.
    pub head_sha: Option<String>,
    /// Start to first job start.
    pub queued: Option<Millis>,
    /// First job start to last completion.
    pub ran: Option<Millis>,
    /// Start to last completion.
    pub total: Option<Millis>,
}

impl Rollup {
    /// Rolls up the rows of one workflow and day.
    pub fn of(rows: &[JudgedRow]) -> Self {
        let mut rollup = Self::default();
        for row in rows {
            rollup.add(row);
        }
        rollup.keep_recent();
        rollup.keep_within_limits();
        rollup
    }

    /// Adds another rollup of the same workflow.
    pub fn merge(&mut self, other: Self) {
        self.names = self.names.take().max(other.names);
        merge_by_key(&mut self.segments, other.segments, SegmentRollup::merge);
        merge_by_key(&mut self.jobs, other.jobs, JobRollup::merge);
        self.other_jobs.merge(other.other_jobs);
        self.parts.merge(&other.parts);
        self.parts_count += other.parts_count;
        self.merge_recent(other.recent);
        self.tally.merge(other.tally);
    }

    /// `total` of the successful attempts.
    pub fn green(&self) -> Dist {
        let mut green = Dist::default();
        self.segments.values().for_each(|segment| green.merge(&segment.total.green));
        green
    }

    /// All segments as one.
    pub fn whole(&self) -> SegmentRollup {
        let mut whole = SegmentRollup::default();
        self.segments.values().for_each(|segment| whole.merge(segment.clone()));
        whole
    }

    fn add(&mut self, judged: &JudgedRow) {
        let row = &judged.row;
        let known = row.names.known;
        let named = Named { known, as_of: row.end, by: row.id, names: row.names.clone() };
        if self.names.as_ref() < Some(&named) {
            self.names = Some(named);
        }
        self.segments.entry(row.segment).or_default().add(judged);
        for job in &row.jobs {
            self.jobs.entry(job.name.clone()).or_default().add(row.segment, job);
        }
        if let Some(parts) = &row.parts {
            self.parts.merge(parts);
            self.parts_count += 1;
        }
        self.recent.push(Recent::of(judged));
        self.tally.merge(row.tally);
    }

    /// Days mostly follow one another: then the newer list goes before the older and nothing has to
    /// be sorted.
    fn merge_recent(&mut self, other: Vec<Recent>) {
        let held = std::mem::take(&mut self.recent);
        let (newer, older) =
            if held.first() < other.first() { (other, held) } else { (held, other) };
        let is_sorted = older.is_empty() || newer.last() >= older.first();
        let room = RECENT.saturating_sub(newer.len());
        self.recent = newer;
        if is_sorted {
            self.recent.extend(older.into_iter().take(room));
        } else {
            self.recent.extend(older);
            self.keep_recent();
        }
    }

    fn keep_recent(&mut self) {
        self.recent.sort_unstable_by(|a, b| b.cmp(a));
        self.recent.truncate(RECENT);
    }
}

impl SegmentRollup {
    fn add(&mut self, judged: &JudgedRow) {
        let Times { queued, ran, total } = judged.row.times;
        self.outcomes.add(&judged.row.conclusion);
        self.superseded += u64::from(judged.superseded);
        self.queued.extend(queued);
        self.ran.extend(ran);
        self.total.add(&judged.row.conclusion, total);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.outcomes.merge(other.outcomes);
        self.superseded += other.superseded;
        self.queued.absorb(other.queued);
        self.ran.absorb(other.ran);
        self.total.merge(other.total);
    }
}

impl Recent {
    fn of(judged: &JudgedRow) -> Self {
        let row = &judged.row;
        Self {
            end: row.end,
            id: row.id,
            run_number: row.run_number,
            conclusion: row.conclusion.clone(),
            superseded: judged.superseded,
            segment: row.segment,
            head_sha: row.head_sha.clone(),
            queued: row.times.queued,
            ran: row.times.ran,
            total: row.times.total,
        }
    }
}

/// Merges what both hold; what only the other holds is moved, not copied.
fn merge_by_key<K: Ord, V>(
    held: &mut BTreeMap<K, V>,
    other: BTreeMap<K, V>,
    merge: impl Fn(&mut V, V),
) {
    for (key, more) in other {
        match held.entry(key) {
            Entry::Occupied(mut held) => merge(held.get_mut(), more),
            Entry::Vacant(place) => {
                place.insert(more);
            }
        }
    }
}

#[cfg(test)]
mod tests;
