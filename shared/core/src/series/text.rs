//! What was found, for a terminal.

use std::fmt::Write;

use crate::render;
use crate::series::Detected;

/// Columns of the line that draws a series.
const COLUMNS: usize = 60;

/// Heights of a column.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The series as a line, and its changes.
pub fn text(detected: &Detected) -> String {
    let points = render::counted(detected.points as u64, "sample");
    let mut text = format!("{points}  {}\n", line(&detected.samples));
    if detected.changes.is_empty() {
        text.push_str("No change of the level was found.\n");
    }
    for change in &detected.changes {
        let size = change.change_pct.map(render::change).unwrap_or_default();
        let interval = change
            .change_interval_pct
            .map_or_else(String::new, |bounds| format!(" ({})", render::change_interval(bounds)));
        let state = if change.confirmed { "confirmed" } else { "not confirmed" };
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n{} {size}{interval} at sample {} ({}), {state}\n  {} → {}, {} standard errors\n  {}\n",
            change.direction,
            change.index,
            change.time,
            change.before,
            change.after,
            change.errors,
            change.reason,
        );
    }
    text
}

/// Medians of as many stretches as there are columns.
fn line(values: &[f64]) -> String {
    let stretch = values.len().div_ceil(COLUMNS).max(1);
    let middles: Vec<f64> = values.chunks(stretch).map(middle).collect();
    let mut sorted = middles.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let (low, high) = (sorted.first().copied(), sorted.last().copied());
    let (Some(low), Some(high)) = (low, high) else { return String::new() };
    middles.iter().map(|value| height((value - low) / (high - low))).collect()
}

/// A column for a share of the range; one in the middle where there is no range.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 7")]
fn height(share: f64) -> char {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.5 };
    HEIGHTS.get((share * 7.0).round() as usize).copied().unwrap_or('▄')
}

fn middle(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}
