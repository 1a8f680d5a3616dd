//! Who watches the series, and by which rules.

use crate::config;
use crate::judging::alarm::Alarm;
use crate::judging::back::Open;
use crate::judging::finding::AttemptRef;
use crate::judging::laps::Laps;
use crate::judging::proportion::Proportion;
use crate::judging::series::{Measure, Point, SeriesKey, series};
use crate::stats::detect::{self, Direction, Doubt, Judge, Rules, Sample};
use crate::stats::median;
use crate::time::{Day, MS_PER_HOUR};

/// Points of a series in a day; more samples are put together.
const POINTS_A_DAY: usize = 8;

/// Days before a week that tell how many samples of it make a point.
pub(super) const PACE_DAYS: i32 = 14;

/// A waiting time must change by this share at least: it is never steady.
const LEAST_WAIT: f64 = 0.25;

/// Fewer series than this are taken as so many.
const CROWD: u32 = 230;

/// How series are watched.
pub struct Watch<'a> {
    /// The policy.
    pub settings: &'a config::Judging,
    /// How many series had samples on a day, over all workflows.
    pub active: &'a (dyn Fn(Day) -> u32 + Sync),
}

impl std::fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("settings", self.settings).finish_non_exhaustive()
    }
}

/// What is seen of all series.
#[derive(Debug, Default)]
pub(super) struct Watched {
    /// By time of confirmation.
    pub(super) alarms: Vec<Alarm>,
    /// What is not yet beyond doubt at the last sample, and why not.
    pub(super) candidates: Vec<(Alarm, Doubt)>,
    /// Series that had a sample in the last week, and enough of them before to be judged.
    pub(super) series: u32,
}

/// One series under watch.
struct Under<'a> {
    key: &'a SeriesKey,
    points: &'a [Point],
    /// Samples before this Monday only tell what is normal.
    monday: Day,
    laps: &'a Laps<'a>,
    /// Its alarms from before.
    held: Vec<&'a Alarm>,
}

impl Watch<'_> {
    /// Watches all series from `monday` on. The alarms of `held` that were confirmed before that
    /// are kept.
    pub(super) fn all(&self, laps: &Laps<'_>, monday: Day, held: Vec<Alarm>) -> Watched {
        let mut alarms: Vec<Alarm> = held;
        alarms.retain(|alarm| alarm.confirmed.end < monday.start());
        let mut new = Watched::default();
        let last = laps.iter().next_back().map(|(_, _, lap)| lap.end.day());
        for (key, points) in series(laps) {
            let held = alarms.iter().filter(|alarm| alarm.series == key).collect();
            let points = if key.measure.is_time() { bundled(&points) } else { points };
            let under = Under { key: &key, points: &points, monday, laps, held };
            self.watch(&under, last.map(Day::week), &mut new);
        }
        new.alarms.extend(alarms);
        new.alarms.sort_by(|a, b| a.order().cmp(&b.order()));
        new.candidates.sort_by(|a, b| a.0.order().cmp(&b.0.order()));
        new
    }

    fn watch(&self, under: &Under<'_>, last: Option<Day>, new: &mut Watched) {
        if under.key.measure.is_time() {
            self.level(under, last, new);
        } else {
            self.share(under, last, new);
        }
    }

    fn level(&self, under: &Under<'_>, last: Option<Day>, new: &mut Watched) {
        let mut judge = Judge::new(self.rules(under.key.measure));
        let before = under.points.iter().take_while(|point| point.at < under.monday.start());
        before.for_each(|point| judge.learn(point.sample()));
        let mut open: Vec<Open> = Vec::new();
        for alarm in &under.held {
            let place = under.position(&alarm.first_bad);
            if let Some(place) = place.filter(|_| !alarm.is_return) {
                judge.know(place, alarm.deviations);
            }
            follow(&mut open, alarm, place.unwrap_or_default());
        }
        let mut latest = None;
        for (place, point) in under.points.iter().enumerate() {
            if point.at < under.monday.start() {
                continue;
            }
            let active = (self.active)(point.at.day());
            latest = Some((point.at.day().week(), active));
            let found = judge.push(point.sample(), active);
            let changed = found.and_then(|found| Some((found.index, under.level_alarm(found)?)));
            if let Some((index, alarm)) = changed {
                follow(&mut open, &alarm, index);
                new.alarms.push(alarm);
            }
            let back = open.iter().find_map(|one| under.back(one, place, &judge));
            if let Some(back) = back {
                follow(&mut open, &back, place);
                new.alarms.push(back);
            }
        }
        // What is not yet beyond doubt is of interest in the week of the last attempt alone.
        let latest = latest.filter(|(week, _)| Some(*week) == last);
        new.series += u32::from(latest.is_some() && judge.knows_enough());
        let pending = latest.and_then(|(_, active)| judge.pending(active));
        new.candidates
            .extend(pending.and_then(|(found, doubt)| Some((under.level_alarm(&found)?, doubt))));
    }

    fn share(&self, under: &Under<'_>, last: Option<Day>, new: &mut Watched) {
        let rules = self.rules(under.key.measure);
        let mut proportion = Proportion::new(rules, self.settings.min_change_rate);
        let before = under.points.iter().take_while(|point| point.at < under.monday.start());
        before.for_each(|point| proportion.learn(point.at, point.value > 0.5));
        let places = under.held.iter().filter_map(|alarm| under.position(&alarm.first_bad));
        places.for_each(|place| proportion.know(place));
        for point in under.points.iter().filter(|point| point.at >= under.monday.start()) {
            let active = (self.active)(point.at.day());
            let Some(found) = proportion.push(point.at, point.value > 0.5, active) else {
                continue;
            };
            new.alarms.extend(under.alarm(found.index, found.confirmed_index, |ends| Alarm {
                rose: found.after > found.before,
                before: found.before,
                after: found.after,
                after_interval: found.after_interval,
                errors: found.errors,
                deviations: found.errors,
                ..ends
            }));
        }
        let is_recent = under.points.last().map(|point| point.at.day().week()) == last;
        new.series += u32::from(is_recent && proportion.knows_enough());
    }

    fn rules(&self, measure: Measure) -> Rules {
        let settings = self.settings;
        let (min_change, min_effect) = match measure {
            Measure::Waited => (LEAST_WAIT, settings.min_change_wait_s),
            Measure::Duration | Measure::RunnerTime | Measure::Success | Measure::Flaky => {
                (settings.min_change_pct / 100.0, settings.min_change_s)
            }
        };
        Rules {
            confirm: usize::from(settings.confirm_samples),
            min_change,
            min_effect,
            min_span_ms: i64::from(settings.confirm_hours) * MS_PER_HOUR,
            alarms_per_month: settings.alarms_per_month,
            good: if measure == Measure::Success { Direction::Up } else { Direction::Down },
        }
    }
}

impl Under<'_> {
    fn position(&self, attempt: &AttemptRef) -> Option<usize> {
        let is_it =
            |point: &Point| self.laps.get(point.lap).is_some_and(|(_, lap)| lap.id == attempt.id);
        self.points.iter().position(is_it)
    }

    /// That a rise is over, with the sample at a place.
    fn back(&self, open: &Open, place: usize, judge: &Judge) -> Option<Alarm> {
        let plain = |point: &Point| judge.plain(point.sample());
        let first = open.returned(self.points.get(..=place)?, plain, judge.least_span_ms())?;
        let Alarm { before, after, deviations, .. } = open.rise;
        self.alarm(first, place, |ends| Alarm {
            before: after,
            after: before,
            after_interval: [before; 2],
            deviations,
            is_return: true,
            ..ends
        })
    }

    fn level_alarm(&self, found: &detect::Alarm) -> Option<Alarm> {
        self.alarm(found.index, found.confirmed_index, |ends| Alarm {
            rose: found.size.direction == Direction::Up,
            before: found.size.before,
            after: found.size.after,
            after_interval: found.size.after_interval,
            errors: found.size.errors,
            deviations: found.size.deviations,
            ..ends
        })
    }

    /// An alarm by the positions of its points, to be completed.
    fn alarm(
        &self,
        index: usize,
        confirmed: usize,
        complete: impl FnOnce(Alarm) -> Alarm,
    ) -> Option<Alarm> {
        let attempt = |index: usize| {
            let (_, lap) = self.laps.get(self.points.get(index)?.lap)?;
            Some(AttemptRef::from(lap))
        };
        Some(complete(Alarm {
            series: self.key.clone(),
            rose: false,
            before: 0.0,
            after: 0.0,
            after_interval: [0.0; 2],
            errors: 0.0,
            deviations: 0.0,
            last_good: attempt(index.checked_sub(1)?)?,
            first_bad: attempt(index)?,
            confirmed: attempt(confirmed)?,
            samples: u32::try_from(confirmed + 1 - index).unwrap_or(u32::MAX),
            is_return: false,
        }))
    }
}

impl Point {
    const fn sample(&self) -> Sample {
        Sample { at: self.at, value: self.value }
    }
}

/// Keeps which rises are open: a fall ends those that it takes back.
fn follow(open: &mut Vec<Open>, alarm: &Alarm, from: usize) {
    if alarm.rose {
        open.push(Open { rise: alarm.clone(), from });
    } else {
        open.retain(|one| !alarm.undoes(true, &one.rise.level()));
    }
}

/// At most about [`POINTS_A_DAY`] points a day: of a busy series, so many samples in a row of a day
/// are put together as the two weeks before the week call for. A point has the median of its
/// samples, the time of the last and the lap of the first.
fn bundled(points: &[Point]) -> Vec<Point> {
    let mut bundled = Vec::with_capacity(points.len());
    let days: Vec<&[Point]> = points.chunk_by(|a, b| a.at.day() == b.at.day()).collect();
    let mut pace = (None, 1);
    for (place, day) in days.iter().enumerate() {
        let Some(week) = day.first().map(|point| point.at.day().week()) else { continue };
        if pace.0 != Some(week) {
            pace = (Some(week), pace_before(days.get(..place).unwrap_or_default(), week));
        }
        bundled.extend(day.chunks(pace.1).filter_map(middle));
    }
    bundled
}

/// Samples that make a point in the week from `monday`.
fn pace_before(days: &[&[Point]], monday: Day) -> usize {
    let since = monday.0.saturating_sub(PACE_DAYS);
    let recent = days
        .iter()
        .rev()
        .take_while(|day| day.first().is_some_and(|point| point.at.day().0 >= since));
    let counts: Vec<usize> = recent.map(|day| day.len()).collect();
    let days = counts.len().max(1) * POINTS_A_DAY;
    counts.iter().sum::<usize>().div_ceil(days).max(1)
}

fn middle(group: &[Point]) -> Option<Point> {
    let mut values: Vec<f64> = group.iter().map(|point| point.value).collect();
    Some(Point { at: group.last()?.at, value: median(&mut values), lap: group.first()?.lap })
}

/// How many series these laps have samples of.
pub fn series_count(laps: &Laps<'_>) -> u32 {
    u32::try_from(series(laps).len()).unwrap_or(u32::MAX)
}

/// A number of series, rounded up to 230 times a power of two: so that the bar, which hardly
/// depends on it, changes seldom.
pub fn crowd(series: u32) -> u32 {
    CROWD.saturating_mul(
        series.div_ceil(CROWD).max(1).checked_next_power_of_two().unwrap_or(u32::MAX),
    )
}
