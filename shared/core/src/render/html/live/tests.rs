use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::config::Policy;
use crate::flow::{Board, Home, View};
use crate::model::{AttemptId, Event, Fact, JobFact, Repository, RunFact, StepFact};
use crate::render::sample;
use crate::rollup::{Head, Named, SegmentRollup};
use crate::row::{Names, Segment, WorkflowId};
use crate::stats::{Dist, Outcomes};
use crate::timeline::Timeline;

const ATTACK: &str = "\"><script>alert(1)</script><img src=x onerror=alert(1)>\u{202e}\0 {{ 7*7 }}";

fn now() -> Time {
    "2026-08-31T06:00:00Z".parse().unwrap()
}

fn view() -> View {
    View { days: 30, repository: None, segment: None }
}

fn site(server: &Server) -> Site<'_> {
    let last_pass = Some(now().plus_millis(-12_000));
    Site { server, now: now(), pulse: Pulse { waiting: 3, touched: 0, last_pass } }
}

/// A board of so many workflows, all of one name.
fn board(view: View, workflows: u64, name: &str, repository: &str) -> Home {
    let policy = Policy::default();
    let mut board = Board::new(view, &policy, now());
    for workflow in 1..=workflows {
        let names = Names {
            repository: repository.to_owned(),
            workflow: name.to_owned(),
            known: true,
            path: Some(format!(".github/workflows/{workflow}.yml")),
        };
        let by = AttemptId { repository: 1, run: workflow, attempt: 1 };
        let latest = Named { known: true, as_of: now(), by, names };
        let mut segment = SegmentRollup::default();
        let mut outcomes = Outcomes::default();
        (0..workflow).for_each(|_| outcomes.add("success"));
        segment.outcomes.merge(outcomes);
        segment.total.green =
            Dist::of((0..workflow).map(|_| crate::time::Millis(workflow * 60_000)));
        let segments = BTreeMap::from([(Segment::DefaultBranch, segment)]);
        let head = Head { names: Some(latest), segments };
        let day = now().day();
        let days = [day.0 - 3, day.0].map(|day| (crate::time::Day(day), head.clone()));
        board.add(WorkflowId { repository: 1, workflow }, days.into());
    }
    board.finish(&[])
}

fn timeline(name: &str) -> Timeline {
    let at = |seconds: i64| Some(now().plus_millis(seconds * 1_000));
    let id = AttemptId { repository: 1, run: 7, attempt: 2 };
    let event = |fact| Event {
        id,
        action: "completed".to_owned(),
        repository: Repository { full_name: name.to_owned(), default_branch: None },
        fact,
    };
    let some = || Some(name.to_owned());
    let run = RunFact {
        workflow_id: 3,
        name: some(),
        event: some(),
        head_branch: some(),
        head_sha: some(),
        status: Some("completed".to_owned()),
        conclusion: some(),
        run_started_at: at(0),
        updated_at: at(60),
        ..RunFact::default()
    };
    let step = StepFact {
        name: name.to_owned(),
        conclusion: some(),
        started_at: at(10),
        completed_at: at(20),
    };
    let job = JobFact {
        id: 1,
        name: name.to_owned(),
        status: Some("completed".to_owned()),
        conclusion: some(),
        labels: vec![name.to_owned()],
        created_at: at(1),
        started_at: at(5),
        completed_at: at(50),
        has_runner: true,
        steps: vec![step],
        ..JobFact::default()
    };
    Timeline::of(id, &[event(Fact::Run(run)), event(Fact::Job(job))], now()).unwrap()
}

/// Every kind of page, with a name in every place that a stranger can fill.
fn pages(name: &str) -> Vec<(&'static str, String)> {
    let server = Server::default();
    let site = site(&server);
    let sealed = Sealed {
        id: AttemptId { repository: 1, run: 7, attempt: 1 },
        workflow: WorkflowId { repository: 1, workflow: 3 },
        run_number: None,
        started: None,
        ended: Some(now()),
    };
    let wrong = Problem { title: "There is no such page", what: name.to_owned() };
    let id = WorkflowId { repository: 1, workflow: 2 };
    vec![
        ("home", home(&board(view(), 2, name, name), &Address::of(view()), &site).unwrap()),
        ("empty", home(&board(view(), 0, name, name), &Address::of(view()), &site).unwrap()),
        ("workflow", workflow(&sample::hostile(name), &view(), &site).unwrap()),
        ("rich", workflow(&sample::rich(1), &view(), &site).unwrap()),
        ("quiet", quiet_workflow(id, &view(), &site).unwrap()),
        ("run", run(&timeline(name), &[1, 2], &site).unwrap()),
        ("sealed", sealed_run(&sealed, &[1], &site).unwrap()),
        ("problem", problem(&wrong).unwrap()),
    ]
}

#[test]
fn attacks_are_words_on_every_page() {
    for (kind, page) in pages(ATTACK) {
        for raw in ["<script", "<img", "\u{202e}", "\0"] {
            assert!(!page.contains(raw), "{kind} left {raw:?}");
        }
        let links = page.matches("https://github.com").count();
        assert_eq!(links, usize::from(kind == "rich"), "{kind} links to a name that is none");
    }
}

/// What the policy of `laptime serve` forbids is not there to be refused.
#[test]
fn no_page_has_a_script_or_a_style_of_its_own() {
    for (kind, page) in pages("acme/web") {
        for forbidden in ["<script", "<style", " style=", " onclick", "src=", "javascript:"] {
            assert!(!page.contains(forbidden), "{kind}: {forbidden}");
        }
        assert_eq!(page.matches("<h1").count(), 1, "{kind}");
        for landmark in ["<main id=\"content\"", "<header", "<footer", "href=\"#content\""] {
            assert!(page.contains(landmark), "{kind}: {landmark}");
        }
    }
}

#[test]
fn every_reference_within_a_page_leads_somewhere() {
    for (kind, page) in pages("acme/web") {
        let values = |attribute: &str| -> Vec<String> {
            let opening = format!(" {attribute}=\"");
            let rest = page.split(opening.as_str()).skip(1);
            rest.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
        };
        let ids = values("id");
        let known: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(ids.len(), known.len(), "{kind}: ids are unique");
        let inner =
            values("href").into_iter().filter_map(|href| Some(href.strip_prefix('#')?.to_owned()));
        let labels = values("aria-labelledby").join(" ");
        for id in inner.chain(labels.split_whitespace().map(str::to_owned)) {
            assert!(known.contains(&id), "{kind}: {id}");
        }
    }
}

#[test]
fn workflows_are_sorted_in_parts_and_told_apart() {
    let server = Server::default();
    let home_of = |sort, part| {
        let at = Address { sort, part, ..Address::of(view()) };
        home(&board(view(), 130, "CI", "acme/web"), &at, &site(&server)).unwrap()
    };
    let first = home_of(Sort::P50, 1);
    let place = |page: &str, file: u64| page.find(&format!("CI ({file}.yml)"));
    assert!(place(&first, 130) < place(&first, 129), "the slowest first");
    assert_eq!((place(&first, 30), place(&first, 31).is_some()), (None, true));
    let second = home_of(Sort::P50, 2);
    assert!(place(&second, 30).is_some() && place(&second, 31).is_none());
    assert!(second.contains("/?days=30&#38;sort=p50&#38;part=2"), "it can be linked to");
    assert!(place(&home_of(Sort::P50, 4_000_000), 30).is_some(), "past the end is the end");
}

#[test]
fn a_view_narrows_the_board() {
    let of_segment = |segment| View { segment: Some(segment), ..view() };
    let lines = |view| board(view, 3, "CI", "acme/web").lines.len();
    assert_eq!(lines(of_segment(Segment::DefaultBranch)), 3);
    assert_eq!(lines(of_segment(Segment::Schedule)), 0);
    let of_repository = |name: &str| View { repository: Some(name.to_owned()), ..view() };
    assert_eq!(lines(of_repository("ACME/web")), 3);
    let other = board(of_repository("acme/api"), 3, "CI", "acme/web");
    assert_eq!((other.lines.len(), other.repositories), (0, vec!["acme/web".to_owned()]));
}

#[test]
fn a_run_marks_its_critical_path_and_leads_to_github() {
    let server = Server::parse("https://ghe.acme.test").unwrap();
    let page = run(&timeline("acme/web"), &[1, 2], &site(&server)).unwrap();
    assert!(page.contains("<li class=\"critical\">"));
    assert!(page.contains("https://ghe.acme.test/acme/web/actions/runs/7/attempts/2"));
    assert!(page.contains("https://ghe.acme.test/acme/web/actions/runs/7/job/1"));
    assert!(page.contains("href=\"/run/1/7/1\"") && page.contains("aria-current=\"page\""));
    assert!(page.contains("ran 45s, waited 4.0s"));
}

#[test]
fn the_style_is_named_by_its_content() {
    assert!(style().contains(":root") && style().contains(".gantt"));
    let name = style_path().strip_prefix("/style-").and_then(|rest| rest.strip_suffix(".css"));
    assert_eq!(name.map(str::len), Some(16));
}
