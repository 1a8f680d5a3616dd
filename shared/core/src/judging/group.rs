//! One finding per cause: alarms of many series that began together.

use std::collections::BTreeMap;

use crate::judging::alarm::Alarm;
use crate::judging::finding::AttemptRef;
use crate::judging::laps::Laps;
use crate::row::Segment;
use crate::stats::detect::Doubt;
use crate::time::{MS_PER_DAY, MS_PER_HOUR, Time};

/// Attempts of a segment between which two changes count as one: where a small change began is
/// known less well.
pub const LEADING: usize = 6;

/// Share of a change that another one has to be to tell when it was.
const GOOD_PART: f64 = 0.5;

/// Days after the first change until which others join it.
pub(super) const SETTLED_DAYS: i32 = 80;

/// Days within which all series of one cause change, however seldom their attempts are.
pub(super) const TOGETHER_DAYS: i32 = 14;

/// Hours within which one part may begin to differ in two segments for one cause.
pub(super) const TOGETHER_HOURS: i64 = 36;

/// Alarms of one cause, in the order in which they were confirmed.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// At least one.
    pub(super) alarms: Vec<&'a Alarm>,
    /// Why none of them is beyond doubt, if none is.
    pub(super) doubt: Option<Doubt>,
    place: usize,
}

/// The groups of alarms, and of candidates that began with none of them.
pub(super) fn groups<'a>(
    alarms: impl Iterator<Item = &'a Alarm>,
    candidates: &'a [(Alarm, Doubt)],
    laps: &Laps<'_>,
) -> Vec<Group<'a>> {
    let places = places(laps);
    let mut groups: Vec<Group<'a>> = Vec::new();
    let candidates = candidates.iter().map(|(alarm, doubt)| (alarm, Some(*doubt)));
    for (alarm, doubt) in alarms.map(|alarm| (alarm, None)).chain(candidates) {
        let key = (alarm.series.segment, alarm.first_bad.clone());
        let place = places.get(&key).copied().unwrap_or_default();
        match groups.iter_mut().find(|group| group.takes(alarm, place)) {
            // What is beyond doubt is not joined by what is not.
            Some(group) if group.doubt.is_none() && doubt.is_some() => {}
            Some(group) => group.alarms.push(alarm),
            None => groups.push(Group { alarms: vec![alarm], doubt, place }),
        }
    }
    groups
}

/// Where each attempt stands among those of its segment, from 1.
fn places(laps: &Laps<'_>) -> BTreeMap<(Segment, AttemptRef), usize> {
    let mut counts: BTreeMap<Segment, usize> = BTreeMap::new();
    let mut places = BTreeMap::new();
    for (_, _, lap) in laps.iter() {
        let count = counts.entry(lap.segment).or_default();
        *count += 1;
        places.insert((lap.segment, AttemptRef::from(lap)), *count);
    }
    places
}

impl<'a> Group<'a> {
    /// Whether an alarm has the cause of the others: it began with them, in their segment; or the
    /// same job, or the run, began to differ at about that time in another one.
    fn takes(&self, alarm: &Alarm, place: usize) -> bool {
        let Some(first) = self.alarms.first() else { return false };
        let is_alike = first.is_regression() == alarm.is_regression()
            && first.series.measure.is_time() == alarm.series.measure.is_time()
            && self.alarms.iter().all(|held| held.series != alarm.series);
        let apart = first.first_bad.end.since(alarm.first_bad.end).abs();
        if !is_alike
            || apart > i64::from(TOGETHER_DAYS) * MS_PER_DAY
            || alarm.confirmed.end > settled(first.first_bad.end)
        {
            return false;
        }
        if first.series.segment == alarm.series.segment {
            let is_known = place > 0 || first.first_bad == alarm.first_bad;
            return is_known && self.place.abs_diff(place) <= LEADING;
        }
        apart <= TOGETHER_HOURS * MS_PER_HOUR
            && self.alarms.iter().any(|held| held.series.scope.shares(&alarm.series.scope))
    }

    /// The alarm that tells most; of those that tell alike, of much before little.
    pub(super) fn telling(&self) -> Option<&'a Alarm> {
        let gain = |alarm: &Alarm| (alarm.after - alarm.before).abs();
        let all = self.alarms.iter().copied();
        all.min_by(|a, b| a.series.rank().cmp(&b.series.rank()).then(gain(b).total_cmp(&gain(a))))
    }

    /// The alarm that knows best when it was: of those that are a good part of the telling one, the
    /// one that stands out most from its noise.
    pub(super) fn dating(&self, telling: &'a Alarm) -> &'a Alarm {
        let gain = |alarm: &Alarm| (alarm.after - alarm.before).abs();
        let is_part = |alarm: &&Alarm| {
            alarm.series.segment == telling.series.segment
                && gain(alarm) >= GOOD_PART * gain(telling)
        };
        let parts = self.alarms.iter().copied().filter(is_part);
        let sharper = |a: &&Alarm, b: &&Alarm| {
            a.deviations.total_cmp(&b.deviations).then(b.order().cmp(&a.order()))
        };
        parts.max_by(sharper).unwrap_or(telling)
    }
}

/// Until when what is said of changes that began then can change, but that they went back.
pub(super) fn settled(began: Time) -> Time {
    began.plus_days(i64::from(SETTLED_DAYS))
}
