//! What is counted of a workflow, in a form that can only grow.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::rollup::{Head, JobSeries, Timings};
use crate::row::Segment;
use crate::stats::{Dist, Outcomes};

/// Upper bounds of the buckets, in milliseconds: what is waited for in seconds, what runs in minutes
/// and what blocks a day. One more bucket has what is longer.
pub const BOUNDS_MS: [u64; 13] = [
    1_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_200_000, 1_800_000,
    3_600_000, 7_200_000, 21_600_000,
];

/// Attempts of one workflow, or runs of one job, by segment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally(BTreeMap<Segment, Counts>);

/// Those of one segment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// By result.
    pub results: BTreeMap<String, u64>,
    /// Start to first job start; of a job: created to started.
    pub pending: Histogram,
    /// From then to the last completion.
    pub executing: Histogram,
}

/// Samples by bucket, each in one of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Histogram {
    /// Samples of each of [`BOUNDS_MS`], then what is beyond; empty where there are none.
    pub buckets: Vec<u64>,
    /// Sum of all, in milliseconds.
    pub sum_ms: u64,
}

impl Tally {
    /// The segments that have attempts.
    pub fn segments(&self) -> impl Iterator<Item = (Segment, &Counts)> {
        self.0.iter().map(|(segment, counts)| (*segment, counts))
    }

    /// Attempts in all.
    pub fn attempts(&self) -> u64 {
        self.0.values().flat_map(|counts| counts.results.values()).sum()
    }

    /// Adds a day.
    pub fn add(&mut self, day: &Head) {
        for (segment, rollup) in &day.segments {
            let counts = self.0.entry(*segment).or_default();
            counts.add(&rollup.outcomes, &rollup.queued, &[&rollup.ran]);
        }
    }

    /// Adds a day of a job.
    pub(super) fn add_job(&mut self, segment: Segment, series: &JobSeries) {
        let Timings { green, failed, neither } = &series.ran;
        let counts = self.0.entry(segment).or_default();
        counts.add(&series.outcomes, &series.queued, &[green, failed, neither]);
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: &Self) {
        self.combine(other, u64::saturating_add);
    }

    /// Never falls: each number is at least what it is in `other`.
    pub fn raise(&mut self, other: &Self) {
        self.combine(other, u64::max);
    }

    pub(super) fn combine(&mut self, other: &Self, with: fn(u64, u64) -> u64) {
        for (segment, counts) in &other.0 {
            let held = self.0.entry(*segment).or_default();
            for (result, times) in &counts.results {
                let held = held.results.entry(result.clone()).or_default();
                *held = with(*held, *times);
            }
            held.pending.combine(&counts.pending, with);
            held.executing.combine(&counts.executing, with);
        }
    }
}

impl Counts {
    fn add(&mut self, outcomes: &Outcomes, waited: &Dist, ran: &[&Dist]) {
        for (conclusion, times) in outcomes.counts() {
            *self.results.entry(result(conclusion).to_owned()).or_default() += times;
        }
        self.pending.add(waited);
        for ran in ran {
            self.executing.add(ran);
        }
    }
}

impl Histogram {
    /// Number of samples.
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    fn add(&mut self, dist: &Dist) {
        if dist.is_empty() {
            return;
        }
        let buckets = dist.by_bounds(&BOUNDS_MS);
        self.combine(&Self { buckets, sum_ms: dist.sum().0 }, u64::saturating_add);
    }

    fn combine(&mut self, other: &Self, with: fn(u64, u64) -> u64) {
        // One of other bounds, from another version, cannot be compared: it begins anew.
        if self.buckets.len() != BOUNDS_MS.len() + 1 {
            *self = Self { buckets: vec![0; BOUNDS_MS.len() + 1], sum_ms: 0 };
        }
        if other.buckets.len() == self.buckets.len() {
            let pairs = self.buckets.iter_mut().zip(&other.buckets);
            pairs.for_each(|(held, more)| *held = with(*held, *more));
            self.sum_ms = with(self.sum_ms, other.sum_ms);
        }
    }
}

/// A conclusion in the words of OpenTelemetry; those it has no word for, new ones too, are `other`.
fn result(conclusion: &str) -> &'static str {
    match conclusion {
        "success" => "success",
        "failure" => "failure",
        "timed_out" => "timeout",
        "startup_failure" => "error",
        "cancelled" => "cancellation",
        "skipped" => "skip",
        _ => "other",
    }
}
