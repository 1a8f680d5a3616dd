//! What ran lately in a workflow, and how much time it took.

use std::collections::BTreeMap;

use crate::rollup::Rollup;
use crate::row::Segment;
use crate::time::Day;

/// Days that are looked at. Who has not run in them is gone.
pub const LATELY_DAYS: i32 = 60;

/// A job or step that has run less often lately is none to tell of: names that are made up for one
/// run would take the place of others.
const ENOUGH_RUNS: u64 = 5;

/// A step: its name, and which of that name it is in its job.
pub type StepKey = (String, u32);

/// Jobs and steps of a workflow by the time they took.
#[derive(Debug, Clone, Default)]
pub struct Lately(BTreeMap<String, (Ran, BTreeMap<StepKey, Ran>)>);

/// How a job or step ran.
#[derive(Debug, Clone, Copy)]
pub struct Ran {
    runs: u64,
    /// Time it took, all runs together.
    pub ms: u64,
    /// The latest day.
    pub latest: Day,
}

impl Lately {
    /// Adds a day of the segments that are meant.
    pub fn add(&mut self, day: Day, rollup: &Rollup, is_meant: impl Fn(Segment) -> bool) {
        for (name, job) in &rollup.jobs {
            for (_, series) in job.series.iter().filter(|((segment, _), _)| is_meant(*segment)) {
                let new = || (Ran::new(day), BTreeMap::new());
                let (ran, steps) = self.0.entry(name.clone()).or_insert_with(new);
                let took = [&series.ran.green, &series.ran.failed, &series.ran.neither];
                let took = took.iter().map(|dist| dist.sum().0).sum();
                ran.add(day, series.outcomes.total(), took);
                for (key, step) in &series.steps {
                    let ran = steps.entry(key.clone()).or_insert_with(|| Ran::new(day));
                    ran.add(day, step.outcomes.total(), step.ran.sum().0);
                }
            }
        }
    }

    /// Without what ran too seldom.
    #[must_use]
    pub fn often(mut self) -> Self {
        self.0.retain(|_, (ran, steps)| {
            steps.retain(|_, ran| ran.runs >= ENOUGH_RUNS && ran.ms > 0);
            ran.runs >= ENOUGH_RUNS
        });
        self
    }

    /// The jobs.
    pub fn jobs(&self) -> impl Iterator<Item = (&String, Ran)> {
        self.0.iter().map(|(name, (ran, _))| (name, *ran))
    }

    /// The steps of a job.
    pub fn steps(&self, job: &str) -> impl Iterator<Item = (&StepKey, Ran)> {
        let steps = self.0.get(job).into_iter().flat_map(|(_, steps)| steps);
        steps.map(|(key, ran)| (key, *ran))
    }
}

impl Ran {
    const fn new(day: Day) -> Self {
        Self { runs: 0, ms: 0, latest: day }
    }

    fn add(&mut self, day: Day, runs: u64, ms: u64) {
        self.runs += runs;
        self.ms = self.ms.saturating_add(ms);
        self.latest = self.latest.max(day);
    }
}
