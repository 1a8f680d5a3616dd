use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::{DayTick, Hit, Number, WIDTH};
use crate::{
    flow::Home,
    render::{clock, units::float},
    report::Report,
    time::Day,
};

const DAY_SECONDS: f64 = 86_400.0;
/// Days before the last that a chart shows at least, where the report has them.
const LEAST_DAYS: i64 = 13;
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
    /// The days of `[from, to)`, without those before the first attempt as long as two weeks are
    /// left: who started yesterday sees more than the right edge of a chart. One day where the
    /// edges are no times.
    pub(in super::super) fn of(report: &Report) -> Self {
        let start = clock::instant(&report.from).unwrap_or(Timestamp::UNIX_EPOCH);
        let end = clock::instant(&report.to).unwrap_or(start);
        let last = clock::day(end.checked_sub(1.nanosecond()).unwrap_or(end));
        let days = report.workflows.iter().filter_map(|workflow| workflow.days.first());
        let seen = days.filter_map(|day| day.day.parse().ok()).min();
        Self::between(clock::day(start), last, seen)
    }

    /// The same of a board.
    pub(in super::super) fn of_board(home: &Home) -> Self {
        let date = |day: Day| day.to_string().parse().unwrap_or_default();
        let range = home.view.range(home.now);
        let seen = home.lines.iter().filter_map(|line| line.medians.first());
        let last = Day(range.end.0.saturating_sub(1));
        Self::between(date(range.start), date(last), seen.map(|(day, _)| date(*day)).min())
    }

    fn between(start: Date, last: Date, seen: Option<Date>) -> Self {
        let first = seen.unwrap_or(last).min(last.saturating_sub(LEAST_DAYS.days())).max(start);
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
        let since = clock::instant(instant)?.duration_since(midnight).as_secs_f64();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    fn labels(report: &Report) -> Vec<String> {
        Days::of(report).ticks().into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn weeks_are_named_in_a_month() {
        let report = sample::rich(1);
        assert_eq!(labels(&report), ["1 Aug", "8 Aug", "15 Aug", "22 Aug", "29 Aug"]);
    }

    #[test]
    fn a_chart_starts_with_the_first_attempt_but_not_in_the_last_two_weeks() {
        let mut report = sample::small();
        report.from = "2026-05-01T00:00:00Z".to_owned();
        assert_eq!(labels(&report)[0], "1 Aug");
        for workflow in &mut report.workflows {
            workflow.days.clear();
        }
        assert_eq!(labels(&report)[0], "17 Aug");
    }

    #[test]
    fn instants_lie_within_their_day() {
        let days = Days::of(&sample::rich(1));
        let (left, width) = days.bar(1);
        let noon = days.at("2026-08-02T12:00:00Z").unwrap();
        assert!(left < noon && noon < left + width);
        assert!((noon - days.x(1)).abs() < 1e-6);
        assert_eq!(days.at("2026-07-31T23:59:59Z"), None);
        assert_eq!(days.index("2026-08-31"), None);
    }
}
