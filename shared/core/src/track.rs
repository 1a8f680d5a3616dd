//! The track of a day: the samples of a workflow, attempt by attempt in the order of their ends.
//! Judging needs that order, which a rollup has not, long after rows are gone.

mod lap;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::AttemptId;
use crate::rollup::{JudgedRow, Rollup};
use crate::row::Segment;

pub use lap::{JobLap, Lap, Outcome, StepLap};

/// Attempts kept of a segment and day. Those whose runs have the smallest hash: the same in every
/// order.
pub const MAX_LAPS: u16 = 32;

/// The attempts of one workflow that ended on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// Every name that laps speak of, once, sorted.
    names: Vec<String>,
    /// By end, then by identity.
    pub laps: Vec<Lap>,
    /// Attempts left out of each segment that had too many.
    pub left_out: BTreeMap<Segment, u32>,
}

impl Track {
    /// The track of a day's rows; `rollup` is theirs and says which names are kept.
    pub fn of(rows: &[JudgedRow], rollup: &Rollup) -> Self {
        let mut rows: Vec<&JudgedRow> = rows.iter().collect();
        rows.sort_by_key(|judged| (judged.row.end, judged.row.id));
        let mut left_out = BTreeMap::new();
        for segment in Segment::ALL {
            let before = rows.len();
            thin(&mut rows, segment);
            if let Ok(gone @ 1..) = u32::try_from(before - rows.len()) {
                left_out.insert(segment, gone);
            }
        }
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for job in rows.iter().flat_map(|judged| &judged.row.jobs) {
            names.extend([job.name.as_str(), job.runner_class.as_str()]);
            names.extend(job.steps.iter().map(|step| step.name.as_str()));
        }
        let kept = Kept { rollup, names: names.into_iter().collect() };
        let laps: Vec<Lap> = rows.iter().map(|judged| Lap::of(&judged.row, &kept)).collect();
        Self { names: kept.names.into_iter().map(str::to_owned).collect(), laps, left_out }
    }

    /// A name by its number.
    pub fn name(&self, number: u32) -> &str {
        self.names.get(number as usize).map_or("", String::as_str)
    }
}

/// Which jobs and steps of a day are kept, and the numbers of all names.
struct Kept<'a> {
    rollup: &'a Rollup,
    names: Vec<&'a str>,
}

impl Kept<'_> {
    fn number(&self, name: &str) -> u32 {
        let place = self.names.binary_search(&name).unwrap_or_default();
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    fn has_job(&self, job: &str) -> bool {
        self.rollup.jobs.contains_key(job)
    }

    fn has_step(&self, job: &str, step: &(String, u32)) -> bool {
        let job = self.rollup.jobs.get(job);
        job.is_some_and(|job| job.series.values().any(|series| series.steps.contains_key(step)))
    }
}

/// Leaves at most [`MAX_LAPS`] rows of a segment.
fn thin(rows: &mut Vec<&JudgedRow>, segment: Segment) {
    let is_one = |judged: &&JudgedRow| judged.row.segment == segment;
    let mut hashes: Vec<[u8; 32]> =
        rows.iter().filter(|judged| is_one(judged)).map(|judged| hash(judged.row.id)).collect();
    let most = usize::from(MAX_LAPS);
    if hashes.len() <= most {
        return;
    }
    let (_, limit, _) = hashes.select_nth_unstable(most - 1);
    let limit = *limit;
    rows.retain(|judged| !is_one(judged) || hash(judged.row.id) <= limit);
}

/// Of its run, so that the attempts of a run stay or go together.
fn hash(id: AttemptId) -> [u8; 32] {
    let numbers = [id.repository, id.run];
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests;
