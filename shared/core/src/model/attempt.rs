//! An attempt, folded from all its events.

use std::collections::BTreeMap;

use crate::model::{AttemptId, Event, Fact, Job, JobFact, RunFact};
use crate::time::Time;

/// One attempt of one run with its jobs. A pure function of the set of its events: neither their
/// order nor their number of copies matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its identity.
    pub id: AttemptId,
    /// What `workflow_run` events said; none while only jobs are known.
    pub run: Option<Run>,
    /// Its jobs, by id.
    pub jobs: Vec<Job>,
}

/// What the run's own events say. Once a completed event is known, only completed ones are used,
/// so it does not matter whether the earlier ones were kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Each field: the latest non-null by `updated_at`; `run_started_at` and `created_at` the
    /// earliest.
    pub latest: RunFact,
    /// `owner/name` of the repository, the latest.
    pub repository: String,
    /// The repository's default branch, the latest.
    pub default_branch: Option<String>,
    /// Whether a completed event is known.
    pub completed: bool,
    /// The earliest `updated_at` of a completed event (or, lacking all, its other times): places
    /// an attempt in which no job ran.
    pub first_completed_at: Option<Time>,
}

impl Attempt {
    /// Folds all events of attempt `id`.
    pub fn fold(id: AttemptId, events: &[Event]) -> Self {
        let mut runs = Vec::new();
        let mut jobs: BTreeMap<u64, Vec<(&str, &JobFact)>> = BTreeMap::new();
        for event in events {
            match &event.fact {
                Fact::Run(fact) => runs.push((fact, event)),
                Fact::Job(fact) => {
                    jobs.entry(fact.id).or_default().push((event.action.as_str(), fact));
                }
            }
        }
        let fold_job = |(id, mut facts): (u64, Vec<(&str, &JobFact)>)| {
            facts.sort_unstable();
            Job::fold(id, &facts)
        };
        Self { id, run: Run::fold(runs), jobs: jobs.into_iter().map(fold_job).collect() }
    }

    /// Start of this attempt. The first attempt started when the run was created, where an old
    /// payload does not say.
    pub fn started_at(&self) -> Option<Time> {
        let run = self.run.as_ref()?;
        let first = run.latest.created_at.filter(|_| self.id.attempt <= 1);
        run.latest.run_started_at.or(first)
    }
}

impl Run {
    fn fold(mut facts: Vec<(&RunFact, &Event)>) -> Option<Self> {
        let is_done = |(fact, event): &(&RunFact, &Event)| {
            event.action == "completed" && fact.status.as_deref() == Some("completed")
        };
        let completed = facts.iter().any(is_done);
        if completed {
            facts.retain(is_done);
        }
        // `RunFact` begins with `updated_at`, so this is oldest first with ties broken by content.
        facts.sort_unstable();
        let (newest, event) = facts.last()?;
        let first_completed_at = facts.iter().filter_map(|(fact, _)| placed_at(fact)).min();
        let mut latest = (*newest).clone();
        for (fact, _) in facts.iter().rev() {
            fill(&mut latest, fact);
        }
        latest.created_at = facts.iter().filter_map(|(fact, _)| fact.created_at).min();
        latest.run_started_at = facts.iter().filter_map(|(fact, _)| fact.run_started_at).min();
        let default_branch =
            facts.iter().rev().find_map(|(_, event)| event.repository.default_branch.clone());
        Some(Self {
            latest,
            repository: event.repository.full_name.clone(),
            default_branch,
            completed,
            first_completed_at: first_completed_at.filter(|_| completed),
        })
    }
}

fn placed_at(fact: &RunFact) -> Option<Time> {
    fact.updated_at.or(fact.run_started_at).or(fact.created_at)
}

/// Fills what `latest` lacks from an older fact.
fn fill(latest: &mut RunFact, older: &RunFact) {
    let text = |to: &mut Option<String>, from: &Option<String>| {
        if to.is_none() {
            to.clone_from(from);
        }
    };
    text(&mut latest.name, &older.name);
    text(&mut latest.path, &older.path);
    text(&mut latest.event, &older.event);
    text(&mut latest.conclusion, &older.conclusion);
    text(&mut latest.head_branch, &older.head_branch);
    text(&mut latest.head_sha, &older.head_sha);
    latest.run_number = latest.run_number.or(older.run_number);
    latest.head_repository = latest.head_repository.or(older.head_repository);
}
