//! Jobs with metrics of their own: those that take the most time, and the longest of their steps.
//! A metric costs by the month, so they are few, and none unless that is asked for.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Fleet, STABILITY, dimension};
use crate::config;
use crate::render::numbered;
use crate::rollup::{Lately, StepKey};
use crate::row::{Segment, WorkflowId};
use crate::time::Day;

/// Metrics of a job: how long it takes and waits, whether it succeeds, and its longest steps.
pub const PER_JOB: usize = 6;

/// Steps of a job that have a metric.
const STEPS_EACH: usize = 3;

/// The jobs with metrics of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnJobs {
    /// The day they were chosen on, and for how many places.
    pub(crate) chosen: Option<(Day, usize)>,
    jobs: BTreeMap<(WorkflowId, Segment), JobSteps>,
}

/// Jobs of a segment of a workflow by name, with their steps that have a metric.
pub type JobSteps = BTreeMap<String, BTreeSet<StepKey>>;

/// How many jobs there is room for.
pub fn job_places(metrics: &config::Metrics) -> usize {
    usize::try_from(metrics.max_job_series).unwrap_or(usize::MAX) / PER_JOB
}

impl OwnJobs {
    /// Chooses them among what ran lately. Who has metrics makes way only for somebody who takes
    /// much more time.
    pub fn choose(
        &mut self,
        lately: &BTreeMap<(WorkflowId, Segment), Lately>,
        places: usize,
        today: Day,
    ) {
        let mut ranked: Vec<_> = lately
            .iter()
            .flat_map(|(key, lately)| {
                let held = self.jobs.get(key);
                let timed = lately.jobs().filter(|(_, ran)| ran.ms > 0);
                timed.map(move |(name, ran)| {
                    let is_held = held.is_some_and(|held| held.contains_key(name));
                    (Reverse(worth(ran.ms, is_held)), *key, name)
                })
            })
            .collect();
        ranked.sort_unstable();
        let mut jobs: BTreeMap<_, JobSteps> = BTreeMap::new();
        let mut room = places;
        for (_, key, name) in ranked {
            if room == 0 {
                break;
            }
            let named = jobs.entry(key).or_default();
            // Two under one name would be told as one.
            let label = job_label(name);
            if named.keys().any(|one| job_label(one) == label) {
                continue;
            }
            let held = self.jobs.get(&key).and_then(|held| held.get(name));
            let steps = lately.get(&key).map(|lately| longest(lately, name, held));
            named.insert(name.clone(), steps.unwrap_or_default());
            room -= 1;
        }
        *self = Self { chosen: Some((today, places)), jobs };
    }

    /// Those of a segment of a workflow. One that has come to share the metrics of `other` has none.
    pub fn of(&self, id: WorkflowId, segment: Segment, fleet: &Fleet) -> &JobSteps {
        const NONE: &JobSteps = &JobSteps::new();
        let named = self.jobs.get(&(id, segment));
        named.filter(|_| fleet.has_own(id, segment)).unwrap_or(NONE)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }
}

fn longest(lately: &Lately, job: &str, held: Option<&BTreeSet<StepKey>>) -> BTreeSet<StepKey> {
    let mut ranked: Vec<_> = lately
        .steps(job)
        .map(|(step, ran)| {
            let is_held = held.is_some_and(|held| held.contains(step));
            (Reverse(worth(ran.ms, is_held)), step)
        })
        .collect();
    ranked.sort_unstable();
    let mut steps: BTreeSet<StepKey> = BTreeSet::new();
    for (_, step) in ranked {
        if steps.len() == STEPS_EACH {
            break;
        }
        let label = step_label(step);
        if steps.iter().all(|one| step_label(one) != label) {
            steps.insert(step.clone());
        }
    }
    steps
}

const fn worth(ms: u64, is_held: bool) -> u64 {
    if is_held { ms.saturating_mul(STABILITY) } else { ms }
}

/// How a job is told. A single quote would end the search in which Grafana names it.
pub(super) fn job_label(name: &str) -> String {
    dimension(name).replace('\'', "`")
}

/// How a step is told: with its number where its job has several of that name.
pub(super) fn step_label((name, occurrence): &StepKey) -> String {
    job_label(&numbered(name.clone(), *occurrence))
}

#[cfg(test)]
mod tests;
