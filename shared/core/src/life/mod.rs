//! The life of a finding outside of Laptime: which issue is to be filed, edited, closed or opened
//! again, so that people hear of a change once.
//!
//! A plan follows from the findings, from what was done, and from the time. Nothing is done here:
//! whoever carries a plan out stores what [`Deeds`] says comes after each act.

mod deeds;
mod gathering;
mod gist;
mod threshold;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::judging::{Finding, State, Told};
use crate::port::{Claimed, Deeds, Desk, Gathered, Gist, Issue};
use crate::row::WorkflowId;
use crate::time::{MS_PER_HOUR, Time};

use gathering::Weighed;

pub(crate) use gist::digest;

pub use threshold::{AGREEING, Crossing, ENOUGH_IN_A_WEEK, Limit, Side, WEEK_DAYS, watched};

/// Days after an issue was closed in which a change of the same series opens it again.
const COOLING_DAYS: i64 = 14;

/// Days after a person closed an issue as done until it is opened again if nothing has changed.
const BY_HAND_DAYS: i64 = 7;

/// Days after it was confirmed from which on a change that nobody was told of is old news: it was
/// found in history.
const FRESH_DAYS: i64 = 14;

/// Hours between two edits of an issue whose finding only got more figures.
const EDIT_HOURS: i64 = 24;

/// Minutes after which whoever sent something and did not tell what became of it is taken for dead,
/// and what GitHub lists is complete.
const CLAIM_MINUTES: i64 = 10;

/// Whether whoever claimed something then may still be at it.
pub(crate) const fn is_young(claimed: Time, now: Time) -> bool {
    now.since(claimed) < CLAIM_MINUTES * MS_PER_HOUR / 60
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Whose deeds it changes.
    pub desk: Desk,
    /// The finding it is about, or the name of the issue that gathers several.
    pub finding: String,
    /// What that is about, whenever it changes.
    pub subject: String,
    /// Digest of what the issue is to say.
    pub says: [u8; 8],
    /// What people must hear of when it changes.
    pub gist: Gist,
    /// The findings it tells of, if they are several.
    pub gathered: Vec<Gathered>,
    /// What to do.
    pub act: Act,
}

/// What is to be done about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// File an issue.
    File,
    /// Find out whether its issue was filed: whoever was about to do it never said so.
    Settle,
    /// Write its issue anew.
    Edit {
        /// With a comment, because people must hear of what changed.
        aloud: bool,
    },
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

/// What is to be done about all that is told, and about thresholds. Of each repository at most
/// `per_day` findings a UTC day get an issue of their own; one more gathers the others.
pub fn plan(
    told: &[Told<'_>],
    crossings: &[Crossing],
    deeds: &BTreeMap<Desk, Deeds>,
    now: Time,
    per_day: u32,
) -> Vec<Planned> {
    let members = told.iter().flat_map(Told::members);
    let known = members.map(|(_, finding)| finding.id.as_str()).collect();
    let mut plan = Plan { told, deeds, known, now, acts: Vec::new(), news: Vec::new() };
    for one in told {
        plan.tell(one);
    }
    plan.spend(per_day);
    plan.withdraw();
    let mut news = Vec::new();
    for crossing in crossings {
        plan.hold(crossing, &mut news);
    }
    plan.spend_on_thresholds(news, per_day);
    plan.acts
}

struct Plan<'a> {
    told: &'a [Told<'a>],
    deeds: &'a BTreeMap<Desk, Deeds>,
    /// Findings there are.
    known: BTreeSet<&'a str>,
    now: Time,
    acts: Vec<Planned>,
    /// Issues to be filed, as far as there is room for them.
    news: Vec<Weighed>,
}

impl Plan<'_> {
    fn tell(&mut self, told: &Told<'_>) {
        let members = told.members().iter().copied();
        let (elsewhere, members): (Vec<_>, Vec<_>) =
            members.partition(|(id, finding)| self.is_gathered(*id, finding));
        let is_open = |(id, finding): &&(WorkflowId, &Finding)| self.is_open(*id, &finding.id);
        // One issue tells of all: the one there is, or that of the first.
        let first = || members.first().filter(|_| elsewhere.is_empty());
        let Some((id, finding)) = members.iter().find(is_open).or_else(first).copied() else {
            return;
        };
        if let Some(act) = self.act(id, finding, told) {
            let planned = planned(id, finding, told, act);
            if planned.act == Act::File {
                self.news.push(Weighed { weight: told.weight(), planned });
            } else {
                self.acts.push(planned);
            }
        }
        for (other, one) in members.iter().filter(|(_, one)| one.id != finding.id) {
            let issue = self.issue(*other, &one.id).filter(|issue| issue.is_live());
            let close = Act::Close(Why::PartOf(finding.id.clone()));
            if let Some(act) = issue.and_then(|issue| self.once_settled(issue, close)) {
                self.acts.push(planned(*other, one, told, act));
            }
        }
    }

    fn act(&self, id: WorkflowId, finding: &Finding, told: &Told<'_>) -> Option<Act> {
        let over = told.over(self.now);
        if let Some(issue) = self.issue(id, &finding.id) {
            return self.next(issue, over, told.digest(), told.gist());
        }
        let is_news = over.is_none() && told.is_worth_an_issue() && self.is_fresh(finding);
        if is_news { self.first_act(id, finding) } else { None }
    }

    /// About what an issue tells of.
    fn next(&self, issue: &Issue, over: Option<Why>, says: [u8; 8], gist: Gist) -> Option<Act> {
        let act = match (issue.closed, over) {
            _ if issue.muted.is_some() => None,
            (None, Some(why)) => Some(Act::Close(why)),
            (None, None) => {
                let is_due = self.now.since(issue.said_at) >= EDIT_HOURS * MS_PER_HOUR;
                let aloud = gist.is_news_to(issue.told);
                (issue.says != says && is_due).then_some(Act::Edit { aloud })
            }
            (Some(closed), None) => {
                let rest = if closed.by_hand { BY_HAND_DAYS } else { 0 };
                let is_due = closed.at.plus_days(rest) <= self.now && self.is_warm(closed.at);
                is_due.then(|| Act::Reopen { from: issue.finding.clone() })
            }
            (Some(_), Some(_)) => None,
        };
        match act {
            Some(act) => self.once_settled(issue, act),
            // Even if there is nothing else to do, somebody is to learn of its number.
            None if issue.number.is_none() => self.once_settled(issue, Act::Settle),
            None => None,
        }
    }

    /// The act, unless something was sent of which nobody knows yet whether it arrived.
    fn once_settled(&self, issue: &Issue, act: Act) -> Option<Act> {
        let Some(claim) = &issue.claim else { return Some(act) };
        match claim.what {
            _ if is_young(claim.at, self.now) => None,
            Claimed::Issue { .. } => Some(Act::Settle),
            Claimed::Comment(_) => Some(act),
        }
    }

    /// About a finding that no issue tells of.
    fn first_act(&self, id: WorkflowId, finding: &Finding) -> Option<Act> {
        let subject = finding.subject(id);
        let issues = self.issues(Desk::Workflow(id)).iter().rev();
        let of_subject = issues.filter(|issue| issue.subject == subject);
        for issue in of_subject.filter(|issue| !self.is_taken(id, &issue.finding)) {
            let from = issue.finding.clone();
            let is_gone = !self.known.contains(from.as_str());
            match issue.closed {
                // Whoever did not want to hear of it does not want to hear of it with another date.
                _ if is_gone && issue.muted.is_some() => return None,
                _ if issue.muted.is_some() => {}
                None if is_gone => return self.once_settled(issue, Act::Redate { from }),
                Some(closed) if self.is_warm(closed.at) => {
                    return self.once_settled(issue, Act::Reopen { from });
                }
                None | Some(_) => {}
            }
        }
        Some(Act::File)
    }

    /// Whether an issue tells of another finding already, by what is planned.
    fn is_taken(&self, id: WorkflowId, finding: &str) -> bool {
        self.acts.iter().any(|planned| match &planned.act {
            Act::Redate { from } | Act::Reopen { from } => {
                planned.desk == Desk::Workflow(id) && from == finding
            }
            Act::File | Act::Settle | Act::Edit { .. } | Act::Close(_) => false,
        })
    }

    /// Closes issues of findings that are no more.
    fn withdraw(&mut self) {
        let mut closed = Vec::new();
        for (desk, deeds) in self.deeds {
            let Desk::Workflow(id) = *desk else { continue };
            let gone = deeds.issues.iter().filter(|issue| {
                issue.is_live()
                    && !self.known.contains(issue.finding.as_str())
                    && !self.is_taken(id, &issue.finding)
            });
            closed.extend(gone.filter_map(|issue| {
                let act = self.once_settled(issue, Act::Close(Why::Withdrawn))?;
                Some(Planned {
                    desk: *desk,
                    finding: issue.finding.clone(),
                    subject: issue.subject.clone(),
                    says: issue.says,
                    gist: issue.told,
                    gathered: Vec::new(),
                    act,
                })
            }));
        }
        self.acts.extend(closed);
    }

    fn issues(&self, desk: Desk) -> &[Issue] {
        self.deeds.get(&desk).map(|deeds| deeds.issues.as_slice()).unwrap_or_default()
    }

    fn issue(&self, id: WorkflowId, finding: &str) -> Option<&Issue> {
        self.issues(Desk::Workflow(id)).iter().rfind(|issue| issue.finding == finding)
    }

    /// Whether an issue tells of a finding, and somebody wants to hear of it.
    fn is_open(&self, id: WorkflowId, finding: &str) -> bool {
        self.issue(id, finding).is_some_and(Issue::is_live)
    }

    fn is_fresh(&self, finding: &Finding) -> bool {
        finding.confirmed.end >= self.now.plus_days(-FRESH_DAYS)
    }

    fn is_warm(&self, closed: Time) -> bool {
        closed >= self.now.plus_days(-COOLING_DAYS)
    }
}

fn planned(id: WorkflowId, finding: &Finding, told: &Told<'_>, act: Act) -> Planned {
    Planned {
        desk: Desk::Workflow(id),
        finding: finding.id.clone(),
        subject: finding.subject(id),
        says: told.digest(),
        gist: told.gist(),
        gathered: Vec::new(),
        act,
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
    pub(crate) fn over(&self, now: Time) -> Option<Why> {
        let members = self.members();
        let is_back = |one: &Finding| matches!(one.state, State::Recovered { .. });
        if members.iter().all(|(_, one)| is_back(one)) {
            Some(Why::Recovered)
        } else {
            members.iter().all(|(_, one)| is_back(one) || one.is_silent(now)).then_some(Why::Silent)
        }
    }
}

impl Issue {
    /// Whether it is open, as far as is known, and somebody wants to hear of it.
    pub const fn is_live(&self) -> bool {
        self.closed.is_none() && self.muted.is_none()
    }
}

#[cfg(test)]
mod tests;
