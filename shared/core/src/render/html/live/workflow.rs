//! One workflow in depth.

use askama::Template;

use super::{
    Crumb, Frame, Site, address,
    address::Address,
    cards::{FindingCard, Leads},
    home::{Choice, PERIODS, segments},
};
use crate::{
    flow::View,
    hostile,
    render::{
        clock,
        html::{HtmlError, chart::Days, section::Section},
        summary, units,
    },
    report::{RecentAttempt, Report, WorkflowReport},
    row::WorkflowId,
};

#[derive(Template)]
#[template(path = "live/workflow.html")]
struct Page {
    frame: Frame,
    /// The workflow's own address without a query.
    path: String,
    server: Option<String>,
    periods: Vec<Choice>,
    segments: Vec<Choice>,
    days: u16,
    judged: String,
    findings: Vec<FindingCard>,
    section: Option<Section>,
    runs: Vec<RunRow>,
}

/// One of the latest attempts.
struct RunRow {
    href: String,
    label: String,
    ended: String,
    outcome: String,
    tone: &'static str,
    segment: &'static str,
    queued: String,
    ran: String,
    total: String,
}

/// One workflow in depth, from the report on it alone.
pub fn workflow(report: &Report, view: &View, site: &Site<'_>) -> Result<String, HtmlError> {
    let Some(one) = report.workflows.first() else {
        return Err(askama::Error::custom("no workflow in the report").into());
    };
    let mut section = Section::new(one, &report.findings, &Days::of(report));
    if !one.recent.is_empty() {
        // They have a table of their own here, with links.
        section.tables.pop();
    }
    let id = WorkflowId { repository: one.repository_id, workflow: one.workflow_id };
    let path = one.path.as_deref();
    let findings = report.findings.iter();
    let page = Page {
        server: path.and_then(|path| site.server.workflow(&one.repository, path)),
        judged: summary::judged(report),
        findings: findings.map(|one| FindingCard::of(one, Leads::Nowhere, site.server)).collect(),
        runs: one.recent.iter().map(|attempt| run(one, attempt)).collect(),
        ..empty(id, &section.workflow, Some(&one.repository), view, site)
    };
    Ok(Page { section: Some(section), ..page }.render()?)
}

/// A workflow of which nothing ended in the days that are looked at.
pub fn quiet_workflow(id: WorkflowId, view: &View, site: &Site<'_>) -> Result<String, HtmlError> {
    Ok(empty(id, &format!("Workflow {}", id.workflow), None, view, site).render()?)
}

fn empty(
    id: WorkflowId,
    title: &str,
    repository: Option<&String>,
    view: &View,
    site: &Site<'_>,
) -> Page {
    let period = |days: u16| Choice {
        value: address::workflow(id, &View { days, ..view.clone() }),
        label: format!("{days} days"),
        chosen: days == view.days,
    };
    let all = View { repository: None, segment: None, days: view.days };
    let mut crumbs =
        vec![Crumb { href: Address::of(all.clone()).href(), label: "All workflows".to_owned() }];
    crumbs.extend(repository.map(|name| Crumb {
        href: Address::of(View { repository: Some(name.clone()), ..all }).href(),
        label: hostile::html(name),
    }));
    Page {
        frame: site.frame(title.to_owned(), crumbs),
        path: format!("/workflow/{}/{}", id.repository, id.workflow),
        server: None,
        periods: PERIODS.map(period).into(),
        segments: segments(view),
        days: view.days,
        judged: String::new(),
        findings: Vec::new(),
        section: None,
        runs: Vec::new(),
    }
}

fn run(workflow: &WorkflowReport, attempt: &RecentAttempt) -> RunRow {
    let number = attempt.run_number.unwrap_or(attempt.run_id);
    let again = match attempt.attempt {
        0 | 1 => String::new(),
        nth => format!(" (attempt {nth})"),
    };
    RunRow {
        href: address::run(workflow.repository_id, attempt.run_id, attempt.attempt),
        label: format!("#{number}{again}"),
        ended: clock::minute(&attempt.ended_at),
        outcome: hostile::terminal(&attempt.conclusion, 30),
        tone: outcome_tone(&attempt.conclusion),
        segment: summary::segment(attempt.segment),
        queued: units::duration_or_none(attempt.queued_s),
        ran: units::duration_or_none(attempt.ran_s),
        total: units::duration_or_none(attempt.total_s),
    }
}

/// `ok`, `bad` or `neither`.
pub(super) fn outcome_tone(conclusion: &str) -> &'static str {
    match conclusion {
        "success" => "ok",
        failed if summary::is_failed(failed) => "bad",
        _ => "neither",
    }
}
