//! The JSON of pytest-benchmark. `--benchmark-json` has every sample, what is saved for later only
//! with `--benchmark-save-data`.

use serde::Deserialize;

use crate::check::{Format, Problem, Timing};

use super::figure::{Fault, Figure, Figures};
use super::gather::Gathered;

#[derive(Deserialize)]
struct File {
    benchmarks: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with fullname and stats")]
struct Entry {
    fullname: Option<String>,
    stats: Option<Stats>,
}

#[derive(Default, Deserialize)]
#[serde(default, expecting = "an object with mean, stddev and rounds")]
struct Stats {
    mean: Figure,
    median: Figure,
    stddev: Figure,
    rounds: Figure,
    data: Figures,
}

pub(super) fn read(bytes: &[u8]) -> Result<Gathered, Problem> {
    let file: File = super::parsed(bytes)?;
    let mut gathered = Gathered::new(Format::PytestBenchmark);
    for (at, entry) in (1..).zip(file.benchmarks) {
        let stats = entry.stats.as_ref().ok_or_else(|| Fault::new("stats", "is missing"));
        gathered.entry(at, entry.fullname, stats.and_then(timing));
    }
    Ok(gathered)
}

fn timing(stats: &Stats) -> Result<Timing, Fault> {
    if let Some(sampled) = Timing::of(stats.data.times("stats.data", 1.0)?) {
        return Ok(sampled);
    }
    Ok(Timing::told(
        stats.mean.time("stats.mean", 1.0)?,
        stats.median.optional_time("stats.median", 1.0)?,
        stats.stddev.optional_time("stats.stddev", 1.0)?,
        stats.rounds.count(),
    ))
}
