//! Findings on the pages: what they say, and the runs that show it.

use super::address;
use crate::render::Server;
use crate::{
    flow::View,
    hostile,
    render::{
        clock,
        html::{page::tone_of, section::advice},
        summary, units,
    },
    report::{Finding, FindingAttempt},
    row::WorkflowId,
};

/// A finding with its evidence.
pub(super) struct FindingCard {
    /// `worse`, `better`, `maybe` or `over`.
    pub(super) tone: &'static str,
    pub(super) direction: &'static str,
    pub(super) state: &'static str,
    /// Its workflow; empty on the workflow's own page.
    pub(super) link: String,
    /// Text and names by turns, beginning with text.
    pub(super) title: Vec<String>,
    pub(super) since: String,
    pub(super) lines: Vec<(&'static str, Vec<String>)>,
    pub(super) runs: Vec<RunLink>,
    /// The commits between the runs, on GitHub.
    pub(super) compare: Option<String>,
}

/// A run that a finding speaks of.
pub(super) struct RunLink {
    pub(super) what: &'static str,
    pub(super) label: String,
    pub(super) href: String,
    pub(super) ended: String,
}

/// Whether a card leads to its workflow.
#[derive(Clone, Copy)]
pub(super) enum Leads<'a> {
    ToWorkflow(&'a View),
    Nowhere,
}

impl FindingCard {
    pub(super) fn of(finding: &Finding, leads: Leads<'_>, server: &Server) -> Self {
        let id = WorkflowId { repository: finding.repository_id, workflow: finding.workflow_id };
        let mut lines = vec![("level", level(finding))];
        lines.extend(summary::finding(finding));
        let told = |(what, words): (&'static str, String)| (what, advice(&words));
        let [good, bad] = [&finding.last_good, &finding.first_bad];
        let shas = good.head_sha.as_deref().zip(bad.head_sha.as_deref());
        Self {
            tone: tone_of(finding),
            direction: finding.direction,
            state: summary::state(finding),
            link: match leads {
                Leads::ToWorkflow(view) => address::workflow(id, view),
                Leads::Nowhere => String::new(),
            },
            title: advice(&finding.title),
            since: clock::minute(&bad.ended_at),
            lines: lines.into_iter().map(told).collect(),
            runs: vec![run("last before", good, id), run("first after", bad, id)],
            compare: shas.and_then(|(good, bad)| server.compare(&finding.repository, [good, bad])),
        }
    }
}

/// From where to where its level moved, and how surely.
fn level(finding: &Finding) -> String {
    let value = |value: f64| match finding.unit {
        "s" => units::duration(value),
        _ => units::rate(value),
    };
    let [low, high] = finding.after_interval;
    format!(
        "{} → {} (95 % interval {} to {}), {:.1} standard errors beyond noise",
        value(finding.before),
        value(finding.after),
        value(low),
        value(high),
        finding.errors,
    )
}

fn run(what: &'static str, attempt: &FindingAttempt, id: WorkflowId) -> RunLink {
    let label = match attempt.run_number {
        Some(number) => format!("run #{number}"),
        None => format!("run {}", attempt.run_id),
    };
    RunLink {
        what,
        label,
        href: address::run(id.repository, attempt.run_id, attempt.attempt),
        ended: hostile::html(&clock::minute(&attempt.ended_at)),
    }
}
