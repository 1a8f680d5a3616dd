//! How much larger one sample is than another: the Hodges–Lehmann estimate, as a ratio.

use crate::stats::rank::interval_rank;
use crate::stats::{Interval, per_cent};

/// How closely a difference of logarithms is looked for; far below what is shown.
const CLOSE: f64 = 1e-12;

/// The typical change from a value before to a value after, in per cent, with its 95 % interval.
///
/// The median of ln(after / before) over all pairs (J. L. Hodges and E. L. Lehmann 1963), and the
/// two of these logarithms that invert the rank test (P. K. Sen 1963): what a `mann_whitney` test
/// would not reject. None without values above zero on both sides; other values are left out. No
/// interval where there are too few values for one.
pub fn ratio(before: &[f64], after: &[f64]) -> Option<(f64, Option<Interval>)> {
    let (before, after) = (logarithms(before), logarithms(after));
    let differences = Differences::of(&before, &after)?;
    let pairs = differences.pairs();
    let middle = f64::midpoint(differences.at(pairs.div_ceil(2)), differences.at(pairs / 2 + 1));
    let interval = interval_rank(before.len(), after.len())
        .map(|rank| [per_cent(differences.at(rank)), per_cent(differences.at(pairs + 1 - rank))]);
    Some((per_cent(middle), interval))
}

/// In ascending order.
fn logarithms(values: &[f64]) -> Vec<f64> {
    let mut logarithms: Vec<f64> =
        values.iter().filter(|value| **value > 0.0).map(|value| value.ln()).collect();
    logarithms.sort_by(f64::total_cmp);
    logarithms
}

/// after − before of all pairs, in ascending order, without making them: of two samples of a
/// hundred thousand there are ten thousand million.
struct Differences<'a> {
    before: &'a [f64],
    after: &'a [f64],
    least: f64,
    largest: f64,
}

impl<'a> Differences<'a> {
    fn of(before: &'a [f64], after: &'a [f64]) -> Option<Self> {
        let (least, largest) = (after.first()? - before.last()?, after.last()? - before.first()?);
        Some(Self { before, after, least, largest })
    }

    fn pairs(&self) -> u64 {
        self.before.len() as u64 * self.after.len() as u64
    }

    /// The difference of this rank, counted from 1, to within 1e-12: by halving the range.
    fn at(&self, rank: u64) -> f64 {
        let (mut low, mut high) = (self.least, self.largest);
        if self.up_to(low) >= rank {
            return low;
        }
        while high - low > CLOSE {
            let middle = f64::midpoint(low, high);
            if self.up_to(middle) >= rank {
                high = middle;
            } else {
                low = middle;
            }
        }
        high
    }

    /// Pairs whose difference is at most `limit`. What is too far for one value of `after` is too
    /// far for all larger ones, so both samples are walked once.
    fn up_to(&self, limit: f64) -> u64 {
        let (mut near, mut pairs) = (self.before, 0);
        for after in self.after {
            while let Some((first, rest)) = near.split_first()
                && after - first > limit
            {
                near = rest;
            }
            pairs += near.len() as u64;
        }
        pairs
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same by making all pairs.
    fn plainly(before: &[f64], after: &[f64], rank: Option<u64>) -> (f64, Option<Interval>) {
        let pair = |(a, b): (&f64, &f64)| (a / b).ln();
        let mut all: Vec<f64> =
            after.iter().flat_map(|a| before.iter().map(move |b| pair((a, b)))).collect();
        all.sort_by(f64::total_cmp);
        let middle = f64::midpoint(all[(all.len() - 1) / 2], all[all.len() / 2]);
        let ends = rank.map(|rank| usize::try_from(rank).unwrap());
        let interval = ends.map(|rank| [per_cent(all[rank - 1]), per_cent(all[all.len() - rank])]);
        (per_cent(middle), interval)
    }

    #[test]
    fn a_constant_factor_is_found_exactly() {
        let before = [1.0, 2.0, 4.0, 8.0, 16.0];
        let after = before.map(|value| value * 1.25);
        let (change, interval) = ratio(&before, &after).unwrap();
        assert!((change - 25.0).abs() < 0.005, "{change}");
        let [low, high] = interval.unwrap();
        assert!(low < change && change < high, "{low} {high}");
    }

    #[test]
    fn equal_samples_have_not_changed() {
        assert_eq!(ratio(&[3.0; 7], &[3.0; 9]), Some((0.0, Some([0.0, 0.0]))));
    }

    #[test]
    fn too_few_values_have_no_interval_and_zeros_no_ratio() {
        assert_eq!(ratio(&[1.0, 1.0], &[2.0, 2.0]), Some((100.0, None)));
        assert_eq!(ratio(&[0.0, 0.0], &[2.0, 2.0]), None);
        assert_eq!(ratio(&[1.0], &[]), None);
    }

    #[test]
    fn a_hundred_thousand_values_are_no_matter() {
        let values = |scale: f64| -> Vec<f64> {
            (0..100_000_u32).map(|n| scale * (1.0 + f64::from(n) / 1e5)).collect()
        };
        let (change, interval) = ratio(&values(1.0), &values(1.1)).unwrap();
        let [low, high] = interval.unwrap();
        assert!((change - 10.0).abs() < 0.01 && high - low < 0.5, "{change} {low} {high}");
    }

    proptest! {
        #[test]
        fn it_is_what_all_pairs_say(
            before in prop::collection::vec(1_u32..40, 1..14),
            after in prop::collection::vec(1_u32..40, 1..14),
        ) {
            let values = |list: &[u32]| list.iter().map(|n| f64::from(*n)).collect::<Vec<_>>();
            let (before, after) = (values(&before), values(&after));
            let expected = plainly(&before, &after, interval_rank(before.len(), after.len()));
            let (change, interval) = ratio(&before, &after).unwrap();
            prop_assert!((change - expected.0).abs() < 0.011);
            prop_assert_eq!(interval.is_some(), expected.1.is_some());
            for (found, expected) in interval.iter().flatten().zip(expected.1.iter().flatten()) {
                prop_assert!((found - expected).abs() < 0.011, "{} {}", found, expected);
            }
        }
    }
}
