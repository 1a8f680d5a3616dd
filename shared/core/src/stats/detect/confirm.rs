//! When a change was first beyond doubt, and how large it is.

use crate::stats::Z95;
use crate::stats::detect::evidence::{Doubt, Evidence};
use crate::stats::detect::fit::Fit;
use crate::stats::detect::judge::WINDOW;
use crate::stats::detect::loss::Loss;
use crate::stats::detect::{Direction, Rules, Sample, level};
use crate::stats::median;

/// Samples before a change that it is compared with: more would hardly say more, and a drift would
/// count as part of it.
const BASELINE_MOST: usize = 128;

/// While weekdays cannot be told apart, a change has to outlast a weekend, and half of a weekly wave.
const UNKNOWN_WEEK_MS: i64 = 5 * 86_400_000;

/// A stretch of one level and the one after it, in the samples of a window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// First sample of the stretch before the change.
    pub(super) from: usize,
    /// First sample after the change.
    pub(super) at: usize,
    /// Past the last sample of the stretch after the change.
    pub(super) to: usize,
}

/// A window in the units of its noise.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) samples: &'a [Sample],
    pub(super) x: &'a [f64],
    pub(super) fit: &'a Fit,
    pub(super) loss: &'a Loss,
}

/// How far a level moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// Which way.
    pub direction: Direction,
    /// Median of the samples before, without the effects of weekday and time of day.
    pub before: f64,
    /// What it became.
    pub after: f64,
    /// 95 % interval of `after`, `before` being taken as it is.
    pub after_interval: [f64; 2],
    /// The move in standard errors.
    pub errors: f64,
    /// The move in standard deviations of a sample.
    pub deviations: f64,
}

impl View<'_> {
    /// What two stretches say of the change between them.
    pub(super) fn evidence(&self, step: Step) -> Evidence {
        let slice = |from: usize, to: usize| self.x.get(from..to).unwrap_or_default();
        let from = step.from.max(step.at.saturating_sub(BASELINE_MOST));
        let is_mixed = self.loss.wells().len() > 1;
        let earlier = step.from.saturating_sub(WINDOW)..step.from;
        let before = (is_mixed && !earlier.is_empty())
            .then(|| level::level(slice(earlier.start, earlier.end), self.loss, None));
        let to = step.to.min(step.at + WINDOW);
        Evidence::of(slice(from, step.at), slice(step.at, to), self.loss, before)
    }

    /// The last sample that was needed until nothing spoke against the change any more, or what
    /// still does.
    pub(super) fn confirmed(&self, step: Step, rules: &Rules, active: u32) -> Result<usize, Doubt> {
        let mut doubt = Doubt::TooFew;
        let last = step.to.min(step.at + WINDOW);
        for to in step.at + rules.confirm..=last {
            match self.doubt(Step { to, ..step }, rules, active) {
                None => return Ok(to - 1),
                Some(found) => doubt = found,
            }
        }
        Err(doubt)
    }

    /// What speaks against a change as of the last sample of the later stretch.
    pub(super) fn doubt(&self, step: Step, rules: &Rules, active: u32) -> Option<Doubt> {
        let after = self.samples.get(step.at..step.to).unwrap_or_default();
        let lasted = |last: Option<&Sample>| {
            after.first().zip(last).map_or(0, |(first, last)| last.at.since(first.at))
        };
        let least = least_span_ms(rules, self.fit);
        if lasted(after.last()) < least {
            return Some(Doubt::TooSoon);
        }
        let evidence = self.evidence(step);
        // A sample of the next morning that is as before does not make one slow afternoon last.
        if lasted(after.get(evidence.last_beyond())) < least {
            return Some(Doubt::TooSoon);
        }
        evidence.doubt(self.fit, rules, active)
    }

    /// How large a change is.
    pub(super) fn size(&self, step: Step, evidence: &Evidence) -> Size {
        let from = step.from.max(step.at.saturating_sub(BASELINE_MOST));
        let left = self.samples.get(from..step.at).unwrap_or_default();
        let mut plain: Vec<f64> = left.iter().map(|sample| self.fit.plain(*sample)).collect();
        let before = median(&mut plain);
        let (shift, error) = (evidence.shift, evidence.error());
        Size {
            direction: evidence.direction(),
            before,
            after: self.fit.moved(before, shift),
            after_interval: [-Z95, Z95].map(|z| self.fit.moved(before, shift + z * error)),
            errors: (shift / error).abs(),
            deviations: shift.abs(),
        }
    }
}

/// How long a change has to last.
pub(super) fn least_span_ms(rules: &Rules, fit: &Fit) -> i64 {
    let unknown_week = rules.min_span_ms > 0 && !fit.knows_weekdays();
    rules.min_span_ms.max(if unknown_week { UNKNOWN_WEEK_MS } else { 0 })
}

impl Size {
    /// The move as a share of what was before; none against zero.
    pub fn change(&self) -> Option<f64> {
        self.share(self.after)
    }

    /// Its 95 % interval.
    pub fn change_interval(&self) -> Option<[f64; 2]> {
        let [low, high] = self.after_interval;
        Some([self.share(low)?, self.share(high)?])
    }

    fn share(&self, after: f64) -> Option<f64> {
        let share = (after - self.before) / self.before.abs();
        share.is_finite().then_some(share)
    }
}
