//! The distribution of one measure: exact while there are few samples, a sketch beyond.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::report::Figures;
use crate::stats::{round, sketch::Sketch};
use crate::time::Millis;

/// Up to this many samples every value is kept.
pub const EXACT_MAX: usize = 512;

/// Count, sum, extremes and quantiles of samples. A function of the multiset of the samples alone:
/// it does not matter in which order or grouping they were added and merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dist {
    sum: u64,
    max: u64,
    samples: Samples,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Samples {
    /// All of them, rising.
    #[serde(serialize_with = "write_steps", deserialize_with = "read_steps")]
    Exact(Vec<u64>),
    Binned {
        count: u64,
        min: u64,
        bins: Sketch,
    },
}

impl Default for Dist {
    fn default() -> Self {
        Self { sum: 0, max: 0, samples: Samples::Exact(Vec::new()) }
    }
}

impl Dist {
    /// The distribution of these samples.
    pub fn of(samples: impl IntoIterator<Item = Millis>) -> Self {
        let mut dist = Self::default();
        dist.extend(samples);
        dist
    }

    /// Adds one sample.
    pub fn add(&mut self, sample: Millis) {
        let value = sample.0;
        self.sum = self.sum.saturating_add(value);
        self.max = self.max.max(value);
        match &mut self.samples {
            Samples::Exact(values) => {
                values.insert(values.partition_point(|held| *held <= value), value);
                self.bin_if_many();
            }
            Samples::Binned { count, min, bins } => {
                *count += 1;
                *min = value.min(*min);
                bins.add(value);
            }
        }
    }

    /// Adds all samples of another distribution.
    pub fn merge(&mut self, other: &Self) {
        if other.is_empty() {
            return;
        }
        self.sum = self.sum.saturating_add(other.sum);
        self.max = self.max.max(other.max);
        match (&mut self.samples, &other.samples) {
            (Samples::Exact(values), Samples::Exact(more)) => {
                merge_rising(values, more);
                self.bin_if_many();
            }
            (Samples::Binned { count, min, bins }, Samples::Exact(more)) => {
                *count += more.len() as u64;
                *min = more.first().map_or(*min, |first| *first.min(min));
                bins.merge(&Sketch::of_rising(more));
            }
            (Samples::Exact(values), Samples::Binned { count, min, bins }) => {
                let mut bins = bins.clone();
                bins.merge(&Sketch::of_rising(values));
                let min = values.first().map_or(*min, |first| *first.min(min));
                self.samples = Samples::Binned { count: count + values.len() as u64, min, bins };
            }
            (
                Samples::Binned { count, min, bins },
                Samples::Binned { count: more, min: lower, bins: added },
            ) => {
                *count += more;
                *min = *lower.min(min);
                bins.merge(added);
            }
        }
    }

    /// The same, moved rather than copied where nothing is held yet.
    pub fn absorb(&mut self, other: Self) {
        if self.is_empty() {
            *self = other;
        } else {
            self.merge(&other);
        }
    }

    /// Number of samples.
    pub fn count(&self) -> u64 {
        match &self.samples {
            Samples::Exact(values) => values.len() as u64,
            Samples::Binned { count, .. } => *count,
        }
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// Sum of all samples.
    pub const fn sum(&self) -> Millis {
        Millis(self.sum)
    }

    /// Mean in milliseconds; none without samples.
    #[expect(clippy::cast_precision_loss, reason = "sums stay far below 2^53 ms")]
    pub fn mean(&self) -> Option<f64> {
        let count = self.count();
        (count > 0).then(|| self.sum as f64 / count as f64)
    }

    /// The sample of a rank from 0 to count − 1, in milliseconds: exact, or the middle of its bin.
    /// The first and the last rank are exact always.
    #[expect(clippy::cast_precision_loss, reason = "samples stay far below 2^53 ms")]
    pub fn at_rank(&self, rank: u64) -> f64 {
        match &self.samples {
            Samples::Exact(values) => {
                let index = usize::try_from(rank).unwrap_or(usize::MAX);
                values.get(index).or(values.last()).copied().unwrap_or_default() as f64
            }
            Samples::Binned { min, .. } if rank == 0 => *min as f64,
            Samples::Binned { count, .. } if rank + 1 >= *count => self.max as f64,
            Samples::Binned { min, bins, .. } => {
                bins.at_rank(rank).clamp(*min as f64, self.max as f64)
            }
        }
    }

    /// Hyndman and Fan's type 7: linear interpolation at position p·(n − 1) counted from 0, in
    /// milliseconds; none without samples.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 ≤ position < count"
    )]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        let last = self.count().checked_sub(1)?;
        let position = p * last as f64;
        let below = position.floor();
        let (low, high) = (below as u64, position.ceil() as u64);
        let (from, to) = (self.at_rank(low), self.at_rank(high.min(last)));
        Some(from + (position - below) * (to - from))
    }

    /// The figures a report shows, in seconds rounded to a millisecond.
    pub fn figures(&self) -> Figures {
        let seconds = |ms: Option<f64>| ms.map(|ms| round(ms / 1000.0, 3));
        let last = self.count().checked_sub(1);
        Figures {
            count: self.count(),
            mean: seconds(self.mean()),
            min: seconds(last.map(|_| self.at_rank(0))),
            p50: seconds(self.quantile(0.5)),
            p95: seconds(self.quantile(0.95)),
            p99: seconds(self.quantile(0.99)),
            max: seconds(last.map(|last| self.at_rank(last))),
        }
    }

    /// How many samples are at most each bound, and not at most the one before it; then how many are
    /// beyond all. `bounds` rise. A binned sample counts where the middle of its bin is.
    pub fn by_bounds(&self, bounds: &[u64]) -> Vec<u64> {
        let mut counts = vec![0; bounds.len() + 1];
        let mut add = |value: u64, times: u64| {
            if let Some(count) = counts.get_mut(bounds.partition_point(|bound| *bound < value)) {
                *count += times;
            }
        };
        match &self.samples {
            Samples::Exact(values) => values.iter().for_each(|value| add(*value, 1)),
            Samples::Binned { bins, .. } => {
                bins.middles().for_each(|(middle, times)| add(middle, times));
            }
        }
        counts
    }

    fn bin_if_many(&mut self) {
        if let Samples::Exact(values) = &self.samples
            && values.len() > EXACT_MAX
        {
            let bins = Sketch::of_rising(values);
            let min = values.first().copied().unwrap_or_default();
            self.samples = Samples::Binned { count: values.len() as u64, min, bins };
        }
    }
}

/// Adds many samples at once: they are sorted once, where [`Dist::add`] finds the place of each.
impl Extend<Millis> for Dist {
    fn extend<T: IntoIterator<Item = Millis>>(&mut self, samples: T) {
        let mut samples = samples.into_iter();
        if let Samples::Exact(values) = &mut self.samples {
            for Millis(value) in samples.by_ref().take(EXACT_MAX + 1 - values.len()) {
                self.sum = self.sum.saturating_add(value);
                self.max = self.max.max(value);
                values.push(value);
            }
            values.sort_unstable();
            self.bin_if_many();
        }
        // Only bins are left to add to, if anything is.
        for sample in samples {
            self.add(sample);
        }
    }
}

/// Merges rising values into rising values, from the largest down, in one sweep.
#[expect(clippy::indexing_slicing, reason = "every index is below the length it is taken from")]
fn merge_rising(values: &mut Vec<u64>, more: &[u64]) {
    let (mut held, mut added) = (values.len(), more.len());
    values.resize(held + added, 0);
    while added > 0 {
        let place = held + added - 1;
        if held > 0 && values[held - 1] > more[added - 1] {
            held -= 1;
            values[place] = values[held];
        } else {
            added -= 1;
            values[place] = more[added];
        }
    }
}

/// Rising values are stored as their steps: most fit one or two bytes then.
#[expect(clippy::ptr_arg, reason = "serde passes the field's own type")]
fn write_steps<S: Serializer>(values: &Vec<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut last = 0;
    serializer.collect_seq(values.iter().map(|value| {
        let step = value.saturating_sub(last);
        last = *value;
        step
    }))
}

fn read_steps<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u64>, D::Error> {
    let mut values = Vec::<u64>::deserialize(deserializer)?;
    let mut last = 0_u64;
    for value in &mut values {
        last = last.saturating_add(*value);
        *value = last;
    }
    Ok(values)
}

#[cfg(test)]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small positive numbers"
)]
mod tests;
