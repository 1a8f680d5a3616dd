//! What is known to be done, step by step. Each function answers the record that comes next.

use crate::life::{Act, Planned};
use crate::port::{Claim, Claimed, Closed, Deeds, Issue};
use crate::time::Time;

/// Days after which an issue that is closed, or that nobody wants to hear of, is forgotten: by then
/// its finding is old news.
const FORGOTTEN_DAYS: i64 = 90;

impl Deeds {
    /// An issue is about to be filed; `after` is a number that the newest one had before.
    #[must_use]
    pub fn filing(&self, planned: &Planned, repository: &str, after: u64, now: Time) -> Self {
        let mut deeds = self.next(now);
        deeds.issues.push(Issue {
            finding: planned.finding.clone(),
            subject: planned.subject.clone(),
            repository: repository.to_owned(),
            number: None,
            filed: now,
            claim: Some(Claim { at: now, what: Claimed::Issue { after } }),
            closed: None,
            reopened: 0,
            says: planned.says,
            said_at: now,
            told: planned.gist,
            muted: None,
            gathered: planned.gathered.clone(),
        });
        deeds
    }

    /// It was filed under this number.
    #[must_use]
    pub fn filed(&self, finding: &str, number: u64, now: Time) -> Self {
        self.with(finding, now, |issue| {
            issue.number = Some(number);
            issue.claim = None;
        })
    }

    /// It was not filed.
    #[must_use]
    pub fn not_filed(&self, finding: &str, now: Time) -> Self {
        let mut deeds = self.next(now);
        deeds.issues.retain(|issue| issue.finding != finding || issue.number.is_some());
        deeds
    }

    /// No issue up to this number is it.
    #[must_use]
    pub fn searched(&self, finding: &str, upto: u64, now: Time) -> Self {
        self.with(finding, now, |issue| {
            if let Some(claim) = &mut issue.claim {
                claim.what = Claimed::Issue { after: upto };
            }
        })
    }

    /// A comment is about to be sent.
    #[must_use]
    pub fn saying(&self, finding: &str, mark: &str, now: Time) -> Self {
        self.with(finding, now, |issue| {
            issue.claim = Some(Claim { at: now, what: Claimed::Comment(mark.to_owned()) });
        })
    }

    /// It was not sent.
    #[must_use]
    pub fn not_said(&self, finding: &str, now: Time) -> Self {
        self.with(finding, now, |issue| issue.claim = None)
    }

    /// Nobody wants to hear of it.
    #[must_use]
    pub fn muted(&self, finding: &str, now: Time) -> Self {
        self.with(finding, now, |issue| issue.muted = Some(now))
    }

    /// A person closed it.
    #[must_use]
    pub fn closed_by_hand(&self, finding: &str, now: Time) -> Self {
        self.with(finding, now, |issue| {
            issue.closed = Some(Closed { at: now, by_hand: true });
            issue.claim = None;
        })
    }

    /// An act was done, other than filing.
    #[must_use]
    pub fn after(&self, planned: &Planned, now: Time) -> Self {
        self.with(planned.about(), now, |issue| {
            issue.finding.clone_from(&planned.finding);
            issue.gathered.clone_from(&planned.gathered);
            (issue.says, issue.said_at, issue.claim) = (planned.says, now, None);
            match &planned.act {
                Act::Reopen { .. } => {
                    (issue.closed, issue.told) = (None, planned.gist);
                    issue.reopened += 1;
                }
                Act::Close(_) => issue.closed = Some(Closed { at: now, by_hand: false }),
                Act::Edit { aloud: true } => issue.told = planned.gist,
                Act::File | Act::Settle | Act::Edit { aloud: false } | Act::Redate { .. } => {}
            }
        })
    }

    /// The issue that tells of a finding.
    pub fn issue(&self, finding: &str) -> Option<&Issue> {
        self.issues.iter().rfind(|issue| issue.finding == finding)
    }

    fn with(&self, finding: &str, now: Time, change: impl FnOnce(&mut Issue)) -> Self {
        let mut deeds = self.next(now);
        if let Some(issue) = deeds.issues.iter_mut().rfind(|issue| issue.finding == finding) {
            change(issue);
        }
        deeds
    }

    fn next(&self, now: Time) -> Self {
        let mut deeds = self.clone();
        deeds.revision += 1;
        let since = now.plus_days(-FORGOTTEN_DAYS);
        deeds.issues.retain(|issue| {
            let over = issue.closed.map(|closed| closed.at).or(issue.muted);
            over.is_none_or(|over| over >= since)
        });
        deeds
    }
}

impl Planned {
    /// The finding that the issue tells of before the act.
    pub fn about(&self) -> &str {
        match &self.act {
            Act::Redate { from } | Act::Reopen { from } => from,
            Act::File | Act::Settle | Act::Edit { .. } | Act::Close(_) => &self.finding,
        }
    }
}
