//! A series in one line of text: GitHub shows no picture of ours.

use crate::render::{clock, units};
use crate::report::Finding;
use crate::time::Day;

/// Days shown at most, those nearest to the change.
const MOST_DAYS: usize = 60;

/// The least share of them before or after it that is kept.
const SIDE: usize = MOST_DAYS / 3;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The days around a change, the change marked, and what is shown; nothing of a single day.
pub(super) fn spark(finding: &Finding, days: &[(Day, f64)]) -> Option<String> {
    let changed = clock::instant(&finding.first_bad.ended_at)?.as_millisecond();
    let changed = crate::time::Time::from_millis(changed).day();
    let place = days.partition_point(|(day, _)| *day < changed);
    let days = around(days, place);
    let place = days.partition_point(|(day, _)| *day < changed);
    let (first, last) = (days.first()?, days.last()?);
    let values = days.iter().map(|(_, value)| *value);
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::NEG_INFINITY, f64::max);
    if days.len() < 2 {
        return None;
    }
    let mut line = String::new();
    for (nth, (_, value)) in days.iter().enumerate() {
        if nth == place {
            line.push('│');
        }
        line.push(bar((value - low) / (high - low)));
    }
    let level = |value: f64| {
        if finding.unit == "s" { units::duration(value) } else { units::rate(value) }
    };
    let what = if finding.unit == "s" { "median" } else { "share" };
    Some(format!(
        "`{line}`\n<sub>The {what} of each day from {} to {}: lowest {}, highest {}; │ is where it \
         changed.</sub>",
        first.0,
        last.0,
        level(low),
        level(high),
    ))
}

/// At most [`MOST_DAYS`] days around a place, as many as there are on both sides of it.
fn around(days: &[(Day, f64)], place: usize) -> &[(Day, f64)] {
    let after = days.len() - place;
    let kept_after = after.min(MOST_DAYS - place.min(SIDE));
    let begin = place - place.min(MOST_DAYS - kept_after);
    days.get(begin..place + kept_after).unwrap_or(days)
}

/// The bar of a share of the height; a flat line lies low.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 7")]
fn bar(share: f64) -> char {
    let step = if share.is_finite() { (share * 7.0).round() as usize } else { 0 };
    BARS.get(step).copied().unwrap_or('█')
}
