//! The numbers behind the charts, as tables to unfold.

use crate::{
    hostile,
    render::{clock, summary, units},
    report::{DayReport, Figures, JobReport, RecentAttempt, SegmentReport, WorkflowReport},
};

/// A table to unfold: the first column names the row.
pub(super) struct Table {
    pub(super) title: String,
    pub(super) head: Vec<&'static str>,
    pub(super) rows: Vec<Vec<String>>,
}

/// The tables of a workflow, those without rows left out; the recent attempts are the last.
pub(super) fn tables(workflow: &WorkflowReport) -> Vec<Table> {
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
            summary::moved(&job.trend.halves),
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
            clock::minute(&attempt.ended_at),
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
