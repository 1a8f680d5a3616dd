//! Change points of a series: where its level moved for good, told apart from outliers, spikes,
//! seasons, drift, and a mix of two modes.
//!
//! A window of the series is first described by a `Fit`: the effects of weekday and time of day,
//! the noise between neighbours, and a second mode if there is one (a cache that hits or misses).
//! In units of that noise the series is partitioned into stretches of one level, by exact search
//! with a bounded loss: an outlier costs no more than `OUTLIER` standard deviations, so a few of
//! them never pay for a change. What the search proposes has to pass the `Evidence`.

mod confirm;
mod evidence;
mod fit;
mod history;
mod judge;
mod level;
mod loss;
mod modes;
mod noise;
mod partition;
mod rules;
mod season;

use crate::time::Time;

pub use confirm::Size;
pub use evidence::Doubt;
pub use history::{Change, History, history};
pub use judge::{Alarm, Judge, WINDOW, WINDOW_DAYS};
pub use rules::Rules;

/// One sample of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// When it was taken.
    pub at: Time,
    /// What was measured, in any unit.
    pub value: f64,
}

/// Which way a level moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To greater values.
    Up,
    /// To smaller values.
    Down,
}

impl Direction {
    const fn of(shift: f64) -> Self {
        if shift < 0.0 { Self::Down } else { Self::Up }
    }

    const fn sign(self) -> f64 {
        match self {
            Self::Up => 1.0,
            Self::Down => -1.0,
        }
    }
}

#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;
