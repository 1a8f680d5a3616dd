//! The truth: what a report over the history must say, read off the schedule by plain arithmetic.
//! It knows no events, no folding and no rollups, and shares no code with those who do.

mod differences;
pub(super) mod lap;
pub(super) mod path;
mod samples;
mod tally;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cast::{OWNER, Workflow};
use super::schedule::{Attempt, Run};
use lap::Lap;
use tally::{JobTally, Tally};

/// What the report over a period must say, workflow by workflow.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    /// By repository id and workflow id.
    workflows: BTreeMap<(u64, u64), WorkflowTruth>,
}

/// What the report must say of one workflow.
#[derive(Debug)]
struct WorkflowTruth {
    workflow: &'static Workflow,
    /// End, repository name and workflow name of the attempt that ended last.
    seen: (i64, &'static str, &'static str),
    all: Tally,
    segments: BTreeMap<&'static str, Tally>,
    jobs: BTreeMap<&'static str, JobTally>,
    parts: path::Parts,
    timed: u64,
}

impl Truth {
    /// The truth over `[from, to)` once everything that was sent before `told_until` has arrived.
    pub(super) fn of(runs: &[Run], from: i64, to: i64, told_until: i64) -> Self {
        let mut truth = Self::default();
        for run in runs {
            let rivals: Vec<&Run> = runs.iter().filter(|other| lap::is_newer(other, run)).collect();
            for attempt in run.attempts.iter().filter(|a| lap::is_told(a, told_until)) {
                let lap = Lap::of(run, attempt, &rivals, told_until);
                if (from..to).contains(&lap.ended_at) {
                    truth.add(run, attempt, &lap);
                }
            }
        }
        truth
    }

    /// One more attempt of the period.
    fn add(&mut self, run: &Run, attempt: &Attempt, lap: &Lap) {
        let key = (run.workflow.repo.id, run.workflow.id);
        let seen = (lap.ended_at, attempt.repo_name, attempt.workflow_name);
        let entry = self.workflows.entry(key).or_insert_with(|| WorkflowTruth {
            workflow: run.workflow,
            seen,
            all: Tally::default(),
            segments: BTreeMap::new(),
            jobs: BTreeMap::new(),
            parts: path::Parts::default(),
            timed: 0,
        });
        if seen.0 > entry.seen.0 {
            entry.seen = seen;
        }
        entry.all.add(lap);
        entry.segments.entry(lap.segment).or_default().add(lap);
        for job in &attempt.jobs {
            entry.jobs.entry(job.name).or_default().add(job, lap.path.contains(&job.id));
        }
        if let Some(parts) = &lap.parts {
            entry.parts.add(parts);
            entry.timed += 1;
        }
    }

    /// Where a report (its JSON form) departs from the truth, a line for each; empty when it does
    /// not. Counts must be equal, means and extremes within 1.5 ms, percentiles within 1 %.
    pub(crate) fn differences(&self, report: &Value) -> Vec<String> {
        differences::between(&self.as_json(), report)
    }

    /// The truth in the form of the report, as far as it goes.
    pub(super) fn as_json(&self) -> Value {
        let workflows: Vec<Value> = self.workflows.values().map(WorkflowTruth::as_json).collect();
        json!({ "schema": "laptime.report/1", "workflows": workflows })
    }
}

impl WorkflowTruth {
    /// The workflow in the form of the report.
    fn as_json(&self) -> Value {
        let (_, repo, name) = self.seen;
        let segments: Vec<Value> = self
            .segments
            .iter()
            .map(|(name, tally)| merged(json!({ "segment": name }), tally.as_json()))
            .collect();
        let jobs: Vec<Value> = self.jobs.iter().map(|(name, job)| job.as_json(name)).collect();
        let own = json!({
            "repository_id": self.workflow.repo.id,
            "workflow_id": self.workflow.id,
            "repository": format!("{OWNER}/{repo}"),
            "workflow": name,
            "path": format!(".github/workflows/{}", self.workflow.file),
            "segments": segments,
            "jobs": jobs,
            "where_time_goes_s": merged(self.parts.as_json(), json!({ "attempts": self.timed })),
        });
        merged(own, self.all.as_json())
    }
}

/// The entries of two JSON objects in one.
fn merged(mut left: Value, right: Value) -> Value {
    if let (Some(left), Value::Object(right)) = (left.as_object_mut(), right) {
        left.extend(right);
    }
    left
}
