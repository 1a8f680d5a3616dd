//! Many workflows at a glance: which of them have metrics of their own, and which are slow, failing
//! or queueing now.

mod batch;
mod jobs;
pub mod names;
mod samples;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::config::{self, Thresholds};
use crate::rollup::Rollup;
use crate::row::{Names, Segment, WorkflowId};
use crate::stats::Dist;
use crate::time::{Day, Time};

pub use batch::{Batch, calls, compatible, samples_of};
pub use jobs::{JobSteps, OwnJobs, PER_JOB, job_places};
pub use samples::Reach;

use samples::PER_REACH;
pub(crate) use samples::{COMPATIBILITY, dimension};

/// Fewer attempts, or jobs for the queue, say nothing about a workflow.
const ENOUGH: u64 = 5;

/// A verdict holds for this many hours after the workflow's latest end.
const HOLDS_HOURS: i64 = 24;

/// Activity kept from one day to the next, in eighths: it halves in about five days.
const KEPT_EIGHTHS: u64 = 7;

/// What one attempt adds to the activity. Large, so that little is lost in whole numbers.
const ACTIVITY: u64 = 1_000;

/// Who has metrics of its own is replaced only by somebody this many times as active.
const STABILITY: u64 = 2;

/// Workflows remembered; beyond them the least active are left out.
const MEMBERS_MAX: usize = 5_000;

/// The workflows that have been active lately.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fleet {
    members: BTreeMap<WorkflowId, Member>,
    /// Up to which day activity has faded.
    faded: Option<Day>,
    /// The day for which trends were sent.
    pub(crate) trends: Option<Day>,
}

/// One workflow of the fleet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Member {
    names: Names,
    activity: BTreeMap<Segment, u64>,
    /// Segments with metrics of their own.
    own: BTreeSet<Segment>,
    verdict: Option<Verdict>,
}

/// How a workflow does, over the day of its latest attempts and the day before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Verdict {
    of: Day,
    until: Time,
    over_p95: bool,
    under_success_rate: bool,
    queueing: bool,
}

/// How many workflows are in trouble.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Their 95th percentile of `total` is above the threshold.
    pub over_p95: u64,
    /// Their success rate is below the threshold.
    pub under_success_rate: u64,
    /// Their jobs wait longer than the threshold, on average.
    pub queueing: u64,
    /// Segments of workflows without metrics of their own.
    pub without_series: u64,
}

/// How many segments of workflows have room within the limit of series.
pub fn places(metrics: &config::Metrics) -> usize {
    usize::try_from(metrics.max_series).unwrap_or(usize::MAX) / per_place(metrics)
}

/// Metrics that each of them takes.
pub fn per_place(metrics: &config::Metrics) -> usize {
    PER_REACH + usize::from(metrics.compatibility)
}

impl Fleet {
    /// Lets activity fade up to `today`.
    pub fn fade(&mut self, today: Day) {
        let days = self.faded.map_or(0, |faded| today.0.saturating_sub(faded.0));
        for _ in 0..days.min(400) {
            for member in self.members.values_mut() {
                member
                    .activity
                    .values_mut()
                    .for_each(|active| *active = *active * KEPT_EIGHTHS / 8);
                member.activity.retain(|_, active| *active > 0);
            }
        }
        self.faded = self.faded.max(Some(today));
        self.members.retain(|_, member| !member.activity.is_empty() || member.verdict.is_some());
    }

    /// Notes attempts of a workflow, by segment.
    pub fn note(&mut self, id: WorkflowId, rollup: &Rollup, attempts: &BTreeMap<Segment, u64>) {
        let member = self.members.entry(id).or_default();
        if let Some(named) = &rollup.names {
            member.names.clone_from(&named.names);
        }
        for (segment, count) in attempts {
            *member.activity.entry(*segment).or_default() += count * ACTIVITY;
        }
    }

    /// Judges a workflow by its rollup of `day` and the day before, unless a later day was judged.
    pub fn judge(&mut self, id: WorkflowId, day: Day, two_days: &Rollup, thresholds: &Thresholds) {
        let Some(latest) = two_days.recent.first().map(|recent| recent.end) else { return };
        let member = self.members.entry(id).or_default();
        if member.verdict.is_none_or(|verdict| verdict.of <= day) {
            let until = latest.plus_millis(HOLDS_HOURS * 3_600_000);
            member.verdict = Some(Verdict::of(two_days, day, until, thresholds));
        }
    }

    /// Chooses who has metrics of its own: the most active, one of the places being that of
    /// `other`.
    pub fn choose(&mut self, places: usize) {
        let mut ranked: Vec<(u64, WorkflowId, Segment)> = Vec::new();
        for (id, member) in &self.members {
            for (segment, active) in &member.activity {
                let held = if member.own.contains(segment) { STABILITY } else { 1 };
                ranked.push((active * held, *id, *segment));
            }
        }
        ranked.sort_by(|a, b| b.0.cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        ranked.truncate(places.saturating_sub(1));
        self.members.values_mut().for_each(|member| member.own.clear());
        for (_, id, segment) in ranked {
            if let Some(member) = self.members.get_mut(&id) {
                member.own.insert(segment);
            }
        }
        self.forget_the_least();
    }

    fn forget_the_least(&mut self) {
        if self.members.len() <= MEMBERS_MAX {
            return;
        }
        let mut ranked: Vec<(u64, WorkflowId)> =
            self.members.iter().map(|(id, member)| (member.activity.values().sum(), *id)).collect();
        ranked.sort_unstable_by(|a, b| b.cmp(a));
        for (_, id) in ranked.drain(MEMBERS_MAX..) {
            self.members.remove(&id);
        }
    }

    /// Whose metrics a sample of this workflow and segment belongs to; none where there is room for
    /// nobody.
    pub fn reach(&self, id: WorkflowId, segment: Segment, places: usize) -> Option<Reach> {
        match self.own(id, segment) {
            Some(member) => Some(Reach::own(&member.names, segment)),
            None => (places > 0).then(Reach::other),
        }
    }

    /// Whether a segment of a workflow has metrics of its own.
    pub fn has_own(&self, id: WorkflowId, segment: Segment) -> bool {
        self.own(id, segment).is_some()
    }

    fn own(&self, id: WorkflowId, segment: Segment) -> Option<&Member> {
        self.members.get(&id).filter(|member| member.own.contains(&segment))
    }

    /// Workflows with metrics of their own, and their names.
    pub fn chosen(&self) -> impl Iterator<Item = (WorkflowId, &Names)> {
        self.owners().map(|(id, member)| (*id, &member.names))
    }

    /// Segments of workflows with metrics of their own.
    pub fn own_segments(&self) -> impl Iterator<Item = (WorkflowId, &BTreeSet<Segment>)> {
        self.owners().map(|(id, member)| (*id, &member.own))
    }

    fn owners(&self) -> impl Iterator<Item = (&WorkflowId, &Member)> {
        self.members.iter().filter(|(_, member)| !member.own.is_empty())
    }

    /// Counts as of `now`; verdicts that no longer hold are dropped.
    pub fn gauges(&mut self, now: Time) -> Gauges {
        let mut gauges = Gauges::default();
        for member in self.members.values_mut() {
            member.verdict = member.verdict.filter(|verdict| verdict.until > now);
            if let Some(verdict) = member.verdict {
                gauges.over_p95 += u64::from(verdict.over_p95);
                gauges.under_success_rate += u64::from(verdict.under_success_rate);
                gauges.queueing += u64::from(verdict.queueing);
            }
            let without = member.activity.keys().filter(|segment| !member.own.contains(segment));
            gauges.without_series += without.count() as u64;
        }
        gauges
    }
}

impl Verdict {
    fn of(rollup: &Rollup, day: Day, until: Time, thresholds: &Thresholds) -> Self {
        let whole = rollup.whole();
        let total = whole.total.all();
        let mut queued = Dist::default();
        for job in rollup.jobs.values().chain([&rollup.other_jobs]) {
            job.series.values().for_each(|series| queued.merge(&series.queued));
        }
        let enough = |dist: &Dist| dist.count() >= ENOUGH;
        let above = |ms: Option<f64>, s: f64| ms.is_some_and(|ms| ms / 1_000.0 > s);
        let judged = whole.outcomes.judged_count() >= ENOUGH;
        Self {
            of: day,
            until,
            over_p95: enough(&total) && above(total.quantile(0.95), thresholds.p95_s),
            under_success_rate: judged
                && whole.outcomes.success_rate().is_some_and(|rate| rate < thresholds.success_rate),
            queueing: enough(&queued) && above(queued.mean(), thresholds.long_queue_s),
        }
    }
}

#[cfg(test)]
mod tests;
