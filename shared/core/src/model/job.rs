//! A job, folded from all its events.

use serde::{Deserialize, Serialize};

use crate::model::{JobFact, StepFact};
use crate::time::Time;

/// Part a completed job played in its attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// It ran here: its times count.
    Ran,
    /// Its condition was false.
    Skipped,
    /// It ran in an earlier attempt; a re-run of the failed jobs shows it again.
    CarriedOver,
    /// It was cancelled before it had a runner or a step.
    NotStarted,
}

/// One job of an attempt. All fields but `waited` come from its completed events alone once there
/// is one, so it does not matter whether the earlier ones were kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// GitHub's id.
    pub id: u64,
    /// The latest name.
    pub name: String,
    /// Whether a `completed` event was seen.
    pub completed: bool,
    /// The latest conclusion.
    pub conclusion: Option<String>,
    /// Earliest creation.
    pub created_at: Option<Time>,
    /// Earliest start that is not just the creation repeated.
    pub started_at: Option<Time>,
    /// Latest completion.
    pub completed_at: Option<Time>,
    /// Labels of `runs-on`.
    pub labels: Vec<String>,
    /// Whether a runner had taken it.
    pub has_runner: bool,
    /// Its steps.
    pub steps: Vec<StepFact>,
    /// How it waited for an approval, if it did.
    pub waited: Option<Waited>,
}

/// A wait for approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waited {
    /// When it began; the job's creation if no deployment told it.
    pub since: Option<Time>,
    /// When it was let through; unknown if that event was never seen.
    pub until: Option<Time>,
}

impl Job {
    /// Folds the facts of one job. `facts` is in canonical order: action, then [`JobFact`]'s own.
    pub(super) fn fold(id: u64, facts: &[(&str, &JobFact)]) -> Self {
        let is_done = |&&(action, fact): &&(&str, &JobFact)| {
            action == "completed" && matches!(fact.status.as_deref(), None | Some("completed"))
        };
        let done: Vec<_> = facts.iter().filter(is_done).map(|(_, fact)| *fact).collect();
        let completed = !done.is_empty();
        let mut used = if completed { done } else { facts.iter().map(|(_, fact)| *fact).collect() };
        used.sort();
        let last = |pick: fn(&JobFact) -> Option<&String>| {
            used.iter().rev().find_map(|fact| pick(fact)).cloned()
        };
        let created_at = used.iter().filter_map(|fact| fact.created_at).min();
        Self {
            id,
            name: used.last().map(|fact| fact.name.clone()).unwrap_or_default(),
            completed,
            conclusion: last(|fact| fact.conclusion.as_ref()),
            created_at,
            started_at: used.iter().filter_map(|fact| start(fact)).min(),
            completed_at: used.iter().filter_map(|fact| fact.completed_at).max(),
            labels: last_filled(&used, |fact| &fact.labels),
            has_runner: used.iter().any(|fact| fact.has_runner),
            steps: last_filled(&used, |fact| &fact.steps),
            waited: Waited::fold(facts, created_at),
        }
    }

    /// The part it played in an attempt that is number `attempt` of its run and started at
    /// `run_started_at`; none while it has not completed.
    pub fn part(&self, attempt: u32, run_started_at: Option<Time>) -> Option<Part> {
        if !self.completed {
            return None;
        }
        let conclusion = self.conclusion.as_deref().unwrap_or_default();
        let skipped = conclusion == "skipped";
        let carried_over = match (run_started_at, self.completed_at) {
            (Some(started), Some(completed)) => attempt > 1 && completed < started,
            (None, Some(completed)) => {
                !skipped && self.created_at.is_some_and(|created| completed < created)
            }
            (_, None) => false,
        };
        Some(if carried_over {
            Part::CarriedOver
        } else if skipped {
            Part::Skipped
        } else if conclusion == "cancelled" && !self.has_runner && self.steps.is_empty() {
            Part::NotStarted
        } else {
            Part::Ran
        })
    }
}

impl Waited {
    fn fold(facts: &[(&str, &JobFact)], created_at: Option<Time>) -> Option<Self> {
        let is_waiting = |action: &str, fact: &JobFact| {
            let waiting = action == "queued" && fact.status.as_deref() == Some("waiting");
            action == "waiting" || (waiting && fact.deployment.is_some())
        };
        let moved = |fact: &JobFact| fact.deployment.and_then(|deployment| deployment.updated_at);
        let mut waits = facts.iter().filter(|(action, fact)| is_waiting(action, fact)).peekable();
        waits.peek()?;
        let since = waits.filter_map(|(_, fact)| moved(fact)).min().or(created_at);
        let let_through = facts
            .iter()
            .filter(|(action, fact)| *action == "queued" && !is_waiting(action, fact))
            .filter_map(|(_, fact)| moved(fact))
            .filter(|at| since.is_some_and(|since| *at > since));
        Some(Self { since, until: let_through.max() })
    }
}

/// While a job is queued GitHub repeats its creation as its start.
fn start(fact: &JobFact) -> Option<Time> {
    match fact.status.as_deref() {
        Some("in_progress" | "completed") | None => fact.started_at,
        Some(_) => None,
    }
}

fn last_filled<T: Clone>(facts: &[&JobFact], pick: fn(&JobFact) -> &Vec<T>) -> Vec<T> {
    let filled = facts.iter().rev().map(|fact| pick(fact)).find(|list| !list.is_empty());
    filled.cloned().unwrap_or_default()
}
