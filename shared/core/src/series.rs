//! Any series in a file, judged: what `laptime detect` does.

mod read;
mod text;

use schemars::JsonSchema;
use serde::Serialize;

use crate::report::doubted;
use crate::stats::detect::{Change, Direction, Rules, Sample, history};
use crate::stats::round;

pub use read::{Columns, NoSeries, Read, read};
pub use text::text;

/// Name and version of the JSON form, as in `docs/detect.schema.json`.
pub const SCHEMA: &str = "laptime.detect/1";

/// Digits that count of the values that are shown.
const DIGITS: i32 = 6;

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Durations, sizes, costs.
    Lower,
    /// Rates and scores.
    Higher,
}

/// A series and what was found in it.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct Detected {
    /// Always `laptime.detect/1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// Samples in the series.
    pub points: usize,
    /// Where its level changed, oldest first.
    pub changes: Vec<DetectedChange>,
    /// The level of each stretch, for drawing.
    #[serde(skip)]
    pub(crate) samples: Vec<f64>,
}

/// A change of the level.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct DetectedChange {
    /// Position of the first sample after it, counted from 0 in order of time.
    pub index: usize,
    /// Its time, RFC 3339 in UTC.
    pub time: String,
    /// `regression` or `improvement`.
    #[schemars(extend("enum" = ["regression", "improvement"]))]
    pub direction: &'static str,
    /// Median of the samples before, without the effects of weekday and time of day.
    pub before: f64,
    /// What it became.
    pub after: f64,
    /// 95 % interval of `after`.
    pub after_interval: [f64; 2],
    /// The change in per cent; null against zero.
    pub change_pct: Option<f64>,
    /// 95 % interval of the change.
    pub change_interval_pct: Option<[f64; 2]>,
    /// How far beyond noise, in standard errors.
    pub errors: f64,
    /// Whether it is beyond doubt.
    pub confirmed: bool,
    /// Position of the sample with which it was.
    pub confirmed_at_index: Option<usize>,
    /// Why it is, or why not yet.
    pub reason: String,
}

/// Judges a series in order of time.
pub fn detect(samples: &[Sample], rules: &Rules, better: Better) -> Detected {
    let good = if better == Better::Higher { Direction::Up } else { Direction::Down };
    let found = history(samples, &Rules { good, ..*rules });
    let change = |change: &Change| {
        let sample = samples.get(change.index)?;
        Some(DetectedChange::of(change, sample, better))
    };
    Detected {
        schema: SCHEMA,
        points: samples.len(),
        changes: found.changes.iter().filter_map(change).collect(),
        samples: samples.iter().map(|sample| sample.value).collect(),
    }
}

impl DetectedChange {
    fn of(change: &Change, first: &Sample, better: Better) -> Self {
        let size = &change.size;
        let is_better = (size.direction == Direction::Up) == (better == Better::Higher);
        let per_cent = |share: f64| round(share * 100.0, 2);
        Self {
            index: change.index,
            time: first.at.to_string(),
            direction: if is_better { "improvement" } else { "regression" },
            before: shown(size.before),
            after: shown(size.after),
            after_interval: size.after_interval.map(shown),
            change_pct: size.change().map(per_cent),
            change_interval_pct: size.change_interval().map(|bounds| bounds.map(per_cent)),
            errors: round(size.errors, 2),
            confirmed: change.confirmed.is_ok(),
            confirmed_at_index: change.confirmed.ok(),
            reason: match change.confirmed {
                Ok(at) => format!(
                    "beyond doubt with the sample at {at}, the {} since the change",
                    nth(at + 1 - change.index)
                ),
                Err(doubt) => doubted(doubt).to_owned(),
            },
        }
    }
}

/// `1st`, `2nd`, `3rd`, `4th`.
fn nth(number: usize) -> String {
    let end = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{end}")
}

/// Rounded to [`DIGITS`] that count, whatever its size.
#[expect(clippy::cast_possible_truncation, reason = "the size of a float")]
fn shown(value: f64) -> f64 {
    let size = value.abs().log10().floor();
    let value = value.clamp(f64::MIN, f64::MAX);
    if !size.is_finite() || size.abs() > 290.0 {
        return value;
    }
    let digits = DIGITS - 1 - size as i32;
    if digits >= 0 {
        round(value, digits)
    } else {
        let unit = 10_f64.powi(-digits);
        (value / unit).round() * unit
    }
}

/// JSON Schema of the JSON form, as kept in `docs/detect.schema.json`.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Detected);
    // Its keys are strings and writing is to memory: nothing can fail.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// The JSON form.
pub fn json(detected: &Detected) -> String {
    serde_json::to_string_pretty(detected).unwrap_or_default() + "\n"
}

#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "random bits")]
mod tests;
