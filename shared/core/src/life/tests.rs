mod threshold;

use super::*;
use crate::judging::{Billed, Judgement, Level, Measure, Scope, sample, told};
use crate::stats::detect::Doubt;

const MONDAY: &str = "2026-06-01T12:00:00Z";

fn day(day: i64) -> Time {
    MONDAY.parse::<Time>().unwrap().plus_days(day)
}

fn workflow(number: u64) -> WorkflowId {
    WorkflowId { repository: 1, workflow: number }
}

fn finding(id: &str, confirmed: i64) -> Finding {
    sample::finding(id, day(confirmed))
}

fn recovered(finding: Finding, on: i64) -> Finding {
    let state = State::Recovered { first_good: finding.first_bad.clone(), at: day(on) };
    Finding { state, last: day(on), ..finding }
}

/// What was done so far.
#[derive(Default)]
struct Done(BTreeMap<Desk, Deeds>);

/// Issues a day, in most of these tests: as many as there are.
const MANY: u32 = 100;

impl Done {
    /// Does what is to be done about the findings of workflows 1, 2, … and tells it.
    fn on(&mut self, at: i64, findings: &[&[&Finding]]) -> String {
        self.within(MANY, day(at), findings)
    }

    fn within(&mut self, per_day: u32, now: Time, findings: &[&[&Finding]]) -> String {
        let judgements = judged(findings);
        let acts = plan(&told(&judgements), &[], &self.0, now, per_day);
        self.carry(acts, now)
    }

    fn carry(&mut self, acts: Vec<Planned>, now: Time) -> String {
        let mut done = Vec::new();
        for planned in acts {
            let deeds = self.0.entry(planned.desk).or_default();
            *deeds = if planned.act == Act::File {
                deeds.filing(&planned, "acme/web", 0, now).filed(&planned.finding, 7, now)
            } else {
                deeds.after(&planned, now)
            };
            done.push(format!("{}: {}", planned.finding, planned.act));
        }
        done.join("; ")
    }

    /// The one issue there is.
    fn issue(&mut self) -> &mut Issue {
        self.0.values_mut().flat_map(|deeds| &mut deeds.issues).next().unwrap()
    }
}

fn judged(findings: &[&[&Finding]]) -> Vec<(WorkflowId, Judgement)> {
    let judgements = (1..).zip(findings).map(|(number, findings)| {
        let classes = [("ubuntu".to_owned(), [day(-2).day().week()].into())].into();
        let findings = findings.iter().copied().cloned().collect();
        (workflow(number), Judgement { findings, classes, ..Judgement::default() })
    });
    judgements.collect()
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
    let issues = &done.0[&Desk::Workflow(workflow(1))].issues;
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
    done.issue().muted = Some(day(1));
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
        "b: edit its issue, and say so; c: close its issue: that of b tells of all workflows"
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

/// Ten jobs of one workflow, each with a change of its own, the first the greatest.
fn ten() -> Vec<Finding> {
    let of = |number: u32| {
        let mut one = finding(&format!("f{number}"), 0);
        one.series.scope = Scope::Job { job: format!("job {number}"), class: "ubuntu".to_owned() };
        one.relevance.attempts = 100 - number;
        one
    };
    (0..10).map(of).collect()
}

#[test]
fn beyond_the_budget_of_a_day_one_issue_gathers_the_rest() {
    let mut done = Done::default();
    let ten = ten();
    let all: Vec<&Finding> = ten.iter().rev().collect();
    let some = done.within(3, day(0), &[&all[..5]]);
    let of_five = "f5: file an issue; f6: file an issue; f7: file an issue; \
                   gathering-2026-06-01: file an issue";
    assert_eq!(some, of_five, "what matters most has its own");
    let more = done.within(3, day(0), &[&all]);
    assert_eq!(more, "gathering-2026-06-01: edit its issue, and say so");
    assert_eq!(done.within(3, day(0), &[&all]), "");
    let desk = Desk::Repository(1);
    assert_eq!(done.0[&desk].issues[0].gathered.len(), 7);
    // The next day has its own budget, but these have been told.
    assert_eq!(done.within(3, day(1), &[&all]), "");
    // The date of one moves: it stays where it is.
    let mut moved = ten.clone();
    moved[0].id = "moved".to_owned();
    let all: Vec<&Finding> = moved.iter().collect();
    assert_eq!(done.within(3, day(1), &[&all]), "gathering-2026-06-01: edit its issue");
    // It is over when all of it is.
    let mut over: Vec<Finding> = moved.iter().map(|one| recovered(one.clone(), 3)).collect();
    let last = std::mem::replace(&mut over[0], moved[0].clone());
    let closed = done.within(3, day(3), &[&over.iter().collect::<Vec<_>>()]);
    assert!(!closed.contains("gathering-2026-06-01: close"), "{closed}");
    over[0] = recovered(last, 4);
    let told = "gathering-2026-06-01: close its issue: the level went back";
    assert_eq!(done.within(3, day(4), &[&over.iter().collect::<Vec<_>>()]), told);
}

#[test]
fn a_repository_has_a_budget_of_its_own() {
    let ten = ten();
    let all: Vec<&Finding> = ten.iter().take(2).collect();
    let elsewhere = WorkflowId { repository: 2, workflow: 9 };
    let mut judgements = judged(&[&all]);
    let findings = vec![Finding { id: "other".to_owned(), ..ten[5].clone() }];
    judgements.push((elsewhere, Judgement { findings, ..Judgement::default() }));
    let acts = plan(&told(&judgements), &[], &BTreeMap::new(), day(0), 1);
    let acts: Vec<(u64, &str)> =
        acts.iter().map(|one| (one.desk.repository(), one.finding.as_str())).collect();
    assert_eq!(acts, [(1, "f0"), (2, "other"), (1, "gathering-2026-06-01")]);
}

#[test]
fn what_was_sent_without_an_answer_is_settled_first() {
    let (a, judgements) = (finding("a", 0), judged(&[&[&finding("a", 0)]]));
    let told = told(&judgements);
    let first = plan(&told, &[], &BTreeMap::new(), day(0), MANY).remove(0);
    let claimed = Deeds::default().filing(&first, "acme/web", 40, day(0));
    let desks = |deeds: &Deeds| BTreeMap::from([(first.desk, deeds.clone())]);
    let acts = |deeds: &Deeds, minutes: i64| {
        let now = day(0).plus_millis(minutes * 60_000);
        plan(&told, &[], &desks(deeds), now, MANY)
            .into_iter()
            .map(|one| one.act)
            .collect::<Vec<_>>()
    };
    assert_eq!(acts(&claimed, 9), [], "whoever sent it may still be at it");
    assert_eq!(acts(&claimed, 10), [Act::Settle]);
    assert_eq!(acts(&claimed.filed("a", 41, day(0)), 10), []);
    assert_eq!(acts(&claimed.not_filed("a", day(0)), 10), [Act::File]);
    // It went back meanwhile: its number has to be known before it can be closed.
    let over = judged(&[&[&recovered(a, 1)]]);
    let over = crate::judging::told(&over);
    let acts = plan(&over, &[], &desks(&claimed), day(2), MANY);
    assert_eq!(acts.iter().map(|one| &one.act).collect::<Vec<_>>(), [&Act::Settle]);
}

#[test]
fn a_comment_that_may_be_on_its_way_is_waited_for() {
    let mut done = Done::default();
    done.on(0, &[&[&finding("a", 0)]]);
    let over = recovered(finding("a", 0), 5);
    let what = crate::port::Claimed::Comment("mark".to_owned());
    done.issue().claim = Some(crate::port::Claim { at: day(5), what });
    assert_eq!(done.on(5, &[&[&over]]), "");
    let later = day(5).plus_millis(600_000);
    let told = "a: close its issue: the level went back";
    assert_eq!(done.within(MANY, later, &[&[&over]]), told);
}

#[test]
fn people_hear_again_of_what_grew_by_half_or_got_another_cause() {
    let mut done = Done::default();
    let a = finding("a", 0);
    let grown = |after: f64| Finding { level: Level { after, ..a.level }, ..a.clone() };
    done.on(0, &[&[&a]]);
    assert_eq!(done.on(1, &[&[&grown(140.0)]]), "a: edit its issue");
    assert_eq!(done.on(2, &[&[&grown(145.0)]]), "a: edit its issue, and say so");
    assert_eq!(done.on(3, &[&[&grown(150.0)]]), "a: edit its issue", "compared with what was told");
    let elsewhere = Finding { cause: Some(crate::judging::Cause::AllJobs), ..grown(150.0) };
    assert_eq!(done.on(4, &[&[&elsewhere]]), "a: edit its issue, and say so");
}

#[test]
fn what_a_person_closed_as_done_rests_a_week() {
    let mut done = Done::default();
    let a = finding("a", 0);
    done.on(0, &[&[&a]]);
    done.issue().closed = Some(crate::port::Closed { at: day(2), by_hand: true });
    assert_eq!(done.on(8, &[&[&a]]), "");
    assert_eq!(done.on(9, &[&[&a]]), "a: open the issue of a again");
    done.issue().closed = Some(crate::port::Closed { at: day(9), by_hand: true });
    assert_eq!(done.on(12, &[&[&recovered(a, 12)]]), "", "nothing is left to say");
}
