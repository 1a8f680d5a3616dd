//! The attempts before and after a change.

use crate::judging::alarm::Alarm;
use crate::judging::finding::AttemptRef;
use crate::judging::laps::{Laps, REACH_DAYS, READ_DAYS};
use crate::stats;
use crate::track::{Lap, Outcome, Track};

/// Attempts on either side of a change that are compared.
const SIDE: usize = 40;

/// An attempt, with the track that knows its names.
pub(super) type One<'a> = (&'a Track, &'a Lap);

/// What is compared: attempts that succeeded, and whose job did, on either side of a change.
#[derive(Debug)]
pub(super) struct Sides<'a> {
    /// The latest before it, by end.
    pub(super) before: Vec<One<'a>>,
    /// The first after it, by end.
    pub(super) after: Vec<One<'a>>,
}

impl<'a> Sides<'a> {
    /// Those within reach of the first attempt after a change, up to the first attempt after it was
    /// over, if it is. Of a change that took long to be seen, only those that were still read then.
    pub(super) fn of(laps: &Laps<'a>, change: &Alarm, until: Option<&AttemptRef>) -> Self {
        let Alarm { series, first_bad, confirmed, .. } = change;
        let order = |attempt: &AttemptRef| (attempt.end, attempt.id);
        let (from, until) = (order(first_bad), until.map(order));
        let [earliest, latest] =
            [-REACH_DAYS, REACH_DAYS].map(|days| first_bad.end.plus_days(i64::from(days)));
        let read = confirmed.end.day().week().start().plus_days(-i64::from(READ_DAYS));
        let earliest = earliest.max(read);
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for (_, track, lap) in laps.iter() {
            let place = (lap.end, lap.id);
            let is_one = lap.segment == series.segment
                && lap.outcome == Outcome::Green
                && (earliest..=latest).contains(&lap.end)
                && lap
                    .jobs
                    .iter()
                    .any(|job| series.scope.is_of(track, job) && job.outcome == Outcome::Green);
            if is_one && place < from {
                before.push((track, lap));
            } else if is_one && until.is_none_or(|until| place < until) {
                after.push((track, lap));
            }
        }
        before.drain(..before.len().saturating_sub(SIDE));
        after.truncate(SIDE);
        Self { before, after }
    }
}

/// The median; none of nothing.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    (!values.is_empty()).then(|| stats::median(&mut values))
}
