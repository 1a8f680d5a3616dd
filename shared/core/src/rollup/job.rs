//! Jobs and steps of a rollup.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::Part;
use crate::rollup::merge_by_key;
use crate::row::{JobRow, Segment, StepRow};
use crate::stats::{Dist, Outcomes};
use crate::time::Millis;

/// One job by name: its series per segment and runner class.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRollup {
    /// The jobs that ran.
    pub series: BTreeMap<(Segment, String), JobSeries>,
    /// Times skipped.
    pub skipped: u64,
    /// Times cancelled before a runner or step.
    pub not_started: u64,
    /// Times an earlier attempt's result was shown again.
    pub carried_over: u64,
}

/// A job in one segment on one class of runner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobSeries {
    /// Jobs that ran, by conclusion.
    pub outcomes: Outcomes,
    /// Times it was on the critical path.
    pub on_critical_path: u64,
    /// Created to started.
    pub queued: Dist,
    /// Of `queued`, what was waited for approvals, summed.
    pub approval: Millis,
    /// Started to completed, green and other.
    pub ran: Timings,
    /// Steps by name and occurrence.
    pub steps: BTreeMap<(String, u32), StepSeries>,
}

/// A step of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepSeries {
    /// By conclusion.
    pub outcomes: Outcomes,
    /// Started to completed.
    pub ran: Dist,
}

/// A measure split by outcome, so that the whole and its parts can be told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timings {
    /// Of what succeeded.
    pub green: Dist,
    /// Of what failed.
    pub failed: Dist,
    /// Of what did neither.
    pub neither: Dist,
}

impl Timings {
    /// All together.
    pub fn all(&self) -> Dist {
        let mut all = self.green.clone();
        all.merge(&self.failed);
        all.merge(&self.neither);
        all
    }

    pub(super) fn add(&mut self, conclusion: &str, sample: Option<Millis>) {
        let side = match conclusion {
            "success" => &mut self.green,
            failed if Outcomes::is_failure(failed) => &mut self.failed,
            _ => &mut self.neither,
        };
        side.extend(sample);
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.green.absorb(other.green);
        self.failed.absorb(other.failed);
        self.neither.absorb(other.neither);
    }
}

impl JobRollup {
    /// All segments and classes as one.
    pub fn whole(&self) -> JobSeries {
        let mut whole = JobSeries::default();
        self.series.values().for_each(|series| whole.merge(series.clone()));
        whole
    }

    /// The runner classes it ran on, sorted.
    pub fn runner_classes(&self) -> Vec<String> {
        let mut classes: Vec<String> = self.series.keys().map(|(_, class)| class.clone()).collect();
        classes.sort();
        classes.dedup();
        classes
    }

    pub(super) fn add(&mut self, segment: Segment, job: &JobRow) {
        match job.part {
            Part::Skipped => self.skipped += 1,
            Part::NotStarted => self.not_started += 1,
            Part::CarriedOver => self.carried_over += 1,
            Part::Ran => {
                self.series.entry((segment, job.runner_class.clone())).or_default().add(job);
            }
        }
    }

    /// `ran` of the successful ones.
    pub fn green(&self) -> Dist {
        let mut green = Dist::default();
        self.series.values().for_each(|series| green.merge(&series.ran.green));
        green
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.skipped += other.skipped;
        self.not_started += other.not_started;
        self.carried_over += other.carried_over;
        merge_by_key(&mut self.series, other.series, JobSeries::merge);
    }
}

impl JobSeries {
    /// Adds another series of the same job.
    pub fn merge(&mut self, other: Self) {
        self.outcomes.merge(other.outcomes);
        self.on_critical_path += other.on_critical_path;
        self.queued.absorb(other.queued);
        self.approval.0 += other.approval.0;
        self.ran.merge(other.ran);
        merge_by_key(&mut self.steps, other.steps, StepSeries::merge);
    }

    fn add(&mut self, job: &JobRow) {
        self.outcomes.add(&job.conclusion);
        self.on_critical_path += u64::from(job.on_critical_path);
        self.queued.extend(job.queued);
        self.approval.0 += job.approval.0;
        self.ran.add(&job.conclusion, job.ran);
        for step in &job.steps {
            self.steps.entry((step.name.clone(), step.occurrence)).or_default().add(step);
        }
    }
}

impl StepSeries {
    fn add(&mut self, step: &StepRow) {
        self.outcomes.add(&step.conclusion);
        self.ran.extend(step.ran);
    }

    fn merge(&mut self, other: Self) {
        self.outcomes.merge(other.outcomes);
        self.ran.absorb(other.ran);
    }
}
