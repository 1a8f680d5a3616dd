//! One workflow as its template needs it: words and numbers, ready to be placed.

use super::{
    bars::{self, Bars},
    chart::{self, Chart, Days, Number},
};
use crate::{
    hostile,
    render::{summary, units},
    report::{
        Bottleneck, Change, DayReport, Figures, JobReport, RecentAttempt, SegmentReport,
        WorkflowReport,
    },
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
    pub(super) recommendation: String,
    /// Its workflow, where it stands outside of its section.
    pub(super) workflow: String,
    pub(super) link: String,
}

/// A table to unfold: the first column names the row.
pub(super) struct Table {
    pub(super) title: String,
    pub(super) head: Vec<&'static str>,
    pub(super) rows: Vec<Vec<String>>,
}

impl Section {
    pub(super) fn new(workflow: &WorkflowReport, days: &Days) -> Self {
        let id = id(workflow);
        let charts = [
            chart::duration(&id, workflow, days),
            chart::waiting(&id, workflow, days),
            chart::outcomes(&id, workflow, days),
        ];
        Self {
            repository: hostile::html(&workflow.repository),
            workflow: hostile::html(&workflow.workflow),
            path: workflow.path.as_deref().map(hostile::html).unwrap_or_default(),
            stats: stats(workflow),
            charts: charts.into_iter().filter(|chart| !chart.shapes.is_empty()).collect(),
            parts: parts(workflow),
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
    let mut list: Vec<String> = summary::ordered(&workflow.outcomes)
        .into_iter()
        .map(|(name, times)| format!("{} {}", units::count(times), hostile::terminal(name, 20)))
        .collect();
    if workflow.superseded > 0 {
        list.push(format!("{} superseded", units::count(workflow.superseded)));
    }
    list.join(", ")
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
    Stat {
        label: "Trend, green",
        value: units::change(percent),
        note: format!(
            "{}: {} → {}",
            change.direction,
            units::duration(before),
            units::duration(after)
        ),
        tone: tone(change),
    }
}

/// Slower is bad and faster good, everything else neither.
pub(super) fn tone(change: &Change) -> &'static str {
    match change.direction {
        "slower" => "bad",
        "faster" => "good",
        _ => "",
    }
}

fn parts(workflow: &WorkflowReport) -> Vec<Part> {
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
    summary::parts(&workflow.where_time_goes_s).into_iter().map(place).collect()
}

pub(super) fn card(workflow: &WorkflowReport, bottleneck: &Bottleneck) -> Card {
    let places = [&bottleneck.job, &bottleneck.step];
    Card {
        severity: bottleneck.severity,
        kind: summary::kind(bottleneck),
        places: places.into_iter().flatten().map(|name| hostile::html(name)).collect(),
        measured: summary::measured(bottleneck),
        saves: bottleneck.saves_s.map(units::duration).unwrap_or_default(),
        recommendation: hostile::prose(&bottleneck.recommendation),
        workflow: hostile::html(&format!("{} › {}", workflow.repository, workflow.workflow)),
        link: id(workflow),
    }
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

fn tables(workflow: &WorkflowReport) -> Vec<Table> {
    let all = [
        figures_table(workflow),
        jobs_table(workflow),
        segments_table(&workflow.segments),
        days_table(&workflow.days),
        recent_table(&workflow.recent),
    ];
    all.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

fn figures_table(workflow: &WorkflowReport) -> Table {
    let row = |name: &str, figures: &Figures| {
        let Figures { count, mean, min, p50, p95, p99, max } = *figures;
        let mut cells = vec![name.to_owned(), units::count(count)];
        cells.extend([mean, min, p50, p95, p99, max].map(units::duration_or_none));
        cells
    };
    Table {
        title: "All figures".to_owned(),
        head: vec!["Time", "Count", "Mean", "Min", "p50", "p95", "p99", "Max"],
        rows: vec![
            row("Total", &workflow.total_s),
            row("Total, green attempts", &workflow.green_s),
            row("Queued", &workflow.queued_s),
            row("Ran", &workflow.ran_s),
        ],
    }
}

fn jobs_table(workflow: &WorkflowReport) -> Table {
    let row = |job: &JobReport| {
        vec![
            hostile::html(&job.name),
            hostile::terminal(&job.runner_classes.join(", "), 40),
            units::count(job.ran_s.count),
            units::rate_or_none(job.success_rate),
            units::duration_or_none(job.ran_s.p50),
            units::duration_or_none(job.ran_s.p95),
            units::duration_or_none(job.queued_s.p50),
            units::rate_or_none(job.on_critical_path),
            job.trend.halves.change_pct.map_or_else(|| units::NONE.to_owned(), units::change),
            units::count(job.skipped),
        ]
    };
    let mut rows: Vec<_> = workflow.jobs.iter().map(row).collect();
    if let Some(other) = &workflow.other_jobs {
        let mut cells = vec!["All other jobs".to_owned(), units::NONE.to_owned()];
        cells.extend([units::count(other.ran_s.count), units::NONE.to_owned()]);
        cells.extend(
            [other.ran_s.p50, other.ran_s.p95, other.queued_s.p50].map(units::duration_or_none),
        );
        cells.extend([units::NONE; 3].map(str::to_owned));
        rows.push(cells);
    }
    Table {
        title: units::counted(units::len(&workflow.jobs), "job"),
        head: vec![
            "Job",
            "Runner",
            "Ran",
            "Success",
            "p50",
            "p95",
            "Queue p50",
            "On critical path",
            "Trend",
            "Skipped",
        ],
        rows,
    }
}

fn segments_table(segments: &[SegmentReport]) -> Table {
    let row = |segment: &SegmentReport| {
        vec![
            summary::segment(segment.segment).to_owned(),
            units::count(segment.attempts),
            units::rate_or_none(segment.success_rate),
            units::duration_or_none(segment.total_s.p50),
            units::duration_or_none(segment.total_s.p95),
            units::duration_or_none(segment.green_s.p50),
            units::duration_or_none(segment.queued_s.p50),
        ]
    };
    Table {
        title: units::counted(units::len(segments), "segment"),
        head: vec!["Segment", "Attempts", "Success", "p50", "p95", "Green p50", "Queue p50"],
        rows: segments.iter().map(row).collect(),
    }
}

fn days_table(days: &[DayReport]) -> Table {
    let row = |day: &DayReport| {
        let (success, failed) = (summary::success(&day.outcomes), summary::failed(&day.outcomes));
        vec![
            hostile::html(&day.day),
            units::count(day.attempts),
            units::count(success),
            units::count(failed),
            units::duration_or_none(day.total_s.p50),
            units::duration_or_none(day.total_s.p95),
            units::duration_or_none(day.queued_s.mean),
            units::duration_or_none(day.ran_s.mean),
        ]
    };
    Table {
        title: units::counted(units::len(days), "day"),
        head: vec![
            "Day (UTC)",
            "Attempts",
            "Success",
            "Failed",
            "p50",
            "p95",
            "Mean queue",
            "Mean run",
        ],
        rows: days.iter().map(row).collect(),
    }
}

fn recent_table(recent: &[RecentAttempt]) -> Table {
    let row = |attempt: &RecentAttempt| {
        let number = attempt.run_number.unwrap_or(attempt.run_id);
        let again = if attempt.attempt > 1 {
            format!(" (attempt {})", attempt.attempt)
        } else {
            String::new()
        };
        vec![
            format!("#{number}{again}"),
            summary::minute(&attempt.ended_at),
            hostile::terminal(&attempt.conclusion, 30),
            summary::segment(attempt.segment).to_owned(),
            units::duration_or_none(attempt.queued_s),
            units::duration_or_none(attempt.ran_s),
            units::duration_or_none(attempt.total_s),
        ]
    };
    Table {
        title: units::counted(units::len(recent), "recent attempt"),
        head: vec!["Run", "Ended", "Outcome", "Segment", "Queued", "Ran", "Total"],
        rows: recent.iter().map(row).collect(),
    }
}
