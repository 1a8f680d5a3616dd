//! Files of timings. What a file is, its content tells, never its name.

mod criterion;
mod figure;
mod flat;
mod gather;
mod hyperfine;
mod lines;
mod probe;
mod pytest;

use serde::de::DeserializeOwned;
use serde_json::Deserializer;

use crate::check::{Problem, Suite};
use probe::{Kind, Probe};

pub use criterion::{CriterionFiles, read_criterion};

/// Largest file that is taken, in bytes: some ten million samples.
pub const MAX_BYTES: usize = 256 * 1_048_576;

/// Reads the file called `source` into the benchmarks it holds, or says all that is wrong with it.
pub fn read(source: &str, bytes: &[u8]) -> Result<Suite, Vec<Problem>> {
    if bytes.len() > MAX_BYTES {
        return Err(vec![Problem::TooLarge(MAX_BYTES / 1_048_576)]);
    }
    let bytes = text_of(bytes).map_err(|problem| vec![problem])?;
    let gathered = recognised(source, bytes).map_err(|problem| vec![problem])?;
    gathered.suite(source)
}

/// What is to be parsed.
fn text_of(bytes: &[u8]) -> Result<&[u8], Problem> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Problem::Utf16);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() { Err(Problem::Empty) } else { Ok(bytes) }
}

fn recognised(source: &str, bytes: &[u8]) -> Result<gather::Gathered, Problem> {
    match probe(bytes)? {
        Probe { reason: Some(Kind::String), .. } => lines::read(bytes),
        Probe { benchmarks: Some(Kind::Array), .. } => pytest::read(bytes),
        Probe { results: Some(Kind::Array), .. } => hyperfine::read(bytes),
        Probe { mean: Some(Kind::Object), .. } => criterion::read_estimates(source, bytes),
        Probe { iters: Some(Kind::Array), times: Some(Kind::Array), .. } => {
            criterion::read_sample(source, bytes)
        }
        Probe { top: Kind::Object, has_number: true, .. } => flat::read(bytes),
        Probe { top, .. } => Err(Problem::Unknown(top.found())),
    }
}

/// The shape of the first value: of lines there are several.
fn probe(bytes: &[u8]) -> Result<Probe, Problem> {
    let first = Deserializer::from_slice(bytes).into_iter::<Probe>().next();
    first.ok_or(Problem::Empty)?.map_err(|error| Problem::json(&error, bytes))
}

/// All of `bytes` as one value.
fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| Problem::json(&error, bytes))
}

#[cfg(test)]
mod tests;
