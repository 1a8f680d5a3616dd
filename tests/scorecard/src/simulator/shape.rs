//! What disturbs a level that stays where it is.

use laptime_core::time::Time;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma, Normal, StudentT};

use crate::simulator::clock::between;

/// What a series is made of beside its level. The first ones served to choose constants, the others
/// were kept from that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u64)]
pub enum Shape {
    /// Log-normal noise.
    Plain,
    /// And 3 in 100 samples two to eight times as long.
    Outliers,
    /// And now and then one to three samples in a row that take longer, a while apart.
    Spikes,
    /// And 1 in 20 nights slow, never two close to each other.
    Nights,
    /// And quicker weekends, and a cycle over the day.
    Season,
    /// And a cache that hits or misses: 1.6 times as long when it misses.
    Bimodal,
    /// And a drift of up to 15 per cent over the series.
    Drift,
    /// Heavy tails: Student's t with 4 degrees of freedom.
    HeavyTails,
    /// Skewed noise: a gamma distribution.
    Skewed,
    /// Neighbours that go together, with a correlation of 0.3.
    Correlated,
    /// A smooth weekly wave, and outliers.
    Wave,
    /// Runners of two kinds, as a pool hands them out, 8 to 25 per cent apart.
    Runners,
    /// A cache of three kinds of content.
    Trimodal,
    /// Noise with a sharp peak and long tails: a Laplace distribution.
    Sharp,
    /// Noise that is twice as great in one week of four.
    Restless,
    /// Rounded to a twentieth of the level, as times in whole seconds are.
    Rounded,
    /// Noise that is half again as great from 8:00 to 18:00 of working days, and less else.
    Busy,
    /// Noise that shrinks to a half over the series.
    Calming,
    /// Now and then three to eight samples of which two in five are outliers.
    Bursts,
}

impl Shape {
    /// Those that constants were chosen on.
    pub const TUNED: [Self; 11] = [
        Self::Plain,
        Self::Outliers,
        Self::Spikes,
        Self::Nights,
        Self::Season,
        Self::Bimodal,
        Self::Drift,
        Self::Correlated,
        Self::Wave,
        Self::Trimodal,
        Self::Restless,
    ];

    /// Those kept from it.
    pub const HELD_OUT: [Self; 8] = [
        Self::HeavyTails,
        Self::Skewed,
        Self::Runners,
        Self::Sharp,
        Self::Rounded,
        Self::Busy,
        Self::Calming,
        Self::Bursts,
    ];

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Outliers => "outliers",
            Self::Spikes => "spikes",
            Self::Nights => "slow nights",
            Self::Season => "season",
            Self::Bimodal => "bimodal",
            Self::Drift => "drift",
            Self::HeavyTails => "heavy tails",
            Self::Skewed => "skewed",
            Self::Correlated => "correlated",
            Self::Wave => "weekly wave",
            Self::Runners => "two runners",
            Self::Trimodal => "trimodal",
            Self::Sharp => "sharp",
            Self::Restless => "restless",
            Self::Rounded => "rounded",
            Self::Busy => "busy hours",
            Self::Calming => "calming",
            Self::Bursts => "bursts",
        }
    }

    /// What is added to the logarithm of the level, for samples at these times.
    pub(super) fn logs(self, at: &[Time], noise: f64, random: &mut ChaCha8Rng) -> Vec<f64> {
        let basic = self.basic(at.len(), noise, random);
        let extra = self.extra(at, random);
        let whole = at.len() as f64;
        let both = at.iter().zip(basic.into_iter().zip(extra));
        both.enumerate()
            .map(|(index, (at, (basic, extra)))| {
                let log = self.scale(*at, index as f64 / whole) * basic + extra;
                if self == Self::Rounded {
                    ((log.exp() * 20.0).round().max(1.0) / 20.0).ln()
                } else {
                    log
                }
            })
            .collect()
    }

    /// By how much noise is greater at a time, and so far into the series.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the noise of others stays as it is")]
    fn scale(self, at: Time, share: f64) -> f64 {
        match self {
            Self::Restless if at.day().week().0 / 7 % 4 == 0 => 2.0,
            Self::Busy if is_working(at) => 1.5,
            Self::Busy => 0.75,
            Self::Calming => 4.0 / 3.0 - 2.0 / 3.0 * share,
            _ => 1.0,
        }
    }

    /// Independent of the time, but for correlation. The standard deviation is `noise`.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others have normal noise")]
    fn basic(self, count: usize, noise: f64, random: &mut ChaCha8Rng) -> Vec<f64> {
        let normal = Normal::new(0.0, 1.0).unwrap();
        let tails = StudentT::new(4.0).unwrap();
        let gamma = Gamma::new(2.0, 1.0).unwrap();
        let mut last = normal.sample(random);
        let mut draw = || match self {
            Self::HeavyTails => tails.sample(random) / 2.0_f64.sqrt(),
            Self::Skewed => (gamma.sample(random) - 2.0) / 2.0_f64.sqrt(),
            Self::Correlated => {
                last = 0.3 * last + (1.0_f64 - 0.09).sqrt() * normal.sample(random);
                last
            }
            Self::Sharp => {
                let size = -(1.0 - random.random::<f64>()).ln() / 2.0_f64.sqrt();
                if random.random() { size } else { -size }
            }
            _ => normal.sample(random),
        };
        (0..count).map(|_| noise * draw()).collect()
    }

    fn extra(self, at: &[Time], random: &mut ChaCha8Rng) -> Vec<f64> {
        match self {
            Self::Plain
            | Self::HeavyTails
            | Self::Skewed
            | Self::Correlated
            | Self::Sharp
            | Self::Restless
            | Self::Rounded
            | Self::Busy
            | Self::Calming => vec![0.0; at.len()],
            Self::Outliers => at.iter().map(|_| outlier(random)).collect(),
            Self::Spikes => spikes(at.len(), random),
            Self::Bursts => bursts(at.len(), random),
            Self::Nights => nights(at, random),
            Self::Season => season(at, random),
            Self::Bimodal => {
                let miss = between(random, 0.1, 0.5);
                let missed = |_| if random.random::<f64>() < miss { 1.6_f64.ln() } else { 0.0 };
                at.iter().map(missed).collect()
            }
            Self::Drift => {
                let drift = between(random, -0.15, 0.15);
                let whole = at.len() as f64;
                (0..at.len()).map(|index| (drift * index as f64 / whole).ln_1p()).collect()
            }
            Self::Wave => {
                let height = between(random, 0.1, 0.2);
                let wave = |at: &Time| (height * turn(*at, 7.0).sin()).ln_1p();
                at.iter().map(|at| wave(at) + outlier(random)).collect()
            }
            Self::Runners => {
                let apart = between(random, 1.08, 1.25).ln();
                at.iter().map(|_| if random.random() { apart } else { 0.0 }).collect()
            }
            Self::Trimodal => {
                let kinds = [0.0, 1.4_f64.ln(), 2.1_f64.ln()];
                let one = |_| {
                    kinds[usize::from(random.random::<f64>() < 0.4)
                        + usize::from(random.random::<f64>() < 0.2)]
                };
                at.iter().map(one).collect()
            }
        }
    }
}

/// Phase in a period of so many days.
fn turn(at: Time, days: f64) -> f64 {
    std::f64::consts::TAU * at.as_millis() as f64 / (days * 86_400_000.0)
}

fn outlier(random: &mut ChaCha8Rng) -> f64 {
    if random.random::<f64>() < 0.03 { between(random, 2.0, 8.0).ln() } else { 0.0 }
}

fn spikes(count: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
    let (mut left, mut height, mut last) = (0, 0.0, 0);
    let one = |index| {
        if left == 0 && random.random::<f64>() < 0.01 && index > last + 15 {
            last = index;
            left = random.random_range(1..=3);
            height = between(random, 1.3, 3.3).ln();
        }
        if left > 0 {
            left -= 1;
            height
        } else {
            0.0
        }
    };
    (0..count).map(one).collect()
}

fn bursts(count: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
    let mut left = 0;
    let one = |_| {
        if left == 0 && random.random::<f64>() < 0.01 {
            left = random.random_range(3..=8);
        }
        if left == 0 {
            return 0.0;
        }
        left -= 1;
        if random.random::<f64>() < 0.4 { between(random, 1.3, 3.3).ln() } else { 0.0 }
    };
    (0..count).map(one).collect()
}

fn is_working(at: Time) -> bool {
    let is_weekday = at.day().0 - at.day().week().0 < 5;
    is_weekday && (8..18).contains(&(at.since(at.day().start()) / 3_600_000))
}

/// From 18:00 to 6:00.
fn nights(at: &[Time], random: &mut ChaCha8Rng) -> Vec<f64> {
    let (mut night, mut slow) = ((None, 0.0), i32::MIN / 2);
    let one = |at: &Time| {
        let into = at.plus_millis(-18 * 3_600_000);
        if night.0 != Some(into.day()) {
            let is_slow = random.random::<f64>() < 0.05 && into.day().0 - slow > 4;
            slow = if is_slow { into.day().0 } else { slow };
            night = (Some(into.day()), if is_slow { between(random, 1.2, 2.2).ln() } else { 0.0 });
        }
        let is_night = into.since(into.day().start()) < 12 * 3_600_000;
        if is_night { night.1 } else { 0.0 }
    };
    at.iter().map(one).collect()
}

fn season(at: &[Time], random: &mut ChaCha8Rng) -> Vec<f64> {
    let height = between(random, 0.1, 0.25);
    let one = |at: &Time| {
        let is_weekend = at.day().0 - at.day().week().0 >= 5;
        let weekend = if is_weekend { (-height).ln_1p() } else { 0.0 };
        weekend + (0.5 * height * turn(*at, 1.0).sin()).ln_1p()
    };
    at.iter().map(one).collect()
}
