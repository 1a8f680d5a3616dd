#[cfg(test)]
mod tests;
mod workflow;

pub(crate) use workflow::point as bottleneck;

use super::{
    clock,
    summary::{self, NEXT_STEPS, NOTHING_YET},
    units,
};
use crate::{
    hostile,
    report::{Report, WorkflowReport},
};

/// The report for people on GitHub: tables first, lists of jobs and steps folded away. No name in
/// it mentions, links or renders anything.
pub fn markdown(report: &Report) -> String {
    let report = &*summary::told_apart(report);
    let mut page = Page::default();
    page.add(&format!("# Lap times: {}\n", clock::period(report)));
    if report.workflows.is_empty() {
        next_steps(&mut page);
    } else {
        totals(&mut page, report);
        findings(&mut page, report);
        if report.workflows.len() > 1 {
            overview(&mut page, report);
        }
        for workflow in &report.workflows {
            workflow::section(&mut page, workflow);
        }
    }
    page.text
}

/// What changed, before anything else: silence is told too.
fn findings(page: &mut Page, report: &Report) {
    page.add(&format!("\n## Findings\n\n{}\n", summary::judged(report)));
    for finding in &report.findings {
        let state = match finding.state {
            "confirmed" => String::new(),
            _ => format!(", {}", summary::state(finding)),
        };
        page.add(&format!(
            "\n- **{}**{state}: {}\n",
            finding.direction,
            hostile::markdown_prose(&finding.title)
        ));
        for (what, words) in summary::finding(finding) {
            let words = hostile::markdown_prose(&words);
            let colon = if what.is_empty() { "" } else { ": " };
            page.add(&format!("  - {what}{colon}{words}\n"));
        }
    }
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn add(&mut self, text: &str) {
        self.text.push_str(text);
    }
}

fn next_steps(page: &mut Page) {
    page.add(&format!("\n{NOTHING_YET}\n\n"));
    for (what, how) in NEXT_STEPS {
        page.add(&format!("- {what}: `{how}`\n"));
    }
    page.add("- Or ask for another period with `--from` and `--to`\n");
}

fn totals(page: &mut Page, report: &Report) {
    let totals = summary::totals(report);
    page.add(&format!(
        "\n{} in {} · **{}** · success rate **{}** · **{}** of wall clock\n",
        units::counted(units::len(&report.workflows), "workflow"),
        units::counted(summary::repositories(report), "repository"),
        units::counted(totals.attempts, "attempt"),
        units::rate_or_none(totals.success_rate),
        units::duration(totals.time.wall_clock),
    ));
}

fn overview(page: &mut Page, report: &Report) {
    let rows = report.workflows.iter().map(|workflow| {
        vec![
            title(workflow),
            units::count(workflow.attempts),
            units::rate_or_none(workflow.success_rate),
            units::duration_or_none(workflow.total_s.p50),
            units::duration_or_none(workflow.total_s.p95),
            units::duration_or_none(workflow.queued_s.p50),
            summary::moved(&workflow.trend.halves),
            units::count(units::len(&workflow.bottlenecks)),
        ]
    });
    let head =
        ["Workflow", "Attempts", "Success", "p50", "p95", "Queue p50", "Trend", "Bottlenecks"];
    page.add("\n## Workflows\n\n");
    table(page, &head, rows);
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
fn table(page: &mut Page, head: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    page.add(&format!("| {} |\n|:--|{}\n", head.join(" | "), "--:|".repeat(head.len() - 1)));
    for row in rows {
        page.add(&format!("| {} |\n", row.join(" | ")));
    }
}
