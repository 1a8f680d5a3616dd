//! Issues about thresholds: a workflow that is slow or fails often, whatever it was before. Nobody
//! gets them unless they are asked for.

use std::collections::BTreeSet;

use crate::life::gist::{digest, thousandths};
use crate::life::{Act, Plan, Planned, Why};
use crate::port::{Desk, Gathered, Gist, Issue};
use crate::row::WorkflowId;
use crate::time::Day;

/// Days whose figures are held against a threshold together.
pub const WEEK_DAYS: i32 = 7;

/// Such weeks in a row, each ending a day before the next, that have to agree.
pub const AGREEING: usize = 3;

/// Attempts in a week below which it tells nothing.
pub const ENOUGH_IN_A_WEEK: u64 = 20;

/// What has a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// 95th percentile of `total`, seconds: not above.
    P95,
    /// Success rate on the default branch, 0 to 1: not below.
    SuccessRate,
}

/// A figure of a workflow, held against its threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    /// Whose.
    pub workflow: WorkflowId,
    /// What.
    pub limit: Limit,
    /// The threshold.
    pub threshold: f64,
    /// Of the weeks that end with the last days that are over, latest first; none of a week with too
    /// few attempts.
    pub weeks: [Option<f64>; AGREEING],
    /// The days of the latest week that had any, oldest first: attempts, and the figure.
    pub days: Vec<(Day, u64, f64)>,
}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// All weeks are beyond the threshold.
    Beyond,
    /// None of them is.
    Within,
    /// Some are.
    Between,
    /// None of them has enough attempts.
    Quiet,
}

impl Crossing {
    /// On which side of the threshold it is.
    pub fn side(&self) -> Side {
        let beyond = |figure: f64| match self.limit {
            Limit::P95 => figure > self.threshold,
            Limit::SuccessRate => figure < self.threshold,
        };
        let told: Vec<bool> = self.weeks.iter().flatten().map(|figure| beyond(*figure)).collect();
        match told.iter().filter(|beyond| **beyond).count() {
            _ if told.is_empty() => Side::Quiet,
            0 => Side::Within,
            count if count == AGREEING => Side::Beyond,
            _ => Side::Between,
        }
    }

    /// The figure of the latest week that has one.
    pub fn figure(&self) -> Option<f64> {
        self.weeks.iter().flatten().next().copied()
    }

    /// Attempts of the latest week.
    pub fn attempts(&self) -> u64 {
        self.days.iter().map(|(_, attempts, _)| attempts).sum()
    }

    /// Whether an issue of this subject is about it.
    pub fn is_about(&self, subject: &str) -> bool {
        self.subject() == subject
    }

    /// By which its issue is known again.
    fn subject(&self) -> String {
        format!("{}-{}", self.limit.name(), self.workflow.workflow)
    }

    /// How many times worse than the threshold, in thousandths; of a rate, the share that fails.
    fn gist(&self) -> Gist {
        let figure = self.figure().unwrap_or(self.threshold);
        let change = match self.limit {
            Limit::P95 => figure / self.threshold.max(1.0),
            Limit::SuccessRate => 1.0 - figure,
        };
        Gist { change: thousandths(change), not_your_code: false }
    }

    fn planned(&self, finding: String, act: Act) -> Planned {
        let subject = self.subject();
        let of = Gathered {
            workflow: self.workflow,
            finding: finding.clone(),
            subject: subject.clone(),
        };
        let said = self.days.iter().map(|(day, attempts, figure)| {
            format!("{} {attempts} {:.4} {}", day.0, figure, self.threshold)
        });
        Planned {
            desk: Desk::Thresholds(self.workflow.repository),
            finding,
            subject,
            says: digest(said),
            gist: self.gist(),
            gathered: vec![of],
            act,
        }
    }
}

impl Limit {
    const fn name(self) -> &'static str {
        match self {
            Self::P95 => "p95",
            Self::SuccessRate => "success",
        }
    }
}

/// Workflows with an issue about a threshold that is still open: they are looked at even if nothing
/// has run.
pub fn watched<'a>(issues: impl IntoIterator<Item = &'a Issue>) -> BTreeSet<WorkflowId> {
    let live = issues.into_iter().filter(|issue| issue.is_live());
    live.flat_map(|issue| &issue.gathered).map(|one| one.workflow).collect()
}

impl Plan<'_> {
    /// Plans for one figure. What is new goes into `news`, as far as there is room for it.
    pub(super) fn hold(&mut self, crossing: &Crossing, news: &mut Vec<Planned>) {
        let (side, subject) = (crossing.side(), crossing.subject());
        let desk = Desk::Thresholds(crossing.workflow.repository);
        let issues = self.issues(desk).iter();
        let last = issues.rev().find(|issue| issue.subject == subject);
        let is_cold = |issue: &Issue| issue.closed.is_some_and(|closed| !self.is_warm(closed.at));
        match last.filter(|issue| issue.muted.is_some() || !is_cold(issue)) {
            Some(issue) => {
                let planned = crossing.planned(issue.finding.clone(), Act::Settle);
                let next = |over| self.next(issue, over, planned.says, planned.gist);
                let act = match side {
                    Side::Beyond => next(None),
                    Side::Within => next(Some(Why::Recovered)),
                    Side::Quiet => next(Some(Why::Silent)),
                    // It stays as it is, open or closed, but somebody is to learn of its number.
                    Side::Between if issue.number.is_none() => {
                        self.once_settled(issue, Act::Settle)
                    }
                    Side::Between => None,
                };
                if let Some(act) = act {
                    self.acts.push(Planned { act, ..planned });
                }
            }
            None if side == Side::Beyond => {
                let finding = format!("{subject}-{}", self.now.day());
                news.push(crossing.planned(finding, Act::File));
            }
            None => {}
        }
    }

    /// Files what there is room for, the worst first; the rest waits for another day.
    pub(super) fn spend_on_thresholds(&mut self, mut news: Vec<Planned>, per_day: u32) {
        news.sort_by_key(|planned| std::cmp::Reverse(planned.gist.change));
        for planned in news {
            let repository = planned.desk.repository();
            let is_filed =
                |one: &&Planned| one.act == Act::File && one.desk.repository() == repository;
            let filed = self.filed_today(repository) + self.acts.iter().filter(is_filed).count();
            if filed < per_day as usize {
                self.acts.push(planned);
            }
        }
    }
}
