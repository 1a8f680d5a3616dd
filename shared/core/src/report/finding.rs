//! Findings as a report tells them.

mod words;

use schemars::JsonSchema;
use serde::Serialize;

use crate::config::Prices;
use crate::hostile::quoted;
use crate::judging::{self, AttemptRef, Billed, Relevance, Scope, State, Told};
use crate::report::WorkflowReport;
use crate::row::{Names, WorkflowId};
use crate::stats::round;
use crate::time::Time;

pub(crate) use words::{doubted, short};

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
    /// `candidate` while it is not beyond doubt, `confirmed`, `recovered` where the level went back, or
    /// `silent` where nothing has run for thirty days.
    #[schemars(extend("enum" = ["candidate", "confirmed", "recovered", "silent"]))]
    pub state: &'static str,
    /// Why it is not beyond doubt; null where it is.
    pub doubt: Option<String>,
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
    /// `duration`, `waited`, `runner_time` (of all jobs together), `success` or `flaky`.
    #[schemars(extend("enum" = ["duration", "waited", "runner_time", "success", "flaky"]))]
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
    /// When it was beyond doubt, RFC 3339 in UTC; null of a candidate.
    pub confirmed_at: Option<String>,
    /// When it was beyond doubt that the level went back.
    pub recovered_at: Option<String>,
    /// Who carries a change of a duration, greatest first. With `rest` they add up to how the mean of
    /// the attempts around it moved; `before` and `after` are medians.
    pub carriers: Vec<FindingCarrier>,
    /// The carriers that are not listed.
    pub rest: Option<FindingCarrier>,
    /// Whether it is worth attention: on the default branch or pull requests, run often, and waited
    /// for.
    pub relevant: bool,
    /// How often it runs, and what waits for it, in a sentence.
    pub relevance: String,
    /// What it costs in thirty days; null unless the prices of all its runners are known.
    pub cost: Option<FindingCost>,
    /// Classes of runner that have no price, where others have one.
    pub unpriced: Vec<String>,
    /// Whether something other than the code is likely to be the cause.
    pub not_your_code: bool,
    /// What that is, in a sentence.
    pub cause: Option<String>,
    /// Series that changed together; of a fleet, workflows.
    pub members: Vec<String>,
    /// Of all its members.
    #[serde(skip)]
    pub(crate) repositories: Vec<String>,
    /// All of it in a sentence.
    pub title: String,
    /// The same within its repository, long names cut.
    #[serde(skip)]
    pub(crate) headline: String,
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
    /// Its part of how the mean moved, in per cent; null where that did not.
    pub share_pct: Option<f64>,
}

/// What the attempts of a segment cost in thirty days at the pace before the confirmation, in
/// dollars. Every job is billed for whole minutes.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct FindingCost {
    /// As it was before the change.
    pub before_usd: f64,
    /// As it is after it.
    pub after_usd: f64,
}

/// With what findings are told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Telling<'a> {
    pub(crate) now: Time,
    pub(crate) prices: &'a Prices,
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
    /// Whether people are to hear of it by themselves: bad news beyond doubt that matter.
    pub fn is_worth_an_issue(&self) -> bool {
        self.direction == "regression" && self.confirmed_at.is_some() && self.relevant
    }

    /// Whether it is about a repository, alone or among others.
    pub(crate) fn concerns(&self, repository: &str) -> bool {
        self.repositories.iter().any(|one| one.eq_ignore_ascii_case(repository))
    }

    /// What is told, in words and figures.
    pub(crate) fn of(
        told: &Told<'_>,
        with: Telling<'_>,
        called: impl Fn(WorkflowId) -> Called,
    ) -> Option<Self> {
        match told {
            Told::One((id, finding)) => Some(one(*id, finding, with, &called(*id))),
            Told::Fleet { class, workflows, members } => {
                let (id, first) = members.first()?;
                let made = one(*id, first, with, &called(*id));
                let states = members.iter().map(|(_, one)| standing(one, with.now));
                let is_all = |state: &str| states.clone().all(|one| one == state);
                let state = ["recovered", "silent"].into_iter().find(|state| is_all(state));
                let member = |(id, member): &(WorkflowId, &judging::Finding)| {
                    let called = called(*id);
                    let change = words::change_text(member);
                    let [workflow, repository] =
                        [&called.workflow, &called.repository].map(|name| quoted(name));
                    format!("{workflow} of {repository} {change}")
                };
                let words = words::Fleet { class, workflows: *workflows, count: members.len() };
                Some(Self {
                    kind: "fleet",
                    id: format!("fleet-{}", first.id),
                    state: state.unwrap_or("confirmed"),
                    recovered_at: made.recovered_at.filter(|_| state == Some("recovered")),
                    not_your_code: true,
                    members: members.iter().map(member).collect(),
                    repositories: members.iter().map(|(id, _)| called(*id).repository).collect(),
                    title: words.title(first),
                    headline: words.title(first),
                    cause: Some(words.cause()),
                    advice: words.advice(),
                    relevant: members.iter().any(|(_, one)| one.is_relevant()),
                    cost: sum(members.iter().map(|(_, one)| cost(&one.relevance, with.prices))),
                    ..made
                })
            }
        }
    }
}

fn one(id: WorkflowId, finding: &judging::Finding, with: Telling<'_>, called: &Called) -> Finding {
    let (job, step) = match &finding.series.scope {
        Scope::Run => (None, None),
        Scope::Job { job, .. } => (Some(job.clone()), None),
        Scope::Step { job, step, .. } => (Some(job.clone()), Some(step.clone())),
    };
    let measure = finding.series.measure;
    let level = |value: f64| round(value, 3);
    let recovered_at = match &finding.state {
        State::Candidate(_) | State::Confirmed => None,
        State::Recovered { at, .. } => (*at <= with.now).then(|| at.to_string()),
    };
    let carriers = finding.carriers.as_ref();
    let whole = carriers.map_or(0.0, |all| all.after - all.before);
    let carrier = |one: &judging::Carrier| carrier(one, whole);
    let confirmed_at = finding.is_beyond_doubt().then(|| finding.confirmed.end.to_string());
    Finding {
        id: finding.id.clone(),
        kind: "workflow",
        direction: if finding.is_regression { "regression" } else { "improvement" },
        state: standing(finding, with.now),
        doubt: words::doubt_text(&finding.state),
        repository_id: id.repository,
        workflow_id: id.workflow,
        repository: called.repository.clone(),
        workflow: called.workflow.clone(),
        segment: finding.series.segment.name(),
        measure: words::measure(measure),
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
        confirmed_at,
        recovered_at,
        carriers: carriers.map(|all| all.parts.iter().map(carrier).collect()).unwrap_or_default(),
        rest: carriers.map(|all| carrier(&all.rest)),
        relevant: finding.is_relevant(),
        relevance: words::relevance(finding),
        cost: cost(&finding.relevance, with.prices),
        unpriced: unpriced(&finding.relevance, with.prices),
        not_your_code: finding.cause.is_some(),
        cause: finding.cause.as_ref().map(|cause| words::cause_text(cause, finding.is_regression)),
        members: finding.members.iter().map(|one| words::scope_text(&one.series.scope)).collect(),
        repositories: vec![called.repository.clone()],
        title: words::title(finding, called),
        headline: words::headline(finding, called),
        advice: words::advice(finding),
    }
}

fn standing(finding: &judging::Finding, now: Time) -> &'static str {
    match &finding.state {
        State::Recovered { at, .. } if *at <= now => "recovered",
        _ if finding.is_silent(now) => "silent",
        State::Candidate(_) => "candidate",
        State::Confirmed | State::Recovered { .. } => "confirmed",
    }
}

/// None unless every class has a price.
fn cost(relevance: &Relevance, prices: &Prices) -> Option<FindingCost> {
    if relevance.billed.is_empty() {
        return None;
    }
    let of_all = |pick: fn(&Billed) -> f64| {
        let costs = relevance.billed.iter().map(|one| Some(pick(one) * prices.of(&one.class)?));
        let cost: Option<f64> = costs.sum();
        cost.map(|cost| round(cost * f64::from(relevance.attempts), 2))
    };
    Some(FindingCost { before_usd: of_all(|one| one.before)?, after_usd: of_all(|one| one.after)? })
}

fn unpriced(relevance: &Relevance, prices: &Prices) -> Vec<String> {
    let without = relevance.billed.iter().filter(|one| prices.of(&one.class).is_none());
    let without = without.filter(|_| !prices.0.is_empty());
    without.map(|one| one.class.clone()).collect()
}

/// None unless all are known.
fn sum(costs: impl Iterator<Item = Option<FindingCost>>) -> Option<FindingCost> {
    let zero = FindingCost { before_usd: 0.0, after_usd: 0.0 };
    costs.into_iter().try_fold(zero, |sum, cost| {
        let cost = cost?;
        Some(FindingCost {
            before_usd: round(sum.before_usd + cost.before_usd, 2),
            after_usd: round(sum.after_usd + cost.after_usd, 2),
        })
    })
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
