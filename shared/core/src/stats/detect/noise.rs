//! How much neighbours differ by chance: what every shift is measured against.

use crate::stats::median;

/// Median absolute deviation of the standard normal distribution.
pub(super) const MAD: f64 = 0.674_489_750_196_082;

/// Mean absolute deviation of the standard normal distribution, √(2/π).
const MEAN_ABSOLUTE: f64 = 0.797_884_560_802_865;

/// Standard deviations at which a difference is cut.
const CUT: f64 = 3.0;

/// Samples from which on neighbours are compared with those further apart.
const CORRELATED_FROM: usize = 30;

/// What chance gives, over the root of the number of samples, is taken from the correlation found.
const SHRINK: f64 = 0.6;

/// Most correlation that is believed.
const CORRELATION_MAX: f64 = 0.8;

/// Distances at which samples count as unrelated.
const FAR: [usize; 4] = [4, 5, 6, 7];

/// Distances of differences that are compared to see whether large ones come together. At 1 they
/// share a sample.
const APART: [usize; 6] = [2, 3, 4, 5, 6, 7];

/// What chance gives, over the root of the number of samples, is taken from the clustering found.
const CLUSTER_SHRINK: f64 = 0.7;

/// Deviations of its scale by which noise is taken as greater: how great it is where it is great.
const CLUSTERED: f64 = 2.0;

/// The noise of a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Noise {
    /// Standard deviation of a sample around its level.
    pub(super) sigma: f64,
    /// Correlation of neighbours, 0 to [`CORRELATION_MAX`].
    pub(super) correlation: f64,
    /// Relative standard deviation of its scale, where that changes slowly: 0 if it stays.
    pub(super) clustering: f64,
}

impl Noise {
    /// From the differences of samples one and two apart, which a step changes in few places and a
    /// drift hardly at all. Gross differences are cut.
    pub(super) fn of(y: &[f64]) -> Self {
        let mut sizes: Vec<f64> = differences(y, 1).collect();
        let cut = CUT * median(&mut sizes) / MAD;
        let sigma = spread(y, &[1, 2], cut);
        Self { sigma, correlation: correlation(y, cut), clustering: clustering(y, cut) }
    }

    /// Standard deviation that the mean of many samples behaves as if its samples had: neighbours
    /// that go together tell less than independent ones, and a change may come while noise is great.
    pub(super) fn long_run(&self) -> f64 {
        let r = self.correlation;
        // What two differences at distances 1 and 2 show of the whole variance.
        let shown = 1.0 - f64::midpoint(r, r * r);
        let great = 1.0 + CLUSTERED * self.clustering;
        great * self.sigma / shown.sqrt() * ((1.0 + r) / (1.0 - r)).sqrt()
    }
}

fn differences(y: &[f64], distance: usize) -> impl Iterator<Item = f64> {
    y.iter().zip(y.iter().skip(distance)).map(|(a, b)| (b - a).abs())
}

/// Standard deviation from the mean absolute difference at these distances, each cut at `cut`.
#[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
fn spread(y: &[f64], distances: &[usize], cut: f64) -> f64 {
    let sum = |distance: &usize| differences(y, *distance).map(|one| one.min(cut)).sum::<f64>();
    let count: usize = distances.iter().map(|distance| y.len().saturating_sub(*distance)).sum();
    let mean = distances.iter().map(sum).sum::<f64>() / (count.max(1) as f64);
    mean / MEAN_ABSOLUTE / std::f64::consts::SQRT_2
}

/// How much less neighbours differ than samples further apart, less what chance gives.
#[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
fn correlation(y: &[f64], cut: f64) -> f64 {
    let far = spread(y, &FAR, cut);
    if y.len() < CORRELATED_FROM || far <= 0.0 {
        return 0.0;
    }
    let near = spread(y, &[1], cut);
    let found = 1.0 - (near / far).powi(2);
    (found - SHRINK / (y.len() as f64).sqrt()).clamp(0.0, CORRELATION_MAX)
}

/// How much the scale of the noise changes over the window, less what chance gives: neighbouring
/// differences are then large together (R. Engle 1982).
#[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
fn clustering(y: &[f64], cut: f64) -> f64 {
    if y.len() < CORRELATED_FROM {
        return 0.0;
    }
    let sizes: Vec<f64> = differences(y, 1).map(|one| one.min(cut)).collect();
    let later = |distance: &usize| sizes.get(*distance..).unwrap_or_default();
    let product = |distance: &usize| -> f64 {
        sizes.iter().zip(later(distance)).map(|(size, other)| size * other).sum()
    };
    let count = APART.iter().map(|distance| later(distance).len()).sum::<usize>() as f64;
    let mean = sizes.iter().sum::<f64>() / sizes.len() as f64;
    let found = APART.iter().map(product).sum::<f64>() / count / (mean * mean) - 1.0;
    let found = (found - CLUSTER_SHRINK / (y.len() as f64).sqrt()).clamp(0.0, 1.0);
    // Without any differences there is no share of them.
    if found.is_nan() { 0.0 } else { found.sqrt() }
}
