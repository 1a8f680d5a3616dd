use super::chart::Number;
use crate::{
    hostile,
    render::{summary, units},
    report::{Figures, WorkflowReport},
};

const MOST: usize = 8;

/// A list of horizontal bars on one scale: the median as a bar, the 95th percentile as a mark.
pub(super) struct Bars {
    pub(super) title: &'static str,
    pub(super) noun: &'static str,
    pub(super) rows: Vec<BarRow>,
}

/// One bar; lengths are percentages.
pub(super) struct BarRow {
    pub(super) name: String,
    /// Where it belongs: the job of a step.
    pub(super) within: String,
    pub(super) p50: String,
    pub(super) p95: String,
    pub(super) bar: Number,
    pub(super) mark: Number,
    pub(super) reach: Number,
}

/// The slowest jobs.
pub(super) fn jobs(workflow: &WorkflowReport) -> Bars {
    let jobs = summary::slowest_jobs(workflow, MOST);
    let longest = longest(jobs.iter().map(|job| &job.ran_s));
    let rows = jobs.iter().map(|job| row(&job.name, None, &job.ran_s, longest)).collect();
    Bars { title: "Slowest jobs", noun: "Job", rows }
}

/// The slowest steps.
pub(super) fn steps(workflow: &WorkflowReport) -> Bars {
    let steps = summary::slowest_steps(workflow, MOST);
    let longest = longest(steps.iter().map(|(_, step)| &step.ran_s));
    let rows = steps
        .iter()
        .map(|(job, step)| row(&summary::step_name(step), Some(&job.name), &step.ran_s, longest))
        .collect();
    Bars { title: "Slowest steps", noun: "Step", rows }
}

fn longest<'a>(figures: impl Iterator<Item = &'a Figures>) -> f64 {
    figures.filter_map(|figures| figures.p95.or(figures.p50)).fold(0.0, f64::max)
}

fn row(name: &str, within: Option<&str>, figures: &Figures, longest: f64) -> BarRow {
    let share = |value: Option<f64>| match value {
        Some(value) if longest > 0.0 => (value / longest * 100.0).clamp(0.0, 100.0),
        _ => 0.0,
    };
    let (bar, mark) = (share(figures.p50), share(figures.p95));
    BarRow {
        name: hostile::html(name),
        within: within.map(hostile::html).unwrap_or_default(),
        p50: units::duration_or_none(figures.p50),
        p95: units::duration_or_none(figures.p95),
        bar: Number(bar),
        mark: Number(mark),
        reach: Number((mark - bar).max(0.0)),
    }
}
