//! Findings that are news, and those that are over.

use std::collections::BTreeSet;

use crate::judging::{Finding, Told};
use crate::life::Why;
use crate::port::{Announced, Topic};
use crate::row::WorkflowId;
use crate::time::Time;

/// Days after it was confirmed in which a finding is news.
const NEWS_DAYS: i64 = 3;

/// A finding, or several with one cause, of which something is to be told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change<'a> {
    pub(crate) told: &'a Told<'a>,
    /// That it is over; else that it is there.
    pub(crate) is_over: bool,
}

/// What is to be told of findings, heaviest first; what is over comes last.
pub(crate) fn changes<'a>(
    told: &'a [Told<'a>],
    announced: &Announced,
    now: Time,
) -> Vec<Change<'a>> {
    let ids = told.iter().flat_map(Told::members).map(|(_, finding)| finding.id.as_str());
    let memory = Memory { announced, known: ids.collect() };
    let change = |told: &'a Told<'a>| {
        let over = told.over(now);
        let is_known = told.members().iter().any(|(id, finding)| memory.knows(*id, finding));
        let is_over = over == Some(Why::Recovered) && is_known && !memory.knows_over(told);
        let is_news = over.is_none()
            && !is_known
            && told.is_worth_an_issue()
            && is_fresh(told, announced.since, now);
        (is_over || is_news).then_some(Change { told, is_over })
    };
    let mut changes: Vec<Change<'a>> = told.iter().filter_map(change).collect();
    changes.sort_by(|a, b| {
        let weight = |one: &Change<'_>| one.told.weight();
        a.is_over.cmp(&b.is_over).then(weight(b).total_cmp(&weight(a)))
    });
    changes
}

impl Change<'_> {
    /// By which it is known afterwards: each of its findings.
    pub(crate) fn topics(&self) -> impl Iterator<Item = Topic> {
        self.told.members().iter().map(|(id, one)| {
            let (finding, subject) = (one.id.clone(), one.subject(*id));
            if self.is_over {
                Topic::Over { finding, subject }
            } else {
                Topic::Finding { finding, subject }
            }
        })
    }
}

struct Memory<'a> {
    announced: &'a Announced,
    /// Findings there are.
    known: BTreeSet<&'a str>,
}

impl Memory<'_> {
    /// Whether a finding was told, also if late facts have given it another date since.
    fn knows(&self, id: WorkflowId, finding: &Finding) -> bool {
        let subject = finding.subject(id);
        let mut moved = false;
        for (topic, _) in &self.announced.told {
            match topic {
                Topic::Finding { finding: of, .. } if *of == finding.id => return true,
                Topic::Finding { finding: of, subject: about } if *about == subject => {
                    moved = !self.known.contains(of.as_str());
                }
                Topic::Over { subject: about, .. } if *about == subject => moved = false,
                Topic::Finding { .. } | Topic::Over { .. } | Topic::Run { .. } => {}
            }
        }
        moved
    }

    fn knows_over(&self, told: &Told<'_>) -> bool {
        let is_of = |of: &str| told.members().iter().any(|(_, finding)| finding.id == of);
        self.announced.told.iter().any(|(topic, _)| match topic {
            Topic::Over { finding, .. } => is_of(finding),
            Topic::Finding { .. } | Topic::Run { .. } => false,
        })
    }
}

/// Whether all of it came after a time, and some of it lately.
fn is_fresh(told: &Told<'_>, since: Time, now: Time) -> bool {
    let confirmed = || told.members().iter().map(|(_, finding)| finding.confirmed.end);
    confirmed().all(|at| at > since) && confirmed().any(|at| at >= now.plus_days(-NEWS_DAYS))
}
