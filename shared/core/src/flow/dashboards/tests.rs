mod models;

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::config::Board;
use crate::judging::{AttemptRef, Finding, Judgement, Scope, State, sample};
use crate::port::{Annotation, Rows, Standing, StoredDay, Trouble};
use crate::row::{DayKey, Row, WorkflowId};
use crate::stats::detect::Doubt;
use crate::time::Day;
use crate::track::Track;
use models::{Known, Shown};

/// Futures that are never pending.
fn wait<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("it waits for something"),
    }
}

fn day(day: i64) -> Time {
    "2026-06-01T12:00:00Z".parse::<Time>().unwrap().plus_days(day)
}

fn finding(id: &str, confirmed: i64) -> Finding {
    sample::finding(id, day(confirmed))
}

fn recovered(finding: &Finding, on: i64) -> Finding {
    let first_good = AttemptRef { end: day(on), ..finding.first_bad.clone() };
    Finding { state: State::Recovered { first_good, at: day(on) }, ..finding.clone() }
}

fn update_with(shown: &Shown, policy: &Policy, known: &Known, now: i64) -> GrafanaWritten {
    let at = Grafana { library: known, dashboards: shown, policy, feeds: Source::CloudWatch };
    let planned = wait(plan_grafana(&at, day(now))).unwrap();
    let written = wait(update_grafana(&at, day(now))).unwrap();
    assert_eq!(
        planned.is_empty(),
        written.dashboards + written.annotations + written.changed + written.folders + written.left
            == 0
    );
    written
}

fn update(shown: &Shown, findings: &[&[&Finding]], now: i64) -> GrafanaWritten {
    let findings = findings.iter().map(|of| of.iter().copied().cloned().collect());
    update_with(shown, &Policy::default(), &Known(findings.collect()), now)
}

#[test]
fn a_second_pass_writes_nothing() {
    let shown = Shown::default();
    let a = finding("a", 0);
    let first = update(&shown, &[&[&a]], 1);
    assert_eq!((first.folders, first.dashboards, first.annotations), (1, 4, 1));
    assert_eq!((first.changed, first.left, first.problems), (0, 0, vec![]));
    assert_eq!(shown.take_writes(), 6);
    for later in 1..4 {
        assert_eq!(update(&shown, &[&[&a]], later), GrafanaWritten::default());
    }
    assert_eq!(shown.take_writes(), 0);
}

#[test]
fn what_was_changed_or_moved_is_put_back() {
    let shown = Shown::default();
    update(&shown, &[], 0);
    {
        let mut state = shown.state.lock().unwrap();
        "elsewhere".clone_into(&mut state.dashboards[0].0);
        state.dashboards[1].1.model["panels"][0]["title"] = "Mine".into();
        // As Grafana does by itself.
        state.dashboards[2].1.model["version"] = 7.into();
        state.dashboards[3].1.model["schemaVersion"] = 42.into();
    }
    assert_eq!(update(&shown, &[], 0).dashboards, 2);
    assert_eq!(update(&shown, &[], 0), GrafanaWritten::default());
}

#[test]
fn a_plan_prints_itself() {
    let (shown, policy) = (Shown::default(), Policy::default());
    let known = Known(vec![vec![finding("a", 0)]]);
    let at =
        Grafana { library: &known, dashboards: &shown, policy: &policy, feeds: Source::Prometheus };
    let plan = wait(plan_grafana(&at, day(0))).unwrap();
    insta::assert_snapshot!(plan, @"
    Grafana: make the folder laptime (Laptime)
    Grafana: write the dashboard laptime-prometheus-overview (Laptime: all workflows (Prometheus))
    Grafana: write the dashboard laptime-prometheus-workflow (Laptime: one workflow (Prometheus))
    Grafana: write the dashboard laptime-prometheus-jobs (Laptime: jobs of a workflow (Prometheus))
    Grafana: write the dashboard laptime-prometheus-health (Laptime: health of Laptime itself (Prometheus))
    Grafana: annotate 2026-05-30T12:00:00Z: Regression: `workflow 1`, job `build` of `repository 1` became slower on the default branch: +30.0 % (1m 40s → 2m 10s); Note: look at job `build`, from run 1
    ");
    assert_eq!(shown.take_writes(), 0);
}

#[test]
fn a_finding_is_a_point_until_it_is_over_and_then_a_region() {
    let shown = Shown::default();
    let a = finding("a", 0);
    update(&shown, &[&[&a]], 0);
    insta::assert_snapshot!(shown.marks(), @"1 2026-05-30..2026-05-30 laptime-finding:a Regression: `workflow 1`, job `build` of");
    let back = recovered(&a, 9);
    assert_eq!(update(&shown, &[&[&back]], 10).changed, 1);
    assert_eq!(update(&shown, &[&[&back]], 200), GrafanaWritten::default());
    insta::assert_snapshot!(shown.marks(), @"1 2026-05-30..2026-06-10 laptime-finding:a Over: `workflow 1`, job `build` of `repo");
    // Late facts: it is not over after all.
    assert_eq!(update(&shown, &[&[&a]], 11).changed, 1);
}

#[test]
fn a_lost_answer_adds_nothing_twice() {
    let a = finding("a", 0);
    let reads = 1 + 4 + 1 + 1;
    for written in 0..=6 {
        let shown = Shown::default();
        // The plan of the test reads as well.
        shown.fails(Some(Trouble::Unavailable), reads + reads + written);
        let first = update(&shown, &[&[&a]], 0);
        assert_eq!(first.problems.len(), usize::from(written < 6), "{first:?}");
        assert_eq!(first.left, 5_u64.saturating_sub(written as u64));
        shown.fails(None, 0);
        update(&shown, &[&[&a]], 0);
        let state = shown.state.lock().unwrap();
        assert_eq!((state.dashboards.len(), state.annotations.len()), (4, 1));
        assert_eq!(state.writes, 6);
    }
}

#[test]
fn what_grafana_refuses_is_told_once_for_each_and_the_rest_goes_on() {
    let shown = Shown::default();
    shown.fails(Some(Trouble::Refused), 0);
    let refused = update(&shown, &[&[&finding("a", 0)]], 0);
    assert_eq!(refused.problems.len(), 6, "{refused:?}");
    assert!(refused.problems.iter().all(|one| one.starts_with("Grafana refused: ")));
    shown.fails(Some(Trouble::Unavailable), 0);
    let down = update(&shown, &[&[&finding("a", 0)]], 0);
    assert_eq!(down.problems, ["Grafana is not available; the next pass tries again: as told"]);
}

#[test]
fn without_its_folder_no_dashboard_is_put_and_findings_are_marked_all_the_same() {
    /// Does not let anybody make folders.
    struct Closed(Shown);
    impl Dashboards for Closed {
        async fn folder(&self, uid: &str) -> Result<Option<Folder>, DashboardsError> {
            self.0.folder(uid).await
        }
        async fn create_folder(&self, _: &Folder) -> Result<(), DashboardsError> {
            Err(DashboardsError { trouble: Trouble::Refused, what: "as told".to_owned() })
        }
        async fn dashboard(&self, uid: &str) -> Result<Option<Held>, DashboardsError> {
            self.0.dashboard(uid).await
        }
        async fn put_dashboard(&self, _: &str, _: &Dashboard) -> Result<(), DashboardsError> {
            panic!("there is no folder for it")
        }
        async fn annotations(
            &self,
            tag: &str,
            limit: usize,
        ) -> Result<Vec<(u64, Annotation)>, DashboardsError> {
            self.0.annotations(tag, limit).await
        }
        async fn annotate(&self, one: &Annotation) -> Result<(), DashboardsError> {
            self.0.annotate(one).await
        }
        async fn change_annotation(
            &self,
            id: u64,
            one: &Annotation,
        ) -> Result<(), DashboardsError> {
            self.0.change_annotation(id, one).await
        }
    }
    let (closed, known) = (Closed(Shown::default()), Known(vec![vec![finding("a", 0)]]));
    let policy = Policy::default();
    let at = Grafana {
        library: &known,
        dashboards: &closed,
        policy: &policy,
        feeds: Source::CloudWatch,
    };
    let written = wait(update_grafana(&at, day(0))).unwrap();
    assert_eq!((written.left, written.annotations, written.problems.len()), (4, 1, 1));
}

#[test]
fn only_what_is_sure_relevant_and_recent_is_marked() {
    let a = finding("a", 0);
    let marked = |now: i64, change: &dyn Fn(&mut Finding)| {
        let mut one = a.clone();
        change(&mut one);
        update(&Shown::default(), &[&[&one]], now).annotations
    };
    assert_eq!(marked(0, &|_| ()), 1);
    assert_eq!(marked(90, &|_| ()), 1);
    assert_eq!(marked(0, &|one| one.is_regression = false), 1, "good news too");
    assert_eq!(marked(0, &|one| *one = recovered(one, 0)), 1, "and what is over");
    assert_eq!(marked(91, &|_| ()), 0, "found in history");
    assert_eq!(marked(-1, &|_| ()), 0, "not known by then");
    assert_eq!(marked(0, &|one| one.state = State::Candidate(Doubt::TooSoon)), 0);
    assert_eq!(marked(0, &|one| one.relevance.attempts = 2), 0);
}

#[test]
fn a_first_pass_marks_the_latest_hundred_and_the_next_the_others() {
    let shown = Shown::default();
    let all: Vec<Finding> = (0..130).map(|n| finding(&format!("f{n:03}"), n / 2)).collect();
    let all: Vec<&Finding> = all.iter().collect();
    assert_eq!(update(&shown, &[&all], 70).annotations, 100);
    assert!(!shown.marks().contains("f029") && shown.marks().contains("f030"));
    assert_eq!(update(&shown, &[&all], 70).annotations, 30);
    assert_eq!(update(&shown, &[&all], 70), GrafanaWritten::default());
}

#[test]
fn many_workflows_with_one_cause_are_one_mark() {
    let shown = Shown::default();
    let [a, b, c] = ["a", "b", "c"].map(|id| finding(id, 0));
    update(&shown, &[&[], &[&b], &[]], 0);
    update(&shown, &[&[], &[&b], &[&c]], 0);
    update(&shown, &[&[&a], &[&b], &[&c]], 0);
    insta::assert_snapshot!(shown.marks(), @"
    1 2026-05-30..2026-05-30 laptime-finding:b Regression: 3 of 3 workflows on runners
    2 2026-05-30..2026-05-30 laptime-finding:c Told by another mark: Regression: `workf
    ");
    assert_eq!(update(&shown, &[&[&a], &[&b], &[&c]], 0), GrafanaWritten::default());
}

#[test]
fn a_finding_that_is_no_more_is_taken_back_and_nobody_elses_mark_is_touched() {
    let shown = Shown::default();
    update(&shown, &[&[&finding("a", 0)]], 0);
    let theirs = Annotation {
        from: day(0),
        until: day(0),
        tags: vec!["laptime".to_owned(), "deploy".to_owned(), "x".to_owned()],
        text: "Deployed".to_owned(),
    };
    wait(shown.annotate(&theirs)).unwrap();
    let other =
        Annotation { tags: vec!["lab".into(), "x".into(), "lab-finding:z".into()], ..theirs };
    wait(shown.annotate(&other)).unwrap();
    assert_eq!(update(&shown, &[&[&finding("b", 0)]], 0).changed, 1);
    assert_eq!(update(&shown, &[&[&finding("b", 0)]], 0), GrafanaWritten::default());
    insta::assert_snapshot!(shown.marks(), @"
    1 2026-05-30..2026-05-30 laptime-finding:a Taken back: Regression: `workflow 1`, jo
    2 2026-06-01..2026-06-01 x Deployed
    3 2026-06-01..2026-06-01 lab-finding:z Deployed
    4 2026-05-30..2026-05-30 laptime-finding:b Regression: `workflow 1`, job `build` of
    ");
}

#[test]
fn a_finding_marked_twice_at_once_is_told_by_the_first() {
    let shown = Shown::default();
    update(&shown, &[&[&finding("a", 0)]], 0);
    let twin = shown.state.lock().unwrap().annotations[0].1.clone();
    wait(shown.annotate(&twin)).unwrap();
    assert_eq!(update(&shown, &[&[&finding("a", 0)]], 0).changed, 1);
    assert_eq!(update(&shown, &[&[&finding("a", 0)]], 0), GrafanaWritten::default());
    insta::assert_snapshot!(shown.marks(), @"
    1 2026-05-30..2026-05-30 laptime-finding:a Regression: `workflow 1`, job `build` of
    2 2026-05-30..2026-05-30 laptime-finding:a Told by another mark: Regression: `workf
    ");
}

#[test]
fn what_is_not_wanted_is_not_written() {
    let (shown, mut policy) = (Shown::default(), Policy::default());
    policy.grafana.annotations = false;
    policy.grafana.dashboards = vec![Board::Overview];
    let known = Known(vec![vec![finding("a", 0)]]);
    let written = update_with(&shown, &policy, &known, 0);
    assert_eq!((written.folders, written.dashboards, written.annotations), (1, 1, 0));
    policy.grafana.dashboards = Vec::new();
    assert_eq!(update_with(&Shown::default(), &policy, &known, 0), GrafanaWritten::default());
}

#[test]
fn hostile_names_are_in_the_text_alone_and_harmless_there() {
    let shown = Shown::default();
    let mut hostile = finding("a", 0);
    hostile.series.scope = Scope::Job {
        job: "<img src=x>`${repository} [x](https://evil.example)\n".to_owned(),
        class: "ubuntu".to_owned(),
    };
    update(&shown, &[&[&hostile]], 0);
    let state = shown.state.lock().unwrap();
    let annotation = &state.annotations[0].1;
    assert!(!annotation.text.contains(['<', '>']), "{}", annotation.text);
    insta::assert_snapshot!(annotation.text, @r"
    Regression: `workflow 1`, job `\u{3c}img src=x\u{3e}'${repository} [x](https://evil.example)\n` of `repository 1` became slower on the default branch: +30.0 % (1m 40s → 2m 10s)
    Note: look at job `\u{3c}img src=x\u{3e}'${repository} [x](https://evil.example)\n`, from run 1
    ");
    assert_eq!(annotation.tags, ["laptime", "regression", "laptime-finding:a"]);
    for (folder, dashboard) in &state.dashboards {
        assert!(!format!("{folder}{dashboard:?}").contains("evil"));
    }
}
