//! What it takes for a change to be believed.

use crate::stats::detect::Direction;

/// Standard errors that a rise must reach where few series are watched.
const SIGNIFICANCE: f64 = 4.2;

/// Series that may be watched before the bar rises: with as many, [`SIGNIFICANCE`] gives about one
/// false alarm in thirty days.
const SERIES_AT_BAR: f64 = 230.0;

/// What a change for the better needs beyond one for the worse: it can wait.
const GOOD_EXTRA: f64 = 0.5;

/// How changes of a series are judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// Samples after a change, all of which must agree before it is confirmed. No segment is
    /// shorter.
    pub confirm: usize,
    /// Least change of the level, as a share of it.
    pub min_change: f64,
    /// Least change of the level in the unit of the values.
    pub min_effect: f64,
    /// Least time between the first and the last sample after a change, in milliseconds.
    pub min_span_ms: i64,
    /// False alarms allowed in thirty days, over all series.
    pub alarms_per_month: f64,
    /// The direction that is good news, which can wait.
    pub good: Direction,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            confirm: 5,
            min_change: 0.06,
            min_effect: 0.0,
            min_span_ms: 0,
            alarms_per_month: 1.0,
            good: Direction::Down,
        }
    }
}

impl Rules {
    /// The standard errors a change must reach, where `active` series share the alarm budget.
    ///
    /// The chance of a false alarm falls with exp(−z²/2): twice the series need 2·ln 2 more in z².
    pub fn bar(&self, active: u32) -> f64 {
        let budget = self.alarms_per_month.max(f64::EPSILON);
        let share = f64::from(active).max(SERIES_AT_BAR) / (SERIES_AT_BAR * budget);
        (SIGNIFICANCE * SIGNIFICANCE + 2.0 * share.ln()).max(0.0).sqrt()
    }

    /// The same for a change of this direction: good news need more.
    pub fn bar_for(&self, direction: Direction, active: u32) -> f64 {
        self.bar(active) + if direction == self.good { GOOD_EXTRA } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_rises_with_the_series_and_never_falls_below_its_floor() {
        let rules = Rules::default();
        assert!((rules.bar(1) - SIGNIFICANCE).abs() < 1e-12);
        assert!((rules.bar(230) - SIGNIFICANCE).abs() < 1e-12);
        let bars: Vec<f64> = [231, 1_000, 10_000, u32::MAX].map(|n| rules.bar(n)).to_vec();
        assert!(bars.is_sorted() && bars[0] > SIGNIFICANCE, "{bars:?}");
        let odds_of = |rules: &Rules, n| (-rules.bar(n).powi(2) / 2.0).exp();
        // exp(-z²/2) shrinks as the number of series grows.
        let odds = |n| (-rules.bar(n).powi(2) / 2.0).exp() * f64::from(n);
        assert!((odds(1_000) / odds(10_000) - 1.0).abs() < 1e-9);
        let strict = Rules { alarms_per_month: 0.1, ..rules };
        assert!(strict.bar(230) > rules.bar(230));
        let generous = Rules { alarms_per_month: 10.0, ..rules };
        assert!(generous.bar(1) < rules.bar(1));
        assert!((odds_of(&generous, 500) / odds_of(&rules, 500) - 10.0).abs() < 1e-9);
    }
}
