//! Changes of a share: of runs that succeed, or that are flaky.

use statrs::function::gamma::ln_gamma;

use crate::stats::detect::{Direction, Rules};
use crate::time::Time;

/// Outcomes that a share is judged by.
const WINDOW: usize = 256;

/// Days that an outcome stays in the window.
const WINDOW_DAYS: i64 = 180;

/// Fewer outcomes before a change are no baseline.
const BASELINE: usize = 20;

/// Outcomes after a change that are looked at.
const LATEST: usize = 64;

/// Jeffreys' prior: half an outcome of either kind.
const PRIOR: f64 = 0.5;

/// Share of the change that the later half of the outcomes must keep.
const KEPT: f64 = 0.5;

/// A change of a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shift {
    /// Position of the first outcome after it, among all pushed.
    pub(super) index: usize,
    pub(super) confirmed_index: usize,
    pub(super) before: f64,
    pub(super) after: f64,
    pub(super) after_interval: [f64; 2],
    pub(super) errors: f64,
}

/// A share under watch.
#[derive(Debug)]
pub(super) struct Proportion {
    rules: Rules,
    /// Least change, in points of a share.
    least: f64,
    outcomes: Vec<(Time, bool)>,
    /// Where the present share began.
    begin: usize,
}

/// How many of how many.
#[derive(Debug, Clone, Copy)]
struct Count {
    hits: f64,
    all: f64,
}

impl Proportion {
    pub(super) const fn new(rules: Rules, least: f64) -> Self {
        Self { rules, least, outcomes: Vec::new(), begin: 0 }
    }

    /// Takes an outcome without judging it.
    pub(super) fn learn(&mut self, at: Time, hit: bool) {
        self.outcomes.push((at, hit));
    }

    /// Takes a change as known.
    pub(super) const fn know(&mut self, index: usize) {
        if index > self.begin {
            self.begin = index;
        }
    }

    /// Takes an outcome; answers the change that it confirmed.
    pub(super) fn push(&mut self, at: Time, hit: bool, active: u32) -> Option<Shift> {
        self.outcomes.push((at, hit));
        let (index, before, after) = self.best_split(at)?;
        let shift = self.shift(index, before, after);
        let direction = if shift.after > shift.before { Direction::Up } else { Direction::Down };
        let bar = self.rules.bar_for(direction, active);
        let is_rare = ln_tail(before, after) <= ln_normal_tail(bar);
        let is_large = (shift.after - shift.before).abs() >= self.least;
        if !(is_rare && is_large && self.is_held(index, before, after, at)) {
            return None;
        }
        self.begin = index;
        Some(shift)
    }

    /// Where the outcomes are best parted in two shares: by likelihood.
    fn best_split(&self, now: Time) -> Option<(usize, Count, Count)> {
        let oldest = now.plus_days(-WINDOW_DAYS);
        let len = self.outcomes.len();
        let young = self.outcomes.partition_point(|(at, _)| *at < oldest);
        let from = self.begin.max(len.saturating_sub(WINDOW)).max(young);
        let earliest = (from + BASELINE).max(len.saturating_sub(LATEST));
        let latest = len.checked_sub(self.rules.confirm)?;
        let whole = self.count(from, len);
        let splits = (earliest..=latest).map(|index| {
            let (before, after) = (self.count(from, index), self.count(index, len));
            (before.likelihood() + after.likelihood() - whole.likelihood(), index, before, after)
        });
        let best = splits.max_by(|a, b| a.0.total_cmp(&b.0))?;
        Some((best.1, best.2, best.3))
    }

    fn count(&self, from: usize, to: usize) -> Count {
        let outcomes = self.outcomes.get(from..to).unwrap_or_default();
        let hits = outcomes.iter().filter(|(_, hit)| *hit).count();
        Count::new(hits, outcomes.len())
    }

    /// Whether the later half agrees, and it has lasted.
    fn is_held(&self, index: usize, before: Count, after: Count, now: Time) -> bool {
        let later = self.count(index + (self.outcomes.len() - index) / 2, self.outcomes.len());
        let moved = after.share() - before.share();
        let since = self.outcomes.get(index).map_or(0, |(at, _)| now.since(*at));
        (later.share() - before.share()) * moved.signum() >= KEPT * moved.abs()
            && since >= self.rules.min_span_ms
    }

    fn shift(&self, index: usize, before: Count, after: Count) -> Shift {
        let whole = Count { hits: before.hits + after.hits, all: before.all + after.all };
        let gain = before.likelihood() + after.likelihood() - whole.likelihood();
        Shift {
            index,
            confirmed_index: self.outcomes.len() - 1,
            before: before.share(),
            after: after.share(),
            after_interval: crate::stats::wilson(after.hits, after.all),
            errors: (2.0 * gain.max(0.0)).sqrt(),
        }
    }
}

impl Count {
    #[expect(clippy::cast_precision_loss, reason = "numbers of outcomes")]
    const fn new(hits: usize, all: usize) -> Self {
        Self { hits: hits as f64, all: all as f64 }
    }

    fn share(self) -> f64 {
        if self.all > 0.0 { self.hits / self.all } else { 0.0 }
    }

    /// Logarithm of the likelihood at its own share.
    fn likelihood(self) -> f64 {
        let part = |count: f64| if count > 0.0 { count * (count / self.all).ln() } else { 0.0 };
        part(self.hits) + part(self.all - self.hits)
    }
}

/// Logarithm of the chance of outcomes at least as far off as `after`, if the share were that of
/// `before`: the tail of the Beta-binomial distribution, which knows how little is known of it.
fn ln_tail(before: Count, after: Count) -> f64 {
    let (a, b) = (before.hits + PRIOR, before.all - before.hits + PRIOR);
    let ln_beta = |a: f64, b: f64| ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
    let ln_chance = |hits: f64| {
        let misses = after.all - hits;
        let ways = ln_gamma(after.all + 1.0) - ln_gamma(hits + 1.0) - ln_gamma(misses + 1.0);
        ways + ln_beta(hits + a, misses + b) - ln_beta(a, b)
    };
    let step = if after.share() > before.share() { 1.0 } else { -1.0 };
    let (mut sum, mut hits) = (0.0, after.hits);
    while (0.0..=after.all).contains(&hits) {
        sum += ln_chance(hits).exp();
        hits += step;
    }
    sum.ln()
}

/// Logarithm of the share of the standard normal distribution beyond z (an upper bound, close for
/// z > 3).
fn ln_normal_tail(z: f64) -> f64 {
    -z * z / 2.0 - (z * std::f64::consts::TAU.sqrt()).ln()
}

#[cfg(test)]
mod tests;
