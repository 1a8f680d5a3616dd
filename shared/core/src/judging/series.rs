//! Which series a workflow has, and their samples.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::judging::laps::Laps;
use crate::row::Segment;
use crate::time::{Millis, Time};
use crate::track::{JobLap, Lap, Outcome, Track};

/// Days after which an attempt that succeeds says nothing of one that failed: the world has changed.
const RETRIED_DAYS: i64 = 14;

/// What a series measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Measure {
    /// How long something ran that succeeded, in seconds.
    Duration,
    /// How long the runs waited for runners along their critical paths, in seconds.
    Waited,
    /// How long all jobs of a run that succeeded ran together, in seconds: what is paid for.
    RunnerTime,
    /// Whether a run succeeded or failed: a share.
    Success,
    /// Whether a run that succeeded had failed before, on the same commit: a share.
    Flaky,
}

/// Of what a series is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// The attempts as a whole.
    Run,
    /// A job on a class of runner.
    Job {
        /// Its name.
        job: String,
        /// The class.
        class: String,
    },
    /// A step of it.
    Step {
        /// The job's name.
        job: String,
        /// The class.
        class: String,
        /// The step's name.
        step: String,
        /// 1 for the first step of this name in its job.
        occurrence: u32,
    },
}

/// The identity of a series within its workflow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeriesKey {
    /// What triggered the attempts.
    pub segment: Segment,
    /// What is measured.
    pub measure: Measure,
    /// Of what.
    pub scope: Scope,
}

impl Measure {
    /// Whether its unit is seconds.
    pub const fn is_time(self) -> bool {
        matches!(self, Self::Duration | Self::Waited | Self::RunnerTime)
    }
}

impl Scope {
    /// Whether both are about one job; a run is about all.
    pub(super) fn shares(&self, other: &Self) -> bool {
        match (self.job(), other.job()) {
            (Some(one), Some(other)) => one == other,
            (None, _) | (_, None) => true,
        }
    }

    fn job(&self) -> Option<&str> {
        match self {
            Self::Run => None,
            Self::Job { job, .. } | Self::Step { job, .. } => Some(job),
        }
    }

    /// Whether a job is what it is about.
    pub(super) fn is_of(&self, track: &Track, one: &JobLap) -> bool {
        match self {
            Self::Run => true,
            Self::Job { job, class } | Self::Step { job, class, .. } => {
                track.name(one.name) == job && track.name(one.class) == class
            }
        }
    }
}

impl SeriesKey {
    /// What tells most comes first: a duration before a wait before what is paid for, the run before
    /// its parts, the default branch before pull requests.
    pub(super) const fn rank(&self) -> (Measure, u8, Segment) {
        let scope = match self.scope {
            Scope::Run => 0,
            Scope::Job { .. } => 1,
            Scope::Step { .. } => 2,
        };
        (self.measure, scope, self.segment)
    }
}

/// One sample, and the lap it was measured on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) at: Time,
    pub(super) value: f64,
    pub(super) lap: usize,
}

/// All series of a workflow, each in the order of its laps.
pub(super) fn series(laps: &Laps<'_>) -> BTreeMap<SeriesKey, Vec<Point>> {
    let mut found = BTreeMap::new();
    for (place, track, lap) in laps.iter() {
        let mut sampler = Sampler { found: &mut found, lap, place };
        sampler.run();
        sampler.jobs(track);
    }
    flaky(laps, &mut found);
    found
}

/// The end of the last attempt that a series could have had a sample of.
pub(super) fn last(laps: &Laps<'_>, key: &SeriesKey) -> Option<Time> {
    let is_one = |track: &Track, lap: &Lap| {
        lap.segment == key.segment
            && (key.scope == Scope::Run || lap.jobs.iter().any(|job| key.scope.is_of(track, job)))
    };
    let (_, _, lap) = laps.iter().rev().find(|(_, track, lap)| is_one(track, lap))?;
    Some(lap.end)
}

/// Adds the samples of one lap.
struct Sampler<'a> {
    found: &'a mut BTreeMap<SeriesKey, Vec<Point>>,
    lap: &'a Lap,
    place: usize,
}

impl Sampler<'_> {
    fn add(&mut self, measure: Measure, scope: Scope, value: f64) {
        let point = Point { at: self.lap.end, value, lap: self.place };
        let key = SeriesKey { segment: self.lap.segment, measure, scope };
        self.found.entry(key).or_default().push(point);
    }

    fn run(&mut self) {
        match self.lap.outcome {
            Outcome::Green => {
                self.add(Measure::Success, Scope::Run, 1.0);
                if let Some(ran) = self.lap.times.ran {
                    self.add(Measure::Duration, Scope::Run, ran.seconds());
                }
                let ran = self.lap.jobs.iter().filter_map(|job| job.ran);
                let ran: Vec<f64> = ran.map(Millis::seconds).collect();
                if !ran.is_empty() {
                    self.add(Measure::RunnerTime, Scope::Run, ran.iter().sum());
                }
            }
            Outcome::Red => self.add(Measure::Success, Scope::Run, 0.0),
            Outcome::Neither => {}
        }
        let on_path = self.lap.jobs.iter().filter(|job| job.on_critical_path);
        let waits: Vec<f64> = on_path.filter_map(|job| job.waited).map(Millis::seconds).collect();
        if !waits.is_empty() {
            self.add(Measure::Waited, Scope::Run, waits.iter().sum());
        }
    }

    fn jobs(&mut self, track: &Track) {
        for job in self.lap.jobs.iter().filter(|job| job.outcome == Outcome::Green) {
            let (name, class) = (track.name(job.name), track.name(job.class));
            if let Some(ran) = job.ran {
                let scope = Scope::Job { job: name.to_owned(), class: class.to_owned() };
                self.add(Measure::Duration, scope, ran.seconds());
            }
            for step in &job.steps {
                let scope = Scope::Step {
                    job: name.to_owned(),
                    class: class.to_owned(),
                    step: track.name(step.name).to_owned(),
                    occurrence: step.occurrence,
                };
                self.add(Measure::Duration, scope, step.ran.seconds());
            }
        }
    }
}

/// One sample for each run that succeeded: 1 if an earlier attempt of it failed, not long ago. A run
/// that never succeeded says nothing of flakiness.
fn flaky(laps: &Laps<'_>, found: &mut BTreeMap<SeriesKey, Vec<Point>>) {
    let mut failed: BTreeMap<u64, (Time, Option<&String>)> = BTreeMap::new();
    for (place, _, lap) in laps.iter() {
        let commit = lap.head_sha.as_ref();
        match lap.outcome {
            Outcome::Red => {
                failed.insert(lap.id.run, (lap.end, commit));
            }
            Outcome::Green => {
                let recent = lap.end.plus_days(-RETRIED_DAYS);
                let failed = failed.remove(&lap.id.run);
                let is_flaky = failed.is_some_and(|(at, of)| of == commit && at >= recent);
                let value = if is_flaky { 1.0 } else { 0.0 };
                let measure = Measure::Flaky;
                let key = SeriesKey { segment: lap.segment, measure, scope: Scope::Run };
                let points = found.entry(key).or_default();
                points.push(Point { at: lap.end, value, lap: place });
            }
            Outcome::Neither => {}
        }
    }
}
