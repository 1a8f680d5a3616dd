//! The change between two means of which only mean, standard deviation and count are known.

use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::stats::{Interval, per_cent};

/// Halvings of a range from 0 to `WIDEST` that find a point of Student's distribution.
const HALVINGS: usize = 80;
/// Above the 97.5 % point of Student's distribution with one degree of freedom, 12.7, and with the
/// fractions of one that Welch's formula never goes below.
const WIDEST: f64 = 100.0;

/// Mean and scatter of a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Arithmetic mean, above 0, in any unit.
    pub mean: f64,
    /// Standard deviation of a value (not of the mean), in the same unit.
    pub deviation: f64,
    /// Values; at least 2. A fraction where it was inferred.
    pub count: f64,
}

impl Spread {
    /// Of values; None for fewer than two, or a mean of zero.
    pub fn of(values: &[f64]) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "sizes of samples are far below 2^53")]
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let usable = values.len() > 1 && mean > 0.0;
        usable.then(|| Self { mean, deviation: (squares / (count - 1.0)).sqrt(), count })
    }

    /// Squared standard error of the logarithm of the mean, by the delta method: s² / (n·x̄²).
    fn variance(&self) -> f64 {
        (self.deviation / self.mean).powi(2) / self.count
    }
}

/// A change, how sure it is, and whether it is one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// In per cent of before.
    pub change_pct: f64,
    /// 95 % interval of it.
    pub interval_pct: Interval,
    /// Two-sided p-value, 0 to 1.
    pub p: f64,
}

/// Welch's t-test (B. L. Welch 1947) of the logarithms of two means: their difference against
/// √(v₁ + v₂), with (v₁ + v₂)² / (v₁²/(n₁ − 1) + v₂²/(n₂ − 1)) degrees of freedom. None if neither
/// side scatters: that is a coarse clock, not certainty.
pub fn contrast(before: &Spread, after: &Spread) -> Option<Contrast> {
    let (v1, v2) = (before.variance(), after.variance());
    let error = (v1 + v2).sqrt();
    let parts = v1.powi(2) / (before.count - 1.0) + v2.powi(2) / (after.count - 1.0);
    let freedom = (v1 + v2).powi(2) / parts;
    let student = StudentsT::new(0.0, 1.0, freedom).ok()?;
    let change = after.mean.ln() - before.mean.ln();
    let wide = two_sided_95(&student) * error;
    Some(Contrast {
        change_pct: per_cent(change),
        interval_pct: [per_cent(change - wide), per_cent(change + wide)],
        p: (2.0 * student.sf((change / error).abs())).min(1.0),
    })
}

/// By halving a range: the library's own inverse is made for comfort, not for small degrees.
fn two_sided_95(student: &StudentsT) -> f64 {
    let (mut low, mut high) = (0.0, WIDEST);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if 2.0 * student.sf(middle) > 0.05 {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(mean: f64, deviation: f64, count: f64) -> Spread {
        Spread { mean, deviation, count }
    }

    fn student(freedom: f64) -> StudentsT {
        StudentsT::new(0.0, 1.0, freedom).unwrap()
    }

    #[test]
    fn points_of_students_distribution_are_those_of_the_tables() {
        for (freedom, point) in [(1.0, 12.706), (2.0, 4.303), (5.0, 2.571), (30.0, 2.042)] {
            assert!((two_sided_95(&student(freedom)) - point).abs() < 6e-4, "{freedom}");
        }
        assert!((two_sided_95(&student(1e7)) - crate::stats::Z95).abs() < 1e-5);
    }

    /// Against the same formulas with `scipy.stats.t`.
    #[test]
    fn changes_of_means_have_welchs_interval_and_p_value() {
        let found = contrast(&spread(1.0, 0.1, 10.0), &spread(1.2, 0.15, 12.0)).unwrap();
        let interval = [8.57, 32.63];
        assert_eq!((found.change_pct, found.interval_pct), (20.0, interval));
        assert!((found.p - 0.001_124_259_804).abs() < 1e-9, "{found:?}");

        let found = contrast(&spread(2.0, 0.5, 2.0), &spread(2.5, 0.1, 2.0)).unwrap();
        assert_eq!((found.change_pct, found.interval_pct), (25.0, [-83.57, 850.87]));
        assert!((found.p - 0.422_724_1).abs() < 1e-6, "{found:?}");

        let found = contrast(&spread(1e-6, 1e-9, 1e3), &spread(1.01e-6, 1e-9, 1e3)).unwrap();
        assert_eq!((found.change_pct, found.interval_pct), (1.0, [0.99, 1.01]));
        assert!(found.p < 1e-100);
    }

    #[test]
    fn one_side_may_stand_still_but_not_both() {
        let (still, moving) = (spread(1.0, 0.0, 5.0), spread(1.1, 0.1, 5.0));
        assert!(contrast(&still, &moving).is_some());
        assert_eq!(contrast(&still, &still), None);
    }

    #[test]
    fn values_have_a_spread_when_there_are_two_and_their_mean_is_not_zero() {
        assert_eq!(Spread::of(&[1.0, 2.0, 3.0]), Some(spread(2.0, 1.0, 3.0)));
        assert_eq!(Spread::of(&[1.0]), None);
        assert_eq!(Spread::of(&[]), None);
        assert_eq!(Spread::of(&[0.0, 0.0]), None);
    }
}
