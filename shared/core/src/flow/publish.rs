//! Scheduled reports: of every day and every week that has ended, for each repository and for all.
//! Each object is put once and stays; beside them lies a copy of the latest.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Thresholds;
use crate::flow::{Period, ReportError, report};
use crate::port::{Library, Object, Objects, Stored};
use crate::render;
use crate::report::{Report, WorkflowReport};
use crate::time::{Day, Time};

/// Days and weeks looked back at for reports that are missing.
const DAYS_BACK: i32 = 7;
const WEEKS_BACK: i32 = 2;

/// How long after the end of a period the last pass has to end. Before that, what happened in its
/// last minutes may still be on its way from GitHub.
const SETTLED_MS: i64 = 15 * 60_000;

/// Tries at a copy that somebody else is replacing too.
const TRIES: u32 = 5;

/// What was put.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Published {
    /// Periods that were complete before.
    pub complete: u64,
    /// Periods completed now.
    pub periods: Vec<String>,
    /// Objects put for them.
    pub objects: u64,
    /// Objects that were there before.
    pub known: u64,
    /// What could not be reported, in words. It is tried again the next time.
    pub problems: Vec<String>,
}

/// A day or a week.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    kind: &'static str,
    name: String,
    from: Day,
    to: Day,
}

/// Publishes what has ended by `now` and is missing, oldest first.
pub async fn publish(
    library: &impl Library,
    objects: &impl Objects,
    thresholds: &Thresholds,
    now: Time,
) -> Stored<Published> {
    let mut published = Published::default();
    let mut begun = BTreeSet::new();
    // Asked first: all that this pass filed is in what is read after it.
    let last_pass = library.standing().await?.last_pass;
    for term in terms(now.day()) {
        // The last object of a term tells that all of it is there.
        if objects.has(&term.key("all", "json")).await? {
            published.complete += 1;
            begun.insert(term.kind);
            continue;
        }
        if let Some(why) = term.waits(last_pass) {
            published.problems.push(format!("{} {} {why}", term.kind, term.name));
            continue;
        }
        let period =
            Period { from: Some(term.from.start()), to: Some(term.to.start()), repository: None };
        match report(library, &period, thresholds, now).await {
            // Of the time before the first attempt that is known there is nothing to report.
            Ok(whole) if whole.workflows.is_empty() && !begun.contains(term.kind) => {}
            Ok(whole) => {
                begun.insert(term.kind);
                put_term(objects, &term, whole, &mut published).await?;
                published.periods.push(format!("{} {}", term.kind, term.name));
            }
            Err(ReportError::Store(error)) => return Err(error),
            Err(error) => published.problems.push(format!("{} {}: {error}", term.kind, term.name)),
        }
    }
    Ok(published)
}

async fn put_term(
    objects: &impl Objects,
    term: &Term,
    whole: Report,
    published: &mut Published,
) -> Stored<()> {
    for (repository, part) in by_repository(&whole) {
        put_report(objects, term, &folder(&repository), &part, published).await?;
    }
    put_report(objects, term, "all", &whole, published).await
}

/// The report in all its forms, JSON last.
async fn put_report(
    objects: &impl Objects,
    term: &Term,
    scope: &str,
    report: &Report,
    published: &mut Published,
) -> Stored<()> {
    let forms = [
        ("html", "text/html; charset=utf-8", html(report, published)),
        ("md", "text/markdown; charset=utf-8", Some(render::markdown(report))),
        ("json", "application/json", Some(render::json(report))),
    ];
    for (extension, content_type, text) in forms {
        let Some(text) = text else { continue };
        let latest = format!("reports/{}/{scope}/latest.{extension}", term.kind);
        let copy = Object { key: latest, content_type, body: text.into_bytes() };
        put_latest(objects, &copy, &term.name).await?;
        let object = Object { key: term.key(scope, extension), ..copy };
        if objects.create(&object).await? {
            published.objects += 1;
        } else {
            published.known += 1;
        }
    }
    Ok(())
}

fn html(report: &Report, published: &mut Published) -> Option<String> {
    match render::html(report) {
        Ok(text) => Some(text),
        Err(error) => {
            published.problems.push(format!("the page could not be made: {error}"));
            None
        }
    }
}

/// Puts a copy, unless one of a later term stands there.
async fn put_latest(objects: &impl Objects, copy: &Object, period: &str) -> Stored<()> {
    for _ in 0..TRIES {
        let before = objects.standing(&copy.key).await?;
        if before.as_ref().is_some_and(|before| before.period.as_str() > period) {
            return Ok(());
        }
        if objects.replace(copy, period, before.as_ref()).await? {
            return Ok(());
        }
    }
    // Others are at it all the time, with terms no older than this one.
    Ok(())
}

/// The parts of a report, by `owner/name`.
fn by_repository(whole: &Report) -> BTreeMap<String, Report> {
    let mut parts: BTreeMap<String, Vec<WorkflowReport>> = BTreeMap::new();
    for workflow in &whole.workflows {
        parts.entry(workflow.repository.clone()).or_default().push(workflow.clone());
    }
    let part = |workflows| Report {
        schema: whole.schema,
        generated_at: whole.generated_at.clone(),
        from: whole.from.clone(),
        to: whole.to.clone(),
        workflows,
        findings: whole.findings.clone(),
    };
    parts.into_iter().map(|(name, workflows)| (name, part(workflows))).collect()
}

/// The folder of a repository. GitHub's names need no escape; anything else is not trusted.
fn folder(repository: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_./".contains(c) { c } else { '_' };
    let name: String = repository.chars().take(200).map(plain).collect();
    let parts =
        name.split('/').map(|part| if part.trim_matches('.').is_empty() { "_" } else { part });
    format!("repositories/{}", parts.collect::<Vec<_>>().join("/"))
}

impl Term {
    /// Why it is too early to report it: nobody can tell yet that all of it has been filed.
    fn waits(&self, last_pass: Option<Time>) -> Option<String> {
        let settled = self.to.start().plus_millis(SETTLED_MS);
        let last = match last_pass {
            Some(last) if last >= settled => return None,
            Some(last) => format!("the last one ended at {last}"),
            None => "none has ended yet".to_owned(),
        };
        Some(format!("waits for a pass that ends at {settled} or later: {last}"))
    }

    fn key(&self, scope: &str, extension: &str) -> String {
        format!("reports/{}/{scope}/{}.{extension}", self.kind, self.name)
    }
}

/// Days and weeks that ended before `today` began, oldest first.
fn terms(today: Day) -> Vec<Term> {
    let this_week = today.week();
    let days = (1..=DAYS_BACK).rev().map(|back| {
        let from = Day(today.0 - back);
        Term { kind: "daily", name: from.to_string(), from, to: from.next() }
    });
    let weeks = (1..=WEEKS_BACK).rev().map(|back| {
        let from = Day(this_week.0 - 7 * back);
        Term { kind: "weekly", name: from.iso_week(), from, to: Day(from.0 + 7) }
    });
    days.chain(weeks).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_mondays_and_go_by_their_iso_names() {
        let today = |text: &str| text.parse::<Time>().unwrap().day();
        let names = |day: Day| terms(day).into_iter().map(|term| term.key("all", "md"));
        // 2027-01-04 is a Monday; the week before began in the old year and bears its name.
        let monday: Vec<String> = names(today("2027-01-04T00:10:00Z")).collect();
        assert_eq!(monday[6], "reports/daily/all/2027-01-03.md");
        assert_eq!(
            &monday[7..],
            ["reports/weekly/all/2026-W52.md", "reports/weekly/all/2026-W53.md"]
        );
        let sunday: Vec<String> = names(today("2027-01-03T23:59:59Z")).collect();
        assert_eq!(
            &sunday[7..],
            ["reports/weekly/all/2026-W51.md", "reports/weekly/all/2026-W52.md"]
        );
    }

    #[test]
    fn a_folder_is_named_by_what_may_stand_in_a_key() {
        assert_eq!(folder("acme/web.js"), "repositories/acme/web.js");
        assert_eq!(folder("../..//\u{202e}x y"), "repositories/_/_/_/_x_y");
    }
}
