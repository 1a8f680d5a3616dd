//! One finding per cause: alarms of many series that began together.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::judging::alarm::Alarm;
use crate::judging::carrier::{Around, Carriers, carriers};
use crate::judging::finding::{AttemptRef, Cause, Finding, Level, State};
use crate::judging::laps::Laps;
use crate::judging::series::{Measure, Scope, SeriesKey};
use crate::row::{Segment, WorkflowId};
use crate::track::Outcome;

/// Attempts of a segment between which two changes count as one: where a small change began is
/// known less well.
pub const LEADING: usize = 6;

/// Hours within which one part may begin to differ in two segments for one cause.
pub(super) const TOGETHER_HOURS: i64 = 36;

/// Share of a change that waiting must carry for it to be the cause.
const MOSTLY: f64 = 0.6;

/// Jobs that must have changed alike for the machine, not one of them, to be the cause, and by how
/// much their factors may differ from that of all.
const ALIKE_JOBS: usize = 3;
const ALIKE: f64 = 0.5;

/// Alarms of one cause, in the order in which they were confirmed.
#[derive(Debug)]
struct Group<'a> {
    alarms: Vec<&'a Alarm>,
    place: usize,
}

/// What the alarms come to. A finding of `held` whose laps are gone stays as it was, but for its
/// recovery.
pub(super) fn findings(
    id: WorkflowId,
    laps: &Laps<'_>,
    alarms: &[Alarm],
    held: Vec<Finding>,
) -> Vec<Finding> {
    let places = places(laps);
    let held: BTreeMap<String, Finding> =
        held.into_iter().map(|finding| (finding.id.clone(), finding)).collect();
    let mut findings: Vec<Finding> = groups(alarms, &places)
        .into_iter()
        .filter(|group| !is_recovery(group, alarms))
        .filter_map(|group| {
            let made = group.finding(id, laps, alarms)?;
            match held.get(&made.id) {
                // Without its laps nobody can be told to carry it.
                Some(held) if group.place == 0 => {
                    Some(Finding { state: made.state, ..held.clone() })
                }
                _ => Some(made),
            }
        })
        .collect();
    findings.sort_by(|a, b| (a.confirmed.end, &a.id).cmp(&(b.confirmed.end, &b.id)));
    findings
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

fn groups<'a>(
    alarms: &'a [Alarm],
    places: &BTreeMap<(Segment, AttemptRef), usize>,
) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for alarm in alarms {
        let key = (alarm.series.segment, alarm.first_bad.clone());
        let place = places.get(&key).copied().unwrap_or_default();
        let joins = |group: &&mut Group<'_>| group.takes(alarm, place);
        match groups.iter_mut().find(joins) {
            Some(group) => group.alarms.push(alarm),
            None => groups.push(Group { alarms: vec![alarm], place }),
        }
    }
    groups
}

/// Whether all of it is a way back from something known.
fn is_recovery(group: &Group<'_>, alarms: &[Alarm]) -> bool {
    group.alarms.iter().all(|alarm| {
        let earlier = alarms.iter().filter(|held| held.series == alarm.series);
        let mut earlier = earlier.filter(|held| held.first_bad < alarm.first_bad);
        !alarm.is_regression() && earlier.any(|held| held.is_regression() && undoes(alarm, held))
    })
}

/// Whether a later alarm of the same series takes an earlier one back.
fn undoes(later: &Alarm, earlier: &Alarm) -> bool {
    later.rose != earlier.rose
        && (later.after - earlier.before).abs() < (later.after - earlier.after).abs()
}

impl Alarm {
    /// Whether it is bad news.
    pub fn is_regression(&self) -> bool {
        self.rose == (self.series.measure != Measure::Success)
    }

    fn level(&self) -> Level {
        Level {
            before: self.before,
            after: self.after,
            after_interval: self.after_interval,
            errors: self.errors,
        }
    }
}

impl Measure {
    /// Whether its unit is seconds.
    pub const fn is_time(self) -> bool {
        matches!(self, Self::Duration | Self::Waited)
    }
}

impl Group<'_> {
    /// Whether an alarm has the cause of the others: it began with them, in their segment; or the
    /// same part began to differ at about that time in another one.
    fn takes(&self, alarm: &Alarm, place: usize) -> bool {
        let Some(first) = self.alarms.first() else { return false };
        let is_alike = first.is_regression() == alarm.is_regression()
            && first.series.measure.is_time() == alarm.series.measure.is_time()
            && self.alarms.iter().all(|held| held.series != alarm.series);
        if !is_alike {
            return false;
        }
        if first.series.segment == alarm.series.segment {
            let is_known = place > 0 || first.first_bad == alarm.first_bad;
            return is_known && self.place.abs_diff(place) <= LEADING;
        }
        let apart = first.first_bad.end.since(alarm.first_bad.end).abs();
        apart <= TOGETHER_HOURS * 3_600_000
            && self.alarms.iter().any(|held| held.series.scope == alarm.series.scope)
    }

    /// The alarm that tells most: of the run before those of its parts, of its duration before its
    /// waits, of the default branch before pull requests, of much before little.
    fn telling(&self) -> Option<&Alarm> {
        let rank = |alarm: &Alarm| {
            let scope = match alarm.series.scope {
                Scope::Run => 0,
                Scope::Job { .. } => 1,
                Scope::Step { .. } => 2,
            };
            (scope, alarm.series.measure, alarm.series.segment)
        };
        let gain = |alarm: &Alarm| (alarm.after - alarm.before).abs();
        let first = self.alarms.iter().copied();
        first.min_by(|a, b| rank(a).cmp(&rank(b)).then(gain(b).total_cmp(&gain(a))))
    }

    fn finding(&self, id: WorkflowId, laps: &Laps<'_>, all: &[Alarm]) -> Option<Finding> {
        let (first, telling) = (self.alarms.first()?, self.telling()?);
        let state = state(telling, all);
        let until = match &state {
            State::Confirmed => None,
            State::Recovered { first_good, .. } => Some(first_good),
        };
        let segment = telling.series.segment;
        let around =
            Around { segment, scope: &telling.series.scope, first_bad: &telling.first_bad, until };
        let carriers = telling.series.measure.is_time().then(|| carriers(laps, around)).flatten();
        let carriers = carriers.filter(|all| all.bear_out(telling.after - telling.before));
        Some(Finding {
            id: identity(id, first),
            is_regression: telling.is_regression(),
            level: telling.level(),
            state,
            last_good: telling.last_good.clone(),
            first_bad: telling.first_bad.clone(),
            confirmed: telling.confirmed.clone(),
            samples: telling.samples,
            cause: cause(laps, telling, carriers.as_ref()),
            carriers,
            members: self.alarms.iter().map(|one| (one.series.clone(), one.level())).collect(),
            series: telling.series.clone(),
        })
    }
}

/// What may have caused it other than the code.
fn cause(laps: &Laps<'_>, telling: &Alarm, carriers: Option<&Carriers>) -> Option<Cause> {
    if telling.series.measure == Measure::Waited {
        return Some(Cause::Queue);
    }
    let carriers = carriers?;
    let whole = carriers.after - carriers.before;
    let first = carriers.parts.first()?;
    match &first.job {
        None if first.gained() / whole >= MOSTLY => Some(Cause::Queue),
        None => None,
        Some(job) => new_class(laps, telling, job).or_else(|| all_jobs(laps, telling)),
    }
}

/// Where the series stands now.
fn state(telling: &Alarm, all: &[Alarm]) -> State {
    let later = all.iter().filter(|alarm| alarm.series == telling.series);
    let mut later = later.filter(|alarm| alarm.first_bad > telling.first_bad);
    later.find(|alarm| undoes(alarm, telling)).map_or(State::Confirmed, |alarm| State::Recovered {
        first_good: alarm.first_bad.clone(),
        at: alarm.confirmed.end,
    })
}

/// Sixteen digits that stand for a cause.
fn identity(id: WorkflowId, first: &Alarm) -> String {
    let SeriesKey { segment, measure, scope } = &first.series;
    let scope = match scope {
        Scope::Run => vec![],
        Scope::Job { job, class } => vec![job.clone(), class.clone()],
        Scope::Step { job, class, step, occurrence } => {
            vec![job.clone(), class.clone(), step.clone(), occurrence.to_string()]
        }
    };
    let attempt = first.first_bad.id;
    let numbers = [id.repository, id.workflow, attempt.run, u64::from(attempt.attempt)];
    let mut hasher = Sha256::new();
    for number in numbers {
        hasher.update(number.to_le_bytes());
    }
    hasher.update([*segment as u8, *measure as u8, u8::from(first.rose)]);
    for part in scope {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part);
    }
    hex::encode(hasher.finalize().get(..8).unwrap_or_default())
}

/// The class of a job around a change, if it is another one now.
fn new_class(laps: &Laps<'_>, telling: &Alarm, job: &str) -> Option<Cause> {
    let class_in = |attempt: &AttemptRef| {
        let (_, track, lap) = laps.iter().find(|(_, _, lap)| lap.id == attempt.id)?;
        let found = lap.jobs.iter().find(|one| track.name(one.name) == job)?;
        Some(track.name(found.class).to_owned())
    };
    let (from, to) = (class_in(&telling.last_good)?, class_in(&telling.first_bad)?);
    (from != to).then(|| Cause::RunnerClass { job: job.to_owned(), from, to })
}

/// Whether all jobs of the workflow changed alike: then no single change of code is likely.
fn all_jobs(laps: &Laps<'_>, telling: &Alarm) -> Option<Cause> {
    let mut sides: BTreeMap<String, [Vec<f64>; 2]> = BTreeMap::new();
    for (_, track, lap) in laps.iter().filter(|(_, _, lap)| {
        lap.segment == telling.series.segment && lap.end <= telling.confirmed.end
    }) {
        let side = usize::from((lap.end, lap.id) >= (telling.first_bad.end, telling.first_bad.id));
        for job in lap.jobs.iter().filter(|job| job.outcome == Outcome::Green) {
            let held = sides.entry(track.name(job.name).to_owned()).or_default();
            if let (Some(held), Some(ran)) = (held.get_mut(side), job.ran) {
                held.push(ran.seconds());
            }
        }
    }
    let factors: Vec<f64> = sides.into_values().filter_map(factor).collect();
    let whole = (telling.after / telling.before).ln();
    let is_alike = |factor: &&f64| (**factor - whole).abs() <= ALIKE * whole.abs();
    let alike = factors.iter().filter(is_alike).count();
    (factors.len() >= ALIKE_JOBS && alike == factors.len()).then_some(Cause::AllJobs)
}

/// Logarithm of the median after over the median before.
fn factor([mut before, mut after]: [Vec<f64>; 2]) -> Option<f64> {
    let median = |values: &mut Vec<f64>| {
        values.sort_unstable_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    let factor = (median(&mut after)? / median(&mut before)?).ln();
    factor.is_finite().then_some(factor)
}
