#[cfg(test)]
mod tests;
mod workflow;

pub(crate) use workflow::{headline as bottleneck_headline, point as bottleneck};

use super::{
    BODY_MAX, clock,
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
        sections(&mut page, report);
    }
    page.text
}

/// A section for each workflow, as far as there is room: those with bottlenecks go first, and stand
/// in the order of all.
fn sections(page: &mut Page, report: &Report) {
    let mut sections: Vec<(usize, &WorkflowReport)> = report.workflows.iter().enumerate().collect();
    sections.sort_by_key(|(_, workflow)| {
        std::cmp::Reverse((workflow.bottlenecks.len(), workflow.attempts))
    });
    let mut room = BODY_MAX.saturating_sub(page.text.chars().count() + SPARE);
    let mut shown = std::collections::BTreeMap::new();
    for (place, workflow) in sections {
        let mut section = Page::default();
        workflow::section(&mut section, workflow);
        if let Some(left) = room.checked_sub(section.text.chars().count()) {
            room = left;
            shown.insert(place, section.text);
        }
    }
    for section in shown.values() {
        page.add(section);
    }
    if let Some(more @ 1..) = report.workflows.len().checked_sub(shown.len()) {
        let more = units::counted(more as u64, "workflow");
        page.add(&format!(
            "\n*{more} more: GitHub takes no longer text. The HTML and JSON of this report have all.*\n"
        ));
    }
}

/// Kept free for what tells what is left out.
const SPARE: usize = 200;

/// Bytes after which no more findings, and no more workflows, are listed, so that the rest has room.
const FINDINGS_END: usize = 20_000;
const LIST_END: usize = 44_000;

/// What changed, before anything else: silence is told too.
fn findings(page: &mut Page, report: &Report) {
    page.add(&format!("\n## Findings\n\n{}\n", summary::judged(report)));
    let mut left = report.findings.len();
    for finding in &report.findings {
        if page.text.len() > FINDINGS_END {
            break;
        }
        left -= 1;
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
    if left > 0 {
        page.add(&format!("\n- and {}\n", units::counted(left as u64, "more finding")));
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

    fn row(&mut self, cells: &[String]) {
        self.add(&format!("| {} |\n", cells.join(" | ")));
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
    let head =
        ["Workflow", "Attempts", "Success", "p50", "p95", "Queue p50", "Trend", "Bottlenecks"];
    page.add("\n## Workflows\n\n");
    table(page, &head, [].into_iter());
    let mut left = report.workflows.len();
    for workflow in &report.workflows {
        if page.text.len() > LIST_END {
            break;
        }
        left -= 1;
        page.row(&[
            title(workflow),
            units::count(workflow.attempts),
            units::rate_or_none(workflow.success_rate),
            units::duration_or_none(workflow.total_s.p50),
            units::duration_or_none(workflow.total_s.p95),
            units::duration_or_none(workflow.queued_s.p50),
            summary::moved(&workflow.trend.halves),
            units::count(units::len(&workflow.bottlenecks)),
        ]);
    }
    if left > 0 {
        page.add(&format!("\n*and {}*\n", units::counted(left as u64, "more workflow")));
    }
}

/// `owner/name` › `workflow`, as code spans.
pub(super) fn title(workflow: &WorkflowReport) -> String {
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
        page.row(&row);
    }
}
