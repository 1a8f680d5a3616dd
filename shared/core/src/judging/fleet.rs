//! Findings of many workflows with one cause: what runs the jobs, not what they run.

use std::collections::BTreeSet;

use crate::judging::Judgement;
use crate::judging::finding::Finding;
use crate::judging::group::TOGETHER_HOURS;
use crate::judging::series::Scope;
use crate::row::WorkflowId;
use crate::time::{Day, Time};

/// Fewer workflows are no fleet.
const FLEET: usize = 3;

/// One in so many of the workflows on a class of runner must have changed.
const MOST: usize = 2;

/// How much the change of one may differ from the middle one, as a part of it.
const ALIKE: f64 = 0.5;

/// What a person is told as one thing.
#[derive(Debug, Clone, PartialEq)]
pub enum Told<'a> {
    /// A finding of one workflow.
    One((WorkflowId, &'a Finding)),
    /// The same change in many workflows, on one class of runner; by time of confirmation.
    Fleet {
        /// The class.
        class: String,
        /// Workflows on that class, those that did not change included.
        workflows: usize,
        /// The findings.
        members: Vec<(WorkflowId, &'a Finding)>,
    },
}

impl<'a> Told<'a> {
    /// Whether any of it could be known at a time.
    pub fn was_known(&self, now: Time) -> bool {
        self.members().iter().any(|(_, finding)| finding.confirmed.end <= now)
    }

    /// Its findings.
    pub fn members(&self) -> &[(WorkflowId, &'a Finding)] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Fleet { members, .. } => members,
        }
    }
}

/// All findings, those of one cause as one, by time of confirmation; candidates last.
pub fn told(judgements: &[(WorkflowId, Judgement)]) -> Vec<Told<'_>> {
    let mut left: Vec<(WorkflowId, &Finding)> = judgements
        .iter()
        .flat_map(|(id, judgement)| judgement.findings.iter().map(|finding| (*id, finding)))
        .collect();
    left.sort_by(|a, b| order(a.1).cmp(&order(b.1)));
    let mut told = Vec::new();
    while let Some((id, finding)) = left.first().copied() {
        let fleet = classes(finding).into_iter().find_map(|class| {
            let week = finding.first_bad.end.day().week();
            let workflows = judgements.iter().filter(|(_, one)| one.runs_on(class, week));
            let workflows = workflows.count();
            let all = together(finding, class, &left);
            let sure = all.iter().copied().filter(|(_, one)| one.is_beyond_doubt());
            let members: Vec<_> = sure.collect();
            let is_most = members.len() * MOST >= workflows;
            let is_fleet = members.len() >= FLEET && is_most;
            is_fleet.then(|| (class.to_owned(), workflows, members, all))
        });
        if let Some((class, workflows, members, all)) = fleet {
            left.retain(|one| !all.iter().any(|member| std::ptr::eq(member.1, one.1)));
            told.push(Told::Fleet { class, workflows, members });
        } else {
            told.push(Told::One((id, finding)));
            left.remove(0);
        }
    }
    told
}

fn order(finding: &Finding) -> (bool, Time, &str) {
    (!finding.is_beyond_doubt(), finding.confirmed.end, &finding.id)
}

/// The classes of runner whose jobs or steps changed with a finding; of the run as a whole, all.
fn classes(finding: &Finding) -> BTreeSet<&str> {
    let of_parts = finding.members.iter().filter_map(|member| match &member.series.scope {
        Scope::Run => None,
        Scope::Job { class, .. } | Scope::Step { class, .. } => Some(class.as_str()),
    });
    let found: BTreeSet<&str> = of_parts.collect();
    if found.is_empty() {
        finding.relevance.billed.iter().map(|one| one.class.as_str()).collect()
    } else {
        found
    }
}

impl Judgement {
    /// Whether its jobs ran on a class in a week, or in the one before.
    fn runs_on(&self, class: &str, week: Day) -> bool {
        let before = Day(week.0.saturating_sub(7));
        self.classes.get(class).is_some_and(|weeks| weeks.range(before..=week).next().is_some())
    }
}

/// The first finding of each workflow that changed with this one, alike.
fn together<'a>(
    with: &Finding,
    class: &str,
    left: &[(WorkflowId, &'a Finding)],
) -> Vec<(WorkflowId, &'a Finding)> {
    let mut seen = BTreeSet::new();
    let mut members: Vec<(WorkflowId, &Finding)> = left
        .iter()
        .filter(|(_, finding)| {
            let apart = finding.first_bad.end.since(with.first_bad.end).abs();
            finding.is_regression == with.is_regression
                && finding.series.measure.is_time()
                && finding.series.measure == with.series.measure
                && apart <= TOGETHER_HOURS * 3_600_000
                && classes(finding).contains(class)
        })
        .filter(|(id, _)| seen.insert(*id))
        .copied()
        .collect();
    let mut factors: Vec<f64> = members.iter().map(|(_, finding)| factor(finding)).collect();
    factors.sort_unstable_by(f64::total_cmp);
    let middle = factors.get(factors.len() / 2).copied().unwrap_or_default();
    members.retain(|(_, one)| (factor(one) - middle).abs() <= ALIKE * middle.abs());
    members
}

/// Logarithm of the level after over the level before.
fn factor(finding: &Finding) -> f64 {
    (finding.level.after / finding.level.before).ln()
}
