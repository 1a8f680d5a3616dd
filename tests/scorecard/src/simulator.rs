//! Series of durations as CI makes them, with the truth beside them.

mod clock;
mod shape;
mod stretches;

use laptime_core::stats::detect::Sample;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub use clock::{Clock, times};
pub use shape::Shape;
pub use stretches::{Kind, Stretches, stretches};

/// A series and its truth.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its samples, seconds.
    pub samples: Vec<Sample>,
    /// The level moves by this factor from this sample on.
    pub step: Option<Step>,
    /// The mean of the logarithm of a sample before the step.
    pub level: f64,
    /// The standard deviation of that logarithm, without what the shape adds.
    pub noise: f64,
}

/// A change of the level for good: a step, a ramp, or another fleet of runners.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The first sample after it.
    pub index: usize,
    /// New level over old level.
    pub factor: f64,
    /// Samples that it takes; 0 if it comes at once.
    pub over: usize,
    /// By how much the noise is greater from then on: 1 if only the level moves.
    pub noisier: f64,
}

impl Step {
    /// At once, with the noise as before.
    pub const fn sudden(index: usize, factor: f64) -> Self {
        Self { index, factor, over: 0, noisier: 1.0 }
    }

    /// How far the logarithm of the level has moved at a sample, and by how much noise has grown.
    fn at(&self, index: usize) -> (f64, f64) {
        let Some(since) = index.checked_sub(self.index) else { return (0.0, 1.0) };
        let share = ((since + 1) as f64 / (self.over.max(1)) as f64).min(1.0);
        (share * self.factor.ln(), self.noisier)
    }
}

/// What series to make.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// What disturbs the level.
    pub shape: Shape,
    /// Standard deviation of the logarithm of a sample.
    pub noise: f64,
    /// How many samples.
    pub samples: usize,
    /// The step, if there is one.
    pub step: Option<Step>,
}

/// The series of a plan and a seed.
pub fn series(plan: &Plan, seed: u64) -> Series {
    let mut random = random(seed, plan);
    let level = clock::between(&mut random, 60.0, 1200.0).ln();
    let clock = clock::Clock::any(&mut random);
    let at = clock::times(clock, plan.samples, &mut random);
    let added = plan.shape.logs(&at, plan.noise, &mut random);
    let moved = |index: usize| plan.step.map_or((0.0, 1.0), |step| step.at(index));
    let samples = at.into_iter().zip(added).enumerate();
    let samples = samples.map(|(index, (at, added))| {
        // Whole milliseconds, as they are stored.
        let (moved, noisier) = moved(index);
        let seconds = (level + moved + noisier * added).exp();
        Sample { at, value: (seconds * 1e3).round() / 1e3 }
    });
    Series { samples: samples.collect(), step: plan.step, level, noise: plan.noise }
}

/// A stream of its own for every seed and shape.
fn random(seed: u64, plan: &Plan) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(plan.shape as u64);
    random
}
