//! The change between two medians, with an interval.

use crate::stats::{Dist, Z95, per_cent};

/// A lower and an upper bound.
pub type Interval = [f64; 2];

/// Fewer samples than this on either side give a change without an interval: no pair of order
/// statistics covers the median at 95 %.
pub(super) const MIN_SAMPLES: u64 = 6;

/// Median of `after` against median of `before`: the change in per cent and its 95 % interval.
///
/// Each median gets the distribution-free interval between two order statistics (ranks from the
/// normal approximation of the binomial); the two are joined on the log scale by MOVER, the method
/// of variance estimates recovery (Zou and Donner 2008). None where a median is zero or missing.
pub fn median_change(before: &Dist, after: &Dist) -> Option<(f64, Option<Interval>)> {
    let (from, to) = (positive(before.quantile(0.5)?)?, positive(after.quantile(0.5)?)?);
    let change = per_cent((to / from).ln());
    Some((change, interval(before, after, from.ln(), to.ln())))
}

fn interval(before: &Dist, after: &Dist, from: f64, to: f64) -> Option<Interval> {
    let ([from_low, from_high], [to_low, to_high]) = (around(before)?, around(after)?);
    let change = to - from;
    let down = ((to - to_low).powi(2) + (from_high - from).powi(2)).sqrt();
    let up = ((to_high - to).powi(2) + (from - from_low).powi(2)).sqrt();
    Some([per_cent(change - down), per_cent(change + up)])
}

/// Logarithms of the order statistics around the median.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ranks are small and not negative"
)]
fn around(dist: &Dist) -> Option<Interval> {
    let count = dist.count();
    if count < MIN_SAMPLES {
        return None;
    }
    let n = count as f64;
    let below = ((n - Z95 * n.sqrt()) / 2.0).floor().max(0.0) as u64;
    let rank = below.saturating_sub(1).min(count - 1);
    let (low, high) = (dist.at_rank(rank), dist.at_rank(count - 1 - rank));
    Some([positive(low)?.ln(), positive(high)?.ln()])
}

fn positive(value: f64) -> Option<f64> {
    (value > 0.0).then_some(value)
}

#[cfg(test)]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small positive numbers"
)]
mod tests {
    use super::*;
    use crate::time::Millis;

    fn dist(values: impl IntoIterator<Item = u64>) -> Dist {
        Dist::of(values.into_iter().map(Millis))
    }

    #[test]
    fn a_clear_step_is_outside_its_noise() {
        let before = dist((0..40).map(|n| 100_000 + n * 100));
        let after = dist((0..40).map(|n| 150_000 + n * 100));
        let (change, interval) = median_change(&before, &after).unwrap();
        let [low, high] = interval.unwrap();
        assert!((change - 49.02).abs() < 0.1, "{change}");
        assert!(low > 46.0 && low < change && change < high && high < 52.0, "{low} {high}");
    }

    #[test]
    fn a_zero_baseline_and_few_samples_claim_nothing() {
        assert_eq!(median_change(&dist([0, 0, 0]), &dist([5, 5, 5])), None);
        assert_eq!(median_change(&dist([]), &dist([5])), None);
        assert_eq!(median_change(&dist([100]), &dist([110])), Some((10.0, None)));
    }

    #[test]
    fn the_interval_covers_no_change_about_as_often_as_it_says() {
        // Deterministic noise: a linear congruential generator, log-uniform over a factor of 1.5.
        let mut state = 7_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let unit = (state >> 11) as f64 / (1_u64 << 53) as f64;
            (100_000.0 * 1.5_f64.powf(unit)) as u64
        };
        let covered = (0..1_000)
            .filter(|_| {
                let before = dist((0..31).map(|_| noise()));
                let after = dist((0..31).map(|_| noise()));
                let (_, interval) = median_change(&before, &after).unwrap();
                interval.is_some_and(|[low, high]| low <= 0.0 && high >= 0.0)
            })
            .count();
        assert!((940..=995).contains(&covered), "{covered} of 1,000 cover no change");
    }
}
