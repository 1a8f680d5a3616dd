//! Effects of the weekday and of the time of day, where the window shows them beyond doubt.

use crate::stats::detect::median;
use crate::time::Time;

const WEEKDAYS: usize = 7;

/// Stretches of the day that have an effect of their own.
const SLOTS: usize = 8;

/// Weeks and samples from which on weekdays are looked at.
const WEEKDAY_DAYS: i64 = 14;
const WEEKDAY_SAMPLES: usize = 36;

/// Days and samples from which on the time of day is looked at.
const SLOT_DAYS: i64 = 7;
const SLOT_SAMPLES: usize = 60;

/// Fewer samples of a weekday or slot say nothing of it.
const LEAST: f64 = 5.0;

/// Deviations of chi squared from its mean beyond which an effect is there.
const BEYOND: f64 = 6.0;

/// Deviations at which a residual is cut, so that outliers make no effects.
const CUT: f64 = 3.0;

const MS_PER_SLOT: i64 = 10_800_000;

/// The effects, to be taken from a sample of that time.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Season {
    /// Whether there were weeks enough to look at weekdays.
    pub(super) knows_weekdays: bool,
    weekday: Option<[f64; WEEKDAYS]>,
    slot: Option<[f64; SLOTS]>,
}

impl Season {
    /// Finds the effects in a window and takes them from it.
    pub(super) fn take(at: &[Time], y: &mut [f64]) -> Self {
        let mut season = Self::default();
        let (Some(first), Some(last)) = (at.first(), at.last()) else { return season };
        let days = i64::from(last.day().0) - i64::from(first.day().0);
        if y.len() >= WEEKDAY_SAMPLES && days >= WEEKDAY_DAYS {
            season.knows_weekdays = true;
            season.weekday = effects(at, y, weekday);
            subtract(at, y, season.weekday.as_ref(), weekday);
        }
        if y.len() >= SLOT_SAMPLES && days >= SLOT_DAYS {
            season.slot = effects(at, y, slot);
            subtract(at, y, season.slot.as_ref(), slot);
        }
        season
    }

    /// What the time of a sample adds to it.
    pub(super) fn effect(&self, at: Time) -> f64 {
        let of = |effects: Option<&f64>| effects.copied().unwrap_or_default();
        of(self.weekday.as_ref().and_then(|effects| effects.get(weekday(at))))
            + of(self.slot.as_ref().and_then(|effects| effects.get(slot(at))))
    }
}

/// Days since the Monday of the week.
fn weekday(at: Time) -> usize {
    let day = at.day();
    usize::try_from(i64::from(day.0) - i64::from(day.week().0)).unwrap_or_default()
}

fn slot(at: Time) -> usize {
    let into_day = at.since(at.day().start());
    usize::try_from(into_day / MS_PER_SLOT).unwrap_or_default().min(SLOTS - 1)
}

fn subtract<const N: usize>(
    at: &[Time],
    y: &mut [f64],
    effects: Option<&[f64; N]>,
    group: fn(Time) -> usize,
) {
    let Some(effects) = effects else { return };
    for (value, at) in y.iter_mut().zip(at) {
        *value -= effects.get(group(*at)).copied().unwrap_or_default();
    }
}

/// The mean of each group against its own weeks, if the groups differ by more than chance.
#[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
fn effects<const N: usize>(at: &[Time], y: &[f64], group: fn(Time) -> usize) -> Option<[f64; N]> {
    let residuals = within_weeks(at, y);
    let mut sizes: Vec<f64> = residuals.iter().map(|residual| residual.abs()).collect();
    let cut = CUT * median(&mut sizes) / super::noise::MAD;
    let mut groups = [(0.0, 0.0); N];
    let (mut sum, mut squares) = (0.0, 0.0);
    for (residual, at) in residuals.iter().zip(at) {
        let residual = residual.clamp(-cut, cut);
        sum += residual;
        squares += residual * residual;
        if let Some((total, count)) = groups.get_mut(group(*at)) {
            *total += residual;
            *count += 1.0;
        }
    }
    let n = y.len() as f64;
    let (mean, variance) = (sum / n, squares / n - (sum / n).powi(2));
    let known = || groups.iter().filter(|(_, count)| *count >= LEAST);
    let freedom = known().count() as f64 - 1.0;
    let weight = |(total, count): &(f64, f64)| (total / count - mean).powi(2) * count / variance;
    let chi_squared: f64 = known().map(weight).sum();
    let is_there = variance > 0.0
        && freedom >= 1.0
        && chi_squared >= freedom + BEYOND * (2.0 * freedom).sqrt();
    is_there.then(|| {
        groups.map(|(total, count)| if count >= LEAST { total / count - mean } else { 0.0 })
    })
}

/// Each sample against the median of its week.
fn within_weeks(at: &[Time], y: &[f64]) -> Vec<f64> {
    let mut residuals = Vec::with_capacity(y.len());
    let mut scratch = Vec::new();
    let mut rest = y;
    for week in at.chunk_by(|a, b| a.day().week() == b.day().week()) {
        let (these, others) = rest.split_at(week.len().min(rest.len()));
        rest = others;
        scratch.clear();
        scratch.extend_from_slice(these);
        let middle = median(&mut scratch);
        residuals.extend(these.iter().map(|value| value - middle));
    }
    residuals
}
