//! One side of a comparison: benchmarks by name, with what is known of their times.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::hostile;
use crate::stats::{self, Spread};

/// Names shown as examples.
const EXAMPLES: usize = 3;

/// What a file was recognised as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// The JSON of pytest-benchmark.
    PytestBenchmark,
    /// `estimates.json` or `sample.json` of criterion, or a folder of them.
    Criterion,
    /// The messages of cargo-criterion, a line each.
    CargoCriterion,
    /// The JSON export of hyperfine.
    Hyperfine,
    /// An object of names and seconds.
    Flat,
}

impl Format {
    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PytestBenchmark => "pytest-benchmark",
            Self::Criterion => "criterion",
            Self::CargoCriterion => "cargo-criterion",
            Self::Hyperfine => "hyperfine",
            Self::Flat => "names and seconds",
        }
    }
}

/// The benchmarks of a file or folder; at least one.
#[derive(Debug, Clone, PartialEq)]
pub struct Suite {
    /// File or folder, as it was named.
    pub source: String,
    /// What it was recognised as.
    pub format: Format,
    /// Times by name.
    pub benchmarks: BTreeMap<String, Timing>,
    /// It has one benchmark and does not tell its name, which is taken from the path.
    pub nameless: bool,
}

impl Suite {
    pub(super) fn named(&self) -> BTreeMap<&str, &Timing> {
        self.benchmarks.iter().map(|(name, timing)| (name.as_str(), timing)).collect()
    }

    /// Some of the names, safe to print.
    pub(super) fn examples(&self) -> String {
        let named = self.benchmarks.keys().take(EXAMPLES).map(|name| hostile::log(name));
        let shown = named.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        if self.benchmarks.len() > EXAMPLES { format!("{shown}, …") } else { shown }
    }
}

/// What is known of the time of one benchmark.
#[derive(Debug, Clone, PartialEq)]
pub struct Timing {
    /// Mean in seconds.
    pub mean: f64,
    /// Median in seconds, where it is known.
    pub median: Option<f64>,
    /// How the samples scatter, in seconds, where it is known.
    pub spread: Option<Spread>,
    /// The samples in seconds, where the file has them.
    pub samples: Vec<f64>,
}

impl Timing {
    /// Of samples, in seconds; None without any.
    pub(super) fn of(samples: Vec<f64>) -> Option<Self> {
        if samples.is_empty() {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "sizes of samples are far below 2^53")]
        let mean = samples.iter().sum::<f64>() / samples.len() as f64;
        let median = Some(stats::median(&mut samples.clone()));
        Some(Self { mean, median, spread: Spread::of(&samples), samples })
    }

    /// Of a single figure, in seconds.
    pub(super) fn single(seconds: f64) -> Self {
        Self { mean: seconds, median: Some(seconds), spread: None, samples: Vec::new() }
    }

    /// Of figures, in seconds. Without two values there is no spread, nor around zero.
    pub(super) fn told(
        mean: f64,
        median: Option<f64>,
        deviation: Option<f64>,
        count: Option<f64>,
    ) -> Self {
        let spread = deviation
            .zip(count)
            .filter(|(_, count)| mean > 0.0 && *count >= 2.0)
            .map(|(deviation, count)| Spread { mean, deviation, count });
        Self { mean, median, spread, samples: Vec::new() }
    }
}
