//! Findings as marks on graphs: one for each, found again by a tag of its own.

use std::collections::BTreeSet;

use super::plan::Act;
use crate::hostile;
use crate::judging::{State, Told};
use crate::port::Annotation;
use crate::report::{Called, Finding, Telling};
use crate::row::WorkflowId;
use crate::time::Time;

/// Days after it was confirmed in which a finding is marked. What was marked is kept up to date.
const MARKED_DAYS: i64 = 90;

/// New marks in one pass at most, latest first; the others are left to the next.
const NEW_MARKS: usize = 100;

/// What stands before the text of a mark whose finding is no more.
const TAKEN_BACK: &str = "Taken back: ";

/// What stands before the text of a mark beside the one that tells all.
const TOLD_ELSEWHERE: &str = "Told by another mark: ";

/// What is to be marked.
#[derive(Debug)]
pub(super) struct Marks {
    wanted: Vec<Mark>,
    /// The tags of all findings there are, wanted or not.
    known: BTreeSet<String>,
    /// What tags that name a finding begin with.
    prefix: String,
}

/// The marks that are there.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) all: Vec<(u64, Annotation)>,
    /// Tags that were looked up: nothing bears them but what is among all.
    pub(super) missing: BTreeSet<String>,
}

/// The mark of a finding.
#[derive(Debug)]
pub(super) struct Mark {
    /// Each names a finding that it tells of; it bears one of them.
    pub(super) tags: Vec<String>,
    /// With the first of these tags.
    annotation: Annotation,
    /// Whether it is to be added where it is missing.
    is_news: bool,
}

impl Marks {
    pub(super) fn of(
        told: &[Told<'_>],
        with: Telling<'_>,
        uid: &str,
        called: impl Fn(WorkflowId) -> Called,
    ) -> Self {
        // A tag with a colon is a key and a value to Grafana. A key that is also a tag by itself
        // would be counted with it, and nothing be found by that tag.
        let prefix = format!("{uid}-finding:");
        let tag = |id: &str| format!("{prefix}{id}");
        let members = told.iter().flat_map(Told::members);
        let known = members.map(|(_, finding)| tag(&finding.id)).collect();
        let sure = told.iter().rev().filter(|one| one.was_known(with.now) && is_sure(one));
        let mut wanted = Vec::new();
        for one in sure {
            let Some(finding) = Finding::of(one, with, &called) else { continue };
            let tags: Vec<String> = one.members().iter().map(|(_, one)| tag(&one.id)).collect();
            let is_news = finding.relevant && is_fresh(one, with.now);
            let annotation = annotation(one, &finding, uid, &tags);
            wanted.push(Mark { tags, annotation, is_news });
        }
        Self { wanted, known, prefix }
    }

    /// What is to be added by this pass, as far as these tell.
    pub(super) fn unlisted(&self, listed: &[(u64, Annotation)]) -> Vec<&Mark> {
        let seen: BTreeSet<String> =
            listed.iter().filter_map(|(_, one)| self.finding_tag(one).cloned()).collect();
        let is_seen = |mark: &Mark| mark.tags.iter().any(|tag| seen.contains(tag));
        let unseen = self.wanted.iter().filter(|mark| mark.is_news && !is_seen(mark));
        unseen.take(NEW_MARKS).collect()
    }

    /// What is to be done where these are there, and nothing bears any of the `missing` tags.
    pub(super) fn acts(&self, there: &Listed) -> Vec<Act> {
        let mut listed: Vec<&(u64, Annotation)> = there.all.iter().collect();
        listed.sort_unstable_by_key(|(id, _)| *id);
        listed.dedup_by_key(|(id, _)| *id);
        let mut acts = Vec::new();
        for mark in &self.wanted {
            let of_mark =
                |one: &Annotation| self.finding_tag(one).is_some_and(|tag| mark.tags.contains(tag));
            let mut held = listed.iter().filter(|(_, one)| of_mark(one));
            match held.next() {
                Some((id, there)) => acts.extend(mark.refreshed(*id, there)),
                None if mark.tags.iter().any(|tag| there.missing.contains(tag)) => {
                    acts.push(Act::Annotate(mark.annotation.clone()));
                }
                None => {}
            }
            acts.extend(held.filter_map(|(id, one)| void(*id, one, TOLD_ELSEWHERE)));
        }
        let is_gone =
            |one: &Annotation| self.finding_tag(one).is_some_and(|tag| !self.known.contains(tag));
        let gone = listed.iter().filter(|(_, one)| is_gone(one));
        acts.extend(gone.filter_map(|(id, one)| void(*id, one, TAKEN_BACK)));
        acts
    }

    /// The tag that names its finding, if it is a mark of ours.
    fn finding_tag<'a>(&self, annotation: &'a Annotation) -> Option<&'a String> {
        annotation.tags.iter().find(|tag| tag.starts_with(&self.prefix))
    }
}

impl Mark {
    /// What there is to change about it.
    fn refreshed(&self, id: u64, there: &Annotation) -> Option<Act> {
        let mut ours = self.annotation.clone();
        // It goes on being found by the tag it bears.
        if let Some(tag) = there.tags.iter().find(|tag| self.tags.contains(tag)) {
            let own = ours.tags.iter_mut().find(|own| self.tags.contains(own));
            if let Some(own) = own {
                own.clone_from(tag);
            }
        }
        let sorted = |tags: &[String]| tags.iter().cloned().collect::<BTreeSet<_>>();
        let is_same = (ours.from, ours.until, &ours.text) == (there.from, there.until, &there.text)
            && sorted(&ours.tags) == sorted(&there.tags);
        (!is_same).then_some(Act::Change(id, ours))
    }
}

/// Says of a mark that it holds no more. Nothing is removed: somebody may have written to it.
fn void(id: u64, there: &Annotation, why: &str) -> Option<Act> {
    let is_void = [TAKEN_BACK, TOLD_ELSEWHERE].iter().any(|why| there.text.starts_with(why));
    let text = format!("{why}{}", there.text);
    (!is_void).then(|| Act::Change(id, Annotation { text, ..there.clone() }))
}

fn is_sure(told: &Told<'_>) -> bool {
    told.members().iter().any(|(_, finding)| finding.is_beyond_doubt())
}

fn is_fresh(told: &Told<'_>, now: Time) -> bool {
    let since = now.plus_days(-MARKED_DAYS);
    told.members().iter().any(|(_, finding)| finding.confirmed.end >= since)
}

fn annotation(told: &Told<'_>, finding: &Finding, uid: &str, tags: &[String]) -> Annotation {
    let members = told.members().iter().map(|(_, one)| one);
    let from = members.clone().map(|one| one.first_bad.end).min();
    let from = from.unwrap_or(Time::from_millis(0));
    let back = members.filter_map(|one| match &one.state {
        State::Recovered { first_good, .. } => Some(first_good.end),
        State::Candidate(_) | State::Confirmed => None,
    });
    let is_over = finding.state == "recovered";
    let until = back.max().filter(|_| is_over).unwrap_or(from).max(from);
    let own = tags.first().into_iter().cloned();
    let tags = [uid.to_owned(), finding.direction.to_owned()].into_iter().chain(own).collect();
    Annotation { from, until, tags, text: text(finding, is_over) }
}

fn text(finding: &Finding, is_over: bool) -> String {
    let kind = match (is_over, finding.direction) {
        (true, _) => "Over",
        (false, "improvement") => "Improvement",
        (false, _) => "Regression",
    };
    let mut lines = vec![format!("{kind}: {}", hostile::annotation(&finding.title))];
    if !is_over {
        let more = finding.cause.iter().chain([&finding.advice]);
        lines.extend(more.map(|more| format!("Note: {}", hostile::annotation(more))));
    }
    lines.join("\n")
}
