//! Samples gathered for one call, within what a call takes.

use std::collections::{BTreeMap, BTreeSet};

use crate::fleet::jobs::JobSteps;
use crate::fleet::names;
use crate::fleet::samples::{Reach, Sample, job_samples, samples, step};
use crate::port::{Datum, Unit, VALUES_MAX, Within};
use crate::row::{DayKey, Row};
use crate::time::Time;

/// Figures in one call at most: `CloudWatch` takes 1,000.
const DATA_MAX: usize = 1_000;

/// Bytes of one call at most, as estimated: `CloudWatch` takes 1 MB.
const BYTES_MAX: usize = 700_000;

/// Estimated bytes of a figure without its values and dimensions, and of a value with its count.
const DATUM_BYTES: usize = 250;
const VALUE_BYTES: usize = 40;

/// Samples of some attempts, as distributions.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    series: BTreeMap<Place, BTreeMap<u64, u64>>,
    bytes: usize,
    data: usize,
    /// Samples in it.
    pub samples: u64,
    /// The attempts whose samples they are.
    pub attempts: BTreeMap<DayKey, BTreeSet<Within>>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    reach: Reach,
    name: &'static str,
    unit: Unit,
    at: Time,
}

impl Batch {
    /// Adds the samples of an attempt, some of whose jobs have metrics of their own, as of `now`.
    /// Answers how many of them no service takes.
    pub fn add(&mut self, row: &Row, reach: Option<Reach>, own: &JobSteps, now: Time) -> u64 {
        self.attempts.entry(row.key()).or_default().insert(row.id.within_day());
        let (Some(reach), Some(at)) = (reach, step(row.end, now)) else {
            return samples_of(row, own);
        };
        for sample in samples(row) {
            self.take(reach.clone(), sample, at);
        }
        for (reach, sample) in job_samples(row, own, &reach) {
            self.take(reach, sample, at);
        }
        0
    }

    fn take(&mut self, reach: Reach, sample: Sample, at: Time) {
        let width = reach.width();
        let place = Place { reach, name: sample.name, unit: sample.unit, at };
        let values = self.series.entry(place).or_default();
        if !values.contains_key(&sample.value) {
            let starts = values.len().is_multiple_of(VALUES_MAX);
            self.data += usize::from(starts);
            self.bytes += VALUE_BYTES + if starts { DATUM_BYTES + width } else { 0 };
        }
        *values.entry(sample.value).or_default() += 1;
        self.samples += 1;
    }

    /// Whether another attempt of this size fits.
    pub fn has_room_for(&self, row: &Row, own: &JobSteps) -> bool {
        // Durations and queues of jobs, and all that there is once. A new series each, at worst.
        let values = 6 + 2 * row.jobs.len();
        let data = 6 + 2 * (1 + row.jobs.len() / VALUES_MAX);
        let reach = Reach::own(&row.names, row.segment);
        let bytes = values * VALUE_BYTES + data * (DATUM_BYTES + reach.width());
        let more = job_samples(row, own, &reach);
        let more_bytes = more.iter().map(|(reach, _)| VALUE_BYTES + DATUM_BYTES + reach.width());
        let (data, bytes) = (data + more.len(), bytes + more_bytes.sum::<usize>());
        self.attempts.is_empty() || self.data + data <= DATA_MAX && self.bytes + bytes <= BYTES_MAX
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.attempts.is_empty()
    }

    /// The figures, by series and time.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds and counts, far below 2^53")]
    pub fn data(&self) -> Vec<Datum> {
        let mut data = Vec::with_capacity(self.data);
        for (place, values) in &self.series {
            let values: Vec<(f64, f64)> =
                values.iter().map(|(value, count)| (*value as f64 / 1e3, *count as f64)).collect();
            data.extend(values.chunks(VALUES_MAX).map(|values| Datum {
                name: place.name,
                unit: place.unit,
                dimensions: place.reach.dimensions(),
                at: place.at,
                values: values.to_vec(),
            }));
        }
        data
    }
}

/// How many samples an attempt gives, some of whose jobs have metrics of their own.
pub fn samples_of(row: &Row, own: &JobSteps) -> u64 {
    (samples(row).len() + job_samples(row, own, &Reach::other()).len()) as u64
}

/// The durations of runs under the name that other programs use.
pub fn compatible(data: &[Datum]) -> Vec<Datum> {
    let durations = data.iter().filter(|datum| datum.name == names::RUN_DURATION);
    durations.map(|datum| Datum { name: "PipelineDuration", ..datum.clone() }).collect()
}

/// Figures in calls that a metrics service takes.
pub fn calls(data: &[Datum]) -> Vec<&[Datum]> {
    let (mut calls, mut from, mut bytes) = (Vec::new(), 0, 0);
    for (at, datum) in data.iter().enumerate() {
        let width = width(datum);
        if at - from == DATA_MAX || at > from && bytes + width > BYTES_MAX {
            calls.extend(data.get(from..at));
            (from, bytes) = (at, 0);
        }
        bytes += width;
    }
    calls.extend(data.get(from..).filter(|rest| !rest.is_empty()));
    calls
}

fn width(datum: &Datum) -> usize {
    let names: usize = datum.dimensions.iter().map(|(name, value)| name.len() + value.len()).sum();
    DATUM_BYTES + names + VALUE_BYTES * datum.values.len()
}
