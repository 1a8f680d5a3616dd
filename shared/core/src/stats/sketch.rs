//! A log-linear histogram: how many samples fall into bins whose width grows with the value.

use serde::{Deserialize, Serialize};

/// Bins into which each doubling of the value is cut. A value stands for at most half a bin, which
/// is at most 1/128 = 0.78 % of it.
pub const BINS_PER_OCTAVE: u64 = 64;

const LOG2_BINS: u32 = BINS_PER_OCTAVE.trailing_zeros();

/// Sparse counts per bin, by rising bin. Integers only: the same on every machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sketch(Vec<(u16, u64)>);

impl Sketch {
    /// The counts of values that rise.
    pub(super) fn of_rising(values: &[u64]) -> Self {
        let mut bins: Vec<(u16, u64)> = Vec::new();
        for value in values {
            let bin = bin(*value);
            match bins.last_mut() {
                Some((last, count)) if *last == bin => *count += 1,
                _ => bins.push((bin, 1)),
            }
        }
        Self(bins)
    }

    pub(super) fn add(&mut self, value: u64) {
        let bin = bin(value);
        match self.0.binary_search_by_key(&bin, |(at, _)| *at) {
            Ok(found) => {
                if let Some((_, held)) = self.0.get_mut(found) {
                    *held += 1;
                }
            }
            Err(place) => self.0.insert(place, (bin, 1)),
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        let mut merged = Vec::with_capacity(self.0.len().max(other.0.len()));
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        loop {
            match (left.peek(), right.peek()) {
                (Some((a, _)), Some((b, _))) if a < b => merged.extend(left.next()),
                (Some((a, _)), Some((b, _))) if b < a => merged.extend(right.next()),
                (Some((bin, a)), Some((_, b))) => {
                    merged.push((*bin, a + b));
                    left.next();
                    right.next();
                }
                (Some(_), None) => merged.extend(left.by_ref()),
                (None, Some(_)) => merged.extend(right.by_ref()),
                (None, None) => break,
            }
        }
        self.0 = merged;
    }

    /// The bins by rising middle, with their counts.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "middles are whole enough, and not negative"
    )]
    pub(super) fn middles(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().map(|(bin, count)| (middle(*bin) as u64, *count))
    }

    /// The middle of the bin that holds the sample of this rank, counted from 0.
    pub(super) fn at_rank(&self, rank: u64) -> f64 {
        let mut below = 0;
        for (bin, count) in &self.0 {
            below += count;
            if rank < below {
                return middle(*bin);
            }
        }
        0.0
    }
}

/// Values under 64 have a bin each; above, the six bits after the leading one choose the bin.
#[expect(clippy::cast_possible_truncation, reason = "the largest bin is 3,775")]
fn bin(value: u64) -> u16 {
    if value < BINS_PER_OCTAVE {
        return value as u16;
    }
    let octave = value.ilog2() - LOG2_BINS;
    let within = (value >> octave) - BINS_PER_OCTAVE;
    (BINS_PER_OCTAVE * u64::from(octave + 1) + within) as u16
}

#[expect(clippy::cast_precision_loss, reason = "the middle of a bin is an estimate")]
fn middle(bin: u16) -> f64 {
    let bin = u64::from(bin);
    if bin < BINS_PER_OCTAVE {
        return bin as f64;
    }
    let octave = bin / BINS_PER_OCTAVE - 1;
    let low = (BINS_PER_OCTAVE + bin % BINS_PER_OCTAVE) << octave;
    low as f64 + ((1_u64 << octave) - 1) as f64 / 2.0
}

#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_largest_value_has_a_bin() {
        assert_eq!((bin(0), bin(63), bin(64), bin(u64::MAX)), (0, 63, 64, 3775));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn the_middle_of_a_values_bin_is_within_one_in_128(value in 0..1_u64 << 50) {
            let off = (middle(bin(value)) - value as f64).abs();
            prop_assert!(off <= value as f64 / 128.0);
        }

        #[test]
        fn bins_rise_with_values(a in any::<u64>(), b in any::<u64>()) {
            prop_assert!(bin(a.min(b)) <= bin(a.max(b)));
        }
    }
}
