//! Whole histories with several changes, to be partitioned.

use laptime_core::stats::detect::Sample;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};

use crate::simulator::clock::{Clock, between, times};

/// What disturbs a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Nothing but noise.
    Plain,
    /// 3 in 100 samples two to eight times as long.
    Outliers,
    /// A drift of 10 to 30 per cent over the whole.
    Drift,
    /// A weekly wave, and for some a daily one.
    Season,
    /// 1.6 times as long in a tenth to a half of the samples.
    Bimodal,
    /// Outliers, drift and season.
    All,
}

/// A history and where its level changes.
#[derive(Debug, Clone)]
pub struct Stretches {
    /// What disturbs it.
    pub kind: Kind,
    /// Standard deviation of the logarithm: 0.08 or 0.25.
    pub noise: f64,
    /// Its samples.
    pub samples: Vec<Sample>,
    /// The first sample of each stretch but the first.
    pub changes: Vec<usize>,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Plain, Self::Outliers, Self::Drift, Self::Season, Self::Bimodal, Self::All];

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Outliers => "outliers",
            Self::Drift => "drift",
            Self::Season => "season",
            Self::Bimodal => "bimodal",
            Self::All => "all of them",
        }
    }
}

/// The history of a seed: up to 1,000 samples; half of the histories have one to four steps of 15
/// to 50 per cent, up or down.
pub fn stretches(seed: u64) -> Stretches {
    let random = &mut ChaCha8Rng::seed_from_u64(seed);
    let kind = Kind::ALL[(seed % 6) as usize];
    let count = [100, 200, 300, 500, 700, 1000][random.random_range(0..6)];
    let noise = if random.random() { 0.08 } else { 0.25 };
    let clock = if random.random() { Clock::Even } else { Clock::Office };
    let at = times(clock, count, random);
    let steps = if (seed / 6).is_multiple_of(2) { steps(count, random) } else { Vec::new() };
    let normal = Normal::new(0.0, noise).unwrap();
    let has = |one: Kind| kind == one || (kind == Kind::All && one != Kind::Bimodal);
    let drift = between(random, 0.1, 0.3) * if random.random() { 1.0 } else { -1.0 };
    let (wave, daily) = (between(random, 0.1, 0.3), random.random::<bool>());
    let miss = between(random, 0.1, 0.5);
    let mut level: f64 = between(random, 60.0, 1060.0);
    let samples = at.into_iter().enumerate().map(|(index, at)| {
        level *= steps.iter().filter(|(at, _)| *at == index).map(|(_, by)| by).product::<f64>();
        let mut value = level * f64::exp(normal.sample(random));
        let turn = |days: f64| std::f64::consts::TAU * at.as_millis() as f64 / (days * 864e5);
        if has(Kind::Drift) {
            value *= 1.0 + drift * index as f64 / count as f64;
        }
        if has(Kind::Season) {
            value *= 1.0 + wave * turn(7.0).sin();
            value *= 1.0 + if daily { 0.5 * wave * turn(1.0).sin() } else { 0.0 };
        }
        if kind == Kind::Bimodal && random.random::<f64>() < miss {
            value *= 1.6;
        }
        if has(Kind::Outliers) && random.random::<f64>() < 0.03 {
            value *= between(random, 2.0, 8.0);
        }
        Sample { at, value }
    });
    let samples = samples.collect();
    Stretches { kind, noise, samples, changes: steps.into_iter().map(|(at, _)| at).collect() }
}

/// Positions and factors, at least 40 samples apart and 25 from either end.
fn steps(count: usize, random: &mut ChaCha8Rng) -> Vec<(usize, f64)> {
    let wanted = 1 + random.random_range(0..=(count / 150).min(3));
    let mut steps: Vec<(usize, f64)> = Vec::new();
    for _ in 0..100 {
        let at = random.random_range(25..count - 25);
        let by = between(random, 1.15, 1.5);
        let by = if random.random::<f64>() < 0.4 { 1.0 / by } else { by };
        if steps.len() < wanted && steps.iter().all(|(other, _)| other.abs_diff(at) >= 40) {
            steps.push((at, by));
        }
    }
    steps.sort_by_key(|(at, _)| *at);
    steps
}
