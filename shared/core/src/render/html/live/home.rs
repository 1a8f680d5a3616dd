//! The first page: all workflows in a line each, and what is open.

use askama::Template;

use super::{
    Frame, Site, address,
    address::{Address, Sort},
    cards::{FindingCard, Leads},
};
use crate::{
    flow::{Home, View},
    hostile,
    render::{
        html::{
            HtmlError,
            chart::{Days, Spark, of_medians},
            section::{Stat, tone},
        },
        summary, units, well_formed,
    },
    report::Line,
    row::Segment,
};

/// Workflows in one part of the table.
const ROWS: usize = 100;

/// Open findings told here; the others are on the pages of their workflows.
const MOST_FINDINGS: usize = 12;

/// Periods to choose from, in days.
pub const PERIODS: [u16; 3] = [7, 30, 90];

#[derive(Template)]
#[template(path = "live/home.html")]
struct Page {
    frame: Frame,
    scope: String,
    filters: Filters,
    tiles: Vec<Stat>,
    findings: Vec<FindingCard>,
    more_findings: String,
    heads: Vec<Head>,
    rows: Vec<Row>,
    parts: Vec<Choice>,
}

/// What may be chosen. Hidden fields keep the rest of the address.
struct Filters {
    days: u16,
    sort: &'static str,
    periods: Vec<Choice>,
    repositories: Vec<Choice>,
    segments: Vec<Choice>,
    is_narrowed: bool,
}

/// A link or an option.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

/// The head of a column.
struct Head {
    label: &'static str,
    href: String,
    class: &'static str,
    /// `ascending`, `descending` or nothing.
    sorted: &'static str,
}

/// One workflow.
struct Row {
    href: String,
    repository: String,
    workflow: String,
    spark: Option<Spark>,
    attempts: String,
    success_rate: String,
    p50: String,
    p95: String,
    queue: String,
    trend: String,
    tone: &'static str,
    open: u64,
}

/// The first page.
pub fn home(home: &Home, at: &Address, site: &Site<'_>) -> Result<String, HtmlError> {
    let mut lines: Vec<&Line> = home.lines.iter().collect();
    sort(&mut lines, at.sort, home);
    let parts = lines.len().div_ceil(ROWS).max(1);
    let part = usize::try_from(at.part).unwrap_or(usize::MAX).clamp(1, parts);
    let days = Days::of_board(home);
    let shown = lines.iter().skip((part - 1) * ROWS).take(ROWS);
    let told = home.findings.iter().take(MOST_FINDINGS);
    let more = home.findings.len().saturating_sub(MOST_FINDINGS);
    let page = Page {
        frame: site.frame(format!("Last {}", units::counted(home.view.days.into(), "day")), vec![]),
        scope: format!(
            "{} in {}",
            units::counted(units::len(&home.lines), "workflow"),
            units::counted(repositories(home), "repository"),
        ),
        filters: filters(home, at),
        tiles: tiles(home),
        findings: told
            .map(|one| FindingCard::of(one, Leads::ToWorkflow(&home.view), site.server))
            .collect(),
        more_findings: if more > 0 { format!("{more} more") } else { String::new() },
        heads: heads(at),
        rows: shown.map(|line| row(line, home, &days)).collect(),
        parts: if parts > 1 {
            (1..=parts).map(|nth| choice(at, nth, part)).collect()
        } else {
            vec![]
        },
    };
    Ok(page.render()?)
}

fn choice(at: &Address, nth: usize, part: usize) -> Choice {
    let to = Address { part: u32::try_from(nth).unwrap_or(u32::MAX), ..at.clone() };
    Choice { value: to.href(), label: nth.to_string(), chosen: nth == part }
}

fn repositories(home: &Home) -> u64 {
    let mut ids: Vec<u64> = home.lines.iter().map(|line| line.id.repository).collect();
    ids.dedup();
    ids.sort_unstable();
    ids.dedup();
    units::len(&ids)
}

fn sort(lines: &mut [&Line], by: Sort, home: &Home) {
    let open = |line: &Line| home.open.get(&line.id).copied().unwrap_or_default();
    let seconds = |value: Option<f64>| value.unwrap_or(-1.0);
    // Lines come by name, and stay so among equals.
    match by {
        Sort::Name => {}
        Sort::Attempts => lines.sort_by_key(|line| std::cmp::Reverse(line.attempts)),
        Sort::Findings => lines.sort_by_key(|line| std::cmp::Reverse(open(line))),
        Sort::Success => {
            let rate = |line: &Line| line.success_rate.unwrap_or(2.0);
            lines.sort_by(|a, b| rate(a).total_cmp(&rate(b)));
        }
        Sort::P50 => lines.sort_by(|a, b| seconds(b.p50_s).total_cmp(&seconds(a.p50_s))),
        Sort::P95 => lines.sort_by(|a, b| seconds(b.p95_s).total_cmp(&seconds(a.p95_s))),
        Sort::Queue => lines.sort_by(|a, b| seconds(b.queued_s).total_cmp(&seconds(a.queued_s))),
        Sort::Trend => {
            let moved = |line: &Line| line.trend.change_pct.unwrap_or(f64::NEG_INFINITY);
            lines.sort_by(|a, b| moved(b).total_cmp(&moved(a)));
        }
    }
}

fn filters(home: &Home, at: &Address) -> Filters {
    let view = &home.view;
    let to = |days| Address { view: View { days, ..view.clone() }, part: 1, ..at.clone() };
    let period = |days: u16| Choice {
        value: to(days).href(),
        label: format!("{days} days"),
        chosen: days == view.days,
    };
    // What cannot be asked for is not offered.
    let known = home.repositories.iter().filter(|name| well_formed(name).is_some());
    let repository = |name: &String| Choice {
        value: name.clone(),
        label: hostile::html(name),
        chosen: view.repository.as_ref().is_some_and(|one| one.eq_ignore_ascii_case(name)),
    };
    Filters {
        days: view.days,
        sort: at.sort.name(),
        periods: PERIODS.map(period).into(),
        repositories: known.map(repository).collect(),
        segments: segments(view),
        is_narrowed: view.repository.is_some() || view.segment.is_some(),
    }
}

/// The segments as options.
pub(super) fn segments(view: &View) -> Vec<Choice> {
    let segment = |one: Segment| Choice {
        value: one.name().to_owned(),
        label: summary::segment(one.name()).to_owned(),
        chosen: view.segment == Some(one),
    };
    Segment::ALL.map(segment).into()
}

fn tiles(home: &Home) -> Vec<Stat> {
    let sum = |of: fn(&Line) -> u64| home.lines.iter().map(of).sum::<u64>();
    let (succeeded, judged) = (sum(|line| line.succeeded), sum(|line| line.judged));
    let rate = (judged > 0).then(|| units::float(succeeded) / units::float(judged));
    let slower = home.lines.iter().filter(|line| line.trend.direction == "slower").count();
    let young = home.findings.iter().filter(|one| one.doubt.is_some()).count();
    let open = home.findings.len() - young;
    let worse = home.findings.iter().filter(|one| one.doubt.is_none());
    let worse = worse.filter(|one| one.direction == "regression").count();
    let named = |label, value, note, tone| Stat { label, value, note, tone };
    vec![
        named(
            "Attempts",
            units::count(sum(|line| line.attempts)),
            format!("{} succeeded", units::count(succeeded)),
            "",
        ),
        named(
            "Success rate",
            units::rate_or_none(rate),
            format!("{} failed", units::count(judged - succeeded)),
            "",
        ),
        named(
            "Open findings",
            open.to_string(),
            format!("{}, {young} not yet beyond doubt", units::counted(worse as u64, "regression")),
            if worse > 0 { "bad" } else { "" },
        ),
        named(
            "Slower",
            units::counted(slower as u64, "workflow"),
            "second half against first".to_owned(),
            "",
        ),
    ]
}

fn heads(at: &Address) -> Vec<Head> {
    let labels =
        ["Workflow", "Attempts", "Success", "p50", "p95", "Queue p50", "Trend", "Findings"];
    let head = |(sort, label): (Sort, &'static str)| Head {
        label,
        href: Address { sort, part: 1, ..at.clone() }.href(),
        class: if matches!(sort, Sort::Name | Sort::P50 | Sort::Findings) { "" } else { "wide" },
        sorted: match sort {
            _ if sort != at.sort => "",
            Sort::Name | Sort::Success => "ascending",
            Sort::Attempts | Sort::P50 | Sort::P95 | Sort::Queue | Sort::Trend | Sort::Findings => {
                "descending"
            }
        },
    };
    Sort::ALL.into_iter().zip(labels).map(head).collect()
}

fn row(line: &Line, home: &Home, days: &Days) -> Row {
    let medians = line.medians.iter().map(|(day, median)| (day.to_string(), *median));
    Row {
        href: address::workflow(line.id, &home.view),
        repository: hostile::html(&line.repository),
        workflow: hostile::html(&line.workflow),
        spark: of_medians(medians, days),
        attempts: units::count(line.attempts),
        success_rate: units::rate_or_none(line.success_rate),
        p50: units::duration_or_none(line.p50_s),
        p95: units::duration_or_none(line.p95_s),
        queue: units::duration_or_none(line.queued_s),
        trend: summary::moved(&line.trend),
        tone: tone(&line.trend),
        open: home.open.get(&line.id).copied().unwrap_or_default(),
    }
}
