//! The schedule: what really happened, as plain records. The deliveries tell it to Laptime and the
//! truth is computed from it, by two ways that share nothing else. Times are milliseconds of Unix
//! time.

use super::cast::{Twist, Workflow};

/// One run with all its attempts.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// Its workflow.
    pub(crate) workflow: &'static Workflow,
    /// GitHub's id.
    pub(crate) id: u64,
    /// Its number within the workflow.
    pub(crate) number: u64,
    /// What it ran on.
    pub(crate) source: Source,
    /// Start of its first attempt.
    pub(crate) created_at: i64,
    /// Its attempts, first first.
    pub(crate) attempts: Vec<Attempt>,
    /// What befell it, if anything.
    pub(crate) twist: Option<Twist>,
}

/// The commit and the event of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// GitHub's name of the event: `push`, `pull_request`, `schedule`.
    pub(crate) event: &'static str,
    /// The branch.
    pub(crate) branch: String,
    /// The commit.
    pub(crate) sha: String,
    /// The repository of the branch, when it is a fork.
    pub(crate) fork: Option<Fork>,
    /// Number of the pull request.
    pub(crate) pull: Option<u64>,
    /// What the run is listed as.
    pub(crate) title: String,
    /// Who did it.
    pub(crate) actor: &'static str,
}

/// Somebody's fork.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fork {
    /// GitHub's id of the repository.
    pub(crate) id: u64,
    /// Its owner's login.
    pub(crate) owner: &'static str,
}

/// One attempt of a run.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    /// From 1.
    pub(crate) number: u32,
    /// Name of the repository at that time.
    pub(crate) repo_name: &'static str,
    /// Name of the workflow at that time.
    pub(crate) workflow_name: &'static str,
    /// `run_started_at`.
    pub(crate) started_at: i64,
    /// `updated_at` of its `completed` event.
    pub(crate) updated_at: i64,
    /// Its conclusion; none if it never completes.
    pub(crate) conclusion: Option<&'static str>,
    /// Whether GitHub asked for a maintainer's leave first (`requested`, `action_required`).
    pub(crate) held: bool,
    /// Its jobs by id.
    pub(crate) jobs: Vec<Job>,
}

/// One job of an attempt.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// GitHub's id.
    pub(crate) id: u64,
    /// Its name.
    pub(crate) name: &'static str,
    /// What became of it.
    pub(crate) fate: Fate,
    /// When it was made.
    pub(crate) created_at: i64,
    /// When it started.
    pub(crate) started_at: i64,
    /// When it ended.
    pub(crate) completed_at: i64,
    /// Its conclusion.
    pub(crate) conclusion: &'static str,
    /// Labels it asked for.
    pub(crate) labels: &'static [&'static str],
    /// The machine, once it had one.
    pub(crate) runner: Option<Runner>,
    /// Its steps.
    pub(crate) steps: Vec<Step>,
    /// Its wait for an approval.
    pub(crate) approval: Option<Approval>,
    /// Whether its step times are told with fractions of a second.
    pub(crate) fractions: bool,
}

/// What became of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It ran, to whatever end.
    Ran,
    /// Its condition was false, or what it needed failed.
    Skipped,
    /// It was cancelled before it had a runner.
    NotStarted,
    /// It is an earlier attempt's job, shown again.
    CarriedOver,
}

/// A machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Runner {
    /// GitHub's id.
    pub(crate) id: u64,
    /// Its name.
    pub(crate) name: String,
    /// Name and id of its group.
    pub(crate) group: (&'static str, u64),
}

/// One step of a job.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Its name.
    pub(crate) name: String,
    /// Whether it is one of the job's own, not set-up or tear-down.
    pub(crate) own: bool,
    /// Its conclusion.
    pub(crate) conclusion: &'static str,
    /// When it started.
    pub(crate) started_at: i64,
    /// When it ended.
    pub(crate) completed_at: i64,
}

/// A wait for an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Approval {
    /// Id of the deployment.
    pub(crate) deployment: u64,
    /// The environment.
    pub(crate) environment: &'static str,
    /// When the wait began.
    pub(crate) waiting_at: i64,
    /// When somebody approved; none if nobody did.
    pub(crate) approved_at: Option<i64>,
}
