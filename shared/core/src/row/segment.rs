//! Which attempts are alike: by trigger and by runner.

use serde::{Deserialize, Serialize};

use crate::model::Run;

/// What triggered an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Segment {
    /// A push or dispatch on the default branch.
    DefaultBranch,
    /// A pull request.
    PullRequest,
    /// A schedule.
    Schedule,
    /// Anything else: other branches, tags, merge queues.
    Other,
}

impl Segment {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 4] =
        [Self::DefaultBranch, Self::PullRequest, Self::Schedule, Self::Other];

    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DefaultBranch => "default_branch",
            Self::PullRequest => "pull_request",
            Self::Schedule => "schedule",
            Self::Other => "other",
        }
    }

    pub(super) fn of(run: &Run, repository: u64) -> Self {
        let fork = run.latest.head_repository.is_some_and(|head| head != repository);
        let on_default =
            run.default_branch.is_some() && run.latest.head_branch == run.default_branch && !fork;
        match run.latest.event.as_deref() {
            Some("schedule") => Self::Schedule,
            Some("pull_request" | "pull_request_target") => Self::PullRequest,
            _ if on_default => Self::DefaultBranch,
            _ => Self::Other,
        }
    }
}

/// A runner's class: what its labels ask for, whatever their order and case.
pub fn runner_class(labels: &[String]) -> String {
    let mut labels: Vec<String> = labels.iter().map(|label| label.to_lowercase()).collect();
    labels.sort();
    labels.dedup();
    if labels.is_empty() { crate::model::UNKNOWN.to_owned() } else { labels.join(", ") }
}
