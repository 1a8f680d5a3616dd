//! The life of a finding outside of Laptime: which issue is to be filed, edited, closed or opened
//! again, so that people hear of a change once.
//!
//! A plan follows from the findings, from what was done, and from the time. Nothing is done here:
//! whoever carries a plan out stores [`Deeds::after`] each act.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use sha2::{Digest, Sha256};

use crate::judging::{Finding, State, Told};
use crate::port::{Deeds, Issue};
use crate::row::WorkflowId;
use crate::stored::to_bytes;
use crate::time::{MS_PER_HOUR, Time};

/// Days after an issue was closed in which a change of the same series opens it again.
const COOLING_DAYS: i64 = 14;

/// Days after it was confirmed from which on a change that nobody was told of is old news: it was
/// found in history.
const FRESH_DAYS: i64 = 14;

/// Hours between two edits of an issue whose finding only got more figures.
const EDIT_HOURS: i64 = 24;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The workflow whose deeds it changes.
    pub workflow: WorkflowId,
    /// The finding it is about.
    pub finding: String,
    /// What that is about, whenever it changes.
    pub subject: String,
    /// Digest of what the issue is to say.
    pub says: [u8; 8],
    /// What to do.
    pub act: Act,
}

/// What is to be done about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// File an issue.
    File,
    /// Write its issue anew.
    Edit,
    /// Late facts moved the change: the issue of `from` tells of this finding now.
    Redate {
        /// The finding that is no more.
        from: String,
    },
    /// Open the closed issue of `from` again: a change of the same series, or the same one.
    Reopen {
        /// The finding it told of.
        from: String,
    },
    /// Close its issue.
    Close(Why),
}

/// Why an issue is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The level went back.
    Recovered,
    /// Nothing has run for long.
    Silent,
    /// Late facts, or what came since, took the change back.
    Withdrawn,
    /// Many workflows changed alike: the issue of this finding tells of all.
    PartOf(String),
}

/// What is to be done about all that is told.
pub fn plan(told: &[Told<'_>], deeds: &BTreeMap<WorkflowId, Deeds>, now: Time) -> Vec<Planned> {
    let known: BTreeSet<&str> =
        told.iter().flat_map(Told::members).map(|(_, finding)| finding.id.as_str()).collect();
    let mut plan = Plan { deeds, known, now, acts: Vec::new() };
    for one in told {
        plan.tell(one);
    }
    plan.withdraw();
    plan.acts
}

struct Plan<'a> {
    deeds: &'a BTreeMap<WorkflowId, Deeds>,
    /// Findings there are.
    known: BTreeSet<&'a str>,
    now: Time,
    acts: Vec<Planned>,
}

impl Plan<'_> {
    fn tell(&mut self, told: &Told<'_>) {
        let members = told.members();
        let is_open = |(id, finding): &&(WorkflowId, &Finding)| self.is_open(*id, &finding.id);
        // One issue tells of all: the one there is, or that of the first.
        let Some((id, finding)) = members.iter().find(is_open).or_else(|| members.first()).copied()
        else {
            return;
        };
        if let Some(act) = self.act(id, finding, told) {
            self.add(id, finding, told.digest(), act);
        }
        for (other, one) in members.iter().filter(|(_, one)| one.id != finding.id) {
            if self.is_open(*other, &one.id) {
                self.add(*other, one, [0; 8], Act::Close(Why::PartOf(finding.id.clone())));
            }
        }
    }

    fn act(&self, id: WorkflowId, finding: &Finding, told: &Told<'_>) -> Option<Act> {
        let over = told.over(self.now);
        let Some(issue) = self.issue(id, &finding.id) else {
            let is_news = over.is_none() && told.is_worth_an_issue() && self.is_fresh(finding);
            return if is_news { self.first_act(id, finding) } else { None };
        };
        match (issue.closed, over) {
            _ if issue.muted.is_some() => None,
            (None, Some(why)) => Some(Act::Close(why)),
            (None, None) => {
                let is_due = self.now.since(issue.said_at) >= EDIT_HOURS * MS_PER_HOUR;
                (issue.says != told.digest() && is_due).then_some(Act::Edit)
            }
            (Some(closed), None) if self.is_warm(closed) => {
                Some(Act::Reopen { from: finding.id.clone() })
            }
            (Some(_), _) => None,
        }
    }

    /// About a finding that no issue tells of.
    fn first_act(&self, id: WorkflowId, finding: &Finding) -> Option<Act> {
        let subject = finding.subject(id);
        let issues = self.deeds.get(&id).map(|deeds| deeds.issues.as_slice()).unwrap_or_default();
        let of_subject = issues.iter().rev().filter(|issue| issue.subject == subject);
        for issue in of_subject.filter(|issue| !self.is_taken(id, &issue.finding)) {
            let from = issue.finding.clone();
            let is_gone = !self.known.contains(from.as_str());
            match issue.closed {
                // Whoever did not want to hear of it does not want to hear of it with another date.
                _ if is_gone && issue.muted.is_some() => return None,
                _ if issue.muted.is_some() => {}
                None if is_gone => return Some(Act::Redate { from }),
                Some(closed) if self.is_warm(closed) => return Some(Act::Reopen { from }),
                None | Some(_) => {}
            }
        }
        Some(Act::File)
    }

    /// Whether an issue tells of another finding already, by what is planned.
    fn is_taken(&self, id: WorkflowId, finding: &str) -> bool {
        self.acts.iter().any(|planned| match &planned.act {
            Act::Redate { from } | Act::Reopen { from } => {
                planned.workflow == id && from == finding
            }
            Act::File | Act::Edit | Act::Close(_) => false,
        })
    }

    /// Closes issues of findings that are no more.
    fn withdraw(&mut self) {
        for (id, deeds) in self.deeds {
            let gone = deeds.issues.iter().filter(|issue| {
                issue.closed.is_none()
                    && issue.muted.is_none()
                    && !self.known.contains(issue.finding.as_str())
                    && !self.is_taken(*id, &issue.finding)
            });
            let closed = gone.map(|issue| Planned {
                workflow: *id,
                finding: issue.finding.clone(),
                subject: issue.subject.clone(),
                says: issue.says,
                act: Act::Close(Why::Withdrawn),
            });
            let closed: Vec<Planned> = closed.collect();
            self.acts.extend(closed);
        }
    }

    fn add(&mut self, workflow: WorkflowId, finding: &Finding, says: [u8; 8], act: Act) {
        let (finding, subject) = (finding.id.clone(), finding.subject(workflow));
        self.acts.push(Planned { workflow, finding, subject, says, act });
    }

    fn issue(&self, id: WorkflowId, finding: &str) -> Option<&Issue> {
        let mut issues = self.deeds.get(&id)?.issues.iter();
        issues.rfind(|issue| issue.finding == finding)
    }

    /// Whether an issue tells of a finding, and somebody wants to hear of it.
    fn is_open(&self, id: WorkflowId, finding: &str) -> bool {
        let issue = self.issue(id, finding);
        issue.is_some_and(|issue| issue.closed.is_none() && issue.muted.is_none())
    }

    fn is_fresh(&self, finding: &Finding) -> bool {
        finding.confirmed.end >= self.now.plus_days(-FRESH_DAYS)
    }

    fn is_warm(&self, closed: Time) -> bool {
        closed >= self.now.plus_days(-COOLING_DAYS)
    }
}

impl Told<'_> {
    /// Whether people are to hear of it by themselves: bad news beyond doubt that matter.
    pub fn is_worth_an_issue(&self) -> bool {
        self.members().iter().any(|(_, finding)| {
            finding.is_regression && finding.is_beyond_doubt() && finding.is_relevant()
        })
    }

    /// Why it is over, if all of it is.
    fn over(&self, now: Time) -> Option<Why> {
        let members = self.members();
        let is_back = |one: &Finding| matches!(one.state, State::Recovered { .. });
        if members.iter().all(|(_, one)| is_back(one)) {
            Some(Why::Recovered)
        } else {
            members.iter().all(|(_, one)| is_back(one) || one.is_silent(now)).then_some(Why::Silent)
        }
    }

    /// Stands for all that is said of it.
    fn digest(&self) -> [u8; 8] {
        let mut hasher = Sha256::new();
        for (_, finding) in self.members() {
            // When the last attempt was is not said.
            let said = Finding { last: Time::from_millis(0), ..(*finding).clone() };
            // Writing to memory does not fail.
            hasher.update(to_bytes(&said).unwrap_or_default());
        }
        let mut digest = [0; 8];
        digest.iter_mut().zip(hasher.finalize()).for_each(|(byte, hashed)| *byte = hashed);
        digest
    }
}

impl Deeds {
    /// What is known to be done after an act. The number of an issue is none until it is known.
    #[must_use]
    pub fn after(&self, planned: &Planned, now: Time) -> Self {
        let mut deeds = self.clone();
        deeds.revision += 1;
        let from = match &planned.act {
            Act::File => {
                deeds.issues.push(Issue {
                    finding: planned.finding.clone(),
                    subject: planned.subject.clone(),
                    number: None,
                    filed: now,
                    closed: None,
                    reopened: 0,
                    says: planned.says,
                    said_at: now,
                    muted: None,
                });
                return deeds;
            }
            Act::Redate { from } | Act::Reopen { from } => from,
            Act::Edit | Act::Close(_) => &planned.finding,
        };
        let Some(issue) = deeds.issues.iter_mut().rfind(|issue| issue.finding == *from) else {
            return deeds;
        };
        issue.finding.clone_from(&planned.finding);
        (issue.says, issue.said_at) = (planned.says, now);
        match &planned.act {
            Act::Reopen { .. } => {
                issue.closed = None;
                issue.reopened += 1;
            }
            Act::Close(_) => issue.closed = Some(now),
            Act::File | Act::Edit | Act::Redate { .. } => {}
        }
        deeds
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("file an issue"),
            Self::Edit => f.write_str("edit its issue"),
            Self::Redate { from } => {
                write!(f, "let the issue of {from} tell of it: late facts moved it")
            }
            Self::Reopen { from } => write!(f, "open the issue of {from} again"),
            Self::Close(Why::Recovered) => f.write_str("close its issue: the level went back"),
            Self::Close(Why::Silent) => f.write_str("close its issue: nothing has run for long"),
            Self::Close(Why::Withdrawn) => {
                f.write_str("close its issue: what came since took it back")
            }
            Self::Close(Why::PartOf(whole)) => {
                write!(f, "close its issue: that of {whole} tells of all workflows")
            }
        }
    }
}

#[cfg(test)]
mod tests;
