//! One attempt as it went: when each job waited and ran, and what the end waited for.

use std::collections::BTreeSet;

use crate::model::{Attempt, AttemptId, Event, Job, Part, StepFact};
use crate::row::{Parts, Row, Segment, Times, WorkflowId, critical_path_of, runner_class};
use crate::time::Time;

/// Jobs that are told one by one, by start. GitHub allows 256 in a matrix.
pub const MOST_LANES: usize = 400;

/// Steps of a job that are told one by one.
pub const MOST_STEPS: usize = 200;

/// One attempt, completed or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// Its identity.
    pub id: AttemptId,
    /// `owner/name`, as its events have it.
    pub repository: String,
    /// Its workflow; none while no event of the run itself is known.
    pub workflow: Option<WorkflowId>,
    /// The workflow's name, else its path.
    pub name: Option<String>,
    /// Number of the run within its workflow.
    pub run_number: Option<u64>,
    /// What triggered it, in GitHub's word.
    pub trigger: Option<String>,
    /// Branch it ran on.
    pub branch: Option<String>,
    /// Commit it ran on.
    pub head_sha: Option<String>,
    /// GitHub's conclusion; none while it has not completed.
    pub conclusion: Option<String>,
    /// Start of the attempt.
    pub start: Option<Time>,
    /// Its end; while it has not completed, the time it was looked at.
    pub end: Option<Time>,
    /// Its segment, times and phases; none before it has completed.
    pub measured: Option<(Segment, Times, Option<Parts>)>,
    /// Its jobs, by creation; at most [`MOST_LANES`].
    pub lanes: Vec<Lane>,
    /// Jobs that are not in `lanes`.
    pub left_out: usize,
}

/// One job.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// GitHub's id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// The class of runner it asked for.
    pub runner_class: String,
    /// GitHub's conclusion.
    pub conclusion: Option<String>,
    /// Part it played; none while it has not completed.
    pub part: Option<Part>,
    /// Whether the end of the attempt waited for it.
    pub on_critical_path: bool,
    /// Its creation.
    pub created: Option<Time>,
    /// When it waited for an approval: from, and until if that is known.
    pub approval: Option<(Time, Option<Time>)>,
    /// Its start.
    pub started: Option<Time>,
    /// Its completion.
    pub completed: Option<Time>,
    /// Its steps, as GitHub orders them; at most [`MOST_STEPS`].
    pub steps: Vec<StepFact>,
    /// Steps that are not in `steps`.
    pub steps_left_out: usize,
}

impl Timeline {
    /// The timeline of attempt `id` from all its events, as of `now`; none without any.
    pub fn of(id: AttemptId, events: &[Event], now: Time) -> Option<Self> {
        let attempt = Attempt::fold(id, events);
        let row = Row::of(&attempt);
        let newest = events.iter().max()?;
        let run = attempt.run.as_ref();
        let latest = run.map(|run| &run.latest);
        let start = attempt.started_at().or_else(|| first(&attempt.jobs));
        let mut lanes = lanes(&attempt);
        let left_out = lanes.len().saturating_sub(MOST_LANES);
        lanes.truncate(MOST_LANES);
        let repository = run.map_or(&newest.repository.full_name, |run| &run.repository);
        Some(Self {
            id,
            repository: repository.clone(),
            workflow: latest.map(|latest| WorkflowId {
                repository: id.repository,
                workflow: latest.workflow_id,
            }),
            name: latest.and_then(|latest| latest.name.clone().or_else(|| latest.path.clone())),
            run_number: latest.and_then(|latest| latest.run_number),
            trigger: latest.and_then(|latest| latest.event.clone()),
            branch: latest.and_then(|latest| latest.head_branch.clone()),
            head_sha: latest.and_then(|latest| latest.head_sha.clone()),
            conclusion: row.as_ref().map(|row| row.conclusion.clone()),
            start,
            end: row.as_ref().map(|row| row.end).or(Some(now)),
            measured: row.map(|row| (row.segment, row.times, row.parts)),
            lanes,
            left_out,
        })
    }
}

fn first(jobs: &[Job]) -> Option<Time> {
    jobs.iter().filter_map(|job| job.created_at.or(job.started_at)).min()
}

fn lanes(attempt: &Attempt) -> Vec<Lane> {
    let started = attempt.started_at();
    let part = |job: &Job| job.part(attempt.id.attempt, started);
    let ran: Vec<&Job> = attempt.jobs.iter().filter(|job| part(job) == Some(Part::Ran)).collect();
    // Until the attempt is over nobody knows what its end will have waited for.
    let is_over = attempt.run.as_ref().is_some_and(|run| run.completed);
    let path: BTreeSet<u64> =
        if is_over { critical_path_of(&ran).collect() } else { BTreeSet::new() };
    let mut lanes: Vec<Lane> =
        attempt.jobs.iter().map(|job| lane(job, part(job), path.contains(&job.id))).collect();
    lanes.sort_by_key(|lane| (lane.created.or(lane.started), lane.started, lane.id));
    lanes
}

fn lane(job: &Job, part: Option<Part>, on_critical_path: bool) -> Lane {
    Lane {
        id: job.id,
        name: job.name.clone(),
        runner_class: runner_class(&job.labels),
        conclusion: job.conclusion.clone(),
        part,
        on_critical_path,
        created: job.created_at,
        approval: job.waited.and_then(|waited| Some((waited.since?, waited.until))),
        started: job.started_at,
        completed: job.completed_at,
        steps: job.steps.iter().take(MOST_STEPS).cloned().collect(),
        steps_left_out: job.steps.len().saturating_sub(MOST_STEPS),
    }
}

#[cfg(test)]
mod tests;
