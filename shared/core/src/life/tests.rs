use super::*;
use crate::judging::{
    AttemptRef, Billed, Judgement, Level, Measure, Member, Relevance, Scope, SeriesKey, told,
};
use crate::model::AttemptId;
use crate::row::Segment;
use crate::stats::detect::Doubt;

const MONDAY: &str = "2026-06-01T12:00:00Z";

fn day(day: i64) -> Time {
    MONDAY.parse::<Time>().unwrap().plus_days(day)
}

fn workflow(number: u64) -> WorkflowId {
    WorkflowId { repository: 1, workflow: number }
}

/// A regression of the job `build` of a workflow, confirmed on a day.
fn finding(id: &str, confirmed: i64) -> Finding {
    let attempt = |day_of: i64| AttemptRef {
        end: day(day_of),
        id: AttemptId { repository: 1, run: 1, attempt: 1 },
        run_number: None,
        head_sha: None,
    };
    let series = SeriesKey {
        segment: Segment::DefaultBranch,
        measure: Measure::Duration,
        scope: Scope::Job { job: "build".to_owned(), class: "ubuntu".to_owned() },
    };
    let level = Level { before: 100.0, after: 130.0, after_interval: [125.0, 135.0], errors: 9.0 };
    let first_bad = attempt(confirmed - 2);
    Finding {
        id: id.to_owned(),
        is_regression: true,
        series: series.clone(),
        level,
        state: State::Confirmed,
        last_good: attempt(confirmed - 3),
        confirmed: attempt(confirmed),
        samples: 8,
        deviations: 4.0,
        carriers: None,
        cause: None,
        members: vec![Member { series, level, first_bad: (first_bad.id, first_bad.end) }],
        relevance: Relevance { attempts: 100, on_path: Some(1.0), billed: vec![] },
        last: day(confirmed),
        first_bad,
    }
}

fn recovered(finding: Finding, on: i64) -> Finding {
    let state = State::Recovered { first_good: finding.first_bad.clone(), at: day(on) };
    Finding { state, last: day(on), ..finding }
}

/// What was done so far, by workflow.
#[derive(Default)]
struct Done(BTreeMap<WorkflowId, Deeds>);

impl Done {
    /// Does what is to be done about the findings of workflows 1, 2, … and tells it.
    fn on(&mut self, at: i64, findings: &[&[&Finding]]) -> String {
        let judgements: Vec<(WorkflowId, Judgement)> = (1..)
            .zip(findings)
            .map(|(number, findings)| {
                let classes = [("ubuntu".to_owned(), [day(-2).day().week()].into())].into();
                let findings = findings.iter().copied().cloned().collect();
                (workflow(number), Judgement { findings, classes, ..Judgement::default() })
            })
            .collect();
        let plan = plan(&told(&judgements), &self.0, day(at));
        let mut done = Vec::new();
        for planned in plan {
            let deeds = self.0.entry(planned.workflow).or_default();
            *deeds = deeds.after(&planned, day(at));
            done.push(format!("{}: {}", planned.finding, planned.act));
        }
        done.join("; ")
    }
}

#[test]
fn a_regression_is_told_once_and_closed_when_it_is_over() {
    let mut done = Done::default();
    let a = finding("a", 0);
    assert_eq!(done.on(0, &[&[&a]]), "a: file an issue");
    assert_eq!(done.on(0, &[&[&a]]), "");
    // More attempts, the same evidence.
    assert_eq!(done.on(9, &[&[&Finding { last: day(9), ..a.clone() }]]), "");
    assert_eq!(
        done.on(10, &[&[&recovered(a.clone(), 10)]]),
        "a: close its issue: the level went back"
    );
    assert_eq!(done.on(11, &[&[&recovered(a, 10)]]), "");
}

#[test]
fn an_issue_is_edited_at_most_once_a_day() {
    let mut done = Done::default();
    let a = finding("a", 0);
    let more = |samples| Finding { samples, ..a.clone() };
    assert_eq!(done.on(0, &[&[&a]]), "a: file an issue");
    assert_eq!(done.on(0, &[&[&more(9)]]), "");
    assert_eq!(done.on(1, &[&[&more(10)]]), "a: edit its issue");
    assert_eq!(done.on(1, &[&[&more(11)]]), "");
}

#[test]
fn the_same_thing_within_two_weeks_opens_its_issue_again() {
    let mut done = Done::default();
    let a = recovered(finding("a", 0), 5);
    done.on(0, &[&[&finding("a", 0)]]);
    done.on(5, &[&[&a]]);
    let b = finding("b", 12);
    assert_eq!(done.on(12, &[&[&a, &b]]), "b: open the issue of a again");
    let b = recovered(b, 15);
    assert_eq!(done.on(15, &[&[&a, &b]]), "b: close its issue: the level went back");
    let c = finding("c", 30);
    assert_eq!(done.on(30, &[&[&a, &b, &c]]), "c: file an issue");
    let issues = &done.0[&workflow(1)].issues;
    assert_eq!(issues.iter().map(|issue| issue.reopened).collect::<Vec<_>>(), [1, 0]);
}

#[test]
fn late_facts_move_a_change_or_take_it_back() {
    let mut done = Done::default();
    done.on(0, &[&[&finding("a", 0)]]);
    let moved = finding("b", 0);
    let told = "b: let the issue of a tell of it: late facts moved it";
    assert_eq!(done.on(1, &[&[&moved]]), told);
    assert_eq!(done.on(1, &[&[&moved]]), "");
    assert_eq!(done.on(2, &[&[]]), "b: close its issue: what came since took it back");
    assert_eq!(done.on(2, &[&[]]), "");
}

#[test]
fn nothing_is_filed_about_what_is_old_young_good_or_of_no_matter() {
    let a = finding("a", 0);
    let of = |change: &dyn Fn(&mut Finding)| {
        let mut one = a.clone();
        change(&mut one);
        Done::default().on(1, &[&[&one]])
    };
    assert_eq!(of(&|_| ()), "a: file an issue");
    assert_eq!(of(&|one| one.state = State::Candidate(Doubt::TooSoon)), "");
    assert_eq!(of(&|one| one.is_regression = false), "");
    assert_eq!(of(&|one| one.relevance.attempts = 2), "");
    assert_eq!(of(&|one| *one = recovered(one.clone(), 1)), "");
    assert_eq!(Done::default().on(15, &[&[&a]]), "", "found in history");
}

#[test]
fn a_series_that_stops_is_over() {
    let mut done = Done::default();
    done.on(0, &[&[&finding("a", 0)]]);
    assert_eq!(done.on(30, &[&[&finding("a", 0)]]), "");
    let told = "a: close its issue: nothing has run for long";
    assert_eq!(done.on(31, &[&[&finding("a", 0)]]), told);
    // It runs again, and is as slow.
    let again = Finding { last: day(33), ..finding("a", 0) };
    assert_eq!(done.on(33, &[&[&again]]), "a: open the issue of a again");
}

#[test]
fn who_does_not_want_to_hear_of_it_does_not() {
    let mut done = Done::default();
    done.on(0, &[&[&finding("a", 0)]]);
    for deeds in done.0.values_mut() {
        deeds.issues[0].muted = Some(day(1));
    }
    assert_eq!(done.on(5, &[&[&finding("a", 0)]]), "");
    assert_eq!(done.on(5, &[&[&finding("moved", 0)]]), "");
    assert_eq!(done.on(9, &[&[&recovered(finding("a", 0), 9)]]), "");
    let (a, next) = (recovered(finding("a", 0), 9), finding("next", 20));
    assert_eq!(done.on(20, &[&[&a, &next]]), "next: file an issue", "the next time it is news");
}

#[test]
fn many_workflows_with_one_cause_are_one_issue() {
    let mut done = Done::default();
    let [a, b, c] = ["a", "b", "c"].map(|id| finding(id, 0));
    assert_eq!(done.on(0, &[&[], &[&b], &[]]), "b: file an issue");
    assert_eq!(done.on(0, &[&[], &[&b], &[&c]]), "c: file an issue");
    assert_eq!(
        done.on(1, &[&[&a], &[&b], &[&c]]),
        "b: edit its issue; c: close its issue: that of b tells of all workflows"
    );
    assert_eq!(done.on(1, &[&[&a], &[&b], &[&c]]), "");
    let [a, b, c] = [a, b, c].map(|one| recovered(one, 5));
    let told = "b: close its issue: the level went back";
    assert_eq!(done.on(5, &[&[&a], &[&b], &[&c]]), told);
}

#[test]
fn waiting_for_one_pool_is_one_issue_of_those_that_used_it_then() {
    let waits = |id: &str| {
        let mut one = finding(id, 0);
        one.series.scope = Scope::Run;
        one.series.measure = Measure::Waited;
        one.members[0].series = one.series.clone();
        one.relevance.billed = vec![Billed { class: "ubuntu".to_owned(), before: 5.0, after: 5.0 }];
        one
    };
    let [a, b, c] = ["a", "b", "c"].map(waits);
    assert_eq!(Done::default().on(0, &[&[&a], &[&b], &[&c]]), "a: file an issue");
    // Six more workflows on that class: three of nine are no fleet.
    let all: [&[&Finding]; 9] = [&[&a], &[&b], &[&c], &[], &[], &[], &[], &[], &[]];
    let told = "a: file an issue; b: file an issue; c: file an issue";
    assert_eq!(Done::default().on(0, &all), told);
}
