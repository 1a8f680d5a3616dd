use super::{
    Page,
    table::{Column, Table},
    title,
};
use crate::{
    hostile,
    render::{summary, units},
    report::{Bottleneck, Change, Figures, WorkflowReport},
};

const MOST_JOBS: usize = 10;
const MOST_STEPS: usize = 8;
const BAR: usize = 28;
const SMALL_BAR: usize = 12;

pub(super) fn section(page: &mut Page, workflow: &WorkflowReport) {
    page.gap();
    page.line(&title(workflow));
    page.line(&"─".repeat(page.width));
    outcomes(page, workflow);
    trend(page, "Trend", "second half against first", &workflow.trend.halves);
    trend(page, "", "against the period before", &workflow.trend.previous);
    figures(page, workflow);
    where_time_goes(page, workflow);
    jobs(page, workflow);
    steps(page, workflow);
    bottlenecks(page, workflow);
}

fn outcomes(page: &mut Page, workflow: &WorkflowReport) {
    let interval = workflow
        .success_rate_interval
        .map_or_else(String::new, |interval| format!(" ({})", units::rate_interval(interval)));
    let rate = format!(
        "{} · success rate {}{interval}",
        units::counted(workflow.attempts, "attempt"),
        units::rate_or_none(workflow.success_rate),
    );
    page.wrapped(&rate, 2);
    let list = summary::outcomes(workflow, |name| hostile::terminal(name, 24));
    page.wrapped(&list.join(" · "), 2);
}

fn trend(page: &mut Page, head: &str, against: &str, change: &Change) {
    if let Some(words) = summary::change(change) {
        page.hanging(&format!("  {head:<8}"), &format!("{words}, {against}"), 10);
    }
}

fn figures(page: &mut Page, workflow: &WorkflowReport) {
    let rows = [
        ("total", &workflow.total_s),
        ("total, green", &workflow.green_s),
        ("queued", &workflow.queued_s),
        ("ran", &workflow.ran_s),
    ];
    let mut table = Table::new(vec![
        Column::text("TIME", 9),
        Column::number("COUNT", 2),
        Column::number("MEAN", 4),
        Column::number("P50", 8),
        Column::number("P95", 7),
        Column::number("P99", 3),
        Column::number("MAX", 5),
    ]);
    for (name, figures) in rows {
        let mut cells = vec![name.to_owned(), units::count(figures.count)];
        let Figures { mean, p50, p95, p99, max, .. } = *figures;
        cells.extend([mean, p50, p95, p99, max].map(units::duration_or_none));
        table.row(cells);
    }
    page.gap();
    page.table(&table);
}

fn where_time_goes(page: &mut Page, workflow: &WorkflowReport) {
    let time = &workflow.where_time_goes_s;
    let parts = summary::parts(time);
    if parts.is_empty() {
        return;
    }
    let mut table = Table::new(vec![
        Column::text("WHERE TIME GOES", 9),
        Column::text("", 1),
        Column::number("SHARE", 8),
        Column::number("TIME", 7),
    ]);
    for part in parts {
        table.row(vec![
            part.label.to_owned(),
            bar(part.share, BAR),
            units::rate(part.share),
            units::duration(part.seconds),
        ]);
    }
    page.gap();
    page.table(&table);
}

fn jobs(page: &mut Page, workflow: &WorkflowReport) {
    let jobs = summary::slowest_jobs(workflow, MOST_JOBS);
    let Some(longest) = jobs.first().and_then(|job| job.ran_s.p50) else {
        return;
    };
    let mut table = Table::new(vec![
        Column::name("SLOWEST JOBS"),
        Column::text("", 1),
        Column::number("P50", 9),
        Column::number("P95", 8),
        Column::number("QUEUE P50", 3),
        Column::number("SUCCESS", 5),
        Column::number("CRITICAL", 4),
    ]);
    for job in &jobs {
        table.row(vec![
            job.name.clone(),
            bar(job.ran_s.p50.unwrap_or(0.0) / longest, SMALL_BAR),
            units::duration_or_none(job.ran_s.p50),
            units::duration_or_none(job.ran_s.p95),
            units::duration_or_none(job.queued_s.p50),
            units::rate_or_none(job.success_rate),
            units::rate_or_none(job.on_critical_path),
        ]);
    }
    page.gap();
    page.table(&table);
    more(page, workflow.jobs.len().saturating_sub(jobs.len()), "job");
}

fn more(page: &mut Page, left: usize, noun: &str) {
    if left > 0 {
        let left = units::counted(u64::try_from(left).unwrap_or(u64::MAX), noun);
        page.line(&format!("  … and {left} in --format json"));
    }
}

fn steps(page: &mut Page, workflow: &WorkflowReport) {
    let steps = summary::slowest_steps(workflow, MOST_STEPS);
    let Some(longest) = steps.first().and_then(|(_, step)| step.ran_s.p50) else {
        return;
    };
    let mut table = Table::new(vec![
        Column::name("SLOWEST STEPS"),
        Column::name("JOB"),
        Column::text("", 1),
        Column::number("P50", 9),
        Column::number("P95", 8),
    ]);
    for (job, step) in steps {
        table.row(vec![
            summary::step_name(step),
            job.name.clone(),
            bar(step.ran_s.p50.unwrap_or(0.0) / longest, SMALL_BAR),
            units::duration_or_none(step.ran_s.p50),
            units::duration_or_none(step.ran_s.p95),
        ]);
    }
    page.gap();
    page.table(&table);
}

fn bottlenecks(page: &mut Page, workflow: &WorkflowReport) {
    if workflow.bottlenecks.is_empty() {
        return;
    }
    page.gap();
    page.line("  BOTTLENECKS");
    for bottleneck in &workflow.bottlenecks {
        page.hanging(&format!("  {:<8}", bottleneck.severity), &headline(bottleneck), 10);
        page.wrapped(&hostile::prose(&bottleneck.recommendation), 10);
    }
}

fn headline(bottleneck: &Bottleneck) -> String {
    let names = [&bottleneck.job, &bottleneck.step].into_iter().flatten();
    let what = std::iter::once(summary::kind(bottleneck).to_owned())
        .chain(names.map(|name| hostile::terminal(name, 40)));
    let mut parts = vec![what.collect::<Vec<_>>().join(" › "), summary::measured(bottleneck)];
    parts.extend(summary::saves(bottleneck));
    parts.join(" · ")
}

/// A bar of `most` columns for a share of 1, in eighths of a column; never empty above 0.
fn bar(share: f64, most: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let most = u64::try_from(most).unwrap_or(0) * 8;
    let eighths = units::whole(share.clamp(0.0, 1.0) * units::float(most));
    let eighths = usize::try_from(eighths.max(u64::from(share > 0.0))).unwrap_or(0);
    let rest = EIGHTHS.get(eighths % 8).copied().unwrap_or_default();
    format!("{}{rest}", "█".repeat(eighths / 8))
}
