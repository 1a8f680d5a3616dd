//! A series day by day, to be looked at.

use std::collections::BTreeMap;

use crate::judging::laps::Laps;
use crate::judging::series::{SeriesKey, series};
use crate::stats::median;
use crate::time::Day;
use crate::track::Track;

/// The median of each day that has samples, oldest first; of a share, the mean.
#[expect(clippy::cast_precision_loss, reason = "numbers of attempts")]
pub fn daily(tracks: &[(Day, Track)], key: &SeriesKey) -> Vec<(Day, f64)> {
    let mut days: BTreeMap<Day, Vec<f64>> = BTreeMap::new();
    for point in series(&Laps::of(tracks)).remove(key).unwrap_or_default() {
        days.entry(point.at.day()).or_default().push(point.value);
    }
    let level = |mut values: Vec<f64>| {
        if key.measure.is_time() {
            median(&mut values)
        } else {
            values.iter().sum::<f64>() / values.len() as f64
        }
    };
    days.into_iter().map(|(day, values)| (day, level(values))).collect()
}
