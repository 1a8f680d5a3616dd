//! Judging a workflow: from its tracks to findings.
//!
//! Every series is judged sample by sample, each verdict by what had come until then. So judging can
//! be taken up again at any Monday from the samples before it, and ends where judging from the
//! beginning would have: [`judge`] is a function of the samples alone.

mod alarm;
mod carrier;
mod finding;
mod fleet;
mod group;
mod laps;
mod proportion;
mod series;
mod watch;

use std::collections::BTreeSet;

use crate::time::Day;
use crate::track::Track;

pub use alarm::Alarm;
pub use carrier::{Carrier, Carriers};
pub use finding::{AttemptRef, Cause, Finding, Level, State};
pub use fleet::{Told, told};
pub use group::LEADING;
pub use laps::{LEAD_DAYS, Laps};
pub use series::{Measure, Scope, SeriesKey};
pub use watch::{PACE_DAYS, Watch, crowd, series_count};

use crate::row::WorkflowId;

/// What is known of one workflow's series.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Judgement {
    /// Changes of single series, by time of confirmation.
    pub alarms: Vec<Alarm>,
    /// What they come to, by time of confirmation.
    pub findings: Vec<Finding>,
    /// Series that had a sample in the week before the last one.
    pub series: u32,
    /// Classes of runner that jobs ran on in that week.
    pub classes: BTreeSet<String>,
}

/// Judges a workflow anew from the Monday of `from` on.
///
/// `tracks` are those of its days from [`LEAD_DAYS`] and [`PACE_DAYS`] before that Monday, oldest
/// first; `held` is what
/// was known before, of which only what came before that Monday is used.
pub fn judge(
    id: WorkflowId,
    tracks: &[(Day, Track)],
    watch: &Watch<'_>,
    from: Day,
    held: Judgement,
) -> Judgement {
    let monday = from.week();
    let laps = Laps::of(tracks);
    let (mut alarms, series) = watch.alarms(&laps, monday, held.alarms);
    alarms.sort_by(|a, b| (a.confirmed.end, &a.series).cmp(&(b.confirmed.end, &b.series)));
    let findings = group::findings(id, &laps, &alarms, held.findings);
    Judgement { alarms, findings, series, classes: laps.recent_classes() }
}

#[cfg(test)]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small positive numbers"
)]
mod tests;
