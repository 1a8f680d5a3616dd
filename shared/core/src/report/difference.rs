//! Findings under two sets of settings.

use schemars::JsonSchema;
use serde::Serialize;

use crate::report::Finding;
use crate::time::Time;

/// Name and version of the JSON form of findings.
pub const FINDINGS_SCHEMA: &str = "laptime.findings/1";

/// Hours between two changes of one thing that are taken for one.
const SAME_HOURS: i64 = 36;

/// What is found under the present settings and under others.
#[derive(Debug, Clone, Default, PartialEq, JsonSchema, Serialize)]
pub struct Difference {
    /// Found under the others only.
    pub added: Vec<Finding>,
    /// Found under the present ones only.
    pub removed: Vec<Finding>,
    /// Found under both, as under the others.
    pub kept: Vec<Finding>,
}

impl Difference {
    /// From `now` to `then`.
    pub fn between(mut now: Vec<Finding>, then: Vec<Finding>) -> Self {
        let mut difference = Self::default();
        for finding in then {
            match now.iter().position(|held| is_same(held, &finding)) {
                Some(place) => {
                    now.remove(place);
                    difference.kept.push(finding);
                }
                None => difference.added.push(finding),
            }
        }
        difference.removed = now;
        difference
    }
}

/// Whether two findings speak of one change: other settings may date it a little differently, or
/// hang it on another of its series.
fn is_same(one: &Finding, other: &Finding) -> bool {
    let time = |finding: &Finding| finding.first_bad.ended_at.parse::<Time>().ok();
    let apart = time(one).zip(time(other)).map(|(a, b)| a.since(b).abs());
    let of = |finding: &Finding| (finding.kind, finding.repository_id, finding.workflow_id);
    of(one) == of(other)
        && one.direction == other.direction
        && one.unit == other.unit
        && apart.is_some_and(|apart| apart <= SAME_HOURS * 3_600_000)
}
