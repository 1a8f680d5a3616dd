//! Who carries a change: parts that add up to the whole.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::judging::series::{Measure, Scope, SeriesKey};
use crate::judging::sides::{One, Sides, median};
use crate::time::Millis;
use crate::track::{JobLap, Lap, Track};

/// Attempts that took this many times the median of their side are left out.
const OUTLIER: f64 = 3.0;

/// Part of a change of the level that the means must show.
const BORNE_OUT: f64 = 0.3;

/// Parts that are told apart; the others are one.
const PARTS: usize = 8;

/// A part of a run: a step of a job, the rest of a job, or what lies between jobs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Carrier {
    /// The job; none between jobs.
    pub job: Option<String>,
    /// The step and its occurrence; none for the rest of the job.
    pub step: Option<(String, u32)>,
    /// Mean seconds of an attempt before the change.
    pub before: f64,
    /// And after it.
    pub after: f64,
}

/// The parts of a change, greatest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Carriers {
    /// Mean seconds before the change.
    pub before: f64,
    /// And after it. The parts and the rest add up to both.
    pub after: f64,
    /// The parts that changed most.
    pub parts: Vec<Carrier>,
    /// All others together.
    pub rest: Carrier,
}

impl Carrier {
    /// Seconds gained.
    pub fn gained(&self) -> f64 {
        self.after - self.before
    }
}

impl Carriers {
    /// Whether the means moved as the level did, and at least by a part of it. Otherwise attempts
    /// that were left out as outliers made the change, and parts of the others explain nothing.
    pub(super) fn bear_out(&self, gained: f64) -> bool {
        (self.after - self.before) * gained.signum() >= BORNE_OUT * gained.abs()
    }
}

/// The parts of a change of a series between two sides.
pub(super) fn carriers(sides: &Sides<'_>, series: &SeriesKey) -> Option<Carriers> {
    let parts = |side: &[One<'_>]| -> Vec<BTreeMap<Key, f64>> {
        side.iter().filter_map(|(track, lap)| parts(track, lap, series)).collect()
    };
    let (before, after) = (mean(parts(&sides.before))?, mean(parts(&sides.after))?);
    Some(compared(&before, &after))
}

type Key = (Option<String>, Option<(String, u32)>);

/// The parts of one attempt, in seconds.
fn parts(track: &Track, lap: &Lap, series: &SeriesKey) -> Option<BTreeMap<Key, f64>> {
    let mut parts = BTreeMap::new();
    let on_path = || lap.jobs.iter().filter(|job| job.on_critical_path);
    match (&series.scope, series.measure) {
        (Scope::Run, Measure::RunnerTime) => {
            for job in &lap.jobs {
                add_job(&mut parts, track, job);
            }
        }
        (Scope::Run, Measure::Waited) => {
            for job in on_path() {
                let key = (Some(track.name(job.name).to_owned()), None);
                *parts.entry(key).or_default() += job.waited.map_or(0.0, Millis::seconds);
            }
        }
        (Scope::Run, Measure::Duration | Measure::Success | Measure::Flaky) => {
            let mut between = lap.times.ran?.seconds();
            for job in on_path() {
                between -= add_job(&mut parts, track, job);
            }
            *parts.entry((None, None)).or_default() += between;
        }
        (scope @ (Scope::Job { .. } | Scope::Step { .. }), _) => {
            let job = lap.jobs.iter().find(|job| scope.is_of(track, job))?;
            job.ran?;
            add_job(&mut parts, track, job);
        }
    }
    Some(parts)
}

/// Adds a job by its steps and the rest of it. Answers all of it.
fn add_job(parts: &mut BTreeMap<Key, f64>, track: &Track, job: &JobLap) -> f64 {
    let Some(ran) = job.ran else { return 0.0 };
    let name = Some(track.name(job.name).to_owned());
    let mut rest = ran.seconds();
    for step in &job.steps {
        let key = (name.clone(), Some((track.name(step.name).to_owned(), step.occurrence)));
        *parts.entry(key).or_default() += step.ran.seconds();
        rest -= step.ran.seconds();
    }
    *parts.entry((name, None)).or_default() += rest;
    ran.seconds()
}

/// Means of the attempts that are no outliers.
#[expect(clippy::cast_precision_loss, reason = "numbers of attempts")]
fn mean(attempts: Vec<BTreeMap<Key, f64>>) -> Option<BTreeMap<Key, f64>> {
    let whole = |parts: &BTreeMap<Key, f64>| parts.values().sum::<f64>();
    let limit = OUTLIER * median(attempts.iter().map(whole).collect())?;
    let kept: Vec<_> = attempts.into_iter().filter(|parts| whole(parts) <= limit).collect();
    let count = kept.len().max(1) as f64;
    let mut means: BTreeMap<Key, f64> = BTreeMap::new();
    for (key, seconds) in kept.into_iter().flatten() {
        *means.entry(key).or_default() += seconds / count;
    }
    Some(means)
}

fn compared(before: &BTreeMap<Key, f64>, after: &BTreeMap<Key, f64>) -> Carriers {
    let of = |side: &BTreeMap<Key, f64>, key: &Key| side.get(key).copied().unwrap_or_default();
    let mut keys: Vec<&Key> = before.keys().chain(after.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let carrier = |key: &Key| Carrier {
        job: key.0.clone(),
        step: key.1.clone(),
        before: of(before, key),
        after: of(after, key),
    };
    let mut parts: Vec<Carrier> = keys.into_iter().map(carrier).collect();
    // The sort is stable: equal gains stay in the order of their names.
    parts.sort_by(|a, b| b.gained().abs().total_cmp(&a.gained().abs()));
    let others = parts.split_off(parts.len().min(PARTS));
    let sum = |pick: fn(&Carrier) -> f64| others.iter().map(pick).sum();
    Carriers {
        before: before.values().sum(),
        after: after.values().sum(),
        parts,
        rest: Carrier {
            before: sum(|one| one.before),
            after: sum(|one| one.after),
            ..Carrier::default()
        },
    }
}
