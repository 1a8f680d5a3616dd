//! Changes of a share: of runs that succeed, or that are flaky.

use statrs::function::gamma::ln_gamma;

use crate::stats::detect::{Direction, Rules, WINDOW_DAYS};
use crate::time::Time;

/// Outcomes that a share is judged by.
const WINDOW: usize = 256;

/// Fewer outcomes before a change are no baseline.
const BASELINE: usize = 20;

/// Outcomes after a change that are looked at.
const LATEST: usize = 128;

/// Jeffreys' prior: half an outcome of either kind.
const PRIOR: f64 = 0.5;

/// Most of the correlation of neighbours, and what it is where too little is known: as if from so
/// many outcomes.
const MOST_IN_ROWS: f64 = 0.9;
const ROW: f64 = 0.6;
const ROW_WEIGHT: f64 = 4.0;

/// Share of the change that the later half of the outcomes must keep.
const KEPT: f64 = 0.5;

/// A change of a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShareChange {
    /// Position of the first outcome after it, among all pushed.
    pub index: usize,
    /// Position of the outcome that confirmed it.
    pub confirmed_index: usize,
    /// Share before.
    pub before: f64,
    /// Share after.
    pub after: f64,
    /// 95 % interval of the share after.
    pub after_interval: [f64; 2],
    /// How far beyond chance, in standard errors.
    pub errors: f64,
}

/// A share under watch.
#[derive(Debug)]
pub struct Proportion {
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
    /// A share of which nothing is known; `least` is the least change, in points of a share.
    pub const fn new(rules: Rules, least: f64) -> Self {
        Self { rules, least, outcomes: Vec::new(), begin: 0 }
    }

    /// Whether there are enough outcomes to judge by.
    pub fn knows_enough(&self) -> bool {
        let last = self.outcomes.last();
        last.is_some_and(|(now, _)| self.outcomes.len() - self.gone(*now) > BASELINE)
    }

    /// How many outcomes are too old to say anything.
    fn gone(&self, now: Time) -> usize {
        let oldest = now.plus_days(-WINDOW_DAYS);
        self.outcomes.partition_point(|(at, _)| *at < oldest)
    }

    /// Takes an outcome without judging it.
    pub fn learn(&mut self, at: Time, hit: bool) {
        self.outcomes.push((at, hit));
    }

    /// Takes a change as known.
    pub const fn know(&mut self, index: usize) {
        if index > self.begin {
            self.begin = index;
        }
    }

    /// Takes an outcome that is no earlier than the last. `active` is how many series had samples on
    /// its day. Answers the change that it confirmed.
    pub fn push(&mut self, at: Time, hit: bool, active: u32) -> Option<ShareChange> {
        self.outcomes.push((at, hit));
        let (index, before, after) = self.best_split(at)?;
        let shift = self.shift(index, before, after);
        let direction = if shift.after > shift.before { Direction::Up } else { Direction::Down };
        let bar = self.rules.bar_for(direction, active);
        let worth = self.worth(index - before.len(), index);
        let is_rare = ln_tail(before.worth(worth), after.worth(worth)) <= ln_normal_tail(bar);
        let is_large = (shift.after - shift.before).abs() >= self.least;
        if !(is_rare && is_large && self.is_held(index, before, after, at)) {
            return None;
        }
        self.begin = index;
        Some(shift)
    }

    /// Where the outcomes are best parted in two shares: by likelihood.
    fn best_split(&self, now: Time) -> Option<(usize, Count, Count)> {
        let len = self.outcomes.len();
        let from = self.begin.max(len.saturating_sub(WINDOW)).max(self.gone(now));
        let earliest = (from + BASELINE).max(len.saturating_sub(LATEST));
        let latest = len.checked_sub(self.rules.confirm)?;
        let whole = self.count(from, len);
        let mut next = self.count(from, earliest);
        let splits = (earliest..=latest).map(|index| {
            let before = next;
            next = next.and(self.outcomes.get(index).is_some_and(|(_, hit)| *hit));
            let after = whole.without(before);
            (before.likelihood() + after.likelihood() - whole.likelihood(), index, before, after)
        });
        let best = splits.max_by(|a, b| a.0.total_cmp(&b.0))?;
        Some((best.1, best.2, best.3))
    }

    /// What an outcome is worth where bad ones come in rows: a part of one that stands for itself. By
    /// how much more often than chance has it, in both stretches, a rare outcome is followed by
    /// its like.
    fn worth(&self, from: usize, index: usize) -> f64 {
        let before = self.outcomes.get(from..index).unwrap_or_default();
        let after = self.outcomes.get(index..).unwrap_or_default();
        let rarer = before.iter().filter(|(_, hit)| *hit).count() * 2 <= before.len();
        let is_rare = |outcome: &(Time, bool)| outcome.1 == rarer;
        let (mut beyond, mut room) = (ROW_WEIGHT * ROW, ROW_WEIGHT);
        for stretch in [before, after] {
            let rare = stretch.iter().filter(|one| is_rare(one)).count();
            let share = Count::new(rare, stretch.len()).share();
            let pairs = stretch.iter().zip(stretch.iter().skip(1));
            for (_, next) in pairs.filter(|(one, _)| is_rare(one)) {
                beyond += if is_rare(next) { 1.0 - share } else { -share };
                room += 1.0 - share;
            }
        }
        let correlation = (beyond / room).clamp(0.0, MOST_IN_ROWS);
        (1.0 - correlation) / (1.0 + correlation)
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

    fn shift(&self, index: usize, before: Count, after: Count) -> ShareChange {
        let whole = Count { hits: before.hits + after.hits, all: before.all + after.all };
        let gain = before.likelihood() + after.likelihood() - whole.likelihood();
        ShareChange {
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

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    fn len(self) -> usize {
        self.all as usize
    }

    fn and(self, hit: bool) -> Self {
        Self { hits: self.hits + f64::from(u8::from(hit)), all: self.all + 1.0 }
    }

    fn without(self, part: Self) -> Self {
        Self { hits: self.hits - part.hits, all: self.all - part.all }
    }

    fn worth(self, worth: f64) -> Self {
        Self { hits: self.hits * worth, all: self.all * worth }
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
#[expect(clippy::cast_possible_wrap, reason = "small numbers")]
mod tests;
