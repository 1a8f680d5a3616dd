use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::{DayTick, Hit, Number, WIDTH};
use crate::{
    render::{summary, units::float},
    report::Report,
};

const DAY_SECONDS: f64 = 86_400.0;
/// Most days that are named below a chart.
const MOST_TICKS: u64 = 8;
/// Share of its slot that a bar fills.
const BAR: f64 = 0.72;

/// The UTC days of a report, side by side from 0 to [`WIDTH`].
pub(in super::super) struct Days {
    first: Date,
    count: u64,
}

impl Days {
    /// The days that `[from, to)` touches; one day where those are no times.
    pub(in super::super) fn of(report: &Report) -> Self {
        let start = summary::instant(&report.from).unwrap_or(Timestamp::UNIX_EPOCH);
        let end = summary::instant(&report.to).unwrap_or(start);
        let last = summary::day(end.checked_sub(1.nanosecond()).unwrap_or(end));
        let first = summary::day(start);
        let count = days_between(first, last).map_or(1, |days| days + 1);
        Self { first, count }
    }

    /// Place of a day, `YYYY-MM-DD`, counted from 0.
    pub(super) fn index(&self, day: &str) -> Option<u64> {
        days_between(self.first, day.parse().ok()?).filter(|index| *index < self.count)
    }

    /// Middle of a day's slot.
    pub(super) fn x(&self, index: u64) -> f64 {
        (float(index) + 0.5) * self.slot()
    }

    /// Left edge and width of a day's bar.
    pub(super) fn bar(&self, index: u64) -> (f64, f64) {
        ((float(index) + (1.0 - BAR) / 2.0) * self.slot(), self.slot() * BAR)
    }

    /// Place of an instant, RFC 3339, where it lies in these days.
    pub(super) fn at(&self, instant: &str) -> Option<f64> {
        let midnight = self.first.to_zoned(TimeZone::UTC).ok()?.timestamp();
        let since = summary::instant(instant)?.duration_since(midnight).as_secs_f64();
        let x = since / DAY_SECONDS * self.slot();
        (0.0..=WIDTH).contains(&x).then_some(x)
    }

    /// A day to point at, as percentages.
    pub(super) fn hit(&self, index: u64, title: String) -> Hit {
        let share = 100.0 / float(self.count);
        Hit { x: Number(float(index) * share), width: Number(share), title }
    }

    /// The named days, as percentages; weeks where there are many days.
    pub(super) fn ticks(&self) -> Vec<DayTick> {
        let step = [1, 2, 7, 14, 28, 56, 91, 182, 364]
            .into_iter()
            .find(|step| self.count <= step * MOST_TICKS)
            .unwrap_or(self.count);
        let indexes = (0..self.count).step_by(usize::try_from(step).unwrap_or(usize::MAX));
        let tick = |(nth, index): (usize, u64)| DayTick {
            x: Number(self.x(index) * 100.0 / WIDTH),
            label: self.label(index),
            minor: nth % 2 == 1,
        };
        indexes.enumerate().map(tick).collect()
    }

    /// `3 Aug`.
    pub(super) fn label(&self, index: u64) -> String {
        let days = i64::try_from(index).unwrap_or(0);
        self.first.saturating_add(days.days()).strftime("%-d %b").to_string()
    }

    fn slot(&self) -> f64 {
        WIDTH / float(self.count)
    }
}

fn days_between(first: Date, last: Date) -> Option<u64> {
    u64::try_from(first.duration_until(last).as_hours() / 24).ok()
}
