//! From an attempt to its row: what every time is measured from and to.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Attempt, Job, Part, Run, StepFact, UNKNOWN};
use crate::row::critical_path::{Parts, critical_path};
use crate::row::{
    Branch, JobRow, Names, Row, Segment, StepRow, Tally, Times, WorkflowId, runner_class,
};
use crate::time::{Millis, Time};

impl Row {
    /// The row of an attempt; none before its completed event is known.
    pub fn of(attempt: &Attempt) -> Option<Self> {
        let run = attempt.run.as_ref().filter(|run| run.completed)?;
        let started_at = attempt.started_at();
        let parts_played: Vec<(&Job, Part)> = attempt
            .jobs
            .iter()
            .filter_map(|job| Some((job, job.part(attempt.id.attempt, started_at)?)))
            .collect();
        let ran: Vec<&Job> = parts_played
            .iter()
            .filter_map(|(job, part)| (*part == Part::Ran).then_some(*job))
            .collect();
        let last_completion = ran.iter().filter_map(|job| job.completed_at).max();
        let end = last_completion.or(run.first_completed_at)?;

        let mut tally = Tally::default();
        let times = measure(&ran, started_at, &mut tally);
        let path = critical_path(&ran);
        let parts = times.total.and(started_at).map(|start| Parts::along(&path, &ran, start, end));
        let on_path: BTreeSet<u64> = path.iter().map(|job| job.id).collect();
        let jobs = parts_played
            .iter()
            .map(|(job, part)| job_row(job, *part, on_path.contains(&job.id), &mut tally))
            .collect();
        Some(Self {
            id: attempt.id,
            workflow: WorkflowId {
                repository: attempt.id.repository,
                workflow: run.latest.workflow_id,
            },
            end,
            started_at,
            names: names(run),
            branch: branch(run, attempt.id.repository),
            segment: Segment::of(run, attempt.id.repository),
            conclusion: conclusion(run.latest.conclusion.as_deref()),
            run_number: run.latest.run_number,
            head_sha: run.latest.head_sha.clone(),
            times,
            parts,
            tally,
            jobs,
        })
    }
}

/// `queued` + `ran` = `total` whenever all three are known: where skew puts the first start outside
/// the attempt, it is taken to lie on its edge. Where more than skew does, `ran` is left out.
fn measure(ran: &[&Job], started_at: Option<Time>, tally: &mut Tally) -> Times {
    let timed = || ran.iter().filter(|job| job.completed_at.is_some());
    let first_start = timed().filter_map(|job| job.started_at).min();
    let last_completion = timed().filter_map(|job| job.completed_at).max();
    if first_start.is_none() {
        return Times::default();
    }
    let total = tally.span(started_at, last_completion);
    let queued = tally.span(started_at, first_start);
    match (queued, total) {
        (Some(queued), Some(total)) if queued <= total => Times {
            queued: Some(queued),
            ran: Some(Millis(total.0 - queued.0)),
            total: Some(total),
        },
        _ => {
            let ran = tally.span(first_start, last_completion);
            // A start past the end by no more than skew: the queue ends with the attempt.
            let is_skew = ran.is_some() && total.is_some();
            Times { queued: if is_skew { queued.min(total) } else { queued }, ran, total }
        }
    }
}

fn job_row(job: &Job, part: Part, on_critical_path: bool, tally: &mut Tally) -> JobRow {
    let counts = part == Part::Ran;
    let queued = if counts { tally.span(job.created_at, job.started_at) } else { None };
    JobRow {
        name: job.name.clone(),
        runner_class: runner_class(&job.labels),
        conclusion: conclusion(job.conclusion.as_deref()),
        part,
        queued,
        approval: if queued.is_some() { approval(job) } else { Millis(0) },
        ran: if counts { tally.span(job.started_at, job.completed_at) } else { None },
        on_critical_path,
        steps: if counts { step_rows(&job.steps, tally) } else { Vec::new() },
    }
}

/// The wait for approval that lies between the job's creation and its start.
fn approval(job: &Job) -> Millis {
    let waited = || {
        let waited = job.waited?;
        let since = waited.since?.max(job.created_at?);
        let until = waited.until?.min(job.started_at?);
        u64::try_from(until.since(since)).ok()
    };
    Millis(waited().unwrap_or_default())
}

/// Steps that never came to run, because the job ended before, are left out.
fn step_rows(steps: &[StepFact], tally: &mut Tally) -> Vec<StepRow> {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let mut rows = Vec::new();
    for step in steps {
        let occurrence = seen.entry(&step.name).or_default();
        *occurrence += 1;
        if step.conclusion.is_none() && step.started_at.is_none() {
            continue;
        }
        let skipped = step.conclusion.as_deref() == Some("skipped");
        rows.push(StepRow {
            name: step.name.clone(),
            occurrence: *occurrence,
            conclusion: conclusion(step.conclusion.as_deref()),
            ran: if skipped { None } else { tally.span(step.started_at, step.completed_at) },
        });
    }
    rows
}

fn conclusion(text: Option<&str>) -> String {
    text.unwrap_or(UNKNOWN).to_owned()
}

/// A workflow without a name goes by its path.
fn names(run: &Run) -> Names {
    let path = run.latest.path.clone();
    let name = run.latest.name.clone().filter(|name| !name.is_empty());
    Names {
        repository: run.repository.clone(),
        known: name.is_some(),
        workflow: name
            .or_else(|| path.clone())
            .unwrap_or_else(|| format!("workflow {}", run.latest.workflow_id)),
        path,
    }
}

fn branch(run: &Run, repository: u64) -> Branch {
    Branch {
        repository: run.latest.head_repository.or(Some(repository)),
        name: run.latest.head_branch.clone(),
    }
}
