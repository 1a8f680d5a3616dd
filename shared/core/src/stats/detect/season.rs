//! Effects of the weekday and of the time of day, where the window shows them beyond doubt.

use crate::stats::detect::Sample;
use crate::stats::median;
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
    pub(super) fn take(samples: &[Sample], y: &mut [f64]) -> Self {
        let mut season = Self::default();
        let at: Vec<Place> = samples.iter().map(|sample| Place::of(sample.at)).collect();
        let (Some(first), Some(last)) = (at.first(), at.last()) else { return season };
        let days = i64::from(last.day) - i64::from(first.day);
        let has_weeks = y.len() >= WEEKDAY_SAMPLES && days >= WEEKDAY_DAYS;
        let has_days = y.len() >= SLOT_SAMPLES && days >= SLOT_DAYS;
        if !has_weeks && !has_days {
            return season;
        }
        season.knows_weekdays = has_weeks;
        let mut residuals = Residuals::of(&at, y);
        if has_weeks {
            season.weekday = residuals.effects(&at, |place| place.weekday);
        }
        if let Some(effects) = &season.weekday {
            subtract(&at, y, effects, |place| place.weekday);
            residuals = Residuals::of(&at, y);
        }
        if has_days {
            season.slot = residuals.effects(&at, |place| place.slot);
        }
        if let Some(effects) = &season.slot {
            subtract(&at, y, effects, |place| place.slot);
        }
        season
    }

    /// What the time of a sample adds to it.
    pub(super) fn effect(&self, at: Time) -> f64 {
        let of = |effects: Option<&f64>| effects.copied().unwrap_or_default();
        if self.weekday.is_none() && self.slot.is_none() {
            return 0.0;
        }
        let Place { weekday, slot, .. } = Place::of(at);
        of(self.weekday.as_ref().and_then(|effects| effects.get(weekday)))
            + of(self.slot.as_ref().and_then(|effects| effects.get(slot)))
    }
}

/// Where in the calendar a sample lies.
#[derive(Debug, Clone, Copy)]
struct Place {
    day: i32,
    /// Its Monday.
    week: i32,
    /// Days since then.
    weekday: usize,
    slot: usize,
}

impl Place {
    fn of(at: Time) -> Self {
        let (day, week) = (at.day(), at.day().week());
        let days = i64::from(day.0) - i64::from(week.0);
        let slot = at.since(day.start()) / MS_PER_SLOT;
        let weekday = usize::try_from(days).unwrap_or_default().min(WEEKDAYS - 1);
        let slot = usize::try_from(slot).unwrap_or_default().min(SLOTS - 1);
        Self { day: day.0, week: week.0, weekday, slot }
    }
}

fn subtract(at: &[Place], y: &mut [f64], effects: &[f64], group: fn(&Place) -> usize) {
    for (value, at) in y.iter_mut().zip(at) {
        *value -= effects.get(group(at)).copied().unwrap_or_default();
    }
}

/// Each sample against the median of its week, cut.
struct Residuals {
    cut: Vec<f64>,
    mean: f64,
    variance: f64,
}

impl Residuals {
    #[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
    fn of(at: &[Place], y: &[f64]) -> Self {
        let mut residuals = within_weeks(at, y);
        let mut sizes: Vec<f64> = residuals.iter().map(|residual| residual.abs()).collect();
        let cut = CUT * median(&mut sizes) / super::noise::MAD;
        let (mut sum, mut squares) = (0.0, 0.0);
        for residual in &mut residuals {
            *residual = residual.max(-cut).min(cut);
            sum += *residual;
            squares += *residual * *residual;
        }
        let mean = sum / y.len() as f64;
        Self { cut: residuals, mean, variance: squares / y.len() as f64 - mean * mean }
    }

    /// The mean of each group, if the groups differ by more than chance.
    #[expect(clippy::cast_precision_loss, reason = "numbers of groups")]
    fn effects<const N: usize>(
        &self,
        at: &[Place],
        group: fn(&Place) -> usize,
    ) -> Option<[f64; N]> {
        let mut groups = [(0.0, 0.0); N];
        for (residual, at) in self.cut.iter().zip(at) {
            if let Some((total, count)) = groups.get_mut(group(at)) {
                *total += residual;
                *count += 1.0;
            }
        }
        let known = || groups.iter().filter(|(_, count)| *count >= LEAST);
        let freedom = known().count() as f64 - 1.0;
        let weight = |(total, count): &(f64, f64)| {
            (total / count - self.mean).powi(2) * count / self.variance
        };
        let is_there = self.variance > 0.0
            && freedom >= 1.0
            && known().map(weight).sum::<f64>() >= freedom + BEYOND * (2.0 * freedom).sqrt();
        is_there.then(|| {
            groups
                .map(|(total, count)| if count >= LEAST { total / count - self.mean } else { 0.0 })
        })
    }
}

fn within_weeks(at: &[Place], y: &[f64]) -> Vec<f64> {
    let mut residuals = Vec::with_capacity(y.len());
    let mut scratch = Vec::new();
    let mut rest = y;
    for week in at.chunk_by(|a, b| a.week == b.week) {
        let (these, others) = rest.split_at(week.len().min(rest.len()));
        rest = others;
        scratch.clear();
        scratch.extend_from_slice(these);
        let middle = median(&mut scratch);
        residuals.extend(these.iter().map(|value| value - middle));
    }
    residuals
}
