//! How many series a workflow may have in a day. Names come from strangers; the store must not grow
//! with their imagination. What is kept is chosen by smallest hash of the name: the same names on
//! every day and in every order.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::rollup::{JobRollup, Rollup};

/// Job names kept per workflow and day; the others are summed up.
pub const MAX_JOBS: usize = 200;

/// Step names kept per workflow and day, over all its jobs; the others are left out.
pub const MAX_STEPS: usize = 1_000;

/// Runner classes kept per job; the others are put together as `other`.
pub const MAX_CLASSES: usize = 8;

type Hash = [u8; 32];

impl Rollup {
    pub(super) fn keep_within_limits(&mut self) {
        let kept = smallest(MAX_JOBS, self.jobs.keys().map(|name| hash(&[name])));
        if let Some(limit) = kept {
            let dropped = self.jobs.extract_if(.., |name, _| hash(&[name]) > limit);
            for (_, job) in dropped {
                self.other_jobs.merge(without_steps(job));
            }
        }
        self.jobs.values_mut().chain([&mut self.other_jobs]).for_each(JobRollup::keep_classes);
        self.keep_steps();
    }

    fn keep_steps(&mut self) {
        let mut hashes = BTreeSet::new();
        for (job, rollup) in &self.jobs {
            let steps = rollup.series.values().flat_map(|series| series.steps.keys());
            hashes.extend(steps.map(|step| step_hash(job, step)));
        }
        let Some(limit) = smallest(MAX_STEPS, hashes.into_iter()) else {
            return;
        };
        for (job, rollup) in &mut self.jobs {
            for series in rollup.series.values_mut() {
                series.steps.retain(|step, _| step_hash(job, step) <= limit);
            }
        }
    }
}

impl JobRollup {
    fn keep_classes(&mut self) {
        let classes = self.runner_classes();
        let Some(limit) = smallest(MAX_CLASSES, classes.iter().map(|class| hash(&[class]))) else {
            return;
        };
        let dropped: Vec<_> =
            self.series.extract_if(.., |(_, class), _| hash(&[class]) > limit).collect();
        for ((segment, _), series) in dropped {
            self.series.entry((segment, "other".to_owned())).or_default().merge(series);
        }
    }
}

/// The largest hash that is kept; none if all are.
fn smallest(count: usize, hashes: impl Iterator<Item = Hash>) -> Option<Hash> {
    let mut hashes: Vec<Hash> = hashes.collect();
    if hashes.len() <= count {
        return None;
    }
    let (_, limit, _) = hashes.select_nth_unstable(count - 1);
    Some(*limit)
}

fn without_steps(mut job: JobRollup) -> JobRollup {
    for series in job.series.values_mut() {
        series.steps.clear();
    }
    job
}

fn step_hash(job: &str, (step, occurrence): &(String, u32)) -> Hash {
    hash(&[job, step, &occurrence.to_string()])
}

fn hash(parts: &[&str]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}
