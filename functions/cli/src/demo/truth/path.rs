//! The critical path of an attempt and where its time went.

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::super::schedule::{Attempt, Job};
use super::samples::seconds;

/// Milliseconds by what they were spent on. All but `wall_clock` add up to `wall_clock`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::demo) struct Parts {
    /// Waiting for a reviewer.
    pub(in crate::demo) approval: i64,
    /// Before any job was made.
    pub(in crate::demo) concurrency: i64,
    /// Waiting for a runner.
    pub(in crate::demo) runner_queue: i64,
    /// Before the first own step.
    pub(in crate::demo) set_up: i64,
    /// The own steps.
    pub(in crate::demo) work: i64,
    /// After the last own step.
    pub(in crate::demo) tear_down: i64,
    /// Between two jobs of the path.
    pub(in crate::demo) unknown: i64,
    /// The whole.
    pub(in crate::demo) wall_clock: i64,
}

/// The critical path through jobs that ran, first job first: back from the last to end to the one
/// with the latest completion not after the job was made; the lower id where two are equal.
pub(in crate::demo) fn critical<'a>(ran: &[&'a Job]) -> Vec<&'a Job> {
    let latest = |before: i64| {
        let candidates = ran.iter().filter(|job| job.completed_at <= before);
        candidates.max_by_key(|job| (job.completed_at, Reverse(job.id))).copied()
    };
    let mut path: Vec<&Job> = latest(i64::MAX).into_iter().collect();
    while let Some(job) = path.last().and_then(|job| latest(job.created_at)) {
        path.push(job);
    }
    path.reverse();
    path
}

impl Parts {
    /// Where the time of an attempt with this critical path went.
    pub(in crate::demo) fn of(attempt: &Attempt, path: &[&Job], ended_at: i64) -> Self {
        let mut parts = Self { wall_clock: ended_at - attempt.started_at, ..Self::default() };
        let earliest = attempt.jobs.iter().map(|job| job.created_at).min();
        let mut at = attempt.started_at;
        for job in path {
            // Before any job was made, the attempt was held back; between two jobs, who knows.
            if at == attempt.started_at && earliest == Some(job.created_at) {
                parts.concurrency += job.created_at - at;
            } else {
                parts.unknown += job.created_at - at;
            }
            parts.add(&Self::of_job(job));
            at = job.completed_at;
        }
        parts
    }

    /// Where the time of one job went, from when it was made.
    fn of_job(job: &Job) -> Self {
        let own = || job.steps.iter().filter(|step| step.own);
        let set_up_until = own().map(|step| step.started_at).min().unwrap_or(job.completed_at);
        let work_until = own().map(|step| step.completed_at).max().unwrap_or(job.completed_at);
        let approval = job.approval.and_then(|a| Some(a.approved_at? - a.waiting_at)).unwrap_or(0);
        Self {
            approval,
            runner_queue: job.started_at - job.created_at - approval,
            set_up: set_up_until - job.started_at,
            work: work_until - set_up_until,
            tear_down: job.completed_at - work_until,
            ..Self::default()
        }
    }

    /// Adds another attempt's parts.
    pub(in crate::demo) fn add(&mut self, other: &Self) {
        self.approval += other.approval;
        self.concurrency += other.concurrency;
        self.runner_queue += other.runner_queue;
        self.set_up += other.set_up;
        self.work += other.work;
        self.tear_down += other.tear_down;
        self.unknown += other.unknown;
        self.wall_clock += other.wall_clock;
    }

    /// In seconds, as the report has them.
    pub(in crate::demo) fn as_json(&self) -> Value {
        let s = |ms: i64| seconds(ms * 1_000);
        json!({
            "approval": s(self.approval),
            "concurrency": s(self.concurrency),
            "runner_queue": s(self.runner_queue),
            "set_up": s(self.set_up),
            "work": s(self.work),
            "tear_down": s(self.tear_down),
            "unknown": s(self.unknown),
            "wall_clock": s(self.wall_clock),
        })
    }
}
