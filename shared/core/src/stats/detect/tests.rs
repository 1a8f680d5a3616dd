//! What the parts say, what holds of a watched series, and what must hold of any.

use super::random::Random;
use super::*;

mod doubts;
mod modes;
mod noise;
mod properties;
mod season;
mod watching;

const DAY_MS: i64 = 86_400_000;

/// 2026-01-05, a Monday.
const MONDAY_MS: i64 = 1_767_571_200_000;

/// So many samples a day from a Monday on.
fn samples(per_day: i64, values: impl IntoIterator<Item = f64>) -> Vec<Sample> {
    let at = |index: i64| Time::from_millis(MONDAY_MS + index * DAY_MS / per_day);
    (0..).zip(values).map(|(index, value)| Sample { at: at(index), value }).collect()
}

/// Eight hours apart: log-normal noise of 5 per cent, and a factor for each sample.
fn noisy(seed: u64, count: usize, factor: impl Fn(usize) -> f64) -> Vec<Sample> {
    let mut random = Random::of(seed);
    samples(3, (0..count).map(|index| 300.0 * factor(index) * (0.05 * random.normal()).exp()))
}

/// A fifth more for 90 samples of 180.
fn waves(index: usize) -> f64 {
    if (index / 90).is_multiple_of(2) { 1.0 } else { 1.2 }
}

fn watched(samples: &[Sample]) -> Vec<Alarm> {
    let mut judge = Judge::new(Rules::default());
    samples.iter().filter_map(|sample| judge.push(*sample, 1).cloned()).collect()
}
