//! The messages of `cargo criterion --message-format=json`, a line each.

use serde::Deserialize;
use serde_json::Deserializer;

use crate::check::{Format, Problem, Timing};

use super::figure::{Fault, Figure, Figures};
use super::gather::Gathered;

/// The message that has the times of a benchmark.
const COMPLETE: &str = "benchmark-complete";

#[derive(Deserialize)]
#[serde(expecting = "a message with a reason")]
struct Message {
    reason: String,
    id: Option<String>,
    unit: Option<String>,
    #[serde(default)]
    iteration_count: Figures,
    #[serde(default)]
    measured_values: Figures,
    mean: Option<Estimate>,
    median: Option<Estimate>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with estimate and unit")]
struct Estimate {
    #[serde(default)]
    estimate: Figure,
    unit: Option<String>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Gathered, Problem> {
    let mut gathered = Gathered::new(Format::CargoCriterion);
    let messages = Deserializer::from_slice(bytes).into_iter::<Message>();
    for (at, message) in (1..).zip(messages) {
        let message = message.map_err(|error| Problem::json(&error, bytes))?;
        if message.reason == COMPLETE {
            let timing = timing(&message);
            gathered.entry(at, message.id, timing);
        }
    }
    Ok(gathered)
}

fn timing(message: &Message) -> Result<Timing, Fault> {
    let (values, passes) = (&message.measured_values, &message.iteration_count);
    let unit_s = unit(message.unit.as_deref(), "unit")?;
    let samples = values.each(passes, ["measured_values", "iteration_count"], unit_s)?;
    if let Some(sampled) = Timing::of(samples) {
        return Ok(sampled);
    }
    let estimate = |estimate: &Option<Estimate>, field: &str| match estimate {
        Some(told) => told.estimate.optional_time(field, unit(told.unit.as_deref(), field)?),
        None => Ok(None),
    };
    let mean = estimate(&message.mean, "mean")?.ok_or_else(|| Fault::new("mean", "is missing"))?;
    Ok(Timing::told(mean, estimate(&message.median, "median")?, None, None))
}

/// Seconds in a unit; nanoseconds where none is told.
fn unit(told: Option<&str>, field: &str) -> Result<f64, Fault> {
    match told {
        None | Some("ns") => Ok(1e-9),
        Some("ps") => Ok(1e-12),
        Some("us" | "µs" | "μs") => Ok(1e-6),
        Some("ms") => Ok(1e-3),
        Some("s") => Ok(1.0),
        Some(other) => {
            let other = crate::hostile::terminal(other, 40);
            Err(Fault::new(field, &format!("is in `{other}`, which is no unit of time")))
        }
    }
}
