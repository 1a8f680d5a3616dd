//! The newest commit of a pull request against what is usual where it is to go.
//!
//! A run that nothing has changed is as likely to come at any place among its like. So an interval
//! from the order of earlier runs says how often the next one falls outside of it, whatever times
//! are distributed like. All intervals of one remark together are held to one rate of false alarms.

mod carrier;
mod lap;
#[cfg(test)]
mod tests;
mod usual;

use serde::Serialize;

use crate::config;
use crate::row::WorkflowId;
use crate::time::{Millis, Time};

pub use carrier::Carrier;
pub use lap::{JobTime, Lap};
pub use usual::{ALARM, Earlier, Interval, LEAST_RUNS, Origin, Sought, Usual, ranks, runs_for};

/// All that is said of a head.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Remark {
    /// `owner/name`.
    pub repository: String,
    /// The commit.
    pub sha: String,
    /// Its workflows, the longest first.
    pub lines: Vec<Line>,
}

/// One workflow of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// The workflow.
    pub workflow: WorkflowId,
    /// Its name.
    pub name: String,
    /// Attempts on this commit.
    pub attempts: usize,
    /// What the latest green one of all jobs took.
    pub took: Option<Took>,
    /// What is usual.
    pub usual: Option<Usual>,
    /// What is to be said.
    pub call: Call,
    /// The job that carries the difference most, if there is one.
    pub carrier: Option<Carrier>,
}

/// The time of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Took {
    /// Run.
    pub run: u64,
    /// Attempt.
    pub attempt: u32,
    /// First start of a job to the last end.
    pub ran: Millis,
}

/// What is to be said of a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Beyond what is usual, and by enough to matter.
    Slower,
    /// The same downwards.
    Faster,
    /// Neither.
    Usual,
    /// Too few earlier runs are known.
    TooFew {
        /// How many are.
        known: usize,
    },
    /// With so many workflows at once there are too few earlier runs to say anything of this one.
    NotJudged,
    /// Nothing green yet: failures are not times.
    NoneGreen,
}

/// One workflow of a head, with what it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its attempts on the head, in any order.
    pub laps: Vec<Lap>,
    /// What was looked for.
    pub sought: Sought,
    /// What was found.
    pub earlier: Earlier,
}

impl Entry {
    /// The attempt whose time counts.
    pub fn counted(laps: &[Lap]) -> Option<&Lap> {
        laps.iter().filter(|lap| lap.ran.is_some()).max_by_key(|lap| (lap.end, lap.id))
    }

    /// Runs that ended before this time are compared with: none that knows of the head.
    pub fn before(laps: &[Lap]) -> Option<Time> {
        let counted = Self::counted(laps)?;
        Some(counted.started_at.unwrap_or(counted.end))
    }

    fn line(&self) -> Option<Line> {
        let latest = self.laps.iter().max_by_key(|lap| (lap.end, lap.id))?;
        let took = Self::counted(&self.laps)
            .and_then(|lap| Some(Took { run: lap.id.run, attempt: lap.id.attempt, ran: lap.ran? }));
        Some(Line {
            workflow: latest.workflow,
            name: latest.names.workflow.clone(),
            attempts: self.laps.len(),
            took,
            usual: Usual::of(&self.earlier, &self.sought),
            call: Call::NoneGreen,
            carrier: None,
        })
    }
}

/// Compares each workflow of a head with what is usual. Which workflows are judged, and by which
/// intervals, follows from the earlier runs alone: the head's own times have no say in it.
pub fn compare(sha: &str, mut entries: Vec<Entry>, settings: &config::Pulls) -> Remark {
    let length = |entry: &Entry| {
        Usual::of(&entry.earlier, &entry.sought).map_or(0.0, |usual| usual.median_ms)
    };
    entries.sort_by(|a, b| {
        let by_length = length(b).total_cmp(&length(a));
        by_length.then_with(|| a.sought.workflow.cmp(&b.sought.workflow))
    });
    let runs = |entry: &Entry| match Entry::counted(&entry.laps) {
        Some(_) => entry.earlier.chosen(&entry.sought).0.len(),
        None => 0,
    };
    let runs: Vec<usize> = entries.iter().map(runs).collect();
    let ranks = ranks(&runs);
    let judged = entries.iter().zip(ranks).filter_map(|(entry, rank)| {
        let mut line = entry.line()?;
        judge(&mut line, entry, rank, settings);
        Some(line)
    });
    let lines = judged.collect();
    let names = entries.iter().flat_map(|entry| &entry.laps).max_by_key(|lap| (lap.end, lap.id));
    let repository = names.map(|lap| lap.names.repository.clone()).unwrap_or_default();
    Remark { repository, sha: sha.to_owned(), lines }
}

fn judge(line: &mut Line, entry: &Entry, rank: usize, settings: &config::Pulls) {
    let (earlier, _) = entry.earlier.chosen(&entry.sought);
    let (Some(took), Some(counted)) = (line.took, Entry::counted(&entry.laps)) else { return };
    line.call = match &mut line.usual {
        Some(usual) if usual.runs >= LEAST_RUNS => {
            usual.interval = usual::interval(&usual::times(earlier), rank);
            usual.call(took.ran, settings)
        }
        usual => Call::TooFew { known: usual.as_ref().map_or(0, |usual| usual.runs) },
    };
    line.carrier = carrier::carrier(counted, earlier, line.call);
}

impl Usual {
    /// Outside of the interval, and far enough from the median.
    fn call(&self, took: Millis, settings: &config::Pulls) -> Call {
        let Some(interval) = self.interval else { return Call::NotJudged };
        let apart = usual::float(took) - self.median_ms;
        let floor =
            (settings.min_change_pct / 100.0 * self.median_ms).max(settings.min_change_s * 1_000.0);
        if apart.abs() < floor {
            Call::Usual
        } else if took > interval.high {
            Call::Slower
        } else if took < interval.low {
            Call::Faster
        } else {
            Call::Usual
        }
    }
}

impl Remark {
    /// Whether any time is known. Without one there is nothing to say for the first time.
    pub fn has_time(&self) -> bool {
        self.lines.iter().any(|line| line.took.is_some())
    }

    /// The worst that is said: slower, faster, as usual, too few runs, nothing green.
    pub fn call(&self) -> Call {
        let rank = |call: Call| match call {
            Call::Slower => 0,
            Call::Faster => 1,
            Call::Usual => 2,
            Call::TooFew { .. } | Call::NotJudged => 3,
            Call::NoneGreen => 4,
        };
        let calls = self.lines.iter().map(|line| line.call);
        calls.min_by_key(|call| rank(*call)).unwrap_or(Call::NoneGreen)
    }
}
