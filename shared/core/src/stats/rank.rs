//! The Mann–Whitney test: whether one of two samples tends to be larger, by ranks alone.

use statrs::function::erf::erfc;

use crate::stats::Z95;

/// Up to this many values on both sides together the p-value is exact. The number of ways to choose
/// half of them is still far below 2^53, so counts stay exact as floats too.
const EXACT_RANKS: usize = 50;
/// Half of what a 95 % interval leaves out, on each side.
const TAIL: f64 = 0.025;

/// What the test says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankTest {
    /// Pairs in which the value after is the larger one; a tie counts a half.
    pub u: f64,
    /// Two-sided p-value, 0 to 1.
    pub p: f64,
    /// Whether all arrangements were counted; otherwise p is of the normal approximation.
    pub exact: bool,
}

/// Two-sided test of H. B. Mann and D. R. Whitney (1947). Ties have the mean of their ranks, and
/// the exact p-value counts arrangements of the ranks as they are, ties included: those in which
/// the sum of ranks is as far from its mean as here. None without values on both sides.
pub fn mann_whitney(before: &[f64], after: &[f64]) -> Option<RankTest> {
    if before.is_empty() || after.is_empty() {
        return None;
    }
    let ranks = Ranks::of(before, after);
    let exact = ranks.all.len() <= EXACT_RANKS;
    let p = if exact { ranks.exact_p() } else { ranks.normal_p() };
    Some(RankTest { u: ranks.u(), p, exact })
}

/// Standard errors by which the values after are the larger ones, and the most they can be: of the
/// normal approximation, ties not corrected for. Quicker than ranking all values.
pub(super) fn errors(before: &[f64], after: &[f64]) -> (f64, f64) {
    let mut after = after.to_vec();
    after.sort_unstable_by(f64::total_cmp);
    let twice_above = |value: &f64| {
        let below = after.partition_point(|other| other < value);
        let up_to = after.partition_point(|other| other <= value);
        2 * after.len() - below - up_to
    };
    let u = float(before.iter().map(twice_above).sum()) / 2.0;
    let middle = float(before.len()) * float(after.len()) / 2.0;
    let deviation = deviation(before.len(), after.len(), 0.0);
    ((u - middle) / deviation, middle / deviation)
}

/// The smallest p-value that samples of these sizes can have: of the two arrangements in which all
/// of one side is above the other.
pub fn least_p(before: usize, after: usize) -> f64 {
    (2.0 / ways(before, after)).min(1.0)
}

/// Rank, counted from 1, of the difference of a pair at which a 95 % interval of the shift begins,
/// when the differences of all pairs are sorted; it ends at the same rank from above. None where
/// the samples are too few for one.
pub(super) fn interval_rank(before: usize, after: usize) -> Option<u64> {
    let rank = if before + after <= EXACT_RANKS {
        exact_rank(before, after)
    } else {
        let (pairs, deviation) = (float(before) * float(after), deviation(before, after, 0.0));
        floor(pairs / 2.0 - Z95 * deviation + 0.5)
    };
    (rank > 0).then_some(rank)
}

/// Ranks of both samples together, doubled: the mean of an even number of ranks ends in a half.
struct Ranks {
    all: Vec<usize>,
    before: usize,
    after: usize,
    /// Doubled sum of the ranks after.
    sum: usize,
    /// Σ (t³ − t) over groups of t tied values.
    ties: f64,
}

impl Ranks {
    fn of(before: &[f64], after: &[f64]) -> Self {
        // Adding 0 makes one zero of the two.
        let tagged = |values: &[f64], is_after| -> Vec<(f64, bool)> {
            values.iter().map(|value| (value + 0.0, is_after)).collect()
        };
        let mut pool = tagged(before, false);
        pool.extend(tagged(after, true));
        pool.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (before, after) = (before.len(), after.len());
        let mut ranks =
            Self { all: Vec::with_capacity(pool.len()), before, after, sum: 0, ties: 0.0 };
        for group in pool.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
            ranks.add(group);
        }
        ranks
    }

    fn add(&mut self, tied: &[(f64, bool)]) {
        let rank = 2 * self.all.len() + tied.len() + 1;
        self.sum += rank * tied.iter().filter(|(_, is_after)| *is_after).count();
        self.all.extend(tied.iter().map(|_| rank));
        let size = float(tied.len());
        self.ties += size.powi(3) - size;
    }

    fn u(&self) -> f64 {
        float(self.sum - self.after * (self.after + 1)) / 2.0
    }

    /// Doubled mean of the sum of ranks of `size` values.
    fn mean(&self, size: usize) -> usize {
        size * (self.all.len() + 1)
    }

    fn exact_p(&self) -> f64 {
        // The sums of both sides add up to a constant, so the smaller one tells as much.
        let size = self.before.min(self.after);
        let (mean, away) = (self.mean(size), self.sum.abs_diff(self.mean(self.after)));
        let sums = sums(&self.all, size);
        let total: u64 = sums.iter().sum();
        let as_far = sums.iter().enumerate().filter(|(sum, _)| sum.abs_diff(mean) >= away);
        let as_far: u64 = as_far.map(|(_, ways)| ways).sum();
        count(as_far) / count(total)
    }

    /// With correction for ties and for continuity.
    fn normal_p(&self) -> f64 {
        let away = float(self.sum.abs_diff(self.mean(self.after))) / 2.0;
        let deviation = deviation(self.before, self.after, self.ties);
        if deviation <= 0.0 || away <= 0.5 {
            return 1.0;
        }
        erfc((away - 0.5) / deviation / std::f64::consts::SQRT_2).min(1.0)
    }
}

/// Standard deviation of U: √( nm/12 · (N + 1 − Σ(t³ − t) / N(N − 1)) ).
fn deviation(before: usize, after: usize, ties: f64) -> f64 {
    let (n, m) = (float(before), float(after));
    let all = n + m;
    (n * m / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)))).max(0.0).sqrt()
}

/// In how many ways `size` of the ranks can be chosen, by their sum.
fn sums(ranks: &[usize], size: usize) -> Vec<u64> {
    let largest = ranks.iter().rev().take(size).sum::<usize>();
    let mut ways = vec![vec![0_u64; largest + 1]; size + 1];
    if let Some(none) = ways.first_mut().and_then(|none| none.first_mut()) {
        *none = 1;
    }
    for rank in ranks {
        for chosen in (1..=size).rev() {
            let (fewer, same) = ways.split_at_mut(chosen);
            if let (Some(fewer), Some(same)) = (fewer.last(), same.first_mut()) {
                same.iter_mut().skip(*rank).zip(fewer).for_each(|(to, from)| *to += from);
            }
        }
    }
    ways.pop().unwrap_or_default()
}

/// The largest k with P(U ≤ k − 1) ≤ 2.5 %, from all arrangements without ties.
fn exact_rank(before: usize, after: usize) -> u64 {
    let size = before.min(after);
    let ranks: Vec<usize> = (1..=before + after).collect();
    let sums = sums(&ranks, size);
    let (limit, least) = (TAIL * ways(before, after), size * (size + 1) / 2);
    let mut below = 0;
    let fits = sums.iter().skip(least).take_while(|ways| {
        below += **ways;
        count(below) <= limit
    });
    fits.count() as u64
}

/// Binomial coefficient: arrangements of the two samples. Exact where it is below 2^53.
fn ways(before: usize, after: usize) -> f64 {
    let (few, many) = (before.min(after), before.max(after));
    (1..=few).fold(1.0, |ways: f64, at| (ways * float(many + at) / float(at)).round())
}

#[expect(clippy::cast_precision_loss, reason = "sizes of samples are far below 2^53")]
fn float(size: usize) -> f64 {
    size as f64
}

#[expect(clippy::cast_precision_loss, reason = "C(50, 25) is below 2^53")]
fn count(ways: u64) -> f64 {
    ways as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates; a negative rank is no rank"
)]
fn floor(rank: f64) -> u64 {
    rank.floor() as u64
}

#[cfg(test)]
#[expect(
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "small numbers, and figures that are taken over as they are"
)]
mod tests;
