//! What the alarms of a workflow come to.

use crate::judging::alarm::Alarm;
use crate::judging::carrier::carriers;
use crate::judging::cause::cause;
use crate::judging::finding::{Finding, Level, Member, State, identity};
use crate::judging::group::{Group, SETTLED_DAYS, TOGETHER_DAYS, groups, settled};
use crate::judging::laps::{Laps, REACH_DAYS, READ_DAYS};
use crate::judging::merge::{ONE_STEP_DAYS, merged};
use crate::judging::relevance::Relevance;
use crate::judging::series::{SeriesKey, last};
use crate::judging::sides::Sides;
use crate::judging::watch::Watched;
use crate::model::AttemptId;
use crate::row::WorkflowId;
use crate::time::{Day, Time};

/// Attempts after a change whose mean has to show it.
const ENOUGH: usize = 16;

/// Days for which all attempts around a change are read, and those around what it may be merged with.
const SEEN_DAYS: i32 = READ_DAYS - REACH_DAYS - TOGETHER_DAYS - ONE_STEP_DAYS;

// Until then nothing may change any more: of a change, and of another one that is merged with it.
const _: () = assert!(SETTLED_DAYS + 2 * TOGETHER_DAYS + ONE_STEP_DAYS <= SEEN_DAYS);

/// All that is known while a workflow is judged from a Monday on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) id: WorkflowId,
    pub(super) laps: &'a Laps<'a>,
    pub(super) watched: &'a Watched,
    pub(super) monday: Day,
}

impl Case<'_> {
    /// The findings, by time of confirmation. Those of `held` that are so old that attempts around
    /// their change may be missing stay as they were, but for their recovery.
    pub(super) fn findings(self, held: Vec<Finding>) -> Vec<Finding> {
        let line = Day(self.monday.0.saturating_sub(SEEN_DAYS)).start();
        let mut findings: Vec<Finding> = held;
        findings.retain(|finding| finding.began() < line && finding.is_beyond_doubt());
        let is_settled = |alarm: &&Alarm| findings.iter().any(|finding| finding.holds(alarm));
        let open = self.watched.alarms.iter().filter(|alarm| !is_settled(alarm));
        let groups = groups(open, &self.watched.candidates, self.laps);
        let made = groups.iter().filter(|group| !self.is_recovery(group));
        let made: Vec<Finding> = made.filter_map(|group| self.finding(group)).collect();
        for finding in &mut findings {
            finding.state = self.state(&finding.series, finding.since(), &finding.level);
            finding.last = last(self.laps, &finding.series).unwrap_or(finding.last);
        }
        // Which of the older ones are findings was found while all attempts around them were there.
        let is_new =
            |one: &Finding| one.began() >= line || one.confirmed.end >= self.monday.start();
        findings.extend(merged(made).into_iter().filter(is_new));
        findings.sort_by(|a, b| (a.confirmed.end, &a.id).cmp(&(b.confirmed.end, &b.id)));
        findings
    }

    fn finding(self, group: &Group<'_>) -> Option<Finding> {
        let (first, telling) = (group.alarms.first()?, group.telling()?);
        let (series, level) = (&telling.series, telling.level());
        let change = &telling.dated_by(group.dating(telling));
        let since = (telling.first_bad.id, telling.first_bad.end);
        let state = match group.doubt {
            Some(doubt) => State::Candidate(doubt),
            None => self.state(series, since, &level),
        };
        let until = match &state {
            State::Candidate(_) | State::Confirmed => None,
            State::Recovered { first_good, at } => {
                (*at <= settled(first.first_bad.end)).then_some(first_good)
            }
        };
        let sides = Sides::of(self.laps, change, until);
        let carriers = series.measure.is_time().then(|| carriers(&sides, series)).flatten();
        let is_borne_out =
            carriers.as_ref().is_none_or(|all| all.bear_out(level.after - level.before));
        // What the attempts since then do not show any more has gone by itself.
        let may_have_gone = until.is_none() && group.doubt.is_none();
        if !is_borne_out && may_have_gone && sides.after.len() >= ENOUGH {
            return None;
        }
        let carriers = carriers.filter(|_| is_borne_out);
        let member = |alarm: &&Alarm| Member {
            series: alarm.series.clone(),
            level: alarm.level(),
            first_bad: (alarm.first_bad.id, alarm.first_bad.end),
        };
        Some(Finding {
            id: identity(self.id, first),
            is_regression: telling.is_regression(),
            level,
            state,
            last_good: change.last_good.clone(),
            first_bad: change.first_bad.clone(),
            confirmed: change.confirmed.clone(),
            samples: change.samples,
            deviations: change.deviations,
            cause: cause(telling, carriers.as_ref(), &sides),
            carriers,
            members: group.alarms.iter().map(member).collect(),
            relevance: Relevance::of(change, self.laps, &sides),
            last: last(self.laps, series).unwrap_or(change.confirmed.end),
            series: series.clone(),
        })
    }

    /// Whether all of it is a way back from something known.
    fn is_recovery(self, group: &Group<'_>) -> bool {
        group.alarms.iter().all(|alarm| !alarm.is_regression() && self.undone_by(alarm))
    }

    /// Whether an alarm takes back a regression that was still open.
    fn undone_by(self, alarm: &Alarm) -> bool {
        let of_series = self.watched.alarms.iter().filter(|held| held.series == alarm.series);
        let earlier: Vec<&Alarm> =
            of_series.filter(|held| held.first_bad < alarm.first_bad).collect();
        earlier.iter().any(|held| {
            let between = earlier.iter().filter(|one| one.first_bad > held.first_bad);
            let mut between = between.filter(|one| one.confirmed.end < alarm.confirmed.end);
            held.is_regression()
                && alarm.undoes(held.rose, &held.level())
                && !between.any(|one| !one.is_return && one.undoes(held.rose, &held.level()))
        })
    }

    /// Where a series stands after a change of it.
    fn state(self, series: &SeriesKey, since: (AttemptId, Time), level: &Level) -> State {
        let later = self.watched.alarms.iter().filter(|alarm| alarm.series == *series);
        let (id, end) = since;
        let mut later = later.filter(|alarm| (alarm.first_bad.end, alarm.first_bad.id) > (end, id));
        let rose = level.after > level.before;
        later.find(|alarm| alarm.undoes(rose, level)).map_or(State::Confirmed, |alarm| {
            State::Recovered { first_good: alarm.first_bad.clone(), at: alarm.confirmed.end }
        })
    }
}

impl Alarm {
    /// Whether it takes back an earlier change of the same series.
    pub(super) fn undoes(&self, rose: bool, earlier: &Level) -> bool {
        self.rose != rose
            && (self.after - earlier.before).abs() < (self.after - earlier.after).abs()
    }
}

impl Finding {
    /// The first attempt after the change of the series that tells most.
    fn since(&self) -> (AttemptId, Time) {
        let mut members = self.members.iter();
        let telling = members.find(|one| one.series == self.series && one.level == self.level);
        telling.map_or((self.first_bad.id, self.first_bad.end), |one| one.first_bad)
    }

    fn holds(&self, alarm: &Alarm) -> bool {
        let is_it = |member: &Member| {
            member.series == alarm.series && member.first_bad.0 == alarm.first_bad.id
        };
        self.members.iter().any(is_it)
    }
}
