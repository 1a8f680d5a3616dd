//! Where the wall clock of an attempt went, along its inferred critical path.
//!
//! Events do not carry `needs`. From the last job to end we walk back to the job with the latest
//! completion that is not after this job's creation: GitHub creates a job when what it needs is
//! done.

use serde::{Deserialize, Serialize};

use crate::model::{Job, StepFact};
use crate::time::{Millis, Time};

/// What wall clock is spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Waiting for an approval.
    Approval,
    /// Before the first job existed.
    Concurrency,
    /// Waiting for a runner.
    RunnerQueue,
    /// From the start of a job to its first own step.
    SetUp,
    /// A job's own steps.
    Work,
    /// From the last own step to the completion of the job.
    TearDown,
    /// What the events do not explain.
    Unknown,
}

/// Milliseconds per [`Phase`]; they add up to the wall clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts([u64; 7]);

impl Parts {
    /// Time spent on one phase.
    pub fn phase(&self, phase: Phase) -> Millis {
        Millis(self.0.get(phase as usize).copied().unwrap_or_default())
    }

    /// The whole wall clock.
    pub fn wall_clock(&self) -> Millis {
        Millis(self.0.iter().sum())
    }

    /// Adds the parts of another attempt.
    pub fn merge(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(held, more)| *held = held.saturating_add(more));
    }

    /// Splits `[start, end]` along `path`; `ran` are all jobs that ran in the attempt.
    pub(super) fn along(path: &[&Job], ran: &[&Job], start: Time, end: Time) -> Self {
        let mut walk = Walk { parts: Self::default(), at: start, end };
        walk.to(ran.iter().filter_map(|job| job.created_at).min(), Phase::Concurrency);
        for job in path {
            walk.through(job);
        }
        walk.to(Some(end), Phase::Unknown);
        walk.parts
    }
}

/// Jobs of the critical path, first to last.
pub(super) fn critical_path<'a>(ran: &[&'a Job]) -> Vec<&'a Job> {
    let mut by_end: Vec<&Job> = ran.iter().copied().filter(|job| is_timed(job)).collect();
    // Latest completion first; of equals the lower id first.
    by_end.sort_by_key(|job| (std::cmp::Reverse(job.completed_at), job.id));
    let mut path: Vec<&Job> = Vec::new();
    for job in by_end {
        let follows = path.last().is_none_or(|next| {
            next.created_at.is_some_and(|created| job.completed_at <= Some(created))
        });
        if follows {
            path.push(job);
        }
    }
    path.reverse();
    path
}

/// Ids of the jobs of the critical path, first to last.
pub(crate) fn critical_path_of(ran: &[&Job]) -> impl Iterator<Item = u64> {
    critical_path(ran).into_iter().map(|job| job.id)
}

fn is_timed(job: &Job) -> bool {
    matches!((job.started_at, job.completed_at), (Some(from), Some(to)) if from <= to)
}

/// A position on the wall clock that only moves forward and never past the end: whatever the
/// times say, the parts add up and none is negative.
struct Walk {
    parts: Parts,
    at: Time,
    end: Time,
}

impl Walk {
    fn to(&mut self, until: Option<Time>, phase: Phase) {
        let Some(until) = until else { return };
        let until = until.min(self.end);
        if let (Ok(ms), Some(held)) =
            (u64::try_from(until.since(self.at)), self.parts.0.get_mut(phase as usize))
        {
            *held += ms;
            self.at = until;
        }
    }

    fn through(&mut self, job: &Job) {
        self.to(job.created_at, Phase::Unknown);
        if let Some(waited) = job.waited {
            self.to(waited.since, Phase::RunnerQueue);
            match waited.until {
                Some(until) => self.to(Some(until), Phase::Approval),
                // It waited, nobody said until when: queue and approval cannot be told apart.
                None => self.to(job.started_at, Phase::Unknown),
            }
        }
        let queue = if job.created_at.is_some() { Phase::RunnerQueue } else { Phase::Unknown };
        self.to(job.started_at, queue);
        let own = own_steps(&job.steps);
        if !own.is_empty() {
            self.to(own.iter().filter_map(|step| step.started_at).min(), Phase::SetUp);
            self.to(own.iter().filter_map(|step| step.completed_at).max(), Phase::Work);
            self.to(job.completed_at, Phase::TearDown);
        }
        self.to(job.completed_at, Phase::Work);
    }
}

/// A job's steps without what the runner adds before and after them, and without skipped ones.
fn own_steps(steps: &[StepFact]) -> Vec<&StepFact> {
    let ran = |step: &&StepFact| {
        step.conclusion.as_deref() != Some("skipped") && step.started_at.is_some()
    };
    let mut own: Vec<&StepFact> =
        steps.iter().filter(ran).skip_while(|step| is_set_up(&step.name)).collect();
    let tail = own.iter().rev().take_while(|step| is_tear_down(&step.name)).count();
    own.truncate(own.len() - tail);
    own
}

fn is_set_up(name: &str) -> bool {
    // The runner names the images it fetches or builds for container actions; a step of the
    // user's own such as `Build the app` is none of them.
    let image = |name: &str| name.contains('/') && !name.contains(' ');
    matches!(name, "Set up job" | "Set up runner" | "Initialize containers")
        || name.strip_prefix("Pull ").or(name.strip_prefix("Build ")).is_some_and(image)
}

fn is_tear_down(name: &str) -> bool {
    matches!(name, "Complete job" | "Stop containers" | "Complete runner")
        || name.starts_with("Post ")
}
