//! One attempt.

use askama::Template;

use super::{Crumb, Frame, Site, address, address::Address, gantt::Gantt, workflow::outcome_tone};
use crate::{
    flow::View,
    hostile,
    model::AttemptId,
    render::{
        clock,
        html::{
            HtmlError,
            section::{Part, Stat, parts},
        },
        summary, units,
    },
    report::WhereTimeGoes,
    row::{Parts, Times, WorkflowId},
    time::{Millis, Time},
    timeline::Timeline,
};

/// The period that links from here look at.
const DAYS: u16 = 30;

#[derive(Template)]
#[template(path = "live/run.html")]
struct Page {
    frame: Frame,
    attempt: u32,
    outcome: String,
    tone: &'static str,
    server: Option<String>,
    commit: Option<(String, String)>,
    facts: Vec<(&'static str, String)>,
    stats: Vec<Stat>,
    parts: Vec<Part>,
    gantt: Option<Gantt>,
    left_out: usize,
    /// Other attempts of the run that are known.
    attempts: Vec<(u32, String)>,
    sealed: String,
}

/// What stays of an attempt in a sealed day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// Its identity.
    pub id: AttemptId,
    /// Its workflow.
    pub workflow: WorkflowId,
    /// Number of the run within it.
    pub run_number: Option<u64>,
    /// Its start.
    pub started: Option<Time>,
    /// Its end.
    pub ended: Option<Time>,
}

/// One attempt as it went; `attempts` are all of its run that are known.
pub fn run(timeline: &Timeline, attempts: &[u32], site: &Site<'_>) -> Result<String, HtmlError> {
    let id = timeline.id;
    let repository = &timeline.repository;
    let times = timeline.measured.map(|(_, times, _)| times).unwrap_or_default();
    let spent = timeline.measured.and_then(|(_, _, spent)| spent);
    let conclusion = timeline.conclusion.as_deref();
    let sha = timeline.head_sha.as_deref();
    let commit = sha.and_then(|sha| {
        let href = site.server.commit(repository, sha)?;
        Some((href, sha.chars().take(10).collect()))
    });
    let name = timeline.name.as_ref().map(|name| hostile::html(name));
    let crumbs = crumbs(timeline.workflow, Some(repository), name);
    let page = Page {
        frame: site.frame(title(timeline.run_number, id), crumbs),
        attempt: id.attempt,
        outcome: hostile::terminal(conclusion.unwrap_or("not completed"), 30),
        tone: conclusion.map_or("running", outcome_tone),
        server: site.server.attempt(repository, id.run, id.attempt),
        commit,
        facts: facts(timeline),
        stats: stats(times, timeline, site.now),
        parts: spent.map(|spent| phases(&spent)).unwrap_or_default(),
        gantt: Gantt::of(timeline, site.server),
        left_out: timeline.left_out,
        attempts: others(id, attempts),
        sealed: String::new(),
    };
    Ok(page.render()?)
}

/// An attempt whose day is sealed.
pub fn sealed_run(sealed: &Sealed, attempts: &[u32], site: &Site<'_>) -> Result<String, HtmlError> {
    let minute = |at: Time| clock::minute(&at.to_string());
    let facts = [("Started", sealed.started), ("Ended", sealed.ended)];
    let known = facts.into_iter().filter_map(|(what, at)| Some((what, minute(at?))));
    let total = sealed.started.zip(sealed.ended);
    let total = total.and_then(|(from, to)| u64::try_from(to.since(from)).ok());
    let mut facts: Vec<(&'static str, String)> = known.collect();
    facts.extend(total.map(|ms| ("Total", units::duration(Millis(ms).seconds()))));
    let page = Page {
        frame: site
            .frame(title(sealed.run_number, sealed.id), crumbs(Some(sealed.workflow), None, None)),
        attempt: sealed.id.attempt,
        outcome: "sealed".to_owned(),
        tone: "neither",
        server: None,
        commit: None,
        facts,
        stats: Vec::new(),
        parts: Vec::new(),
        gantt: None,
        left_out: 0,
        attempts: others(sealed.id, attempts),
        sealed: "This attempt ended on a day that is sealed: the times of its jobs and steps were \
                 dropped when their retention was over. The figures of that day are kept, and are \
                 part of its workflow's."
            .to_owned(),
    };
    Ok(page.render()?)
}

fn title(number: Option<u64>, id: AttemptId) -> String {
    number.map_or_else(|| format!("Run {}", id.run), |number| format!("Run #{number}"))
}

fn crumbs(
    workflow: Option<WorkflowId>,
    repository: Option<&String>,
    name: Option<String>,
) -> Vec<Crumb> {
    let all = View { days: DAYS, repository: None, segment: None };
    let home = Address::of(all.clone());
    let mut crumbs = vec![Crumb { href: home.href(), label: "All workflows".to_owned() }];
    crumbs.extend(repository.map(|repository| Crumb {
        href: Address::of(View { repository: Some(repository.clone()), ..all.clone() }).href(),
        label: hostile::html(repository),
    }));
    crumbs.extend(workflow.map(|id| Crumb {
        href: address::workflow(id, &all),
        label: name.unwrap_or_else(|| format!("Workflow {}", id.workflow)),
    }));
    crumbs
}

fn others(id: AttemptId, attempts: &[u32]) -> Vec<(u32, String)> {
    let link = |nth: &u32| (*nth, address::run(id.repository, id.run, *nth));
    if attempts.len() > 1 { attempts.iter().map(link).collect() } else { Vec::new() }
}

fn facts(timeline: &Timeline) -> Vec<(&'static str, String)> {
    let minute = |at: Option<Time>| at.map(|at| clock::minute(&at.to_string()));
    let ended = timeline.end.filter(|_| timeline.conclusion.is_some());
    let segment = timeline.measured.map(|(segment, ..)| summary::segment(segment.name()));
    let facts = [
        ("Trigger", timeline.trigger.as_deref().map(hostile::html)),
        ("Segment", segment.map(str::to_owned)),
        ("Branch", timeline.branch.as_deref().map(hostile::html)),
        ("Started", minute(timeline.start)),
        ("Ended", minute(ended)),
    ];
    facts.into_iter().filter_map(|(what, told)| Some((what, told?))).collect()
}

fn stats(times: Times, timeline: &Timeline, now: Time) -> Vec<Stat> {
    let stat = |label, value: Option<Millis>, note: &str| Stat {
        label,
        value: units::duration_or_none(value.map(Millis::seconds)),
        note: note.to_owned(),
        tone: "",
    };
    if timeline.conclusion.is_none() {
        let so_far = timeline.start.and_then(|start| u64::try_from(now.since(start)).ok());
        return vec![stat("So far", so_far.map(Millis), "it has not completed")];
    }
    let jobs = units::len(&timeline.lanes) + timeline.left_out as u64;
    let critical = timeline.lanes.iter().filter(|lane| lane.on_critical_path).count();
    let jobs = Stat {
        label: "Jobs",
        value: units::count(jobs),
        note: format!("{critical} on the critical path"),
        tone: "",
    };
    vec![
        stat("Total", times.total, "start to last completion"),
        stat("Queued", times.queued, "until the first job started"),
        stat("Ran", times.ran, "from then on"),
        jobs,
    ]
}

fn phases(of: &Parts) -> Vec<Part> {
    parts(&WhereTimeGoes::of(of, 1))
}
