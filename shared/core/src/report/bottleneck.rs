//! What to look at first: thresholds crossed, each with what to do and what it could save.

mod job;
mod workflow;

use crate::config::Thresholds;
use crate::hostile::quoted;
use crate::render::{duration, rate};
use crate::report::{Bottleneck, JobReport, StepReport, WorkflowReport};
use crate::stats::round;

/// A bottleneck that follows from the shape of a workflow alone is told from this saving on.
const WORTH_S: f64 = 30.0;

// In alphabetical order `high` comes before `medium`, which is also the order of severity.
const HIGH: &str = "high";
const MEDIUM: &str = "medium";

/// All bottlenecks of a workflow, most severe first, then by what they could save.
pub(super) fn bottlenecks(report: &WorkflowReport, thresholds: &Thresholds) -> Vec<Bottleneck> {
    let search = Search { report, thresholds };
    let mut found: Vec<Bottleneck> = search.in_workflow();
    found.extend(report.jobs.iter().flat_map(|job| search.in_job(job)));
    found.sort_by(|a, b| {
        let saves = |one: &Bottleneck| one.saves_s.unwrap_or_default();
        (a.severity.cmp(b.severity))
            .then(saves(b).total_cmp(&saves(a)))
            .then_with(|| (a.kind, &a.job, &a.step).cmp(&(b.kind, &b.job, &b.step)))
    });
    found
}

struct Search<'a> {
    report: &'a WorkflowReport,
    thresholds: &'a Thresholds,
}

/// A value that crossed one of two thresholds.
struct Crossed {
    severity: &'static str,
    threshold: f64,
}

/// Which of two thresholds is crossed, if any.
fn crossed(value: f64, medium: f64, high: f64) -> Option<Crossed> {
    if value > high {
        Some(Crossed { severity: HIGH, threshold: high })
    } else {
        (value > medium).then_some(Crossed { severity: MEDIUM, threshold: medium })
    }
}

fn saving(seconds: f64) -> f64 {
    round(seconds.max(0.0), 3)
}

fn slowest_step(job: &JobReport) -> Option<&StepReport> {
    let mean = |step: &StepReport| step.ran_s.mean.unwrap_or_default();
    let steps = job.steps.iter().filter(|step| step.ran_s.count > 0);
    steps.max_by(|a, b| mean(a).total_cmp(&mean(b)).then_with(|| b.name.cmp(&a.name)))
}

fn slowest_step_text(job: &JobReport) -> String {
    slowest_step(job)
        .map(|step| format!(" (longest step: {})", quoted(&step.name)))
        .unwrap_or_default()
}
