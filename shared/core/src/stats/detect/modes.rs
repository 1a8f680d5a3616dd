//! Two modes that take turns, as of a cache that hits or misses.

use crate::stats::detect::noise::MAD;

/// Samples from which on modes are looked for.
const LEAST: usize = 60;

/// Share of neighbours that must lie in different modes; two modes of one half each give 0.5.
const TURNS_LEAST: f64 = 0.12;
const TURNS_MOST: f64 = 0.62;

/// Least distance of the modes, in standard deviations within one.
const APART: f64 = 5.0;

/// Differences between the modes scatter at most this much more than noise would have it.
const SCATTER: f64 = 1.6;

/// Share of the differences that may lie between "same mode" and "other mode"; where there is but
/// one mode it is 0.28.
const VALLEY: f64 = 0.16;

/// Standard deviations from "same mode" and "other mode" beyond which a difference is neither, and
/// the share of such differences that outliers explain. A third mode makes more.
const NEAR: f64 = 3.0;
const ODD: f64 = 0.04;

/// Differences beyond this rank are outliers.
const RANK_CUT: f64 = 0.97;

/// Distance between the quartiles of the standard normal distribution.
const QUARTILES: f64 = 1.348_979_500_392_163;

/// Two modes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Modes {
    /// From the lower to the upper one.
    pub(super) gap: f64,
    /// Share of the samples in the rarer one.
    pub(super) share: f64,
    /// Standard deviation within a mode.
    pub(super) sigma: f64,
}

impl Modes {
    /// The modes of a window, if the differences of neighbours fall into two clear groups.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::indexing_slicing,
        reason = "ranks of a list that is not empty"
    )]
    pub(super) fn of(y: &[f64]) -> Option<Self> {
        if y.len() < LEAST {
            return None;
        }
        let mut sizes: Vec<f64> = y.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
        // None is negative: then bits are ordered as values are, and compared faster.
        sizes.sort_unstable_by_key(|size| size.to_bits());
        let cut = sizes[((sizes.len() - 1) as f64 * RANK_CUT) as usize];
        let (same, other) = sizes.split_at(parting(&sizes, cut));
        let turns = other.len() as f64 / sizes.len() as f64;
        if same.is_empty() || !(TURNS_LEAST..=TURNS_MOST).contains(&turns) {
            return None;
        }
        let gap = other[other.len() / 2];
        let sigma = same[same.len() / 2] / MAD / std::f64::consts::SQRT_2;
        let scatter = other[other.len() * 3 / 4].min(cut) - other[other.len() / 4];
        let between = |size: &&f64| **size > 0.35 * gap && **size < 0.65 * gap;
        let valley = sizes.iter().filter(between).count() as f64 / sizes.len() as f64;
        let expected = QUARTILES * sigma * std::f64::consts::SQRT_2;
        let near = NEAR * sigma * std::f64::consts::SQRT_2;
        let is_odd = |size: &&f64| **size > near && (**size - gap).abs() > near;
        let odd = sizes.iter().filter(is_odd).count() as f64 / sizes.len() as f64;
        let is_blurred = scatter > SCATTER * expected || valley > VALLEY || odd > ODD;
        if gap < APART * sigma || is_blurred {
            return None;
        }
        // Two of share p take turns in 2p(1 − p) of all pairs.
        let share = f64::midpoint(1.0, -(1.0 - 2.0 * turns.min(0.5)).max(0.0).sqrt());
        Some(Self { gap, share, sigma })
    }
}

/// Where rising sizes are best parted into two groups: by the variance between them (Otsu 1979).
#[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
fn parting(rising: &[f64], cut: f64) -> usize {
    let n = rising.len() as f64;
    let whole: f64 = rising.iter().map(|size| size.min(cut)).sum();
    let (mut sum, mut best) = (0.0, (0.0, 0));
    for (index, size) in rising.iter().enumerate().take(rising.len().saturating_sub(1)) {
        sum += size.min(cut);
        let below = (index + 1) as f64;
        let apart = (whole - sum) / (n - below) - sum / below;
        let between = below * (n - below) * apart * apart;
        if between > best.0 {
            best = (between, index + 1);
        }
    }
    best.1
}
