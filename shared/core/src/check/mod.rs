//! Two files of benchmark timings against each other: which benchmarks got slower, and whether that
//! can be told from noise. Lower is better.
//!
//! A file is read into a [`Suite`], two suites are compared to a [`Check`], and a check is rendered.

mod judge;
mod problem;
mod read;
mod suite;
#[cfg(test)]
#[expect(clippy::cast_precision_loss, reason = "53 bits of noise")]
mod tests;
mod text;
mod threshold;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

pub use judge::{Basis, Comparison, Figure, Verdict};
pub use problem::{Problem, Unreadable};
pub use read::{CriterionFiles, MAX_BYTES, read, read_criterion};
pub use suite::{Format, Suite, Timing};
pub use text::text;
pub use threshold::{Threshold, ThresholdError};

/// Name and version of the JSON form, as in `docs/check.schema.json`.
pub const SCHEMA: &str = "laptime.check/1";

/// A comparison of two suites.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct Check {
    /// Always `laptime.check/1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// Change in per cent from which a benchmark can be a regression or an improvement.
    pub threshold_pct: f64,
    /// Chance of one false alarm or more among all tested benchmarks together, at most; 0 to 1.
    pub significance: f64,
    /// What is compared with.
    pub baseline: Side,
    /// What is judged.
    pub current: Side,
    /// Benchmarks by what became of them.
    pub counts: Counts,
    /// Benchmarks on both sides: regressions first, then unclear, improved and unchanged ones; of
    /// equals the largest change first.
    pub comparisons: Vec<Comparison>,
    /// Names that only the current side has, sorted.
    pub added: Vec<String>,
    /// Names that only the baseline has, sorted.
    pub removed: Vec<String>,
}

/// Where one side comes from.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Side {
    /// File or folder, as it was named.
    pub source: String,
    /// What it was recognised as.
    pub format: Format,
    /// Benchmarks in it.
    pub benchmarks: u64,
}

/// How many benchmarks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Counts {
    /// Slower by the threshold or more, and not by chance.
    pub regression: u64,
    /// Faster by the threshold or more, and not by chance.
    pub improvement: u64,
    /// Changed by less than the threshold.
    pub unchanged: u64,
    /// Changed by the threshold or more, and chance may be why; or from zero.
    pub unclear: u64,
    /// Only on the current side.
    pub added: u64,
    /// Only in the baseline.
    pub removed: u64,
}

/// No name is on both sides.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "nothing to compare: no benchmark of {baseline} ({examples_baseline}) is in {current} \
     ({examples_current}); names have to be the same on both sides"
)]
pub struct NothingInCommon {
    /// Source of the baseline.
    pub baseline: String,
    /// Source of the current side.
    pub current: String,
    /// Some names of the baseline, safe to print.
    pub examples_baseline: String,
    /// Some names of the current side, safe to print.
    pub examples_current: String,
}

/// Compares what both suites have, and lists what only one of them has.
pub fn check(
    baseline: &Suite,
    current: &Suite,
    threshold: Threshold,
) -> Result<Check, NothingInCommon> {
    let (before, after) = aligned(baseline, current);
    let pairs =
        before.iter().filter_map(|(name, timing)| Some((*name, *timing, *after.get(name)?)));
    let comparisons = judge::judge(&pairs.collect::<Vec<_>>(), threshold);
    if comparisons.is_empty() {
        return Err(nothing_in_common(baseline, current));
    }
    let added = only_in(&after, &before);
    let removed = only_in(&before, &after);
    Ok(Check {
        schema: SCHEMA,
        threshold_pct: threshold.pct(),
        significance: judge::ALPHA,
        baseline: Side::of(baseline),
        current: Side::of(current),
        counts: Counts::of(&comparisons, &added, &removed),
        comparisons,
        added,
        removed,
    })
}

impl Check {
    /// The check as pretty JSON with a newline at its end; `docs/check.schema.json` describes it.
    /// Names are verbatim.
    pub fn json(&self) -> String {
        pretty(self)
    }
}

/// JSON Schema of [`Check::json`], as kept in `docs/check.schema.json`.
pub fn schema() -> String {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    pretty(&settings.into_generator().into_root_schema_for::<Check>())
}

/// Neither value can fail: keys are strings and writing is to memory.
fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

type Named<'a> = BTreeMap<&'a str, &'a Timing>;

/// Both sides by name. A file that does not tell the name of its one benchmark is compared with the
/// one benchmark of the other side, whatever that is called.
fn aligned<'a>(baseline: &'a Suite, current: &'a Suite) -> (Named<'a>, Named<'a>) {
    let alone = |suite: &Suite| suite.benchmarks.len() == 1;
    let guessed = baseline.nameless || current.nameless;
    if !(guessed && alone(baseline) && alone(current)) {
        return (baseline.named(), current.named());
    }
    let names = if current.nameless && !baseline.nameless { baseline } else { current };
    let called = |suite: &'a Suite| -> Named<'a> {
        names.benchmarks.keys().map(String::as_str).zip(suite.benchmarks.values()).collect()
    };
    (called(baseline), called(current))
}

fn only_in(side: &Named, other: &Named) -> Vec<String> {
    side.keys().filter(|name| !other.contains_key(*name)).map(ToString::to_string).collect()
}

fn nothing_in_common(baseline: &Suite, current: &Suite) -> NothingInCommon {
    NothingInCommon {
        baseline: baseline.source.clone(),
        current: current.source.clone(),
        examples_baseline: baseline.examples(),
        examples_current: current.examples(),
    }
}

impl Side {
    fn of(suite: &Suite) -> Self {
        let benchmarks = suite.benchmarks.len() as u64;
        Self { source: suite.source.clone(), format: suite.format, benchmarks }
    }
}

impl Counts {
    fn of(comparisons: &[Comparison], added: &[String], removed: &[String]) -> Self {
        let mut counts =
            Self { added: added.len() as u64, removed: removed.len() as u64, ..Self::default() };
        for comparison in comparisons {
            *match comparison.verdict {
                Verdict::Regression => &mut counts.regression,
                Verdict::Unclear => &mut counts.unclear,
                Verdict::Improvement => &mut counts.improvement,
                Verdict::Unchanged => &mut counts.unchanged,
            } += 1;
        }
        counts
    }
}
