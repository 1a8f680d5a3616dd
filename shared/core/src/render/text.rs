pub(super) mod table;
#[cfg(test)]
mod tests;
mod workflow;

use table::{Column, Table};
use unicode_width::UnicodeWidthStr;

use super::{
    clock,
    summary::{self, NEXT_STEPS, NOTHING_YET},
    units,
};
use crate::{
    hostile,
    report::{Difference, Finding, Report, WorkflowReport},
};

/// Below this a table has no room for a name.
const NARROWEST: usize = 40;
/// Above this lines get hard to follow.
const WIDEST: usize = 160;

/// The report for a terminal `width` columns wide: no line is wider (narrower than 40 counts as 40),
/// there are no colours, and nothing in a name acts on the terminal.
pub fn text(report: &Report, width: usize) -> String {
    let report = &*summary::told_apart(report);
    let width = width.clamp(NARROWEST, WIDEST);
    let mut page = Page { width, text: String::new() };
    head(&mut page, report);
    if report.workflows.is_empty() {
        next_steps(&mut page);
    } else {
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
    page.gap();
    page.wrapped(&summary::judged(report), 0);
    for one in &report.findings {
        finding(page, "", one);
    }
}

fn finding(page: &mut Page, sign: &str, finding: &Finding) {
    let mark = match (finding.state, finding.direction) {
        ("recovered" | "silent", _) => "○",
        ("candidate", _) => "?",
        (_, "regression") => "▲",
        _ => "▽",
    };
    page.gap();
    let state = match finding.state {
        "confirmed" => String::new(),
        _ => format!(" ({})", summary::state(finding)),
    };
    page.hanging(
        &format!("{sign:<2}{mark} "),
        &hostile::prose(&(finding.title.clone() + &state)),
        4,
    );
    for (what, words) in summary::finding(finding) {
        page.hanging(&format!("    {what:<14}"), &hostile::prose(&words), 18);
    }
}

/// Findings for a terminal, as in a report; `series` is how many series were judged.
pub fn findings_text(series: u64, findings: &[Finding], width: usize) -> String {
    let mut page = Page { width: width.clamp(NARROWEST, WIDEST), text: String::new() };
    page.line(&summary::judged_of(series, findings));
    for one in findings {
        finding(&mut page, "", one);
    }
    page.text
}

/// What other settings would change, as a diff.
pub fn difference_text(difference: &Difference, width: usize) -> String {
    let mut page = Page { width: width.clamp(NARROWEST, WIDEST), text: String::new() };
    let count = |findings: &[Finding]| units::counted(units::len(findings), "finding");
    page.wrapped(
        &format!(
            "Worth an issue: {} more, {} fewer, {} under both",
            count(&difference.added),
            count(&difference.removed),
            count(&difference.kept)
        ),
        0,
    );
    let parts = [("+", &difference.added), ("-", &difference.removed), (" ", &difference.kept)];
    for (sign, findings) in parts {
        for one in findings {
            finding(&mut page, sign, one);
        }
    }
    page.text
}

/// Lines that are never wider than the terminal.
struct Page {
    width: usize,
    text: String,
}

impl Page {
    fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A line, cut where it is too wide.
    fn line(&mut self, line: &str) {
        self.text.push_str(hostile::terminal(line, self.width).trim_end());
        self.text.push('\n');
    }

    /// Words over as many lines as they need, each behind `indent` columns.
    fn wrapped(&mut self, words: &str, indent: usize) {
        self.hanging(&" ".repeat(indent), words, indent);
    }

    /// The same with `head` in front of the first line. A number keeps its per cent sign.
    fn hanging(&mut self, head: &str, words: &str, indent: usize) {
        let mut line = head.to_owned();
        let mut fresh = true;
        for word in words.replace(" %", "\u{a0}%").split(' ') {
            if !fresh && line.width() + 1 + word.width() > self.width {
                self.line(&line.replace('\u{a0}', " "));
                line = " ".repeat(indent);
                fresh = true;
            }
            if !fresh {
                line.push(' ');
            }
            line.push_str(word);
            fresh = false;
        }
        self.line(&line.replace('\u{a0}', " "));
    }

    fn table(&mut self, table: &Table) {
        self.text.push_str(&table.fit(self.width));
        self.gap();
    }
}

fn head(page: &mut Page, report: &Report) {
    page.wrapped(&format!("Laptime report · {}", clock::period(report)), 0);
    if report.workflows.is_empty() {
        return;
    }
    let totals = summary::totals(report);
    let what = format!(
        "{} in {} · {} · success rate {} · {} of wall clock",
        units::counted(units::len(&report.workflows), "workflow"),
        units::counted(summary::repositories(report), "repository"),
        units::counted(totals.attempts, "attempt"),
        units::rate_or_none(totals.success_rate),
        units::duration(totals.time.wall_clock),
    );
    page.wrapped(&what, 0);
}

fn next_steps(page: &mut Page) {
    page.gap();
    page.line(NOTHING_YET);
    page.gap();
    for (what, how) in NEXT_STEPS {
        page.line(&format!("  {what}:"));
        page.wrapped(how, 4);
    }
    page.line("  Or ask for another period:");
    page.wrapped("laptime report --data DIR --from T --to T", 4);
}

fn overview(page: &mut Page, report: &Report) {
    let mut table = Table::new(vec![
        Column::name("WORKFLOW"),
        Column::number("ATTEMPTS", 3),
        Column::number("SUCCESS", 6),
        Column::number("P50", 7),
        Column::number("P95", 5),
        Column::number("QUEUE P50", 2),
        Column::number("TREND", 4),
        Column::number("TO FIX", 1),
    ]);
    for workflow in &report.workflows {
        table.row(vec![
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
    page.gap();
    page.table(&table);
}

/// `owner/name › workflow`.
fn title(workflow: &WorkflowReport) -> String {
    format!("{} › {}", workflow.repository, workflow.workflow)
}
