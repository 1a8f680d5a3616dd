//! What is usual: earlier runs, and an interval from their order.

use serde::Serialize;

use super::Lap;
use crate::row::{Segment, WorkflowId};
use crate::stats::median;
use crate::time::{Millis, Time};

/// The chance, at most, that a remark calls anything slower or faster although nothing changed.
pub const ALARM: f64 = 0.1;

/// Green runs from which on the widest interval of one workflow is within that chance.
pub const LEAST_RUNS: usize = 19;

/// Runs that a head is compared with, at least, where there are as many.
const RUNS: usize = 50;

/// And at most, where several workflows need more.
const RUNS_MOST: usize = 200;

/// More runs for each workflow, so that the chance of a false alarm stays what it is.
const RUNS_A_WORKFLOW: usize = 20;

/// What a head is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// The workflow.
    pub workflow: WorkflowId,
    /// The branch that the pull request is to go into; none for the default branch.
    pub base: Option<String>,
    /// Runs that ended before this time.
    pub before: Time,
    /// How many.
    pub runs: usize,
}

/// Earlier green runs, latest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Earlier {
    /// On the base branch.
    pub base: Vec<Lap>,
    /// Of other pull requests.
    pub others: Vec<Lap>,
}

/// Which runs tell what is usual.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Those on this branch.
    Branch(String),
    /// Those of other pull requests, as there are too few on the base branch.
    OtherPulls,
}

/// What is usual.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Usual {
    /// Of which runs.
    pub origin: Origin,
    /// How many they are.
    pub runs: usize,
    /// Their median, in milliseconds.
    pub median_ms: f64,
    /// Where the next run lies, if it can be told.
    pub interval: Option<Interval>,
}

/// From the `rank`-th smallest to the `rank`-th largest of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// From 1.
    pub rank: usize,
    /// Its ends.
    pub low: Millis,
    /// Its ends.
    pub high: Millis,
    /// The chance, at least, that a run like these lies within: 1 − 2·rank / (runs + 1).
    pub coverage: f64,
}

/// How many runs each of so many workflows is to be compared with.
pub fn runs_for(workflows: usize) -> usize {
    (RUNS_A_WORKFLOW * workflows).saturating_sub(1).clamp(RUNS, RUNS_MOST)
}

impl Earlier {
    /// Adds what fits of some runs, which all ended before those taken so far. `of` is the head.
    pub fn take(&mut self, sought: &Sought, of: &Lap, mut laps: Vec<Lap>) {
        laps.retain(|lap| lap.ran.is_some() && lap.end < sought.before);
        laps.sort_by_key(|lap| std::cmp::Reverse((lap.end, lap.id)));
        for lap in laps {
            let list = if sought.is_base(&lap) {
                &mut self.base
            } else if is_other(of, &lap) {
                &mut self.others
            } else {
                continue;
            };
            if list.len() < sought.runs {
                list.push(lap);
            }
        }
    }

    /// Those that tell what is usual: on the base branch, unless only others are enough.
    pub(super) fn chosen(&self, sought: &Sought) -> (&[Lap], Origin) {
        if self.base.len() < LEAST_RUNS && self.others.len() >= LEAST_RUNS
            || self.base.is_empty() && !self.others.is_empty()
        {
            return (&self.others, Origin::OtherPulls);
        }
        let known = self.base.first().and_then(|lap| lap.branch.name.clone());
        let name = sought.base.clone().or(known);
        (&self.base, Origin::Branch(name.unwrap_or_else(|| "the default branch".to_owned())))
    }
}

impl Sought {
    /// Of the repository's own branch, and not by a schedule, which may do more.
    fn is_base(&self, lap: &Lap) -> bool {
        let of_ours = lap.branch.repository.is_none_or(|id| id == self.workflow.repository);
        match (lap.segment, &self.base) {
            (Segment::DefaultBranch, None) => true,
            (Segment::DefaultBranch | Segment::Other, Some(base)) => {
                of_ours && lap.branch.name.as_ref() == Some(base)
            }
            (Segment::Other, None) | (Segment::PullRequest | Segment::Schedule, _) => false,
        }
    }
}

/// Whether it belongs to another pull request.
fn is_other(head: &Lap, lap: &Lap) -> bool {
    lap.segment == Segment::PullRequest
        && lap.head_sha != head.head_sha
        && lap.branch != head.branch
}

impl Usual {
    pub(super) fn of(earlier: &Earlier, sought: &Sought) -> Option<Self> {
        let (laps, origin) = earlier.chosen(sought);
        let mut times: Vec<f64> = times(laps).into_iter().map(float).collect();
        (!times.is_empty()).then(|| Self {
            origin,
            runs: times.len(),
            median_ms: median(&mut times),
            interval: None,
        })
    }
}

/// In order.
pub(super) fn times(laps: &[Lap]) -> Vec<Millis> {
    let mut times: Vec<Millis> = laps.iter().filter_map(|lap| lap.ran).collect();
    times.sort_unstable();
    times
}

/// Where the next of these times, which are in order, lies.
pub(super) fn interval(times: &[Millis], rank: usize) -> Option<Interval> {
    let low = *times.get(rank.checked_sub(1)?)?;
    let high = *times.get(times.len().checked_sub(rank)?)?;
    (low <= high).then(|| Interval { rank, low, high, coverage: 1.0 - missed(rank, times.len()) })
}

/// The chance, at most, that the next of `runs` exchangeable ones lies outside.
fn missed(rank: usize, runs: usize) -> f64 {
    2.0 * count(rank) / count(runs + 1)
}

/// Ranks of intervals, for workflows with so many runs each, in order of importance: together they
/// miss with a chance of [`ALARM`] at most. 0 where no interval is narrow enough to be afforded.
///
/// Every workflow gets the widest interval first, and narrower ones while that leaves room.
pub fn ranks(runs: &[usize]) -> Vec<usize> {
    let mut ranks = vec![0; runs.len()];
    let mut left = ALARM + ROUNDING;
    for round in 1.. {
        let mut is_narrower = false;
        for (rank, runs) in ranks.iter_mut().zip(runs) {
            let cost = missed(1, *runs);
            if *rank + 1 == round && 2 * round <= *runs && cost <= left {
                (*rank, left, is_narrower) = (round, left - cost, true);
            }
        }
        if !is_narrower {
            break;
        }
    }
    ranks
}

/// Sums of fractions are not exact.
const ROUNDING: f64 = 1e-9;

#[expect(clippy::cast_precision_loss, reason = "a few hundred runs")]
fn count(number: usize) -> f64 {
    number as f64
}

#[expect(clippy::cast_precision_loss, reason = "times are far below 2^53 ms")]
pub(super) fn float(time: Millis) -> f64 {
    time.0 as f64
}
