//! Numbers about samples: distributions that merge, quantiles, rates and changes with intervals.

mod change;
pub mod detect;
mod dist;
mod holm;
mod outcomes;
mod rank;
mod shift;
mod sketch;
mod welch;

pub use change::{Interval, median_change};
pub use dist::{Dist, EXACT_MAX};
pub use holm::holm;
pub use outcomes::{Outcomes, wilson};
pub use rank::{RankTest, least_p, mann_whitney};
pub use shift::ratio;
pub use sketch::BINS_PER_OCTAVE;
pub use welch::{Contrast, Spread, contrast};

/// Two-sided 95 % point of the standard normal distribution.
pub const Z95: f64 = 1.959_963_984_540_054;

/// Rounds to `digits` decimals, so that equal facts print as equal text.
pub fn round(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

/// A ratio, from its logarithm, as a change in per cent.
fn per_cent(log_ratio: f64) -> f64 {
    // Adding 0 makes a plain zero of a negative one.
    round((log_ratio.exp() - 1.0) * 100.0, 2) + 0.0
}
