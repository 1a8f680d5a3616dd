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

/// The median of values, which are reordered; NaN without any.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    let Some(last) = values.len().checked_sub(1) else { return f64::NAN };
    let (below, middle, _) = values.select_nth_unstable_by(last.div_ceil(2), f64::total_cmp);
    let upper = *middle;
    if last % 2 == 0 {
        return upper;
    }
    let lower = below.iter().copied().max_by(f64::total_cmp).unwrap_or(upper);
    f64::midpoint(lower, upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_two() {
        assert!((median(&mut [3.0, 1.0, 2.0, 10.0]) - 2.5).abs() < 1e-12);
        assert!((median(&mut [3.0, 1.0, 2.0]) - 2.0).abs() < 1e-12);
        assert!(median(&mut []).is_nan());
    }
}
