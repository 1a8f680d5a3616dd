//! What every form of a report says in its own way: totals, orders and words.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::clock;
use super::units::{self, float};
use crate::hostile;
use crate::report::{
    Bottleneck, Change, Figures, Finding, FindingAttempt, FindingCarrier, FindingCost, JobReport,
    Report, StepReport, WhereTimeGoes, WorkflowReport,
};
use crate::stats::Outcomes;

/// How many series are judged, and what came of it: silence is told too.
pub(super) fn judged(report: &Report) -> String {
    let series: u64 = report.workflows.iter().map(|workflow| workflow.series_judged).sum();
    judged_of(series, &report.findings)
}

/// The same of other findings.
pub(super) fn judged_of(series: u64, findings: &[Finding]) -> String {
    let (candidates, findings): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().partition(|finding| finding.doubt.is_some());
    let findings = units::counted(units::len(&findings), "finding");
    let judged = format!("{} series judged, {findings}", units::count(series));
    match candidates.len() {
        0 => judged,
        young => format!("{judged}, {young} not yet beyond doubt"),
    }
}

/// Where a finding stands, in words.
pub(super) fn state(finding: &Finding) -> &'static str {
    match finding.state {
        "candidate" => "not yet beyond doubt",
        "silent" => "nothing has run since",
        state => state,
    }
}

/// What a finding says beyond its title, each with a word for what it is.
pub(super) fn finding(finding: &Finding) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if finding.unit == "s" && finding.kind == "workflow" {
        lines.extend(carried(finding).map(|carried| ("carried by", carried)));
    }
    let run = |attempt: &FindingAttempt| match attempt.run_number {
        Some(number) => format!("run #{number}"),
        None => format!("run {}", attempt.run_id),
    };
    let first = &finding.first_bad;
    let samples = units::counted(u64::from(finding.samples), "sample");
    let so_far = match &finding.doubt {
        None => format!("beyond doubt after {samples}"),
        Some(doubt) => format!("not yet beyond doubt with {samples}: {doubt}"),
    };
    let since = format!("{} at {}, {so_far}", run(first), clock::minute(&first.ended_at));
    lines.push(("since", since));
    if let Some(at) = &finding.recovered_at {
        lines.push(("over", format!("it went back; beyond doubt at {}", clock::minute(at))));
    }
    lines.extend(finding.cause.clone().map(|cause| ("not your code", cause)));
    if finding.kind == "fleet" {
        lines.extend(finding.members.iter().cloned().map(|member| ("", member)));
    } else {
        lines.push(("matters", finding.relevance.clone()));
    }
    if let Some(FindingCost { before_usd, after_usd }) = finding.cost {
        let cost = format!("${before_usd:.2} → ${after_usd:.2} in 30 days, at this pace");
        lines.push(("costs", cost));
    }
    if !finding.unpriced.is_empty() {
        let classes: Vec<String> =
            finding.unpriced.iter().map(|class| hostile::quoted(class)).collect();
        lines.push(("costs", format!("no price under [prices] for {}", classes.join(", "))));
    }
    if finding.doubt.is_none() {
        lines.push(("do", finding.advice.clone()));
    }
    lines
}

/// The carriers that make most of the change.
fn carried(finding: &Finding) -> Option<String> {
    let is_worth = |one: &&FindingCarrier| one.share_pct.is_some_and(|share| share >= CARRIES_PCT);
    let words = finding.carriers.iter().filter(is_worth).take(MOST_CARRIERS).map(|one| {
        let what = match (&one.job, &one.step) {
            (Some(job), Some(step)) => {
                format!("step {} of job {}", hostile::quoted(step), hostile::quoted(job))
            }
            (Some(job), None) if finding.measure == "waited" => {
                format!("job {}", hostile::quoted(job))
            }
            (Some(job), None) => format!("job {} outside of its steps", hostile::quoted(job)),
            (None, _) => "what lies between jobs".to_owned(),
        };
        let share = one.share_pct.unwrap_or_default();
        format!("{what} ({}, {share:.0} %)", gained(one.after_s - one.before_s))
    });
    let words: Vec<String> = words.collect();
    let parts = finding.carriers.iter().chain(&finding.rest);
    let whole: f64 = parts.map(|one| one.after_s - one.before_s).sum();
    (!words.is_empty()).then(|| format!("{}, of {} on average", words.join(", "), gained(whole)))
}

fn gained(seconds: f64) -> String {
    let sign = if seconds < 0.0 { "−" } else { "+" };
    format!("{sign}{}", units::duration(seconds.abs()))
}

/// Carriers told in words, and the part of a change from which on one is.
const MOST_CARRIERS: usize = 3;
const CARRIES_PCT: f64 = 10.0;

/// Said in place of everything else when no attempt ended in the period.
pub(super) const NOTHING_YET: &str = "No attempt ended in this period.";

/// What to do when there is nothing to report.
pub(super) const NEXT_STEPS: [(&str, &str); 3] = [
    ("Receive deliveries", "laptime serve --listen 127.0.0.1:8787 --data DIR"),
    ("Or send recorded ones", "laptime replay --data DIR FILE…"),
    ("Then aggregate, and ask again", "laptime aggregate --data DIR"),
];

/// Everything in the period, over all workflows.
pub(super) struct Totals {
    pub(super) attempts: u64,
    pub(super) outcomes: BTreeMap<String, u64>,
    pub(super) success_rate: Option<f64>,
    pub(super) time: WhereTimeGoes,
}

pub(super) fn totals(report: &Report) -> Totals {
    let mut totals = Totals {
        attempts: 0,
        outcomes: BTreeMap::new(),
        success_rate: None,
        time: WhereTimeGoes::default(),
    };
    for workflow in &report.workflows {
        totals.attempts += workflow.attempts;
        for (outcome, times) in &workflow.outcomes {
            *totals.outcomes.entry(outcome.clone()).or_default() += times;
        }
        add(&mut totals.time, &workflow.where_time_goes_s);
    }
    let judged = success(&totals.outcomes) + failed(&totals.outcomes);
    totals.success_rate = (judged > 0).then(|| float(success(&totals.outcomes)) / float(judged));
    totals
}

fn add(sum: &mut WhereTimeGoes, one: &WhereTimeGoes) {
    sum.approval += one.approval;
    sum.concurrency += one.concurrency;
    sum.runner_queue += one.runner_queue;
    sum.set_up += one.set_up;
    sum.work += one.work;
    sum.tear_down += one.tear_down;
    sum.unknown += one.unknown;
    sum.wall_clock += one.wall_clock;
    sum.attempts += one.attempts;
}

/// A workflow's identity.
pub(super) fn key(workflow: &WorkflowReport) -> (u64, u64) {
    (workflow.repository_id, workflow.workflow_id)
}

/// The report with workflows of one repository that share a name told apart by their files.
pub(super) fn told_apart(report: &Report) -> Cow<'_, Report> {
    let name = |one: &WorkflowReport| (one.repository_id, one.workflow.clone());
    let mut bearers: BTreeMap<(u64, String), u64> = BTreeMap::new();
    for workflow in &report.workflows {
        *bearers.entry(name(workflow)).or_default() += 1;
    }
    if bearers.values().all(|count| *count == 1) {
        return Cow::Borrowed(report);
    }
    let mut report = report.clone();
    for workflow in &mut report.workflows {
        if bearers.get(&name(workflow)).is_some_and(|count| *count > 1) {
            let file = workflow.path.as_deref().and_then(|path| path.rsplit('/').next());
            let by = file.map_or_else(|| workflow.workflow_id.to_string(), str::to_owned);
            workflow.workflow = format!("{} ({by})", workflow.workflow);
        }
    }
    Cow::Owned(report)
}

/// How many repositories the report covers.
pub(super) fn repositories(report: &Report) -> u64 {
    let ids: BTreeSet<u64> = report.workflows.iter().map(|w| w.repository_id).collect();
    u64::try_from(ids.len()).unwrap_or(u64::MAX)
}

pub(super) fn is_failed(conclusion: &str) -> bool {
    Outcomes::is_failure(conclusion)
}

pub(super) fn success(outcomes: &BTreeMap<String, u64>) -> u64 {
    outcomes.get("success").copied().unwrap_or(0)
}

pub(super) fn failed(outcomes: &BTreeMap<String, u64>) -> u64 {
    outcomes.iter().filter(|(name, _)| is_failed(name)).map(|(_, times)| times).sum()
}

/// Outcomes that occurred: success, the failures, then the rest by name.
pub(super) fn ordered(outcomes: &BTreeMap<String, u64>) -> Vec<(&str, u64)> {
    let mut list: Vec<_> = outcomes
        .iter()
        .filter(|(_, times)| **times > 0)
        .map(|(name, times)| (name.as_str(), *times))
        .collect();
    list.sort_by_key(|(name, _)| (*name != "success", !is_failed(name)));
    list
}

/// The jobs with the largest median run time, slowest first.
pub(super) fn slowest_jobs(workflow: &WorkflowReport, most: usize) -> Vec<&JobReport> {
    let mut jobs: Vec<_> = workflow.jobs.iter().filter(|job| job.ran_s.count > 0).collect();
    jobs.sort_by(|a, b| by_median(&b.ran_s, &a.ran_s));
    jobs.truncate(most);
    jobs
}

/// The steps with the largest median run time and their jobs, slowest first.
pub(super) fn slowest_steps(
    workflow: &WorkflowReport,
    most: usize,
) -> Vec<(&JobReport, &StepReport)> {
    let mut steps: Vec<_> = workflow
        .jobs
        .iter()
        .flat_map(|job| job.steps.iter().map(move |step| (job, step)))
        .filter(|(_, step)| step.ran_s.count > 0)
        .collect();
    steps.sort_by(|(_, a), (_, b)| by_median(&b.ran_s, &a.ran_s));
    steps.truncate(most);
    steps
}

fn by_median(a: &Figures, b: &Figures) -> std::cmp::Ordering {
    let key = |figures: Option<f64>| figures.unwrap_or(0.0);
    key(a.p50).total_cmp(&key(b.p50)).then(key(a.p95).total_cmp(&key(b.p95)))
}

/// A step's name, with its number where its job has several of that name.
pub(super) fn step_name(step: &StepReport) -> String {
    numbered(step.name.clone(), step.occurrence)
}

/// The name of a step, with its number where its job has several of that name.
pub(crate) fn numbered(name: String, occurrence: u32) -> String {
    match occurrence {
        0 | 1 => name,
        again => format!("{name} ({again})"),
    }
}

/// One part of the wall clock.
pub(super) struct Part {
    /// Stable key, fit for a CSS class.
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) seconds: f64,
    /// Of the wall clock, 0 to 1.
    pub(super) share: f64,
}

/// The parts of the wall clock that took any time, in the order they happen.
pub(super) fn parts(time: &WhereTimeGoes) -> Vec<Part> {
    let all = [
        ("approval", "Approval", time.approval),
        ("concurrency", "Concurrency", time.concurrency),
        ("queue", "Runner queue", time.runner_queue),
        ("set-up", "Set-up", time.set_up),
        ("work", "Work", time.work),
        ("tear-down", "Tear-down", time.tear_down),
        ("unknown", "Unknown", time.unknown),
    ];
    all.into_iter()
        .filter(|(_, _, seconds)| *seconds > 0.0 && time.wall_clock > 0.0)
        .map(|(key, label, seconds)| Part {
            key,
            label,
            seconds,
            share: (seconds / time.wall_clock).min(1.0),
        })
        .collect()
}

/// Savings below this are noise.
const LEAST_SAVING_S: f64 = 1.0;

/// A bottleneck's kind in words.
pub(super) fn kind(bottleneck: &Bottleneck) -> &'static str {
    match bottleneck.kind {
        "slow_workflow" => "Slow workflow",
        "slow_job" => "Slow job",
        "slow_step" => "Slow step",
        "long_queue" => "Long queue",
        "low_success_rate" => "Low success rate",
        "high_p95" => "High p95",
        "degrading" => "Getting slower",
        "critical_path" => "Often critical",
        other => other,
    }
}

/// The measured value against its threshold: shares, added seconds, or seconds.
pub(super) fn measured(bottleneck: &Bottleneck) -> String {
    let (value, threshold) = (bottleneck.value, bottleneck.threshold);
    match bottleneck.kind {
        "low_success_rate" | "critical_path" => {
            format!("{}, threshold {}", units::rate(value), units::rate(threshold))
        }
        "degrading" => {
            format!("+{}, threshold +{}", units::duration(value), units::duration(threshold))
        }
        _ => format!("{}, threshold {}", units::duration(value), units::duration(threshold)),
    }
}

/// What a run could save, where that is worth a word.
pub(super) fn saves(bottleneck: &Bottleneck) -> Option<String> {
    let seconds = bottleneck.saves_s.filter(|seconds| *seconds >= LEAST_SAVING_S)?;
    Some(format!("saves up to {} a run", units::duration(seconds)))
}

/// A change in one word or number: only what is surely one is told as one.
pub(super) fn moved(change: &Change) -> String {
    match change.change_pct {
        None => units::NONE.to_owned(),
        Some(_) if change.direction == "unclear" => "unclear".to_owned(),
        Some(percent) => units::change(percent),
    }
}

/// Outcomes, most frequent first, each named by `name`; the superseded ones within the cancelled.
pub(super) fn outcomes(workflow: &WorkflowReport, name: impl Fn(&str) -> String) -> Vec<String> {
    let told = |(outcome, times): (&str, u64)| {
        let told = format!("{} {}", units::count(times), name(outcome));
        match (outcome, workflow.superseded) {
            ("cancelled", superseded @ 1..) => {
                format!("{told} ({} superseded)", units::count(superseded))
            }
            _ => told,
        }
    };
    ordered(&workflow.outcomes).into_iter().map(told).collect()
}

/// A change in one phrase, where there is something to compare.
pub(super) fn change(change: &Change) -> Option<String> {
    let (percent, before, after) = (change.change_pct?, change.before_s?, change.after_s?);
    let interval = change
        .interval_pct
        .map_or_else(String::new, |interval| format!(", {}", units::change_interval(interval)));
    Some(format!(
        "{} ({}{interval}): {} → {}",
        change.direction,
        units::change(percent),
        units::duration(before),
        units::duration(after),
    ))
}

/// A segment's name in words.
pub(super) fn segment(name: &'static str) -> &'static str {
    match name {
        "default_branch" => "Default branch",
        "pull_request" => "Pull request",
        "schedule" => "Schedule",
        "other" => "Other",
        unknown => unknown,
    }
}
