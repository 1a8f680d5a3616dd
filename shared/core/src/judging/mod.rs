//! Judging a workflow: from its tracks to findings.
//!
//! Every series is judged sample by sample, each verdict by what had come until then. So judging can
//! be taken up again at any Monday from the samples before it, and ends where judging from the
//! beginning would have: [`judge`] is a function of the samples alone.

mod alarm;
mod back;
mod carrier;
mod cause;
mod daily;
mod finding;
mod fleet;
mod group;
mod laps;
mod merge;
mod proportion;
mod relevance;
#[cfg(test)]
pub(crate) mod sample;
mod series;
mod sides;
mod verdict;
mod watch;

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::config;
use crate::judging::finding::SILENT_DAYS;
use crate::judging::verdict::Case;
use crate::judging::watch::Watched;
use crate::row::WorkflowId;
use crate::stored::to_bytes;
use crate::time::{Day, Time};
use crate::track::Track;

pub use alarm::Alarm;
pub use carrier::{Carrier, Carriers};
pub use daily::daily;
pub use finding::{AttemptRef, Cause, Finding, Level, Member, State};
pub use fleet::{Told, told};
pub use group::LEADING;
pub use laps::{Laps, READ_DAYS};
pub use proportion::{Proportion, ShareChange};
pub use relevance::{Billed, COUNTED_DAYS, Idle, Relevance};
pub use series::{Measure, Scope, SeriesKey};
pub use watch::{Watch, crowd, series_count};

/// Raised where the same samples come to other verdicts than before.
const VERSION: u32 = 1;

/// Stands for the settings and the way in which something was judged.
pub fn rules_of(settings: &config::Judging) -> [u8; 8] {
    let mut hasher = Sha256::new();
    hasher.update(VERSION.to_le_bytes());
    // Writing to memory does not fail.
    hasher.update(to_bytes(settings).unwrap_or_default());
    let mut digest = [0; 8];
    digest.iter_mut().zip(hasher.finalize()).for_each(|(byte, hashed)| *byte = hashed);
    digest
}

/// What is known of one workflow's series.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Judgement {
    /// Changes of single series, by time of confirmation.
    pub alarms: Vec<Alarm>,
    /// What they come to, by time of confirmation.
    pub findings: Vec<Finding>,
    /// Series with a sample in the week of the last attempt, and enough of them before to be judged.
    pub series: u32,
    /// Classes of runner, and the weeks by their Mondays in which jobs ran on them.
    pub classes: BTreeMap<String, BTreeSet<Day>>,
    /// By which [`rules_of`] it was judged.
    pub rules: [u8; 8],
}

impl Judgement {
    /// Whether anything ran within the days after which a series is silent.
    pub fn ran_lately(&self, now: Time) -> bool {
        let since = now.plus_days(-SILENT_DAYS).day().week();
        self.classes.values().filter_map(BTreeSet::last).any(|week| *week >= since)
    }
}

/// Judges a workflow anew from the Monday of `from` on.
///
/// `tracks` are those of its days from [`READ_DAYS`] before that Monday, oldest
/// first; `held` is what was known before, of which only what came before that Monday is used.
pub fn judge(
    id: WorkflowId,
    tracks: &[(Day, Track)],
    watch: &Watch<'_>,
    from: Day,
    held: Judgement,
) -> Judgement {
    let laps = Laps::of(tracks);
    // What is open at the last attempt is to be known, also where later days lost their attempts.
    let last = laps.iter().next_back().map_or(from, |(_, _, lap)| lap.end.day());
    let monday = from.min(last).week();
    let watched = watch.all(&laps, monday, held.alarms);
    let case = Case { id, laps: &laps, watched: &watched, monday };
    let findings = case.findings(held.findings);
    let Watched { alarms, series, .. } = watched;
    let mut classes = held.classes;
    classes.retain(|_, weeks| {
        weeks.retain(|week| *week < monday);
        !weeks.is_empty()
    });
    for (class, weeks) in laps.classes(monday) {
        classes.entry(class).or_default().extend(weeks);
    }
    Judgement { alarms, findings, series, classes, rules: rules_of(watch.settings) }
}

#[cfg(test)]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small positive numbers"
)]
mod tests;
