//! One attempt measured.

use super::super::schedule::{Attempt, Fate, Job, Run};
use super::path::{self, Parts};

/// What the report counts of one attempt. Times are milliseconds.
#[derive(Debug)]
pub(in crate::demo) struct Lap {
    /// When it ended.
    pub(in crate::demo) ended_at: i64,
    /// Its conclusion.
    pub(in crate::demo) conclusion: &'static str,
    /// Its segment.
    pub(in crate::demo) segment: &'static str,
    /// Whether a newer run replaced it.
    pub(in crate::demo) superseded: bool,
    /// Start of the attempt, first start and last end of a job that ran; none if no job ran.
    pub(in crate::demo) times: Option<(i64, i64, i64)>,
    /// Ids of the jobs on its critical path.
    pub(in crate::demo) path: Vec<u64>,
    /// Where its time went.
    pub(in crate::demo) parts: Option<Parts>,
}

impl Lap {
    /// Measures an attempt; `rivals` are the newer runs of its branch.
    pub(in crate::demo) fn of(
        run: &Run,
        attempt: &Attempt,
        rivals: &[&Run],
        told_until: i64,
    ) -> Self {
        let ran: Vec<&Job> = attempt.jobs.iter().filter(|job| job.fate == Fate::Ran).collect();
        let first = ran.iter().map(|job| job.started_at).min();
        let last = ran.iter().map(|job| job.completed_at).max();
        let times = first.zip(last).map(|(first, last)| (attempt.started_at, first, last));
        let ended_at = last.unwrap_or(attempt.updated_at);
        let conclusion = attempt.conclusion.unwrap_or_default();
        let replaced = rivals
            .iter()
            .flat_map(|rival| &rival.attempts)
            .filter(|rival| is_told(rival, told_until))
            .any(|rival| (attempt.started_at..ended_at).contains(&rival.started_at));
        let path = path::critical(&ran);
        Self {
            ended_at,
            conclusion,
            segment: segment(run),
            superseded: conclusion == "cancelled" && replaced,
            times,
            parts: times.map(|_| Parts::of(attempt, &path, ended_at)),
            path: path.iter().map(|job| job.id).collect(),
        }
    }
}

/// Whether an attempt is known to be completed.
pub(in crate::demo) fn is_told(attempt: &Attempt, told_until: i64) -> bool {
    attempt.conclusion.is_some() && attempt.updated_at < told_until
}

/// Whether `other` is a newer run of the same workflow, branch and head repository.
pub(in crate::demo) fn is_newer(other: &Run, run: &Run) -> bool {
    other.workflow.id == run.workflow.id
        && other.number > run.number
        && other.source.branch == run.source.branch
        && other.source.fork == run.source.fork
}

/// Which of the four segments a run belongs to.
fn segment(run: &Run) -> &'static str {
    match (run.source.event, run.source.branch.as_str(), &run.source.fork) {
        ("schedule", _, _) => "schedule",
        ("pull_request", _, _) => "pull_request",
        ("push", "main", None) => "default_branch",
        _ => "other",
    }
}
