use super::{Page, table, title};
use crate::{
    hostile,
    render::{summary, units},
    report::{Bottleneck, Figures, WorkflowReport},
};

const MOST_JOBS: usize = 20;
const MOST_STEPS: usize = 10;

pub(super) fn section(page: &mut Page, workflow: &WorkflowReport) {
    page.add(&format!("\n## {}\n\n", title(workflow)));
    outcomes(page, workflow);
    let trends = [
        ("second half against first", &workflow.trend.halves),
        ("against the period before", &workflow.trend.previous),
    ];
    for (against, change) in trends {
        if let Some(words) = summary::change(change) {
            page.add(&format!("- Trend: {words}, {against}\n"));
        }
    }
    bottlenecks(page, workflow);
    figures(page, workflow);
    where_time_goes(page, workflow);
    jobs(page, workflow);
    steps(page, workflow);
}

fn outcomes(page: &mut Page, workflow: &WorkflowReport) {
    if let Some(path) = &workflow.path {
        page.add(&format!("- File: {}\n", hostile::markdown(path)));
    }
    let interval = workflow
        .success_rate_interval
        .map_or_else(String::new, |interval| format!(" ({})", units::rate_interval(interval)));
    page.add(&format!(
        "- {}, success rate **{}**{interval}\n",
        units::counted(workflow.attempts, "attempt"),
        units::rate_or_none(workflow.success_rate),
    ));
    let list = summary::outcomes(workflow, hostile::markdown);
    if !list.is_empty() {
        page.add(&format!("- Outcomes: {}\n", list.join(", ")));
    }
}

fn bottlenecks(page: &mut Page, workflow: &WorkflowReport) {
    if workflow.bottlenecks.is_empty() {
        return;
    }
    page.add("\n**Bottlenecks**\n\n");
    for bottleneck in &workflow.bottlenecks {
        page.add(&format!("{}\n", point(bottleneck)));
    }
}

/// A bottleneck as a point of a list.
pub(crate) fn point(bottleneck: &Bottleneck) -> String {
    let advice = hostile::markdown_prose(&bottleneck.recommendation);
    format!("- {}<br>{advice}", headline(bottleneck))
}

/// What it is, where, and how much.
pub(crate) fn headline(bottleneck: &Bottleneck) -> String {
    let mut parts = vec![format!("**{}** ({})", summary::kind(bottleneck), bottleneck.severity)];
    parts.extend(
        [&bottleneck.job, &bottleneck.step].into_iter().flatten().map(|n| hostile::markdown(n)),
    );
    parts.push(summary::measured(bottleneck));
    parts.extend(summary::saves(bottleneck));
    parts.join(" · ")
}

fn figures(page: &mut Page, workflow: &WorkflowReport) {
    let rows = [
        ("Total", &workflow.total_s),
        ("Total, green", &workflow.green_s),
        ("Queued", &workflow.queued_s),
        ("Ran", &workflow.ran_s),
    ];
    let cells = |(name, figures): (&str, &Figures)| {
        let Figures { count, mean, p50, p95, p99, max, .. } = *figures;
        let mut cells = vec![name.to_owned(), units::count(count)];
        cells.extend([mean, p50, p95, p99, max].map(units::duration_or_none));
        cells
    };
    page.add("\n");
    let head = ["Time", "Count", "Mean", "p50", "p95", "p99", "Max"];
    table(page, &head, rows.into_iter().map(cells));
}

fn where_time_goes(page: &mut Page, workflow: &WorkflowReport) {
    let parts = summary::parts(&workflow.where_time_goes_s);
    if parts.is_empty() {
        return;
    }
    let rows = parts.iter().map(|part| {
        vec![part.label.to_owned(), units::rate(part.share), units::duration(part.seconds)]
    });
    page.add("\n");
    table(page, &["Where the wall clock goes", "Share", "Time"], rows);
}

fn jobs(page: &mut Page, workflow: &WorkflowReport) {
    let jobs = summary::slowest_jobs(workflow, MOST_JOBS);
    let rows = jobs.iter().map(|job| {
        vec![
            hostile::markdown(&job.name),
            units::duration_or_none(job.ran_s.p50),
            units::duration_or_none(job.ran_s.p95),
            units::duration_or_none(job.queued_s.p50),
            units::rate_or_none(job.success_rate),
            units::rate_or_none(job.on_critical_path),
        ]
    });
    let head = ["Job", "p50", "p95", "Queue p50", "Success", "On critical path"];
    folded(page, &format!("Slowest jobs ({} of {})", jobs.len(), workflow.jobs.len()), &head, rows);
}

fn steps(page: &mut Page, workflow: &WorkflowReport) {
    let steps = summary::slowest_steps(workflow, MOST_STEPS);
    let rows = steps.iter().map(|(job, step)| {
        vec![
            hostile::markdown(&summary::step_name(step)),
            hostile::markdown(&job.name),
            units::duration_or_none(step.ran_s.p50),
            units::duration_or_none(step.ran_s.p95),
        ]
    });
    folded(page, "Slowest steps", &["Step", "Job", "p50", "p95"], rows);
}

/// A table to unfold; nothing where it has no rows.
fn folded(
    page: &mut Page,
    summary: &str,
    head: &[&str],
    rows: impl ExactSizeIterator<Item = Vec<String>>,
) {
    if rows.len() == 0 {
        return;
    }
    page.add(&format!("\n<details><summary>{summary}</summary>\n\n"));
    table(page, head, rows);
    page.add("\n</details>\n");
}
