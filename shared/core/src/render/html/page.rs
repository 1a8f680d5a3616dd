use std::collections::BTreeSet;

use askama::Template;

use super::{
    chart::{Days, Spark, spark},
    section::{Card, Section, Stat, advice, card, id, tone},
};
use crate::{
    hostile,
    render::{
        clock,
        summary::{self, NEXT_STEPS, NOTHING_YET},
        units,
    },
    report::{Finding, Report, WorkflowReport},
};

/// Most bottlenecks shown before the workflows.
const MOST_CARDS: usize = 6;

/// Most workflows shown in full.
const MOST_SECTIONS: usize = 100;

/// The whole page.
#[derive(Template)]
#[template(path = "report.html")]
pub(super) struct Page {
    period: String,
    scope: String,
    generated: String,
    tiles: Vec<Stat>,
    cards: Vec<Card>,
    overview: Vec<OverviewRow>,
    sections: Vec<Section>,
    /// Told in place of the sections left out; empty if none is.
    left_out: String,
    nothing: &'static str,
    next_steps: [(&'static str, &'static str); 3],
    judged: String,
    findings: Vec<FindingCard>,
}

/// A finding.
struct FindingCard {
    /// `worse`, `better` or `over`.
    tone: &'static str,
    direction: &'static str,
    state: &'static str,
    /// The section of its workflow; empty where there is none.
    link: String,
    /// Text and names by turns, beginning with text.
    title: Vec<String>,
    lines: Vec<FindingLine>,
}

/// What a finding says about one thing.
struct FindingLine {
    what: &'static str,
    words: Vec<String>,
}

/// One workflow among many.
struct OverviewRow {
    id: String,
    /// Whether there is a section to link to.
    shown: bool,
    repository: String,
    workflow: String,
    spark: Option<Spark>,
    attempts: String,
    success_rate: String,
    p50: String,
    p95: String,
    queue: String,
    trend: String,
    tone: &'static str,
    bottlenecks: usize,
    severe: bool,
}

impl Page {
    pub(super) fn new(report: &Report) -> Self {
        let days = Days::of(report);
        let shown = shown_in_full(&report.workflows);
        let sections = report.workflows.iter().filter(|one| shown.contains(&summary::key(one)));
        let left_out = report.workflows.len() - shown.len();
        let many = report.workflows.len() > 1;
        let several = if many { report.workflows.as_slice() } else { &[] };
        Self {
            period: clock::period(report),
            scope: format!(
                "{} in {}",
                units::counted(units::len(&report.workflows), "workflow"),
                units::counted(summary::repositories(report), "repository"),
            ),
            generated: clock::minute(&report.generated_at),
            tiles: if many { tiles(report) } else { Vec::new() },
            cards: first_cards(several, &shown),
            overview: several
                .iter()
                .map(|one| overview_row(one, &days, shown.contains(&summary::key(one))))
                .collect(),
            sections: sections.map(|one| Section::new(one, &report.findings, &days)).collect(),
            left_out: match left_out {
                0 => String::new(),
                more => format!("{} more", units::counted(more as u64, "workflow")),
            },
            nothing: NOTHING_YET,
            next_steps: NEXT_STEPS,
            judged: summary::judged(report),
            findings: report.findings.iter().map(|one| finding(one, report, &shown)).collect(),
        }
    }
}

/// How a finding is coloured.
pub(super) fn tone_of(finding: &Finding) -> &'static str {
    match (finding.state, finding.direction) {
        ("recovered" | "silent", _) => "over",
        ("candidate", _) => "maybe",
        (_, "regression") => "worse",
        _ => "better",
    }
}

fn finding(finding: &Finding, report: &Report, shown: &Shown) -> FindingCard {
    let tone = tone_of(finding);
    let key = (finding.repository_id, finding.workflow_id);
    let mut workflows = report.workflows.iter().filter(|one| shown.contains(&summary::key(one)));
    let link = workflows.find(|one| summary::key(one) == key).map(id).unwrap_or_default();
    let lines = summary::finding(finding).into_iter();
    FindingCard {
        tone,
        direction: finding.direction,
        state: summary::state(finding),
        link: if finding.kind == "fleet" { String::new() } else { link },
        title: advice(&finding.title),
        lines: lines.map(|(what, words)| FindingLine { what, words: advice(&words) }).collect(),
    }
}

fn tiles(report: &Report) -> Vec<Stat> {
    let totals = summary::totals(report);
    let time = &totals.time;
    let waited = time.approval + time.concurrency + time.runner_queue;
    let share = |part: f64| {
        if time.wall_clock > 0.0 {
            units::rate(part / time.wall_clock)
        } else {
            units::NONE.to_owned()
        }
    };
    let failed = summary::failed(&totals.outcomes);
    let all: usize = report.workflows.iter().map(|workflow| workflow.bottlenecks.len()).sum();
    let severe = report.workflows.iter().flat_map(|workflow| &workflow.bottlenecks);
    let severe = severe.filter(|bottleneck| bottleneck.severity == "high").count();
    let named = |label, value, note| Stat { label, value, note, tone: "" };
    vec![
        named(
            "Attempts",
            units::count(totals.attempts),
            format!("{} failed", units::count(failed)),
        ),
        named(
            "Success rate",
            units::rate_or_none(totals.success_rate),
            "over all workflows".to_owned(),
        ),
        named(
            "Wall clock",
            units::duration(time.wall_clock),
            format!("{} of it work", share(time.work)),
        ),
        named("Waiting", share(waited), format!("{} in all", units::duration(waited))),
        named("Bottlenecks", all.to_string(), format!("{severe} of high severity")),
    ]
}

/// The bottlenecks to look at first: severe ones, then those that could save most.
fn first_cards(workflows: &[WorkflowReport], shown: &Shown) -> Vec<Card> {
    let mut all: Vec<_> = workflows
        .iter()
        .filter(|workflow| shown.contains(&summary::key(workflow)))
        .flat_map(|workflow| workflow.bottlenecks.iter().map(move |one| (workflow, one)))
        .collect();
    // Across workflows it counts how often a run would save it.
    let saves = |(workflow, bottleneck): &(&WorkflowReport, &crate::report::Bottleneck)| {
        bottleneck.saves_s.unwrap_or(0.0) * units::float(workflow.attempts)
    };
    all.sort_by(|a, b| {
        let key = |severity| severity != "high";
        key(a.1.severity).cmp(&key(b.1.severity)).then(saves(b).total_cmp(&saves(a)))
    });
    all.into_iter().take(MOST_CARDS).map(|(workflow, one)| card(workflow, one)).collect()
}

type Shown = BTreeSet<(u64, u64)>;

/// A page of a thousand workflows helps nobody: shown in full are those that take most time.
fn shown_in_full(workflows: &[WorkflowReport]) -> Shown {
    let mut by_time: Vec<&WorkflowReport> = workflows.iter().collect();
    let time = |one: &WorkflowReport| one.where_time_goes_s.wall_clock;
    by_time.sort_by(|a, b| time(b).total_cmp(&time(a)).then(summary::key(a).cmp(&summary::key(b))));
    by_time.into_iter().take(MOST_SECTIONS).map(summary::key).collect()
}

fn overview_row(workflow: &WorkflowReport, days: &Days, shown: bool) -> OverviewRow {
    let halves = &workflow.trend.halves;
    OverviewRow {
        id: id(workflow),
        shown,
        repository: hostile::html(&workflow.repository),
        workflow: hostile::html(&workflow.workflow),
        spark: spark(workflow, days),
        attempts: units::count(workflow.attempts),
        success_rate: units::rate_or_none(workflow.success_rate),
        p50: units::duration_or_none(workflow.total_s.p50),
        p95: units::duration_or_none(workflow.total_s.p95),
        queue: units::duration_or_none(workflow.queued_s.p50),
        trend: summary::moved(halves),
        tone: tone(halves),
        bottlenecks: workflow.bottlenecks.len(),
        severe: workflow.bottlenecks.iter().any(|one| one.severity == "high"),
    }
}
