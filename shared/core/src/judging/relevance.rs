//! Whether a change is worth a person's attention, and what it takes of runners.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::judging::alarm::Alarm;
use crate::judging::laps::Laps;
use crate::judging::series::Scope;
use crate::judging::sides::{One, Sides};
use crate::row::Segment;

/// Days up to the confirmation in which attempts are counted.
pub const COUNTED_DAYS: i64 = 30;

/// Fewer attempts in that time are seldom.
const OFTEN: u32 = 8;

/// A job that is critical to a smaller share of attempts hardly makes anyone wait.
const ON_PATH: f64 = 0.2;

const MS_PER_MINUTE: u64 = 60_000;

/// What a change touches.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Relevance {
    /// Attempts of the segment in the thirty days up to the confirmation.
    pub attempts: u32,
    /// Share of the attempts after the change that waited for its job; none of a whole run.
    pub on_path: Option<f64>,
    /// Mean minutes that an attempt is billed for of each class of runner.
    pub billed: Vec<Billed>,
}

/// What an attempt is billed for of one class of runner, on average: every job rounded up to whole
/// minutes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Billed {
    /// The class.
    pub class: String,
    /// Before the change.
    pub before: f64,
    /// After it.
    pub after: f64,
}

/// Why a change is not worth attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle {
    /// It is on branches that are neither the default one nor a pull request.
    OtherBranch,
    /// It runs seldom.
    Seldom,
    /// Hardly any attempt waits for the job.
    OffPath,
}

impl Relevance {
    /// Of an alarm.
    pub(super) fn of(alarm: &Alarm, laps: &Laps<'_>, sides: &Sides<'_>) -> Self {
        let until = alarm.confirmed.end;
        let since = until.plus_days(-COUNTED_DAYS);
        let counted = laps.iter().filter(|(_, _, lap)| {
            lap.segment == alarm.series.segment && since < lap.end && lap.end <= until
        });
        Self {
            attempts: u32::try_from(counted.count()).unwrap_or(u32::MAX).saturating_add(
                laps.left_out(alarm.series.segment, since.day().next()..=until.day()),
            ),
            on_path: on_path(&alarm.series.scope, &sides.after),
            billed: billed(sides),
        }
    }

    /// Why a change of this segment is not worth attention.
    pub fn idle(&self, segment: Segment) -> Option<Idle> {
        if segment == Segment::Other {
            Some(Idle::OtherBranch)
        } else if self.attempts < OFTEN {
            Some(Idle::Seldom)
        } else if self.on_path.is_some_and(|share| share < ON_PATH) {
            Some(Idle::OffPath)
        } else {
            None
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of attempts")]
fn on_path(scope: &Scope, after: &[One<'_>]) -> Option<f64> {
    if *scope == Scope::Run || after.is_empty() {
        return None;
    }
    let waited = after.iter().filter(|(track, lap)| {
        lap.jobs.iter().any(|job| scope.is_of(track, job) && job.on_critical_path)
    });
    Some(waited.count() as f64 / after.len() as f64)
}

#[expect(clippy::cast_precision_loss, reason = "numbers of attempts")]
fn billed(sides: &Sides<'_>) -> Vec<Billed> {
    let mut sums: BTreeMap<&str, [f64; 2]> = BTreeMap::new();
    for (place, side) in [&sides.before, &sides.after].into_iter().enumerate() {
        for (track, job) in
            side.iter().flat_map(|(track, lap)| lap.jobs.iter().map(|job| (*track, job)))
        {
            let sum = sums.entry(track.name(job.class)).or_default();
            if let (Some(ran), Some(sum)) = (job.ran, sum.get_mut(place)) {
                *sum += ran.0.div_ceil(MS_PER_MINUTE) as f64 / side.len() as f64;
            }
        }
    }
    let billed = sums.into_iter().map(|(class, [before, after])| Billed {
        class: class.to_owned(),
        before,
        after,
    });
    billed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_waited_for_often_where_people_wait_matters() {
        let of = |attempts, on_path| Relevance { attempts, on_path, billed: vec![] };
        let cases = [
            (of(100, None), Segment::DefaultBranch, None),
            (of(8, Some(1.0)), Segment::PullRequest, None),
            (of(30, Some(0.2)), Segment::Schedule, None),
            (of(7, None), Segment::Schedule, Some(Idle::Seldom)),
            (of(100, Some(0.1)), Segment::DefaultBranch, Some(Idle::OffPath)),
            (of(100, None), Segment::Other, Some(Idle::OtherBranch)),
        ];
        for (relevance, segment, idle) in cases {
            assert_eq!(relevance.idle(segment), idle, "{relevance:?}");
        }
    }
}
