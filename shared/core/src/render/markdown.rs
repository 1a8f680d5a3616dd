#[cfg(test)]
mod tests;
mod workflow;

use super::{
    summary::{self, NEXT_STEPS, NO_FINDINGS, NOTHING_YET},
    units,
};
use crate::{
    hostile,
    report::{Report, WorkflowReport},
};

/// The report for people on GitHub: tables first, lists of jobs and steps folded away. No name in
/// it mentions, links or renders anything.
pub fn markdown(report: &Report) -> String {
    let mut text = format!("# Lap times: {}\n", summary::period(report));
    if report.workflows.is_empty() {
        next_steps(&mut text);
    } else {
        totals(&mut text, report);
        if report.workflows.len() > 1 {
            overview(&mut text, report);
        }
        for workflow in &report.workflows {
            workflow::section(&mut text, workflow);
        }
    }
    if report.findings.is_empty() {
        text.push_str(&format!("\n{NO_FINDINGS}.\n"));
    }
    text
}

fn next_steps(text: &mut String) {
    text.push_str(&format!("\n{NOTHING_YET}\n\n"));
    for (what, how) in NEXT_STEPS {
        text.push_str(&format!("- {what}: `{how}`\n"));
    }
    text.push_str("- Or ask for another period with `--from` and `--to`\n");
}

fn totals(text: &mut String, report: &Report) {
    let totals = summary::totals(report);
    text.push_str(&format!(
        "\n{} in {} · **{}** · success rate **{}** · **{}** of wall clock\n",
        units::counted(units::len(&report.workflows), "workflow"),
        units::counted(summary::repositories(report), "repository"),
        units::counted(totals.attempts, "attempt"),
        units::rate_or_none(totals.success_rate),
        units::duration(totals.time.wall_clock),
    ));
}

fn overview(text: &mut String, report: &Report) {
    let rows = report.workflows.iter().map(|workflow| {
        vec![
            title(workflow),
            units::count(workflow.attempts),
            units::rate_or_none(workflow.success_rate),
            units::duration_or_none(workflow.total_s.p50),
            units::duration_or_none(workflow.total_s.p95),
            units::duration_or_none(workflow.queued_s.p50),
            workflow
                .trend
                .halves
                .change_pct
                .map_or_else(|| units::NONE.to_owned(), units::change),
            units::count(units::len(&workflow.bottlenecks)),
        ]
    });
    let head = [
        "Workflow",
        "Attempts",
        "Success",
        "p50",
        "p95",
        "Queue p50",
        "Trend",
        "Bottlenecks",
    ];
    text.push_str("\n## Workflows\n\n");
    table(text, &head, rows);
}

/// `owner/name` › `workflow`, as code spans.
fn title(workflow: &WorkflowReport) -> String {
    format!(
        "{} › {}",
        hostile::markdown(&workflow.repository),
        hostile::markdown(&workflow.workflow)
    )
}

/// A table whose first column is aligned left and the others right.
fn table(text: &mut String, head: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    text.push_str(&format!(
        "| {} |\n|:--|{}\n",
        head.join(" | "),
        "--:|".repeat(head.len() - 1)
    ));
    for row in rows {
        text.push_str(&format!("| {} |\n", row.join(" | ")));
    }
}
