//! Findings with one cause: the same step carries them, also where they were dated differently.

use crate::judging::finding::Finding;
use crate::judging::group::settled;
use crate::time::MS_PER_DAY;

/// Days between two changes that one step carries for them to be one.
pub(super) const ONE_STEP_DAYS: i32 = 7;

/// The findings, those that one step carries as one.
pub(super) fn merged(mut findings: Vec<Finding>) -> Vec<Finding> {
    let order = |one: &Finding| (!one.is_beyond_doubt(), one.confirmed.end, one.id.clone());
    findings.sort_by_cached_key(order);
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        match kept.iter_mut().find(|held| held.has_cause_of(&finding)) {
            // What is beyond doubt is not joined by what is not.
            Some(held) if held.is_beyond_doubt() && !finding.is_beyond_doubt() => {}
            Some(held) => *held = held.clone().with(finding),
            None => kept.push(finding),
        }
    }
    kept
}

impl Finding {
    /// The job and step that carry most of it.
    fn leader(&self) -> Option<(&str, &(String, u32))> {
        let first = self.carriers.as_ref()?.parts.first()?;
        Some((first.job.as_deref()?, first.step.as_ref()?))
    }

    /// Whether one that was confirmed later has the cause of this one.
    fn has_cause_of(&self, other: &Self) -> bool {
        let apart = self.first_bad.end.since(other.first_bad.end).abs();
        self.is_regression == other.is_regression
            && self.leader().is_some()
            && self.leader() == other.leader()
            && apart <= i64::from(ONE_STEP_DAYS) * MS_PER_DAY
            && other.confirmed.end <= settled(self.began())
    }

    /// Together with a later one: what tells most is told, and dated by what stands out most.
    fn with(self, later: Self) -> Self {
        let id = self.id.clone();
        let members = [self.members.clone(), later.members.clone()].concat();
        let is_later = later.series.rank() < self.series.rank();
        let (told, other) = if is_later { (later, self) } else { (self, later) };
        let Self { last_good, first_bad, confirmed, samples, deviations, .. } = other;
        if deviations <= told.deviations {
            return Self { id, members, ..told };
        }
        Self { id, last_good, first_bad, confirmed, samples, deviations, members, ..told }
    }
}
