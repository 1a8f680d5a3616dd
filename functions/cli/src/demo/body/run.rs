//! The body of a `workflow_run` delivery.

use serde_json::{Value, json};

use super::super::cast::OWNER;
use super::super::schedule::{Attempt, Run};
use super::{head_repository, organization, repository, sender, time};

/// What one delivery says of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunState {
    /// The action.
    pub(crate) action: &'static str,
    /// The run's status.
    pub(crate) status: &'static str,
    /// The run's conclusion.
    pub(crate) conclusion: Option<&'static str>,
    /// The run's `updated_at`.
    pub(crate) updated_at: i64,
}

/// The body for one state of one attempt.
pub(crate) fn run(run: &Run, attempt: &Attempt, state: &RunState) -> Value {
    let repo = run.workflow.repo;
    json!({
        "action": state.action,
        "workflow_run": workflow_run(run, attempt, state),
        "workflow": workflow(run, attempt),
        "repository": repository(repo, attempt.repo_name),
        "organization": organization(),
        "sender": sender(&run.source),
    })
}

/// The run in one state.
fn workflow_run(run: &Run, attempt: &Attempt, state: &RunState) -> Value {
    let source = &run.source;
    let web = format!("https://github.com/{OWNER}/{}/actions/runs/{}", attempt.repo_name, run.id);
    let api = format!(
        "https://api.github.com/repos/{OWNER}/{}/actions/runs/{}",
        attempt.repo_name, run.id
    );
    json!({
        "id": run.id,
        "name": attempt.workflow_name,
        "node_id": format!("WFR_kwLO{:010x}", run.id),
        "head_branch": source.branch,
        "head_sha": source.sha,
        "path": format!(".github/workflows/{}", run.workflow.file),
        "display_title": source.title,
        "run_number": run.number,
        "event": source.event,
        "status": state.status,
        "conclusion": state.conclusion,
        "workflow_id": run.workflow.id,
        "url": api,
        "html_url": web,
        "jobs_url": format!("{api}/jobs"),
        "logs_url": format!("{api}/logs"),
        "pull_requests": pull_requests(run),
        "created_at": time(run.created_at),
        "updated_at": time(state.updated_at),
        "actor": sender(source),
        "run_attempt": attempt.number,
        "referenced_workflows": [],
        "run_started_at": time(attempt.started_at),
        "triggering_actor": sender(source),
        "previous_attempt_url": (attempt.number > 1).then(|| format!("{api}/attempts/1")),
        "head_commit": {
            "id": source.sha,
            "message": source.title,
            "timestamp": time(run.created_at - 7_000),
        },
        "head_repository":
            head_repository(run.workflow.repo, attempt.repo_name, source.fork.as_ref()),
    })
}

/// GitHub leaves the list empty for pull requests from forks.
fn pull_requests(run: &Run) -> Vec<Value> {
    let source = &run.source;
    source
        .pull
        .filter(|_| source.fork.is_none())
        .map(|number| {
            json!({
                "id": 1_900_000_000 + number,
                "number": number,
                "head": { "ref": source.branch, "sha": source.sha },
                "base": { "ref": "main" },
            })
        })
        .into_iter()
        .collect()
}

/// The workflow file of the run.
fn workflow(run: &Run, attempt: &Attempt) -> Value {
    let repo = attempt.repo_name;
    let path = format!(".github/workflows/{}", run.workflow.file);
    json!({
        "id": run.workflow.id,
        "name": attempt.workflow_name,
        "path": path,
        "state": "active",
        "created_at": "2021-02-11T08:00:09Z",
        "updated_at": "2024-06-18T14:22:51Z",
        "html_url": format!("https://github.com/{OWNER}/{repo}/blob/main/{path}"),
    })
}
