//! Instants and periods, always in UTC.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::units;
use crate::report::Report;

/// The instant an RFC 3339 text names.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// The UTC day of an instant.
pub(super) fn day(instant: Timestamp) -> Date {
    instant.to_zoned(TimeZone::UTC).date()
}

/// `2026-08-01 14:05 UTC`; the text itself where it is no time.
pub(super) fn minute(text: &str) -> String {
    instant(text).map_or_else(
        || text.to_owned(),
        |at| at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M UTC").to_string(),
    )
}

/// The period in one phrase: `2026-08-01 → 2026-08-31 UTC (30 days)`, with times of day where an
/// edge is not midnight.
pub(super) fn period(report: &Report) -> String {
    let (from, to) = (minute(&report.from), minute(&report.to));
    let midnight = " 00:00 UTC";
    let edges = match (from.strip_suffix(midnight), to.strip_suffix(midnight)) {
        (Some(from), Some(to)) => format!("{from} → {to} UTC"),
        _ => format!("{} → {to}", from.trim_end_matches(" UTC")),
    };
    match instant(&report.from).zip(instant(&report.to)) {
        Some((from, to)) => format!("{edges} ({})", span(to.duration_since(from).as_secs())),
        None => edges,
    }
}

fn span(seconds: i64) -> String {
    let hours = u64::try_from(seconds / 3_600).unwrap_or(0);
    if hours >= 48 || hours == 24 {
        units::counted((hours + 12) / 24, "day")
    } else {
        units::counted(hours, "hour")
    }
}
