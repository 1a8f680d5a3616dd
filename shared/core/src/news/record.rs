//! What a channel was told, step by step. Each function answers the record that comes next.

use crate::life::is_young;
use crate::port::{Announced, Notice, Sending, Topic};
use crate::time::Time;

/// Days after which a run that was told is forgotten: by then its attempts are old news.
const RUN_DAYS: i64 = 14;

/// The same of findings, once they are over or gone.
const FINDING_DAYS: i64 = 90;

impl Announced {
    /// The first record: nothing that happened before is told.
    pub(crate) const fn since(now: Time) -> Self {
        Self { revision: 1, since: now, told: Vec::new(), claim: None }
    }

    /// Whether something was told.
    pub(crate) fn knows(&self, topic: &Topic) -> bool {
        self.told.iter().any(|(told, _)| told == topic)
    }

    /// A message is about to be sent. What `lasts`, by id of finding or subject, is not forgotten.
    pub(crate) fn sending(&self, claim: Sending, lasts: impl Fn(&str) -> bool) -> Self {
        let now = claim.at;
        let mut next = self.next(Some(claim));
        next.told.retain(|(topic, at)| match topic {
            Topic::Run { .. } => *at >= now.plus_days(-RUN_DAYS),
            Topic::Over { .. } => *at >= now.plus_days(-FINDING_DAYS),
            Topic::Finding { finding, subject } => {
                *at >= now.plus_days(-FINDING_DAYS) || lasts(finding) || lasts(subject)
            }
        });
        next
    }

    /// It is about to be sent again.
    pub(crate) fn sending_again(&self, now: Time) -> Self {
        self.next(self.claim.clone().map(|claim| Sending { at: now, ..claim }))
    }

    /// It was sent.
    pub(crate) fn sent(&self, now: Time) -> Self {
        let mut next = self.next(None);
        let topics = self.claim.iter().flat_map(|claim| &claim.topics);
        next.told.extend(topics.map(|topic| (topic.clone(), now)));
        next
    }

    /// It was not sent, and what was claimed before it is claimed again.
    pub(crate) fn not_sent(&self, before: Option<Sending>) -> Self {
        self.next(before)
    }

    fn next(&self, claim: Option<Sending>) -> Self {
        Self { revision: self.revision + 1, claim, ..self.clone() }
    }
}

impl Sending {
    /// A message that tells of these.
    pub(crate) const fn of(topics: Vec<Topic>, notice: Notice, now: Time) -> Self {
        Self { at: now, topics, notice }
    }

    /// Whether somebody may still be at it.
    pub(crate) fn is_young(&self, now: Time) -> bool {
        is_young(self.at, now)
    }
}
