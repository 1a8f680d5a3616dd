//! Numbers about samples: distributions that merge, quantiles, rates and changes with intervals.

mod change;
pub mod detect;
mod dist;
mod outcomes;
mod sketch;

pub use change::{Interval, median_change};
pub use dist::{Dist, EXACT_MAX};
pub use outcomes::Outcomes;
pub use sketch::BINS_PER_OCTAVE;

/// Two-sided 95 % point of the standard normal distribution.
pub const Z95: f64 = 1.959_963_984_540_054;

/// Rounds to `digits` decimals, so that equal facts print as equal text.
pub fn round(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}
