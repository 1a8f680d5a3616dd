//! Instants, days and lengths of time. Everything is UTC and counted in whole milliseconds; floats
//! appear only when a report is rendered.

use std::fmt;
use std::str::FromStr;

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize};

pub(crate) const MS_PER_DAY: i64 = 86_400_000;
/// Milliseconds of an hour.
pub const MS_PER_HOUR: i64 = 3_600_000;

/// An instant: milliseconds since 1970-01-01T00:00:00Z. Finer fractions are cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Time(i64);

/// A UTC day: days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Day(pub i32);

/// A length of time, never negative: milliseconds.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Millis(pub u64);

/// Text that is not a time in RFC 3339.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not a time: write RFC 3339, as in 2026-01-31T12:00:00Z")]
pub struct NotATime {
    text: String,
    source: jiff::Error,
}

impl Time {
    /// From milliseconds since the epoch; held within what a calendar can show.
    pub fn from_millis(ms: i64) -> Self {
        Self(ms.clamp(Timestamp::MIN.as_second() * 1_000, last_ms()))
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The UTC day it lies in.
    pub fn day(self) -> Day {
        Day(i32::try_from(self.0.div_euclid(MS_PER_DAY)).unwrap_or(i32::MAX))
    }

    /// Signed milliseconds from `earlier` to this instant.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// This instant moved by `days` days.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self::from_millis(self.0.saturating_add(days.saturating_mul(MS_PER_DAY)))
    }

    /// This instant moved by `ms` milliseconds.
    #[must_use]
    pub fn plus_millis(self, ms: i64) -> Self {
        Self::from_millis(self.0.saturating_add(ms))
    }

    /// Whether it is the first instant of a UTC day.
    pub const fn is_midnight(self) -> bool {
        self.0.rem_euclid(MS_PER_DAY) == 0
    }
}

impl Day {
    /// Its first instant.
    pub fn start(self) -> Time {
        Time::from_millis(i64::from(self.0) * MS_PER_DAY)
    }

    /// The Monday of its week.
    #[must_use]
    pub const fn week(self) -> Self {
        // 1970-01-01 was a Thursday.
        Self(self.0 - (self.0 + 3).rem_euclid(7))
    }

    /// Its week by ISO 8601, as `2026-W18`.
    pub fn iso_week(self) -> String {
        match Timestamp::from_millisecond(self.start().0) {
            Ok(at) => {
                let week = at.to_zoned(TimeZone::UTC).date().iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Err(_) => format!("week of day {}", self.0),
        }
    }

    /// The day after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl FromStr for Time {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        match text.parse::<Timestamp>() {
            // Both have the sign of the instant, so that the sum is cut off towards the past.
            Ok(at) => {
                let fraction = i64::from(at.subsec_nanosecond()).div_euclid(1_000_000);
                Ok(Self(at.as_second() * 1_000 + fraction))
            }
            // 9999-12-31T23:59:59Z, which many programs call "never", is a day past our last instant.
            Err(_) if is_last_day(text) => Ok(Self(last_ms())),
            Err(source) => Err(NotATime { text: text.chars().take(64).collect(), source }),
        }
    }
}

/// The last instant, in whole seconds: its fraction could not be written back.
fn last_ms() -> i64 {
    Timestamp::MAX.as_second() * 1_000
}

fn is_last_day(text: &str) -> bool {
    let civil = text.strip_suffix('Z').map(str::parse::<jiff::civil::DateTime>);
    civil.is_some_and(|parsed| parsed.is_ok_and(|at| at.year() == 9999))
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_millisecond(self.0) {
            Ok(at) => at.fmt(f),
            Err(_) => write!(f, "{} ms since the epoch", self.0),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_millisecond(self.start().0) {
            Ok(at) => at.to_zoned(TimeZone::UTC).date().fmt(f),
            Err(_) => write!(f, "day {}", self.0),
        }
    }
}

/// Whole milliseconds, as we store them; payloads are read by `ingest`.
impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self::from_millis)
    }
}

impl Millis {
    /// Seconds, for rendering.
    #[expect(clippy::cast_precision_loss, reason = "below 2^53 ms, which is 285,000 years")]
    pub const fn seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_finer_than_a_millisecond_are_cut_off() {
        let read = |text: &str| text.parse::<Time>().unwrap().as_millis();
        assert_eq!(read("1970-01-01T00:00:01.999999999Z"), 1_999);
        assert_eq!(read("1969-12-31T23:59:59.999500Z"), -1);
        assert_eq!(read("2026-01-31T12:00:00+02:00"), read("2026-01-31T10:00:00Z"));
    }

    #[test]
    fn a_day_begins_at_midnight_utc_before_and_after_the_epoch() {
        let day = |text: &str| text.parse::<Time>().unwrap().day().to_string();
        assert_eq!(day("2026-01-31T23:59:59.999Z"), "2026-01-31");
        assert_eq!(day("1969-12-31T00:00:00Z"), "1969-12-31");
        assert_eq!(day("0001-01-01T00:00:00Z"), "0001-01-01");
        assert_eq!(day("9999-12-31T23:59:59Z"), "9999-12-30");
        assert_eq!(Time::from_millis(i64::MAX).to_string(), "9999-12-30T22:00:00Z");
    }

    #[test]
    fn what_is_not_a_time_says_what_to_write() {
        let error = "yesterday".parse::<Time>().unwrap_err();
        assert!(error.to_string().contains("`yesterday` is not a time: write RFC 3339"));
    }
}
