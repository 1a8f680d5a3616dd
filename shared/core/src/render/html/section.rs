//! One workflow as its template needs it: words and numbers, ready to be placed.

use super::{
    bars::{self, Bars},
    chart::{self, Chart, Days, Number},
    tables::{Table, tables},
};
use crate::{
    hostile,
    render::{summary, units},
    report::{Bottleneck, Change, Finding, WhereTimeGoes, WorkflowReport},
};

/// Everything about one workflow.
pub(super) struct Section {
    pub(super) id: String,
    pub(super) repository: String,
    pub(super) workflow: String,
    pub(super) path: String,
    pub(super) stats: Vec<Stat>,
    pub(super) charts: Vec<Chart>,
    pub(super) parts: Vec<Part>,
    pub(super) wall_clock: String,
    pub(super) bars: [Bars; 2],
    pub(super) cards: Vec<Card>,
    pub(super) tables: Vec<Table>,
    pub(super) remarks: Vec<String>,
}

/// A number that matters, its name, and what stands behind it.
pub(super) struct Stat {
    pub(super) label: &'static str,
    pub(super) value: String,
    pub(super) note: String,
    /// `good`, `bad` or nothing.
    pub(super) tone: &'static str,
}

/// A part of the wall clock; `start` and `width` in per cent.
pub(super) struct Part {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) time: String,
    pub(super) share: String,
    pub(super) start: Number,
    pub(super) width: Number,
}

/// A bottleneck.
pub(super) struct Card {
    pub(super) severity: &'static str,
    pub(super) kind: &'static str,
    pub(super) places: Vec<String>,
    pub(super) measured: String,
    pub(super) saves: String,
    /// The recommendation: text and names by turns, beginning with text.
    pub(super) advice: Vec<String>,
    /// Its workflow, where it stands outside of its section.
    pub(super) workflow: String,
    pub(super) link: String,
}

impl Section {
    pub(super) fn new(workflow: &WorkflowReport, findings: &[Finding], days: &Days) -> Self {
        let id = id(workflow);
        let of_it = |one: &&Finding| (one.repository_id, one.workflow_id) == summary::key(workflow);
        let findings: Vec<&Finding> = findings.iter().filter(of_it).collect();
        let charts = [
            chart::duration(&id, workflow, &findings, days),
            chart::waiting(&id, workflow, days),
            chart::outcomes(&id, workflow, days),
        ];
        Self {
            repository: hostile::html(&workflow.repository),
            workflow: hostile::html(&workflow.workflow),
            path: workflow.path.as_deref().map(hostile::html).unwrap_or_default(),
            stats: stats(workflow),
            charts: charts.into_iter().filter(|chart| !chart.shapes.is_empty()).collect(),
            parts: parts(&workflow.where_time_goes_s),
            wall_clock: units::duration(workflow.where_time_goes_s.wall_clock),
            bars: [bars::jobs(workflow), bars::steps(workflow)],
            cards: workflow.bottlenecks.iter().map(|one| card(workflow, one)).collect(),
            tables: tables(workflow),
            remarks: remarks(workflow),
            id,
        }
    }
}

/// Ids are identity: a link keeps working when a workflow is renamed.
pub(super) fn id(workflow: &WorkflowReport) -> String {
    format!("w-{}-{}", workflow.repository_id, workflow.workflow_id)
}

fn stats(workflow: &WorkflowReport) -> Vec<Stat> {
    let stat = |label, value, note: String| Stat { label, value, note, tone: "" };
    let interval = workflow.success_rate_interval.map(units::rate_interval).unwrap_or_default();
    let total = &workflow.total_s;
    vec![
        stat(
            "Total, p50",
            units::duration_or_none(total.p50),
            format!("mean {}", units::duration_or_none(total.mean)),
        ),
        stat(
            "Total, p95",
            units::duration_or_none(total.p95),
            format!("max {}", units::duration_or_none(total.max)),
        ),
        stat(
            "Queue, p50",
            units::duration_or_none(workflow.queued_s.p50),
            format!("p95 {}", units::duration_or_none(workflow.queued_s.p95)),
        ),
        stat("Success rate", units::rate_or_none(workflow.success_rate), interval),
        stat("Attempts", units::count(workflow.attempts), outcomes(workflow)),
        trend(&workflow.trend.halves),
    ]
}

fn outcomes(workflow: &WorkflowReport) -> String {
    summary::outcomes(workflow, |name| hostile::terminal(name, 20)).join(", ")
}

fn trend(change: &Change) -> Stat {
    let (Some(percent), Some(before), Some(after)) =
        (change.change_pct, change.before_s, change.after_s)
    else {
        return Stat {
            label: "Trend, green",
            value: units::NONE.to_owned(),
            note: "too little to compare".to_owned(),
            tone: "",
        };
    };
    let interval = change
        .interval_pct
        .map_or_else(String::new, |interval| format!(" ({})", units::change_interval(interval)));
    Stat {
        label: "Trend, green",
        value: units::change(percent),
        note: format!("{}{interval}: {} → {}", change.direction, unbroken(before), unbroken(after)),
        tone: tone(change),
    }
}

/// A duration that does not break over two lines.
fn unbroken(seconds: f64) -> String {
    units::duration(seconds).replace(' ', "\u{a0}")
}

/// Slower is bad and faster good, everything else neither.
pub(super) fn tone(change: &Change) -> &'static str {
    match change.direction {
        "slower" => "bad",
        "faster" => "good",
        _ => "",
    }
}

/// The parts of a wall clock, side by side.
pub(super) fn parts(time: &WhereTimeGoes) -> Vec<Part> {
    let mut start = 0.0;
    let place = |part: summary::Part| {
        let width = part.share * 100.0;
        start += width;
        Part {
            key: part.key,
            label: part.label,
            time: units::duration(part.seconds),
            share: units::rate(part.share),
            start: Number(start - width),
            width: Number(width),
        }
    };
    summary::parts(time).into_iter().map(place).collect()
}

pub(super) fn card(workflow: &WorkflowReport, bottleneck: &Bottleneck) -> Card {
    let places = [&bottleneck.job, &bottleneck.step];
    Card {
        severity: bottleneck.severity,
        kind: summary::kind(bottleneck),
        places: places.into_iter().flatten().map(|name| hostile::html(name)).collect(),
        measured: summary::measured(bottleneck),
        saves: summary::saves(bottleneck).unwrap_or_default(),
        advice: advice(&bottleneck.recommendation),
        workflow: hostile::html(&format!("{} › {}", workflow.repository, workflow.workflow)),
        link: id(workflow),
    }
}

/// Names stand between backquotes. One that brings its own only looks odd.
pub(super) fn advice(recommendation: &str) -> Vec<String> {
    hostile::prose(recommendation).split('`').map(str::to_owned).collect()
}

fn remarks(workflow: &WorkflowReport) -> Vec<String> {
    let mut remarks = Vec::new();
    if workflow.clamped > 0 {
        let times = units::counted(workflow.clamped, "time");
        remarks.push(format!("{times} ran backwards by at most two seconds and counted as zero."));
    }
    if workflow.impossible > 0 {
        let times = units::counted(workflow.impossible, "time");
        remarks.push(format!("{times} ran backwards by more than that and were left out."));
    }
    remarks
}
