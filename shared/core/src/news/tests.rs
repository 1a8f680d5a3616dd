use super::*;
use crate::judging::{Finding, Judgement, State, Told, sample, told};
use crate::port::{Announced, Notice, Sending, Topic};
use crate::row::WorkflowId;
use crate::time::Time;

fn day(day: i64) -> Time {
    "2026-06-01T12:00:00Z".parse::<Time>().unwrap().plus_days(day)
}

fn finding(id: &str, confirmed: i64) -> Finding {
    sample::finding(id, day(confirmed))
}

fn recovered(finding: &Finding, on: i64) -> Finding {
    let state = State::Recovered { first_good: finding.first_bad.clone(), at: day(on) };
    Finding { state, last: day(on), ..finding.clone() }
}

/// A channel that began on day 0, and hears of all that is news.
struct Ear(Announced);

impl Ear {
    fn new() -> Self {
        Self(Announced::since(day(0)))
    }

    /// Hears of the findings of workflows 1, 2, … and tells them again.
    fn on(&mut self, at: i64, findings: &[&[&Finding]]) -> String {
        let judgements = judged(findings);
        let told = told(&judgements);
        let changes = changes(&told, &self.0, day(at));
        let topics: Vec<Topic> = changes.iter().flat_map(Change::topics).collect();
        let words: Vec<String> = changes.iter().map(words).collect();
        let notice = Notice { subject: String::new(), chat: String::new(), plain: String::new() };
        let lasts =
            |name: &str| told.iter().any(|one| one.over(day(at)).is_none() && is_of(one, name));
        let claimed = self.0.sending(Sending::of(topics, notice, day(at)), lasts);
        self.0 = claimed.sent(day(at));
        words.join("; ")
    }
}

fn is_of(told: &Told<'_>, name: &str) -> bool {
    told.members().iter().any(|(id, one)| one.id == name || one.subject(*id) == name)
}

fn words(change: &Change<'_>) -> String {
    let ids: Vec<&str> = change.told.members().iter().map(|(_, one)| one.id.as_str()).collect();
    format!("{}{}", if change.is_over { "over " } else { "" }, ids.join("+"))
}

fn judged(findings: &[&[&Finding]]) -> Vec<(WorkflowId, Judgement)> {
    let judgements = (1..).zip(findings).map(|(workflow, findings)| {
        let mut classes = std::collections::BTreeMap::new();
        let weeks = findings.iter().map(|one| one.first_bad.end.day().week());
        classes.insert("ubuntu".to_owned(), weeks.collect());
        let findings = findings.iter().map(|one| (*one).clone()).collect();
        let id = WorkflowId { repository: 1, workflow };
        (id, Judgement { findings, classes, ..Judgement::default() })
    });
    judgements.collect()
}

#[test]
fn a_finding_is_news_once_and_then_when_it_is_over() {
    let mut ear = Ear::new();
    let slow = finding("slow", 2);
    assert_eq!(ear.on(2, &[&[&slow]]), "slow");
    assert_eq!(ear.on(3, &[&[&slow]]), "");
    // However long it lasts.
    assert_eq!(ear.on(200, &[&[&Finding { last: day(200), ..slow.clone() }]]), "");
    let over = recovered(&slow, 205);
    assert_eq!(ear.on(205, &[&[&over]]), "over slow");
    assert_eq!(ear.on(206, &[&[&over]]), "");
    // Again, months later.
    let again = finding("again", 230);
    assert_eq!(ear.on(230, &[&[&over, &again]]), "again");
    assert_eq!(ear.on(600, &[&[&over]]), "");
    assert_eq!(ear.0.told, [], "all of it is forgotten");
}

#[test]
fn what_came_before_what_is_old_and_what_is_no_issue_is_no_news() {
    let good = Finding { is_regression: false, ..finding("good", 2) };
    let idle = {
        let mut idle = finding("idle", 2);
        idle.relevance.attempts = 0;
        idle
    };
    for (at, quiet) in [
        (1, finding("before", 0)),
        (6, finding("old", 2)),
        (2, good),
        (2, idle),
        (2, recovered(&finding("gone", 1), 2)),
    ] {
        assert_eq!(Ear::new().on(at, &[&[&quiet]]), "", "{}", quiet.id);
    }
    assert_eq!(Ear::new().on(5, &[&[&finding("young", 2)]]), "young");
}

#[test]
fn another_date_of_the_same_change_is_no_news() {
    let mut ear = Ear::new();
    assert_eq!(ear.on(2, &[&[&finding("first", 2)]]), "first");
    let moved = finding("moved", 3);
    assert_eq!(ear.on(3, &[&[&moved]]), "");
    assert_eq!(ear.on(4, &[&[&recovered(&moved, 4)]]), "over moved");
    // A change after that is one of its own, also where the others are gone.
    assert_eq!(ear.on(6, &[&[&finding("next", 6)]]), "next");
}

#[test]
fn many_that_changed_alike_are_told_as_one() {
    let [a, b, c] = ["a", "b", "c"].map(|id| finding(id, 2));
    let mut ear = Ear::new();
    assert_eq!(ear.on(2, &[&[&a], &[&b], &[&c]]), "a+b+c");
    let d = finding("d", 3);
    assert_eq!(ear.on(3, &[&[&a], &[&b], &[&c], &[&d]]), "");
    let [a, b, c, d] = [a, b, c, d].map(|one| recovered(&one, 5));
    assert_eq!(ear.on(5, &[&[&a], &[&b], &[&c], &[&d]]), "over a+b+c+d");
    assert_eq!(ear.on(6, &[&[&a], &[&b], &[&c], &[&d]]), "");

    // One was told before the others came.
    let [a, b, c] = ["a", "b", "c"].map(|id| finding(id, 2));
    let mut ear = Ear::new();
    assert_eq!(ear.on(2, &[&[&a]]), "a");
    assert_eq!(ear.on(2, &[&[&a], &[&b], &[&c]]), "");
}

#[test]
fn what_matters_most_comes_first_and_what_is_over_last() {
    let mut ear = Ear::new();
    let over = finding("over", 1);
    ear.on(1, &[&[&over]]);
    let mut busy = finding("busy", 9);
    busy.relevance.attempts = 900;
    let [over, rare] = [recovered(&over, 9), finding("rare", 9)];
    assert_eq!(ear.on(9, &[&[&over], &[&rare], &[&busy]]), "busy; rare; over over");
}
