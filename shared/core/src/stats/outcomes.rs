//! Outcomes by conclusion, and the success rate with its interval.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::stats::{Interval, Z95, round};

const FAILURES: [&str; 3] = ["failure", "timed_out", "startup_failure"];

/// How often each conclusion occurred. Keys are GitHub's own words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcomes(BTreeMap<String, u64>);

impl Outcomes {
    /// Counts one conclusion.
    pub fn add(&mut self, conclusion: &str) {
        match self.0.get_mut(conclusion) {
            Some(count) => *count += 1,
            None => {
                self.0.insert(conclusion.to_owned(), 1);
            }
        }
    }

    /// Adds the counts of another.
    pub fn merge(&mut self, other: Self) {
        for (conclusion, count) in other.0 {
            *self.0.entry(conclusion).or_default() += count;
        }
    }

    /// Counts of all conclusions.
    pub const fn counts(&self) -> &BTreeMap<String, u64> {
        &self.0
    }

    /// Whether a conclusion counts against the success rate.
    pub fn is_failure(conclusion: &str) -> bool {
        FAILURES.contains(&conclusion)
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// `success / (success + failure + timed_out + startup_failure)`, from 0 to 1; none when none of
    /// these occurred. Cancelled, skipped, neutral and stale are neither.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub fn success_rate(&self) -> Option<f64> {
        let (won, all) = self.judged();
        (all > 0).then(|| round(won as f64 / all as f64, 6))
    }

    /// Wilson's 95 % score interval of the success rate (Wilson 1927).
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub fn success_rate_interval(&self) -> Option<Interval> {
        let (won, all) = self.judged();
        (all > 0).then(|| wilson(won as f64, all as f64).map(|bound| round(bound, 6)))
    }

    /// How many count for the success rate: those that succeeded or failed.
    pub fn judged_count(&self) -> u64 {
        self.judged().1
    }

    fn judged(&self) -> (u64, u64) {
        let count = |conclusion: &str| self.0.get(conclusion).copied().unwrap_or_default();
        let won = count("success");
        (won, won + FAILURES.into_iter().map(count).sum::<u64>())
    }
}

/// Wilson's 95 % score interval of a share: `won` of `all`, which is above 0 (Wilson 1927).
pub fn wilson(won: f64, all: f64) -> Interval {
    let (n, p) = (all, won / all);
    let z2 = Z95 * Z95;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z95 / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    // The bounds at no and at all successes are 0 and 1 but for rounding.
    let low = if won <= 0.0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if won >= all { 1.0 } else { (centre + half).min(1.0) };
    [low, high]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(counts: &[(&str, u64)]) -> Outcomes {
        Outcomes(counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect())
    }

    #[test]
    fn cancelled_and_skipped_are_neither_success_nor_failure() {
        let some = outcomes(&[("success", 86), ("failure", 10), ("timed_out", 4), ("stale", 3)]);
        let more = outcomes(&[("success", 86), ("failure", 14), ("cancelled", 40), ("skipped", 9)]);
        assert_eq!(some.success_rate(), Some(0.86));
        assert_eq!(more.success_rate(), Some(0.86));
        assert_eq!(outcomes(&[("cancelled", 5), ("neutral", 1)]).success_rate(), None);
    }

    #[test]
    fn the_interval_is_wilsons() {
        let interval = |won, lost| {
            let counted = outcomes(&[("success", won), ("failure", lost)]);
            counted.success_rate_interval().map(|bounds| bounds.map(|bound| round(bound, 4)))
        };
        // Newcombe 1998, table I, method 3.
        assert_eq!(interval(81, 182), Some([0.2553, 0.3662]));
        assert_eq!(interval(15, 133), Some([0.0624, 0.1605]));
        assert_eq!(interval(0, 20), Some([0.0, 0.1611]));
        assert_eq!(interval(1, 28), Some([0.0061, 0.1718]));
        assert_eq!(interval(0, 0), None);
    }
}
