//! Jobs and steps with series of their own: those that take the most time, as far as there is room.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::exposed::{Exposed, Tally};
use crate::hostile;
use crate::render::numbered;
use crate::rollup::{JobRollup, LATELY_DAYS, Lately, StepKey};
use crate::row::{Segment, WorkflowId};
use crate::stats::Dist;
use crate::time::Day;

/// Jobs with series of their own, over all workflows.
pub const MOST_JOBS: usize = 200;

/// Steps of these jobs with series of their own.
pub const MOST_STEPS: usize = 1_000;

/// Jobs of one workflow as they are told, by name.
pub type Jobs = BTreeMap<String, Job>;

/// One job as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Latest day it ran on.
    latest: Day,
    /// What was counted of it: its wait is `pending`.
    pub tally: Tally,
    /// Those of its steps that are told.
    pub steps: BTreeMap<StepKey, Step>,
}

/// One step as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    latest: Day,
    /// Number of samples and their sum in milliseconds.
    pub ran: BTreeMap<Segment, [u64; 2]>,
}

impl Job {
    fn new(latest: Day) -> Self {
        Self { latest, tally: Tally::default(), steps: BTreeMap::new() }
    }

    /// The same job and steps with nothing counted yet.
    fn blank(&self) -> Self {
        let blank = |(key, step): (&StepKey, &Step)| (key.clone(), Step::new(step.latest));
        Self { steps: self.steps.iter().map(blank).collect(), ..Self::new(self.latest) }
    }

    /// Adds a day. Steps that are not told are left out.
    pub fn add(&mut self, day: Day, rollup: &JobRollup) {
        for ((segment, _), series) in &rollup.series {
            self.latest = self.latest.max(day);
            self.tally.add_job(*segment, series);
            for (key, step) in &series.steps {
                if let Some(held) = self.steps.get_mut(key) {
                    held.add(day, *segment, &step.ran);
                }
            }
        }
    }

    /// Adds what was counted on other days.
    pub fn merge(&mut self, other: &Self) {
        self.combine(other, u64::saturating_add);
    }

    /// Never falls.
    fn raise(&mut self, other: &Self) {
        self.combine(other, u64::max);
    }

    fn combine(&mut self, other: &Self, with: fn(u64, u64) -> u64) {
        self.latest = self.latest.max(other.latest);
        self.tally.combine(&other.tally, with);
        for (key, step) in &other.steps {
            let held = self.steps.entry(key.clone()).or_insert_with(|| Step::new(step.latest));
            held.latest = held.latest.max(step.latest);
            for (segment, more) in &step.ran {
                let held = held.ran.entry(*segment).or_default();
                held.iter_mut().zip(more).for_each(|(held, more)| *held = with(*held, *more));
            }
        }
    }
}

impl Step {
    const fn new(latest: Day) -> Self {
        Self { latest, ran: BTreeMap::new() }
    }

    fn add(&mut self, day: Day, segment: Segment, ran: &Dist) {
        self.latest = self.latest.max(day);
        let [count, ms] = self.ran.entry(segment).or_default();
        *count += ran.count();
        *ms = ms.saturating_add(ran.sum().0);
    }
}

impl Exposed {
    /// Gives series to jobs and steps that ran lately, those that took the most time first, and takes
    /// them from those that did not. Answers how many jobs had no room.
    pub fn choose(&mut self, lately: &BTreeMap<WorkflowId, Lately>, today: Day) -> u64 {
        self.forget_gone(today);
        let mut without = 0;
        let jobs = lately.iter().flat_map(|(id, lately)| {
            lately.jobs().map(move |(name, ran)| (Reverse(ran.ms), *id, name, ran.latest))
        });
        let told: usize = self.jobs.values().map(BTreeMap::len).sum();
        let mut room = MOST_JOBS.saturating_sub(told);
        for (_, id, name, latest) in sorted(jobs) {
            let held = self.jobs.entry(id).or_default();
            if held.contains_key(name) {
                continue;
            }
            let label = hostile::html(name);
            if room > 0 && held.keys().all(|one| hostile::html(one) != label) {
                held.insert(name.clone(), Job::new(latest));
                room -= 1;
            } else {
                without += 1;
            }
        }
        self.jobs.retain(|_, jobs| !jobs.is_empty());
        self.choose_steps(lately);
        without
    }

    fn choose_steps(&mut self, lately: &BTreeMap<WorkflowId, Lately>) {
        let told = self.jobs.values().flat_map(BTreeMap::values).map(|job| job.steps.len());
        let mut room = MOST_STEPS.saturating_sub(told.sum());
        let mut found = Vec::new();
        for (id, jobs) in &self.jobs {
            let Some(lately) = lately.get(id) else { continue };
            for (name, job) in jobs {
                let new = lately.steps(name).filter(|(key, _)| !job.steps.contains_key(*key));
                let found_here =
                    new.map(|(key, ran)| (Reverse(ran.ms), (*id, name.clone()), key, ran.latest));
                found.extend(found_here);
            }
        }
        for (_, (id, name), key, latest) in sorted(found) {
            let job = self.jobs.get_mut(&id).and_then(|jobs| jobs.get_mut(&name));
            let Some(job) = job else { continue };
            let label = step_label(key);
            if room > 0 && job.steps.keys().all(|one| step_label(one) != label) {
                job.steps.insert(key.clone(), Step::new(latest));
                room -= 1;
            }
        }
    }

    /// Takes series from jobs and steps that have not run lately.
    pub fn forget_gone(&mut self, today: Day) {
        let is_here = |latest: Day| today.0.saturating_sub(latest.0) <= LATELY_DAYS;
        for jobs in self.jobs.values_mut() {
            jobs.retain(|_, job| is_here(job.latest));
            for job in jobs.values_mut() {
                job.steps.retain(|_, step| is_here(step.latest));
            }
        }
        self.jobs.retain(|_, jobs| !jobs.is_empty());
    }

    /// Whether these are the jobs and steps of a workflow that are told.
    pub fn tells(&self, id: WorkflowId, jobs: &Jobs) -> bool {
        let are_same = |((name, told), (other, job)): ((&String, &Job), (&String, &Job))| {
            name == other && told.steps.keys().eq(job.steps.keys())
        };
        let told = self.jobs.get(&id);
        told.is_some_and(|told| told.len() == jobs.len() && told.iter().zip(jobs).all(are_same))
    }

    /// The jobs and steps of a workflow that are told, with nothing counted yet.
    pub fn blank(&self, id: WorkflowId) -> Jobs {
        let jobs = self.jobs.get(&id).into_iter().flatten();
        jobs.map(|(name, job)| (name.clone(), job.blank())).collect()
    }

    /// Takes up what follows from the store now for the jobs that are told.
    pub fn raise_jobs(&mut self, derived: &BTreeMap<WorkflowId, Jobs>) {
        for (id, jobs) in derived {
            let held = self.jobs.entry(*id).or_default();
            for (name, job) in jobs {
                held.entry(name.clone()).or_insert_with(|| job.blank()).raise(job);
            }
        }
    }
}

/// How a step is told: with its number where its job has several of that name.
pub(super) fn step_label((name, occurrence): &StepKey) -> String {
    numbered(hostile::html(name), *occurrence)
}

fn sorted<T: Ord>(found: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut found: Vec<T> = found.into_iter().collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests;
