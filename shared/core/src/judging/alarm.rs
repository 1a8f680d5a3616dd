//! A change of one series.

use serde::{Deserialize, Serialize};

use crate::judging::finding::{AttemptRef, Level};
use crate::judging::series::{Measure, SeriesKey};
use crate::time::Time;

/// A change of one series that was confirmed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// The series.
    pub series: SeriesKey,
    /// Whether its values rose.
    pub rose: bool,
    /// Level before: seconds, or a share.
    pub before: f64,
    /// Level after.
    pub after: f64,
    /// 95 % interval of the level after.
    pub after_interval: [f64; 2],
    /// How far beyond noise, in standard errors.
    pub errors: f64,
    /// How far, in standard deviations of a sample.
    pub deviations: f64,
    /// The last attempt before the change.
    pub last_good: AttemptRef,
    /// The first attempt after the change.
    pub first_bad: AttemptRef,
    /// The attempt with which it was beyond doubt.
    pub confirmed: AttemptRef,
    /// Samples after the change that it took.
    pub samples: u32,
    /// Whether it only says that an earlier rise is over, on evidence that would not make a change.
    pub is_return: bool,
}

impl Alarm {
    /// What alarms are sorted by.
    pub(super) const fn order(&self) -> (Time, &SeriesKey) {
        (self.confirmed.end, &self.series)
    }

    /// Whether it is bad news.
    pub fn is_regression(&self) -> bool {
        self.rose == (self.series.measure != Measure::Success)
    }

    /// The same change, as another one dates it.
    pub(super) fn dated_by(&self, other: &Self) -> Self {
        Self {
            deviations: other.deviations,
            last_good: other.last_good.clone(),
            first_bad: other.first_bad.clone(),
            confirmed: other.confirmed.clone(),
            samples: other.samples,
            ..self.clone()
        }
    }

    /// How the level moved.
    pub(super) const fn level(&self) -> Level {
        Level {
            before: self.before,
            after: self.after,
            after_interval: self.after_interval,
            errors: self.errors,
        }
    }
}
