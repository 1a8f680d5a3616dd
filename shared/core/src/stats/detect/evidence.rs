//! Whether two stretches differ: by how much, beyond what noise, and without doubt.

use serde::{Deserialize, Serialize};

use crate::stats::detect::fit::{Fit, Scale};
use crate::stats::detect::loss::{BOUND, Loss};
use crate::stats::detect::{Direction, Rules, level};
use crate::stats::{median, rank};

/// Fewer samples before a change are no baseline.
const BASELINE: usize = 10;

/// Deviations from its median at which a sample's part in the mean of a stretch is cut.
const CUT: f64 = 2.0;

/// Samples that the noise of the window counts for, beside the scatter of those after the change.
const OWN: f64 = 4.0;

/// Deviations by which the latest samples may fall short of the middle of the change.
const SHORT_OF_MIDDLE: f64 = 1.3;

/// Share of the shift that the later half of the samples must keep.
const KEPT: f64 = 0.65;

/// Standard errors that ranks must reach, or this share of the most they can.
const RANK_BAR: f64 = 3.7;
const RANK_SHARE: f64 = 0.95;

/// Share of a change beyond which a sample is of the new kind.
const NEW: f64 = 0.7;

/// Samples of the new kind that noise explains: so many times its tail, and this share more.
const TAIL_TIMES: f64 = 1.5;
const TAIL_MORE: f64 = 0.03;

/// −ln of the chance at which samples of a kind seen before come in a row.
const RARE: f64 = 11.0;

/// Deviations at which samples are cut before a step is compared with a slope.
const SLOPE_CUT: f64 = 2.5;

/// Why a change is not confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// Too few samples before it.
    NoBaseline,
    /// Too few samples after it.
    TooFew,
    /// It has not lasted long enough.
    TooSoon,
    /// Smaller than what is worth attention.
    TooSmall,
    /// Noise could be the cause.
    Noise,
    /// Not all of the latest samples agree.
    NotHeld,
    /// The order of the samples does not bear it out: a mix of modes, or a few extremes.
    Ranks,
    /// A slope explains it better than a step.
    Gradual,
}

/// What two neighbouring stretches say of the change between them.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    left: Vec<f64>,
    right: Vec<f64>,
    left_level: f64,
    right_level: f64,
    /// From the level before to the level after, in units of the noise.
    pub(super) shift: f64,
}

impl Evidence {
    /// Of the stretches `left` and `right`; `before` is the level before them, if any.
    pub(super) fn of(left: &[f64], right: &[f64], loss: &Loss, before: Option<f64>) -> Self {
        let left_level = level::level(left, loss, before);
        let right_level = level::level(right, loss, Some(left_level));
        let left: Vec<f64> = level::folded(left, loss, left_level).collect();
        let right: Vec<f64> = level::folded(right, loss, right_level).collect();
        let left_level = cut_mean(&left, left_level);
        let right_level = cut_mean(&right, right_level);
        Self { shift: right_level - left_level, left, right, left_level, right_level }
    }

    pub(super) const fn direction(&self) -> Direction {
        Direction::of(self.shift)
    }

    /// Standard error of the shift, in units of the noise. Samples after a change that scatter more
    /// than noise does say less: of a slow night some, of a busy week all of them.
    #[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
    pub(super) fn error(&self) -> f64 {
        let (n, m) = (self.left.len() as f64, self.right.len() as f64);
        let square = |value: &f64| (value - self.right_level).powi(2).min(BOUND);
        let squares: f64 = self.right.iter().map(square).sum();
        let scatter = (OWN + squares) / (OWN + m - 1.0);
        (1.0 / n + scatter.max(1.0) / m).sqrt()
    }

    /// Why this is no confirmed change, cheapest tests first; `bar` is in standard errors.
    pub(super) fn doubt(&self, fit: &Fit, rules: &Rules, active: u32) -> Option<Doubt> {
        if self.right.len() < rules.confirm {
            return Some(Doubt::TooFew);
        }
        if self.left.len() < BASELINE {
            return Some(Doubt::NoBaseline);
        }
        if self.shift.abs() < rules.bar_for(self.direction(), active) * self.error() {
            return Some(Doubt::Noise);
        }
        if !self.is_large(fit, rules) {
            return Some(Doubt::TooSmall);
        }
        if !self.is_held(rules.confirm) {
            return Some(Doubt::NotHeld);
        }
        if !self.is_ranked() || !self.is_new() {
            return Some(Doubt::Ranks);
        }
        self.is_slope().then_some(Doubt::Gradual)
    }

    /// Whether the change of the level is worth attention.
    pub(super) fn is_large(&self, fit: &Fit, rules: &Rules) -> bool {
        let moved = self.shift * fit.unit;
        let (share, effect) = match fit.scale {
            Scale::Log => {
                let level = (self.left_level * fit.unit).exp();
                (moved.exp_m1().abs(), (fit.moved(level, self.shift) - level).abs())
            }
            Scale::Linear => ((moved / (self.left_level * fit.unit)).abs(), moved.abs()),
        };
        // Against a level of zero a share is infinite, or none: then the effect alone counts.
        (share.is_nan() || share >= rules.min_change) && effect >= rules.min_effect
    }

    /// Position of the last of the later samples that lies on the new side of the middle.
    pub(super) fn last_beyond(&self) -> usize {
        let sign = self.direction().sign();
        let middle = f64::midpoint(self.left_level, self.right_level);
        self.right.iter().rposition(|value| (value - middle) * sign > 0.0).unwrap_or_default()
    }

    /// Whether it did not go away: the later half of the samples has kept the shift, and each of the
    /// latest lies on the new side of the middle, or close to it.
    fn is_held(&self, confirm: usize) -> bool {
        let sign = self.direction().sign();
        let middle = self.shift.abs() / 2.0 - SHORT_OF_MIDDLE;
        let mut latest = self.right.iter().rev().take(confirm);
        let later = self.right.get(self.right.len() / 2..).unwrap_or_default();
        let kept = (cut_mean(later, self.right_level) - self.left_level) * sign;
        kept >= KEPT * self.shift.abs()
            && latest.all(|value| (value - self.left_level) * sign > middle)
    }

    /// Mann and Whitney's rank test: it does not know of levels, modes and outliers.
    fn is_ranked(&self) -> bool {
        let (reached, most) = rank::errors(&self.left, &self.right);
        reached * self.direction().sign() >= RANK_BAR.min(RANK_SHARE * most)
    }

    /// Whether samples like the later ones were too rare before to come in a row by chance. Asked
    /// only where there were more of them than noise explains: of a mode, or of outliers.
    #[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
    fn is_new(&self) -> bool {
        let sign = self.direction().sign();
        let limit = self.left_level + NEW * self.shift;
        let share = |values: &[f64]| {
            let beyond = values.iter().filter(|value| (**value - limit) * sign > 0.0).count();
            (beyond as f64 + 1.0) / (values.len() as f64 + 2.0)
        };
        let (before, after) = (share(&self.left), share(&self.right));
        let explained = normal_tail(NEW * self.shift.abs());
        if before <= TAIL_TIMES * explained + TAIL_MORE || after <= before {
            return after > before;
        }
        let divergence =
            after * (after / before).ln() + (1.0 - after) * ((1.0 - after) / (1.0 - before)).ln();
        self.right.len() as f64 * divergence >= RARE
    }

    /// Whether a straight line leaves less than the two levels do.
    pub(super) fn is_slope(&self) -> bool {
        let cut = |values: &[f64], level: f64| -> Vec<f64> {
            values.iter().map(|value| value.clamp(level - SLOPE_CUT, level + SLOPE_CUT)).collect()
        };
        let left = cut(&self.left, self.left_level);
        let right = cut(&self.right, self.right_level);
        let of_step = squares(&left) + squares(&right);
        let all: Vec<f64> = left.into_iter().chain(right).collect();
        of_line(&all) <= of_step
    }
}

/// The mean of samples cut around their median: nearly as good as the mean where there is nothing
/// but noise, and unmoved by outliers.
#[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
fn cut_mean(values: &[f64], near: f64) -> f64 {
    let middle = if values.is_empty() { near } else { median(&mut values.to_vec()) };
    let sum: f64 = values.iter().map(|value| (value - middle).clamp(-CUT, CUT)).sum();
    middle + sum / values.len().max(1) as f64
}

/// Squares around the mean.
#[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
fn squares(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    values.iter().map(|value| (value - mean).powi(2)).sum()
}

/// Squares around the line of least squares.
#[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
fn of_line(values: &[f64]) -> f64 {
    let middle = (values.len().saturating_sub(1)) as f64 / 2.0;
    let places = values.iter().enumerate().map(|(index, value)| (index as f64 - middle, value));
    let (along, across) = places
        .fold((0.0, 0.0), |(xx, xy), (place, value)| (xx + place * place, xy + place * value));
    if along > 0.0 { squares(values) - across * across / along } else { squares(values) }
}

/// Share of a standard normal distribution beyond `z` ≥ 0, to one in a thousand (the approximation
/// of Lin 1989).
fn normal_tail(z: f64) -> f64 {
    0.5 * (-0.717 * z - 0.416 * z * z).exp()
}
