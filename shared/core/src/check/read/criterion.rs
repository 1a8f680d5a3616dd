//! What criterion leaves in `target/criterion`: `<benchmark>/new/estimates.json`, in nanoseconds,
//! with `sample.json` and `benchmark.json` beside it.

use serde::Deserialize;

use crate::check::{Format, Problem, Suite, Timing};

use super::figure::{Fault, Figure, Figures};
use super::gather::Gathered;

const NS: f64 = 1e-9;

#[derive(Deserialize)]
#[serde(expecting = "the estimates of criterion")]
struct Estimates {
    mean: Estimate,
    #[serde(default)]
    median: Estimate,
    #[serde(default)]
    std_dev: Estimate,
}

#[derive(Default, Deserialize)]
#[serde(default, expecting = "an object with point_estimate")]
struct Estimate {
    point_estimate: Figure,
    standard_error: Figure,
}

/// `times[i]` is of `iters[i]` passes.
#[derive(Deserialize)]
#[serde(expecting = "the sample of criterion")]
struct Sample {
    iters: Figures,
    times: Figures,
}

#[derive(Deserialize)]
#[serde(expecting = "the description of a benchmark")]
struct Description {
    full_id: Option<String>,
}

/// The files of one benchmark in a folder of criterion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CriterionFiles {
    /// Path of the benchmark in the folder, with `/` between its parts.
    pub path: String,
    /// `estimates.json`.
    pub estimates: Vec<u8>,
    /// `sample.json`, if it is there.
    pub sample: Option<Vec<u8>>,
    /// `benchmark.json`, if it is there.
    pub benchmark: Option<Vec<u8>>,
}

/// Reads the folder called `source`. A benchmark has the name that criterion gave it, which the
/// folders shorten, or else its path.
pub fn read_criterion(source: &str, folder: &[CriterionFiles]) -> Result<Suite, Vec<Problem>> {
    if folder.is_empty() {
        return Err(vec![Problem::NoCriterion]);
    }
    let mut gathered = Gathered::new(Format::Criterion);
    for files in folder {
        match benchmark(files) {
            Ok((name, timing)) => gathered.add(name, timing),
            Err(problem) => gathered.refuse(problem),
        }
    }
    gathered.suite(source)
}

fn benchmark(files: &CriterionFiles) -> Result<(String, Result<Timing, Fault>), Problem> {
    let within = |file: &str| {
        let path = format!("{}/new/{file}", files.path);
        move |problem: Problem| problem.within(&path)
    };
    let described = files.benchmark.as_deref().map(super::parsed::<Description>).transpose();
    let described = described.map_err(within("benchmark.json"))?;
    let name = described.and_then(|it| it.full_id).unwrap_or_else(|| files.path.clone());
    let sample = files.sample.as_deref().map(super::parsed::<Sample>).transpose();
    if let Some(sample) = sample.map_err(within("sample.json"))? {
        return Ok((name, sampled(&sample)));
    }
    let estimates = super::parsed(&files.estimates).map_err(within("estimates.json"))?;
    Ok((name, estimated(&estimates)))
}

/// One `estimates.json`.
pub(super) fn read_estimates(source: &str, bytes: &[u8]) -> Result<Gathered, Problem> {
    let timing = estimated(&super::parsed(bytes)?);
    Ok(Gathered::nameless(Format::Criterion, name_in(source), timing))
}

/// One `sample.json`.
pub(super) fn read_sample(source: &str, bytes: &[u8]) -> Result<Gathered, Problem> {
    let timing = sampled(&super::parsed(bytes)?);
    Ok(Gathered::nameless(Format::Criterion, name_in(source), timing))
}

fn sampled(sample: &Sample) -> Result<Timing, Fault> {
    let samples = sample.times.each(&sample.iters, ["times", "iters"], NS)?;
    Timing::of(samples).ok_or_else(|| Fault::new("times", "is empty"))
}

fn estimated(estimates: &Estimates) -> Result<Timing, Fault> {
    let mean = estimates.mean.point_estimate.time("mean.point_estimate", NS)?;
    let error = estimates.mean.standard_error.optional_time("mean.standard_error", NS)?;
    let deviation = estimates.std_dev.point_estimate.optional_time("std_dev.point_estimate", NS)?;
    let median = estimates.median.point_estimate.optional_time("median.point_estimate", NS)?;
    // The number of samples is not told, but the standard error of their mean is.
    let count = deviation.zip(error).filter(|(_, error)| *error > 0.0);
    let count = count.map(|(deviation, error)| (deviation / error).powi(2).max(2.0));
    Ok(Timing::told(mean, median, deviation, count))
}

/// `fib` of `target/criterion/fib/new/estimates.json`, `main` of `main.json`.
fn name_in(source: &str) -> String {
    let mut parts = source.rsplit(['/', '\\']);
    let file = parts.next().unwrap_or_default();
    let stem = file.strip_suffix(".json").unwrap_or(file);
    let folder = parts.nth(1).filter(|_| matches!(stem, "estimates" | "sample"));
    folder.filter(|folder| !folder.is_empty()).unwrap_or(stem).to_owned()
}
