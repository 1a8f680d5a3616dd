//! The report for a chat or the head of an issue: sentences, code spans and points alone, which both
//! GitHub and chats take, short enough for one message.

use super::summary;
use super::units;
use super::{bottleneck_headline, clock};
use crate::hostile;
use crate::report::{Bottleneck, Report, WorkflowReport};

/// Characters of a message that chats show whole.
pub const BRIEF_MAX: usize = 4_000;

/// Kept free for the heads, and for what tells how much is left out.
const SPARE: usize = 200;

/// Findings, bottlenecks and workflows that are listed at most.
const MOST_FINDINGS: usize = 8;
const MOST_BOTTLENECKS: usize = 5;
const MOST_WORKFLOWS: usize = 5;

/// What a period was like, in brief. Names stand in code spans: none of them mentions or links.
pub fn brief(report: &Report) -> String {
    let report = &*summary::told_apart(report);
    let mut page = Brief::default();
    page.line(&format!("Lap times {}", clock::period(report)));
    if report.workflows.is_empty() {
        page.line(summary::NOTHING_YET);
        return page.text;
    }
    let totals = summary::totals(report);
    page.line(&format!(
        "{} in {}, {}, success rate {}, {} of wall clock",
        units::counted(units::len(&report.workflows), "workflow"),
        units::counted(summary::repositories(report), "repository"),
        units::counted(totals.attempts, "attempt"),
        units::rate_or_none(totals.success_rate),
        units::duration(totals.time.wall_clock),
    ));
    let findings: Vec<String> = report.findings.iter().map(finding).collect();
    page.list(&format!("Findings: {}", summary::judged(report)), &findings, MOST_FINDINGS);
    let worth = worth(report);
    let advice: Vec<String> = worth.iter().map(|(of, one)| bottleneck(of, one)).collect();
    page.list("Most to gain", &advice, MOST_BOTTLENECKS);
    let slowest: Vec<String> = slowest(report).into_iter().map(workflow).collect();
    page.list("Slowest", &slowest, MOST_WORKFLOWS);
    page.text
}

#[derive(Default)]
struct Brief {
    text: String,
}

impl Brief {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// As many points as there is room for, and how many more there are.
    fn list(&mut self, head: &str, points: &[String], most: usize) {
        // What is empty says so by its head.
        if points.is_empty() && !head.contains(':') {
            return;
        }
        self.line("");
        self.line(head);
        let mut count = 0;
        for point in points.iter().take(most) {
            let length = self.text.chars().count() + point.chars().count();
            if length + SPARE > BRIEF_MAX {
                break;
            }
            self.line(&format!("- {point}"));
            count += 1;
        }
        if count < points.len() {
            self.line(&format!("- and {} more", points.len() - count));
        }
    }
}

fn finding(finding: &crate::report::Finding) -> String {
    let state = match finding.state {
        "confirmed" => String::new(),
        _ => format!(", {}", summary::state(finding)),
    };
    let [title, advice] =
        [&finding.title, &finding.advice].map(|text| hostile::markdown_prose(text));
    format!("{}{state}: {title}; {advice}", finding.direction)
}

/// Bottlenecks with the workflows they are of, by the time that all runs would save.
fn worth(report: &Report) -> Vec<(&WorkflowReport, &Bottleneck)> {
    let of = |workflow| move |one| (workflow, one);
    let all = report.workflows.iter().flat_map(|one| one.bottlenecks.iter().map(of(one)));
    let mut all: Vec<(&WorkflowReport, &Bottleneck)> = all.collect();
    let saved = |(workflow, one): &(&WorkflowReport, &Bottleneck)| {
        one.saves_s.unwrap_or_default() * units::float(workflow.attempts)
    };
    all.sort_by(|a, b| saved(b).total_cmp(&saved(a)));
    // One of each workflow says where to begin.
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|(workflow, _)| seen.insert(summary::key(workflow)));
    all
}

fn bottleneck(workflow: &WorkflowReport, one: &Bottleneck) -> String {
    let headline = bottleneck_headline(one).replace("**", "");
    let advice = hostile::markdown_prose(&one.recommendation);
    format!("{}: {headline}. {advice}", super::markdown::title(workflow))
}

fn slowest(report: &Report) -> Vec<&WorkflowReport> {
    let mut workflows: Vec<&WorkflowReport> = report.workflows.iter().collect();
    let p95 = |workflow: &WorkflowReport| workflow.total_s.p95.unwrap_or_default();
    workflows.sort_by(|a, b| p95(b).total_cmp(&p95(a)));
    workflows
}

fn workflow(workflow: &WorkflowReport) -> String {
    format!(
        "{}: p50 {}, p95 {}, success rate {}, {}",
        super::markdown::title(workflow),
        units::duration_or_none(workflow.total_s.p50),
        units::duration_or_none(workflow.total_s.p95),
        units::rate_or_none(workflow.success_rate),
        units::counted(workflow.attempts, "attempt"),
    )
}

#[cfg(test)]
mod tests;
