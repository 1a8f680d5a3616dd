//! Whether a level has gone back, though not so clearly that it would be a change of its own: few
//! samples were slow, or they scatter widely. What holds no longer must not be told for ever.

use crate::judging::alarm::Alarm;
use crate::judging::series::Point;
use crate::stats::detect::WINDOW_DAYS;

/// Samples that are looked at, of which all but one have to be nearer to the level before.
const LATEST: usize = 12;

/// A rise that has not gone back yet.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) rise: Alarm,
    /// Position of its first sample; 0 if that is long ago.
    pub(super) from: usize,
}

impl Open {
    /// The position of the first sample of the level that it went back to, if it did with the last of
    /// these samples and as long ago as asked for. `plain` takes weekday and time of day from one.
    pub(super) fn returned(
        &self,
        points: &[Point],
        plain: impl Fn(&Point) -> f64,
        least_span_ms: i64,
    ) -> Option<usize> {
        let from = points.len().checked_sub(LATEST).filter(|from| *from > self.from)?;
        let latest = points.get(from..)?;
        let middle = self.middle();
        let is_back = |point: &Point| plain(point) < middle;
        // The one before them is to be named.
        let (good, last) = (points.get(from.checked_sub(1)?)?, latest.last()?);
        let first = latest.iter().position(is_back)?;
        let back = latest.iter().filter(|point| is_back(point)).count();
        let lasted = latest.get(first).map_or(0, |first| last.at.since(first.at));
        let is_recent = good.at >= last.at.plus_days(-WINDOW_DAYS);
        (back + 1 >= LATEST && is_back(last) && is_recent && lasted >= least_span_ms)
            .then_some(from + first)
    }

    /// Between both levels, as a factor where that can be.
    fn middle(&self) -> f64 {
        let Alarm { before, after, .. } = self.rise;
        if before > 0.0 { (before * after).sqrt() } else { f64::midpoint(before, after) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judging::{AttemptRef, Measure, Scope, SeriesKey};
    use crate::model::AttemptId;
    use crate::row::Segment;
    use crate::time::Time;

    /// From 10 to 40, at the third sample.
    fn open() -> Open {
        let attempt = AttemptRef {
            end: Time::from_millis(0),
            id: AttemptId { repository: 1, run: 1, attempt: 1 },
            run_number: None,
            head_sha: None,
        };
        let rise = Alarm {
            series: SeriesKey {
                segment: Segment::DefaultBranch,
                measure: Measure::Waited,
                scope: Scope::Run,
            },
            rose: true,
            before: 10.0,
            after: 40.0,
            after_interval: [30.0, 50.0],
            errors: 9.0,
            deviations: 3.0,
            last_good: attempt.clone(),
            first_bad: attempt.clone(),
            confirmed: attempt,
            samples: 5,
            is_return: false,
        };
        Open { rise, from: 2 }
    }

    fn returned(values: &[f64]) -> Option<usize> {
        let hour = |index: usize| Time::from_millis(3_600_000 * i64::try_from(index).unwrap());
        let points = values.iter().enumerate();
        let points: Vec<Point> =
            points.map(|(lap, value)| Point { at: hour(lap), value: *value, lap }).collect();
        open().returned(&points, |point| point.value, 8 * 3_600_000)
    }

    #[test]
    fn eleven_of_twelve_samples_on_the_old_side_are_a_return() {
        let with = |latest: &[f64]| [&[10.0, 10.0, 40.0, 40.0, 40.0][..], latest].concat();
        assert_eq!(returned(&with(&[12.0; 12])), Some(5));
        assert_eq!(returned(&with(&[12.0; 11])), Some(5), "one of them may be as it was");
        assert_eq!(returned(&with(&[12.0; 10])), None);
        let mut mixed = [12.0; 12];
        mixed[4] = 90.0;
        assert_eq!(returned(&with(&mixed)), Some(5));
        mixed[8] = 21.0;
        assert_eq!(returned(&with(&mixed)), None, "20 is in the middle");
        assert_eq!(returned(&[12.0; 13]), None, "samples from before do not count");
    }

    #[test]
    fn it_has_to_last() {
        let points: Vec<Point> =
            (0..20).map(|lap| Point { at: Time::from_millis(60_000), value: 10.0, lap }).collect();
        assert_eq!(open().returned(&points, |point| point.value, 0), Some(8));
        assert_eq!(open().returned(&points, |point| point.value, 1), None);
    }
}
