//! The body of a `workflow_job` delivery.

use serde_json::{Value, json};

use super::super::cast::OWNER;
use super::super::schedule::{Approval, Attempt, Fate, Job, Run, Step};
use super::{organization, precise_time, repository, sender, time};

/// The body for one action on one job. `deployment_at` is the `updated_at` of its deployment, which
/// only jobs with an environment have.
pub(crate) fn job(
    run: &Run,
    attempt: &Attempt,
    job: &Job,
    action: &'static str,
    deployment_at: i64,
) -> Value {
    let mut body = json!({
        "action": action,
        "workflow_job": workflow_job(run, attempt, job, action),
        "repository": repository(run.workflow.repo, attempt.repo_name),
        "organization": organization(),
        "sender": sender(&run.source),
    });
    if let (Some(approval), Some(map)) = (&job.approval, body.as_object_mut()) {
        map.insert("deployment".to_owned(), deployment(run, job, approval, deployment_at));
    }
    body
}

/// The job as it is known at one action.
fn workflow_job(run: &Run, attempt: &Attempt, job: &Job, action: &str) -> Value {
    let api = format!("https://api.github.com/repos/{OWNER}/{}", attempt.repo_name);
    let web = format!("https://github.com/{OWNER}/{}", attempt.repo_name);
    let (ended, started) = (action == "completed", action == "in_progress");
    let runner = job.runner.as_ref().filter(|_| ended || started);
    let started_at = if ended || started { job.started_at } else { job.created_at };
    json!({
        "id": job.id,
        "run_id": run.id,
        "workflow_name": attempt.workflow_name,
        "head_branch": run.source.branch,
        "run_url": format!("{api}/actions/runs/{}", run.id),
        "run_attempt": attempt.number,
        "node_id": format!("CR_kwDO{:010x}", job.id),
        "head_sha": run.source.sha,
        "url": format!("{api}/actions/jobs/{}", job.id),
        "html_url": format!("{web}/actions/runs/{}/job/{}", run.id, job.id),
        "status": action,
        "conclusion": ended.then_some(job.conclusion),
        "created_at": time(job.created_at),
        "started_at": time(started_at),
        "completed_at": ended.then(|| time(job.completed_at)),
        "name": job.name,
        "steps": steps(job, action),
        "check_run_url": format!("{api}/check-runs/{}", job.id),
        "labels": job.labels,
        "runner_id": runner.map(|runner| runner.id),
        "runner_name": runner.map(|runner| &runner.name),
        "runner_group_id": runner.map(|runner| runner.group.1),
        "runner_group_name": runner.map(|runner| runner.group.0),
    })
}

/// All steps at the end, the first one at the start.
fn steps(job: &Job, action: &str) -> Vec<Value> {
    let told = match action {
        "completed" if job.fate != Fate::Skipped => job.steps.len(),
        "in_progress" => 1,
        _ => 0,
    };
    let steps = (1_u32..).zip(&job.steps).take(told);
    steps.map(|(number, one)| step(job, one, number, action == "completed")).collect()
}

/// One step, begun or ended.
fn step(job: &Job, step: &Step, number: u32, ended: bool) -> Value {
    let write = if job.fractions { precise_time } else { time };
    json!({
        "name": step.name,
        "status": if ended { "completed" } else { "in_progress" },
        "conclusion": ended.then_some(step.conclusion),
        "number": number,
        "started_at": write(step.started_at),
        "completed_at": ended.then(|| write(step.completed_at)),
    })
}

/// The deployment that waits for a reviewer.
fn deployment(run: &Run, job: &Job, approval: &Approval, updated_at: i64) -> Value {
    json!({
        "id": approval.deployment,
        "node_id": format!("DE_kwDO{:010x}", approval.deployment),
        "task": "deploy",
        "original_environment": approval.environment,
        "environment": approval.environment,
        "description": null,
        "created_at": time(job.created_at),
        "updated_at": time(updated_at),
        "sha": run.source.sha,
        "ref": run.source.branch,
        "payload": {},
        "transient_environment": false,
        "production_environment": true,
    })
}
