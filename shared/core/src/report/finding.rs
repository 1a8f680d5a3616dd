//! Findings as a report tells them.

use schemars::JsonSchema;
use serde::Serialize;

use crate::judging::{self, AttemptRef, Cause, Measure, Scope, State, Told};
use crate::report::WorkflowReport;
use crate::row::{Names, WorkflowId};
use crate::stats::round;

/// A change that was judged beyond doubt, with one cause.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct Finding {
    /// Stays the same from report to report.
    pub id: String,
    /// `workflow`, or `fleet` where many workflows changed alike.
    #[schemars(extend("enum" = ["workflow", "fleet"]))]
    pub kind: &'static str,
    /// `regression` or `improvement`.
    #[schemars(extend("enum" = ["regression", "improvement"]))]
    pub direction: &'static str,
    /// `confirmed`, or `recovered` where the level went back.
    #[schemars(extend("enum" = ["confirmed", "recovered"]))]
    pub state: &'static str,
    /// GitHub's id of the repository; of the first one of a fleet.
    pub repository_id: u64,
    /// GitHub's id of the workflow.
    pub workflow_id: u64,
    /// `owner/name`.
    pub repository: String,
    /// The workflow's name.
    pub workflow: String,
    /// The segment whose attempts changed.
    pub segment: &'static str,
    /// `duration`, `waited`, `success` or `flaky`.
    #[schemars(extend("enum" = ["duration", "waited", "success", "flaky"]))]
    pub measure: &'static str,
    /// The job, where it is about one and not the whole run.
    pub job: Option<String>,
    /// The step, where it is about one.
    pub step: Option<String>,
    /// `s` (seconds) or `share` (0 to 1): the unit of the levels.
    #[schemars(extend("enum" = ["s", "share"]))]
    pub unit: &'static str,
    /// Level before the change.
    pub before: f64,
    /// Level after it.
    pub after: f64,
    /// 95 % interval of the level after.
    pub after_interval: [f64; 2],
    /// The change in per cent; null against zero.
    pub change_pct: Option<f64>,
    /// How far beyond noise, in standard errors.
    pub errors: f64,
    /// The last attempt before the change.
    pub last_good: FindingAttempt,
    /// The first attempt after it.
    pub first_bad: FindingAttempt,
    /// Samples after the change until it was beyond doubt.
    pub samples: u32,
    /// When it was beyond doubt, RFC 3339 in UTC.
    pub confirmed_at: String,
    /// When it was beyond doubt that the level went back.
    pub recovered_at: Option<String>,
    /// Who carries a change of a duration, greatest first. With `rest` they add up to the whole.
    pub carriers: Vec<FindingCarrier>,
    /// The carriers that are not listed.
    pub rest: Option<FindingCarrier>,
    /// Whether something other than the code is likely to be the cause.
    pub not_your_code: bool,
    /// What that is, in a sentence.
    pub cause: Option<String>,
    /// Series that changed together; of a fleet, workflows.
    pub members: Vec<String>,
    /// All of it in a sentence.
    pub title: String,
    /// What to do, in a sentence.
    pub advice: String,
}

/// An attempt that a finding speaks of.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct FindingAttempt {
    /// GitHub's run id.
    pub run_id: u64,
    /// Attempt of the run, from 1.
    pub attempt: u32,
    /// The run's number within its workflow, when GitHub told it.
    pub run_number: Option<u64>,
    /// Commit it ran on, when GitHub told it.
    pub head_sha: Option<String>,
    /// Its end, RFC 3339 in UTC.
    pub ended_at: String,
}

/// A part of a run: a step of a job, the rest of a job, or what lies between jobs.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct FindingCarrier {
    /// The job; null between jobs.
    pub job: Option<String>,
    /// The step; null for the rest of the job.
    pub step: Option<String>,
    /// Mean seconds of an attempt before the change.
    pub before_s: f64,
    /// And after it.
    pub after_s: f64,
    /// Its part of the whole change, in per cent; null where the whole did not change.
    pub share_pct: Option<f64>,
}

/// How a workflow is called.
#[derive(Debug, Clone)]
pub(crate) struct Called {
    pub(crate) repository: String,
    pub(crate) workflow: String,
}

impl Called {
    /// As the report has it, else by its ids.
    pub(crate) fn among(workflows: &[WorkflowReport], id: WorkflowId) -> Self {
        workflows.iter().find(|one| one.is(id)).map_or_else(
            || Self::by_ids(id),
            |one| Self { repository: one.repository.clone(), workflow: one.workflow.clone() },
        )
    }

    /// By its ids, where no name is known.
    pub(crate) fn by_ids(id: WorkflowId) -> Self {
        Self {
            repository: format!("repository {}", id.repository),
            workflow: format!("workflow {}", id.workflow),
        }
    }
}

impl From<Names> for Called {
    fn from(names: Names) -> Self {
        Self { repository: names.repository, workflow: names.workflow }
    }
}

impl Finding {
    /// Whether it is about a repository, alone or among others.
    pub(crate) fn concerns(&self, repository: &str) -> bool {
        let member = format!("` of `{repository}` ");
        self.repository == repository || self.members.iter().any(|one| one.contains(&member))
    }

    /// What is told, in words and figures.
    pub(crate) fn of(told: &Told<'_>, called: impl Fn(WorkflowId) -> Called) -> Option<Self> {
        match told {
            Told::One(id, finding) => Some(one(*id, finding, &called(*id))),
            Told::Fleet { class, workflows, members } => {
                let (id, first) = members.first()?;
                let mut made = one(*id, first, &called(*id));
                made.kind = "fleet";
                made.id = format!("fleet-{}", first.id);
                made.not_your_code = true;
                made.members = members
                    .iter()
                    .map(|(id, member)| {
                        let called = called(*id);
                        let change = change_text(member);
                        format!("`{}` of `{}` {change}", called.workflow, called.repository)
                    })
                    .collect();
                let count = members.len();
                let verb = if first.is_regression { "slower" } else { "faster" };
                made.title = format!(
                    "{count} of {workflows} workflows on runners `{class}` became {verb} together"
                );
                made.cause = Some(format!(
                    "{count} workflows changed alike within a day and a half: the runners `{class}` are \
                     the likely cause, not your code"
                ));
                made.advice = format!(
                    "see what changed about `{class}`: its image, its size, its load, where it runs; \
                     no commit needs to be reverted"
                );
                if members.iter().all(|(_, one)| matches!(one.state, State::Recovered { .. })) {
                    made.state = "recovered";
                } else {
                    made.state = "confirmed";
                    made.recovered_at = None;
                }
                Some(made)
            }
        }
    }
}

fn one(id: WorkflowId, finding: &judging::Finding, called: &Called) -> Finding {
    let (job, step) = match &finding.series.scope {
        Scope::Run => (None, None),
        Scope::Job { job, .. } => (Some(job.clone()), None),
        Scope::Step { job, step, .. } => (Some(job.clone()), Some(step.clone())),
    };
    let measure = finding.series.measure;
    let level = |value: f64| round(value, 3);
    let recovered_at = match &finding.state {
        State::Confirmed => None,
        State::Recovered { at, .. } => Some(at.to_string()),
    };
    let carriers = finding.carriers.as_ref();
    let whole = carriers.map_or(0.0, |all| all.after - all.before);
    let carrier = |one: &judging::Carrier| carrier(one, whole);
    Finding {
        id: finding.id.clone(),
        kind: "workflow",
        direction: if finding.is_regression { "regression" } else { "improvement" },
        state: if recovered_at.is_some() { "recovered" } else { "confirmed" },
        repository_id: id.repository,
        workflow_id: id.workflow,
        repository: called.repository.clone(),
        workflow: called.workflow.clone(),
        segment: finding.series.segment.name(),
        measure: name(measure),
        job,
        step,
        unit: if measure.is_time() { "s" } else { "share" },
        before: level(finding.level.before),
        after: level(finding.level.after),
        after_interval: finding.level.after_interval.map(level),
        change_pct: finding.level.change().map(|share| round(share * 100.0, 2)),
        errors: round(finding.level.errors, 2),
        last_good: FindingAttempt::from(&finding.last_good),
        first_bad: FindingAttempt::from(&finding.first_bad),
        samples: finding.samples,
        confirmed_at: finding.confirmed.end.to_string(),
        recovered_at,
        carriers: carriers.map(|all| all.parts.iter().map(carrier).collect()).unwrap_or_default(),
        rest: carriers.map(|all| carrier(&all.rest)),
        not_your_code: finding.cause.is_some(),
        cause: finding.cause.as_ref().map(cause_text),
        members: finding.members.iter().map(|(series, _)| scope_text(&series.scope)).collect(),
        title: title(finding, called),
        advice: advice(finding),
    }
}

fn carrier(one: &judging::Carrier, whole: f64) -> FindingCarrier {
    let share = one.gained() / whole * 100.0;
    FindingCarrier {
        job: one.job.clone(),
        step: one.step.as_ref().map(|(step, _)| step.clone()),
        before_s: round(one.before, 3),
        after_s: round(one.after, 3),
        share_pct: share.is_finite().then(|| round(share, 1)),
    }
}

impl From<&AttemptRef> for FindingAttempt {
    fn from(attempt: &AttemptRef) -> Self {
        Self {
            run_id: attempt.id.run,
            attempt: attempt.id.attempt,
            run_number: attempt.run_number,
            head_sha: attempt.head_sha.clone(),
            ended_at: attempt.end.to_string(),
        }
    }
}

const fn name(measure: Measure) -> &'static str {
    match measure {
        Measure::Duration => "duration",
        Measure::Waited => "waited",
        Measure::Success => "success",
        Measure::Flaky => "flaky",
    }
}

fn scope_text(scope: &Scope) -> String {
    match scope {
        Scope::Run => "the run".to_owned(),
        Scope::Job { job, .. } => format!("job `{job}`"),
        Scope::Step { job, step, .. } => format!("step `{step}` of job `{job}`"),
    }
}

/// `+25 % (6m 2s → 7m 33s)`.
fn change_text(finding: &judging::Finding) -> String {
    use crate::render::{change, duration, rate};
    let level = &finding.level;
    if finding.series.measure.is_time() {
        let moved =
            level.change().map_or(String::new(), |share| format!("{} ", change(share * 100.0)));
        format!("{moved}({} → {})", duration(level.before), duration(level.after))
    } else {
        format!("{} → {}", rate(level.before), rate(level.after))
    }
}

fn title(finding: &judging::Finding, called: &Called) -> String {
    let of = match &finding.series.scope {
        Scope::Run => format!("`{}`", called.workflow),
        scope @ (Scope::Job { .. } | Scope::Step { .. }) => {
            format!("`{}`, {}", called.workflow, scope_text(scope))
        }
    };
    let what = match (finding.series.measure, finding.is_regression) {
        (Measure::Duration, true) => "became slower",
        (Measure::Duration, false) => "became faster",
        (Measure::Waited, true) => "waits longer for runners",
        (Measure::Waited, false) => "waits less for runners",
        (Measure::Success, true) => "fails more often",
        (Measure::Success, false) => "succeeds more often",
        (Measure::Flaky, true) => "became flakier",
        (Measure::Flaky, false) => "became less flaky",
    };
    format!("{of} of `{}` {what}: {}", called.repository, change_text(finding))
}

fn cause_text(cause: &Cause) -> String {
    match cause {
        Cause::Queue => {
            "the runs wait longer for runners; the code that runs is not the cause".to_owned()
        }
        Cause::RunnerClass { job, from, to } => {
            format!("job `{job}` moved from runners `{from}` to `{to}`")
        }
        Cause::AllJobs => "all jobs changed alike: the machines they run on are the likely cause, \
             not one of the changes in the code"
            .to_owned(),
    }
}

fn advice(finding: &judging::Finding) -> String {
    let range = commits(finding);
    if !finding.is_regression {
        return format!("nothing to do; it began with {range}");
    }
    match (&finding.cause, finding.series.measure) {
        (Some(Cause::Queue), _) | (_, Measure::Waited) => {
            "see whether more jobs share the runners than before, or add runners".to_owned()
        }
        (Some(Cause::RunnerClass { .. }), _) => {
            "compare the two classes; move it back if the change was not meant".to_owned()
        }
        (Some(Cause::AllJobs), _) => {
            "see what changed about the runners before looking at commits".to_owned()
        }
        (None, Measure::Duration) => format!("look at {}, from {range}", carried_by(finding)),
        (None, Measure::Success | Measure::Flaky) => {
            format!("look at what fails since {range}")
        }
    }
}

/// The range of commits, as far as they are known.
fn commits(finding: &judging::Finding) -> String {
    let short = |attempt: &AttemptRef| {
        attempt.head_sha.as_ref().map(|sha| sha.chars().take(10).collect::<String>())
    };
    let run = |attempt: &AttemptRef| match attempt.run_number {
        Some(number) => format!("run #{number}"),
        None => format!("run {}", attempt.id.run),
    };
    match (short(&finding.last_good), short(&finding.first_bad)) {
        (Some(from), Some(to)) if from != to => {
            format!("{} (commits {from}..{to})", run(&finding.first_bad))
        }
        _ => run(&finding.first_bad),
    }
}

fn carried_by(finding: &judging::Finding) -> String {
    let first = finding.carriers.as_ref().and_then(|all| all.parts.first());
    match first.map(|part| (&part.job, &part.step)) {
        Some((Some(job), Some((step, _)))) => format!("step `{step}` of job `{job}`"),
        Some((Some(job), None)) => format!("job `{job}` outside of its steps"),
        Some((None, _)) => "what lies between the jobs".to_owned(),
        None => scope_text(&finding.series.scope),
    }
}
