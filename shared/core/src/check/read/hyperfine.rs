//! The JSON export of hyperfine.

use serde::Deserialize;

use crate::check::{Format, Problem, Timing};

use super::figure::{Fault, Figure, Figures};
use super::gather::Gathered;

#[derive(Deserialize)]
struct File {
    results: Vec<Entry>,
}

/// Without `times` it is not known how many runs there were, so the standard deviation tells
/// nothing about the mean.
#[derive(Deserialize)]
#[serde(expecting = "an object with command, mean and times")]
struct Entry {
    command: Option<String>,
    #[serde(default)]
    mean: Figure,
    #[serde(default)]
    median: Figure,
    #[serde(default)]
    times: Figures,
}

pub(super) fn read(bytes: &[u8]) -> Result<Gathered, Problem> {
    let file: File = super::parsed(bytes)?;
    let mut gathered = Gathered::new(Format::Hyperfine);
    for (at, entry) in (1..).zip(file.results) {
        let timing = timing(&entry);
        gathered.entry(at, entry.command, timing);
    }
    Ok(gathered)
}

fn timing(entry: &Entry) -> Result<Timing, Fault> {
    if let Some(sampled) = Timing::of(entry.times.times("times", 1.0)?) {
        return Ok(sampled);
    }
    let median = entry.median.optional_time("median", 1.0)?;
    Ok(Timing::told(entry.mean.time("mean", 1.0)?, median, None, None))
}
