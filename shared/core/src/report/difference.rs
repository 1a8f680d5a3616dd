//! Findings under two sets of settings.

use schemars::JsonSchema;
use serde::Serialize;

use crate::report::Finding;
use crate::time::Time;

/// Name and version of the JSON form of findings.
pub const FINDINGS_SCHEMA: &str = "laptime.findings/1";

/// Hours between two changes of one thing that are taken for one.
const SAME_HOURS: i64 = 36;

/// What `laptime findings` tells.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct FindingList {
    /// Always `laptime.findings/1`.
    #[schemars(extend("const" = FINDINGS_SCHEMA))]
    pub schema: &'static str,
    /// The findings.
    #[serde(flatten)]
    pub found: Found,
}

/// Findings, or how they would be others under other settings.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
#[serde(untagged)]
pub enum Found {
    /// As they are.
    Known {
        /// Series that were judged, of all workflows that ran in the last thirty days, whichever
        /// repository is asked for.
        series_judged: u64,
        /// Latest confirmed first, then what is not yet beyond doubt.
        findings: Vec<Finding>,
    },
    /// Under other settings.
    Compared(Difference),
}

/// What would be filed under the present settings and under others.
#[derive(Debug, Clone, Default, PartialEq, JsonSchema, Serialize)]
pub struct Difference {
    /// Under the others only.
    pub added: Vec<Finding>,
    /// Under the present ones only.
    pub removed: Vec<Finding>,
    /// Under both, as under the others.
    pub kept: Vec<Finding>,
}

impl Found {
    /// Leaves the findings of one repository, `owner/name` in any case.
    pub fn keep(&mut self, repository: &str) {
        let is_wanted = |finding: &Finding| finding.concerns(repository);
        match self {
            Self::Known { findings, .. } => findings.retain(is_wanted),
            Self::Compared(Difference { added, removed, kept }) => {
                for findings in [added, removed, kept] {
                    findings.retain(is_wanted);
                }
            }
        }
    }

    /// Whether there is nothing to tell.
    pub const fn is_empty(&self) -> bool {
        match self {
            Self::Known { findings, .. } => findings.is_empty(),
            Self::Compared(Difference { added, removed, kept }) => {
                added.is_empty() && removed.is_empty() && kept.is_empty()
            }
        }
    }

    /// Whether there is a confirmed regression that has not gone back; under other settings, one
    /// more.
    pub fn has_regression(&self) -> bool {
        let findings = match self {
            Self::Known { findings, .. } => findings,
            Self::Compared(difference) => &difference.added,
        };
        let is_open = |one: &Finding| one.direction == "regression" && one.state == "confirmed";
        findings.iter().any(is_open)
    }
}

/// JSON Schema of a [`FindingList`], as kept in `docs/findings.schema.json`.
pub fn findings_schema() -> String {
    let schema = schemars::schema_for!(FindingList);
    // Its keys are strings and writing is to memory: nothing can fail.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
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

#[cfg(test)]
mod tests {
    #[test]
    fn the_schema_in_docs_is_the_one_of_the_findings() {
        crate::kept::assert_kept("findings.schema.json", &super::findings_schema());
    }
}
