//! Runs and jobs in the words of the domain, and the deliveries GitHub would send of them.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// One delivery: event name and body.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Value of `X-GitHub-Event`.
    pub event: &'static str,
    /// The body.
    pub body: Value,
}

/// A run of one workflow, on its way to becoming deliveries.
#[derive(Debug, Clone)]
pub struct Run {
    /// GitHub's id; also its run number.
    pub id: u64,
    /// Attempt, from 1.
    pub attempt: u32,
    /// Workflow id.
    pub workflow: u64,
    /// Branch.
    pub branch: String,
    /// Number of the commit; that of the run, unless told otherwise.
    pub commit: u64,
    /// Triggering event.
    pub trigger: String,
    /// Start of the attempt, RFC 3339.
    pub started: String,
    /// Last update, RFC 3339.
    pub updated: String,
    /// Conclusion.
    pub conclusion: String,
    /// Its jobs.
    pub jobs: Vec<Job>,
}

/// A job of a run.
#[derive(Debug, Clone)]
pub struct Job {
    /// GitHub's id.
    pub id: u64,
    /// Name.
    pub name: String,
    /// Creation, start and completion, RFC 3339.
    pub times: [String; 3],
    /// Conclusion.
    pub conclusion: String,
    /// Whether a runner took it.
    pub on_runner: bool,
    /// Steps: name, start, completion.
    pub steps: Vec<(String, String, String)>,
    /// When it began to wait for approval, and when it was approved.
    pub approval: Option<(String, String)>,
}

/// The value of `X-Hub-Signature-256`, computed apart from the code under test.
pub fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

impl Delivery {
    /// The same of another repository, `owner/name`.
    #[must_use]
    pub fn of_repository(mut self, id: u64, name: &str) -> Self {
        self.body["repository"] = json!({"id": id, "full_name": name, "default_branch": "main"});
        if let Some(run) = self.body.get_mut("workflow_run") {
            run["head_repository"] = json!({"id": id});
        }
        self
    }
}

impl Run {
    /// A successful push to `main` of workflow 1; times are `HH:MM:SS` on 2026-05-01 (or full).
    pub fn new(id: u64, started: &str, updated: &str) -> Self {
        Self {
            id,
            attempt: 1,
            workflow: 1,
            branch: "main".to_owned(),
            commit: id,
            trigger: "push".to_owned(),
            started: full(started),
            updated: full(updated),
            conclusion: "success".to_owned(),
            jobs: Vec::new(),
        }
    }

    /// The same run in a later attempt.
    #[must_use]
    pub fn attempt(mut self, attempt: u32) -> Self {
        self.attempt = attempt;
        self
    }

    /// With another conclusion.
    #[must_use]
    pub fn concluded(mut self, conclusion: &str) -> Self {
        conclusion.clone_into(&mut self.conclusion);
        self
    }

    /// On another branch.
    #[must_use]
    pub fn on_branch(mut self, branch: &str) -> Self {
        branch.clone_into(&mut self.branch);
        self
    }

    /// Triggered by a pull request, on this commit of this branch.
    #[must_use]
    pub fn of_pull(mut self, branch: &str, commit: u64) -> Self {
        (self.branch, self.trigger, self.commit) =
            (branch.to_owned(), "pull_request".to_owned(), commit);
        self
    }

    /// With one more job.
    #[must_use]
    pub fn job(mut self, job: Job) -> Self {
        self.jobs.push(job);
        self
    }

    /// Only the completed delivery of the run itself.
    pub fn completed(&self) -> Delivery {
        self.delivery("completed", "completed", Some(&self.conclusion))
    }

    /// Everything GitHub would send, in order.
    pub fn deliveries(&self) -> Vec<Delivery> {
        let mut all = vec![
            self.delivery("requested", "queued", None),
            self.delivery("in_progress", "in_progress", None),
        ];
        all.extend(self.jobs.iter().flat_map(|job| job.deliveries(self)));
        all.push(self.completed());
        all
    }

    fn delivery(&self, action: &str, status: &str, conclusion: Option<&str>) -> Delivery {
        let body = json!({
            "action": action,
            "workflow_run": {
                "id": self.id, "run_attempt": self.attempt, "run_number": self.id,
                "workflow_id": self.workflow, "name": format!("Workflow {}", self.workflow),
                "path": format!(".github/workflows/{}.yml", self.workflow),
                "event": self.trigger, "status": status, "conclusion": conclusion,
                "created_at": self.started, "run_started_at": self.started,
                "updated_at": self.updated, "head_branch": self.branch,
                "head_sha": format!("{:040x}", self.commit), "head_repository": {"id": 1},
            },
            "repository": repository(),
        });
        Delivery { event: "workflow_run", body }
    }
}

impl Job {
    /// A successful job that was created, started and completed at these times.
    pub fn new(id: u64, name: &str, created: &str, started: &str, completed: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            times: [full(created), full(started), full(completed)],
            conclusion: "success".to_owned(),
            on_runner: true,
            steps: Vec::new(),
            approval: None,
        }
    }

    /// With another conclusion.
    #[must_use]
    pub fn concluded(mut self, conclusion: &str) -> Self {
        conclusion.clone_into(&mut self.conclusion);
        self
    }

    /// Never taken by a runner.
    #[must_use]
    pub fn without_runner(mut self) -> Self {
        self.on_runner = false;
        self
    }

    /// With one more step.
    #[must_use]
    pub fn step(mut self, name: &str, started: &str, completed: &str) -> Self {
        self.steps.push((name.to_owned(), full(started), full(completed)));
        self
    }

    /// Held back for approval between these times.
    #[must_use]
    pub fn approved(mut self, since: &str, until: &str) -> Self {
        self.approval = Some((full(since), full(until)));
        self
    }

    /// Everything GitHub would send of it, in order.
    pub fn deliveries(&self, run: &Run) -> Vec<Delivery> {
        let mut all = Vec::new();
        if let Some((since, until)) = &self.approval {
            all.push(self.delivery(run, "queued", "queued", Some(&self.times[0])));
            all.push(self.delivery(run, "waiting", "waiting", Some(since)));
            all.push(self.delivery(run, "queued", "queued", Some(until)));
        } else if self.conclusion != "skipped" {
            all.push(self.delivery(run, "queued", "queued", None));
        }
        if self.on_runner && self.conclusion != "skipped" {
            all.push(self.delivery(run, "in_progress", "in_progress", None));
        }
        all.push(self.completed(run));
        all
    }

    /// Only the completed delivery.
    pub fn completed(&self, run: &Run) -> Delivery {
        self.delivery(run, "completed", "completed", None)
    }

    fn delivery(&self, run: &Run, action: &str, status: &str, moved: Option<&str>) -> Delivery {
        let [created, started, completed] = &self.times;
        let done = status == "completed";
        let skipped = self.conclusion == "skipped";
        let steps: Vec<Value> = self.steps.iter().zip(1..).map(step).collect();
        let mut body = json!({
            "action": action,
            "workflow_job": {
                "id": self.id, "run_id": run.id, "run_attempt": run.attempt, "name": self.name,
                "workflow_name": format!("Workflow {}", run.workflow),
                "head_branch": run.branch, "status": status,
                "conclusion": done.then_some(&self.conclusion),
                "created_at": created,
                "started_at": if status == "queued" || status == "waiting" { created } else { started },
                "completed_at": done.then_some(completed),
                "labels": ["ubuntu-latest"],
                "runner_id": (self.on_runner && !skipped && action != "queued").then_some(5),
                "steps": if done { steps } else { Vec::new() },
            },
            "repository": repository(),
        });
        if let Some(moved) = moved {
            body["deployment"] = json!({"created_at": created, "updated_at": moved});
        }
        Delivery { event: "workflow_job", body }
    }
}

fn step(((name, started, completed), number): (&(String, String, String), u32)) -> Value {
    json!({
        "name": name, "number": number, "status": "completed", "conclusion": "success",
        "started_at": started, "completed_at": completed,
    })
}

fn repository() -> Value {
    json!({"id": 1, "full_name": "acme/web", "default_branch": "main"})
}

/// `HH:MM:SS` is on 2026-05-01; anything longer is taken as it is.
fn full(time: &str) -> String {
    if time.len() == 8 { format!("2026-05-01T{time}Z") } else { time.to_owned() }
}
