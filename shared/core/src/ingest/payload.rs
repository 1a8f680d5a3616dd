//! The fields of GitHub's payloads that we use, and nothing else of them.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de::Error as _};

use crate::hostile;
use crate::ingest::{Progress, Reading, clip};
use crate::model::{AttemptId, Deployment, Event, Fact, JobFact, Repository, RunFact, StepFact};
use crate::time::Time;

/// A body that is not what its event name promises.
#[derive(Debug, thiserror::Error)]
#[error("body of `{event}` cannot be used: {at}{why}")]
pub struct Malformed {
    event: &'static str,
    at: String,
    why: String,
}

pub(super) fn run(body: &[u8], progress: Progress) -> Result<Reading, Malformed> {
    let payload: RunPayload<'_> = parse("workflow_run", body)?;
    match payload.action.as_ref() {
        "completed" => {}
        "requested" | "in_progress" if progress == Progress::Keep => {}
        "requested" | "in_progress" => return Ok(dropped("workflow_run", &payload.action)),
        other => return Ok(unused("workflow_run", other)),
    }
    let run = payload.workflow_run.ok_or_else(|| missing("workflow_run", "workflow_run"))?;
    let repository = payload.repository.ok_or_else(|| missing("workflow_run", "repository"))?;
    if run.updated_at.or(run.run_started_at).or(run.created_at).is_none() {
        return Err(missing("workflow_run", "workflow_run.updated_at"));
    }
    let id = AttemptId {
        repository: repository.id.0,
        run: run.id.0,
        attempt: run.run_attempt.unwrap_or(1),
    };
    let fact = Fact::Run(run.into_fact());
    Ok(event(id, payload.action, repository, fact))
}

pub(super) fn job(body: &[u8], progress: Progress) -> Result<Reading, Malformed> {
    let payload: JobPayload<'_> = parse("workflow_job", body)?;
    let moved = payload
        .deployment
        .as_ref()
        .map(|deployment| Deployment { updated_at: deployment.updated_at });
    match payload.action.as_ref() {
        "completed" | "waiting" => {}
        "queued" if moved.is_some() || progress == Progress::Keep => {}
        "in_progress" if progress == Progress::Keep => {}
        "queued" | "in_progress" => return Ok(dropped("workflow_job", &payload.action)),
        other => return Ok(unused("workflow_job", other)),
    }
    let job = payload.workflow_job.ok_or_else(|| missing("workflow_job", "workflow_job"))?;
    let repository = payload.repository.ok_or_else(|| missing("workflow_job", "repository"))?;
    let id = AttemptId {
        repository: repository.id.0,
        run: job.run_id.0,
        attempt: job.run_attempt.unwrap_or(1),
    };
    let fact = Fact::Job(JobFact { deployment: moved, ..job.into_fact() });
    Ok(event(id, payload.action, repository, fact))
}

/// The first delivery of a new webhook: the moment to say what is wrong with its settings.
pub(super) fn ping(body: &[u8]) -> Result<Reading, Malformed> {
    let PingPayload { hook } = parse("ping", body)?;
    let events = hook.and_then(|hook| hook.events).unwrap_or_default();
    let lacks = |name: &str| !events.iter().any(|event| event == name || event == "*");
    let missing: Vec<&str> =
        ["workflow_run", "workflow_job"].into_iter().filter(|name| lacks(name)).collect();
    Ok(Reading::Ignored(if events.is_empty() || missing.is_empty() {
        "ping: the webhook is set up".to_owned()
    } else {
        format!("ping: the webhook does not send {}; select them on GitHub", missing.join(" and "))
    }))
}

/// Parses quickly; only a body that fails is read again, to name the field.
fn parse<'a, T: Deserialize<'a>>(event: &'static str, body: &'a [u8]) -> Result<T, Malformed> {
    // Checked once for the whole body: fields that are skipped have to be text, too.
    let Ok(text) = std::str::from_utf8(body) else {
        let why = "it is not UTF-8".to_owned();
        return Err(Malformed { event, at: String::new(), why });
    };
    if let Ok(payload) = serde_json::from_str(text) {
        return Ok(payload);
    }
    if body.starts_with(b"payload=") {
        let why = "it is form-encoded: set the content type of the webhook to application/json";
        return Err(Malformed { event, at: String::new(), why: why.to_owned() });
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize::<_, T>(&mut reader);
    let (at, why) = match read {
        Ok(_) => (String::new(), "text follows the JSON value".to_owned()),
        Err(error) => match error.path().to_string().as_str() {
            "." => (String::new(), error.inner().to_string()),
            path => (format!("{}: ", clip(path)), error.inner().to_string()),
        },
    };
    Err(Malformed { event, at, why: hostile::log(&why) })
}

fn missing(event: &'static str, field: &str) -> Malformed {
    Malformed { event, at: String::new(), why: format!("missing field `{field}`") }
}

fn dropped(event: &str, action: &str) -> Reading {
    Reading::Ignored(format!("{event} `{action}`: the completed event repeats its times"))
}

fn unused(event: &str, action: &str) -> Reading {
    Reading::Ignored(format!("{event} action `{}` is not used", clip(action)))
}

fn event(id: AttemptId, action: Cow<'_, str>, repository: RepositoryBody, fact: Fact) -> Reading {
    let RepositoryBody { full_name, default_branch, .. } = repository;
    let repository = Repository { full_name, default_branch };
    Reading::Event(Box::new(Event { id, action: action.into_owned(), repository, fact }))
}

#[derive(Deserialize)]
struct RunPayload<'a> {
    #[serde(borrow)]
    action: Cow<'a, str>,
    workflow_run: Option<RunBody>,
    repository: Option<RepositoryBody>,
}

#[derive(Deserialize)]
struct JobPayload<'a> {
    #[serde(borrow)]
    action: Cow<'a, str>,
    workflow_job: Option<JobBody>,
    repository: Option<RepositoryBody>,
    deployment: Option<DeploymentBody>,
}

#[derive(Deserialize)]
struct PingPayload {
    hook: Option<HookBody>,
}

#[derive(Deserialize)]
struct HookBody {
    events: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct RepositoryBody {
    id: Id,
    full_name: String,
    default_branch: Option<String>,
}

#[derive(Deserialize)]
struct HeadRepositoryBody {
    id: Id,
}

#[derive(Deserialize)]
struct DeploymentBody {
    #[serde(default, deserialize_with = "time")]
    updated_at: Option<Time>,
}

#[derive(Deserialize)]
struct RunBody {
    id: Id,
    workflow_id: Id,
    run_attempt: Option<u32>,
    run_number: Option<u64>,
    name: Option<String>,
    path: Option<String>,
    event: Option<String>,
    status: Option<String>,
    conclusion: Option<String>,
    head_branch: Option<String>,
    head_sha: Option<String>,
    head_repository: Option<HeadRepositoryBody>,
    #[serde(default, deserialize_with = "time")]
    created_at: Option<Time>,
    #[serde(default, deserialize_with = "time")]
    run_started_at: Option<Time>,
    #[serde(default, deserialize_with = "time")]
    updated_at: Option<Time>,
}

impl RunBody {
    fn into_fact(self) -> RunFact {
        RunFact {
            updated_at: self.updated_at,
            workflow_id: self.workflow_id.0,
            name: self.name,
            path: self.path,
            event: self.event,
            status: self.status,
            conclusion: self.conclusion,
            run_number: self.run_number,
            created_at: self.created_at,
            run_started_at: self.run_started_at,
            head_branch: self.head_branch,
            head_sha: self.head_sha,
            head_repository: self.head_repository.map(|repository| repository.id.0),
        }
    }
}

#[derive(Deserialize)]
struct JobBody {
    id: Id,
    run_id: Id,
    run_attempt: Option<u32>,
    name: String,
    workflow_name: Option<String>,
    status: Option<String>,
    conclusion: Option<String>,
    #[serde(default, deserialize_with = "time")]
    created_at: Option<Time>,
    #[serde(default, deserialize_with = "time")]
    started_at: Option<Time>,
    #[serde(default, deserialize_with = "time")]
    completed_at: Option<Time>,
    labels: Option<Vec<String>>,
    runner_id: Option<i64>,
    runner_name: Option<String>,
    steps: Option<Vec<StepBody>>,
}

impl JobBody {
    fn into_fact(self) -> JobFact {
        let named = self.runner_name.is_some_and(|name| !name.is_empty());
        JobFact {
            completed_at: self.completed_at,
            id: self.id.0,
            name: self.name,
            workflow_name: self.workflow_name,
            status: self.status,
            conclusion: self.conclusion,
            created_at: self.created_at,
            started_at: self.started_at,
            labels: self.labels.unwrap_or_default(),
            has_runner: named || self.runner_id.is_some_and(|id| id > 0),
            steps: self.steps.unwrap_or_default().into_iter().map(StepBody::into_fact).collect(),
            deployment: None,
        }
    }
}

#[derive(Deserialize)]
struct StepBody {
    name: Option<String>,
    conclusion: Option<String>,
    #[serde(default, deserialize_with = "time")]
    started_at: Option<Time>,
    #[serde(default, deserialize_with = "time")]
    completed_at: Option<Time>,
}

impl StepBody {
    fn into_fact(self) -> StepFact {
        StepFact {
            name: self.name.unwrap_or_default(),
            conclusion: self.conclusion,
            started_at: self.started_at,
            completed_at: self.completed_at,
        }
    }
}

/// An id that every store can hold: a positive signed 64-bit number.
struct Id(u64);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = u64::deserialize(deserializer)?;
        if i64::try_from(id).is_ok() {
            Ok(Self(id))
        } else {
            Err(D::Error::custom(format_args!("id {id} is larger than any GitHub gives")))
        }
    }
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Time>, D::Error> {
    let text = Option::<Text<'_>>::deserialize(deserializer)?;
    text.map(|text| text.0.parse().map_err(D::Error::custom)).transpose()
}

/// Text borrowed from the body where it holds no escape (`Option<Cow>` alone would always copy).
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
