//! One attempt: which of its jobs come, when, and how it all ends.

use super::dice::{Dice, SECOND};
use super::job::Stage;
use crate::demo::cast::{self, Twist};
use crate::demo::schedule::{Fate, Job, Run, Source};

/// The circumstances of an attempt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Circumstances<'a> {
    /// Its number, from 1.
    pub(super) number: u32,
    /// `run_started_at`.
    pub(super) started_at: i64,
    /// When its first jobs are made.
    pub(super) first_created: i64,
    /// When it is cancelled.
    pub(super) cancel_at: Option<i64>,
    /// Whether it first needs a maintainer's leave.
    pub(super) held: bool,
    /// Whether that leave is never given.
    pub(super) refused: bool,
    /// Jobs of the attempt before; those that succeeded are shown again.
    pub(super) before: &'a [Job],
    /// Whether it runs on the default branch.
    pub(super) default_branch: bool,
    /// What befalls it.
    pub(super) twist: Option<Twist>,
}

impl Circumstances<'_> {
    /// A first attempt nobody interferes with.
    pub(super) fn plain(run: &Run, started_at: i64, first_created: i64) -> Self {
        Self {
            number: 1,
            started_at,
            first_created,
            cancel_at: None,
            held: false,
            refused: false,
            before: &[],
            default_branch: is_default_branch(&run.source),
            twist: run.twist,
        }
    }

    /// Whether `twist` befalls this attempt: all of them strike the first only.
    pub(super) fn has(&self, twist: Twist) -> bool {
        self.number == 1 && self.twist == Some(twist)
    }
}

/// Whether a commit is on the default branch of the organisation's own repository.
pub(super) fn is_default_branch(source: &Source) -> bool {
    source.branch == "main" && source.fork.is_none()
}

/// Where attempts of one workflow are performed.
pub(super) struct Scene {
    stage: Stage,
}

impl Scene {
    /// The stage of the `index`th workflow.
    pub(super) fn new(seed: u64, end: i64, workflow: u64, index: u64) -> Self {
        Self { stage: Stage::new(Dice::new(seed, workflow ^ 0xACE), end, index) }
    }

    /// Performs one attempt: its jobs and its conclusion.
    pub(super) fn perform(
        &mut self,
        run: &Run,
        at: &Circumstances<'_>,
    ) -> (Vec<Job>, &'static str) {
        if at.has(Twist::StartupFailure) {
            return (Vec::new(), "startup_failure");
        }
        let mut jobs: Vec<Job> = Vec::new();
        if !at.refused {
            for spec in run.workflow.jobs {
                let longest = longest(run.workflow.jobs).is_some_and(|name| name == spec.name);
                jobs.extend(self.stage.job(spec, at, &jobs, longest));
            }
        }
        let conclusion = conclude(&jobs, run.workflow.jobs.len(), at);
        if at.has(Twist::Skew) && conclusion == "success" {
            skew(&mut jobs);
        }
        (jobs, conclusion)
    }
}

/// Name of the job with the most to do.
fn longest(jobs: &[cast::Job]) -> Option<&'static str> {
    let seconds = |job: &&cast::Job| job.steps.iter().map(|step| step.seconds).sum::<i64>();
    jobs.iter().max_by_key(seconds).map(|job| job.name)
}

/// What GitHub concludes from `planned` jobs, of which some were perhaps never made.
fn conclude(jobs: &[Job], planned: usize, at: &Circumstances<'_>) -> &'static str {
    let any = |conclusion: &str| jobs.iter().any(|job| job.conclusion == conclusion);
    match () {
        () if any("cancelled") || jobs.len() < planned => "cancelled",
        () if any("timed_out") => "timed_out",
        () if any("failure") => "failure",
        () if at.has(Twist::UnknownConclusion) => "preempted",
        () if jobs.iter().all(|job| job.fate == Fate::Skipped) => "skipped",
        () => "success",
    }
}

/// The clock of the first job's machine is behind: it starts a second before it was made, and its
/// second own step ends a second before it starts.
fn skew(jobs: &mut [Job]) {
    let Some(job) = jobs.first_mut() else { return };
    job.started_at = job.created_at - SECOND;
    if let Some(step) = job.steps.iter_mut().filter(|step| step.own).nth(1) {
        step.completed_at = step.started_at - SECOND;
    }
}
