//! Laptime's judge, and the rules others use, each in its published form.

use laptime_core::stats::detect::{Direction, Judge, Rules, Sample};

/// A change that a detector was sure of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// The first sample after it.
    pub index: usize,
    /// The sample with which it was said.
    pub at: usize,
    /// Which way.
    pub direction: Direction,
}

/// Watches a series as it comes.
pub trait Detector: Sync {
    /// Its name in tables.
    fn name(&self) -> &'static str;

    /// What it says over a series, in the order in which it says it.
    fn watch(&self, samples: &[Sample]) -> Vec<Said>;
}

/// Laptime's own.
#[derive(Debug)]
pub struct Laptime(pub Rules);

impl Detector for Laptime {
    fn name(&self) -> &'static str {
        "Laptime"
    }

    fn watch(&self, samples: &[Sample]) -> Vec<Said> {
        let mut judge = Judge::new(self.0);
        let said = samples.iter().filter_map(|sample| {
            let alarm = judge.push(*sample, 1)?;
            let direction = alarm.size.direction;
            Some(Said { index: alarm.index, at: alarm.confirmed_index, direction })
        });
        said.collect()
    }
}

/// Perfherder: Student's t of the 12 samples from a point on against the up to 24 before it, those
/// nearer to the point weighing more, above 7, and no neighbour's is higher.
#[derive(Debug)]
pub struct Perfherder;

impl Detector for Perfherder {
    fn name(&self) -> &'static str {
        "t of 12 against 24, above 7"
    }

    fn watch(&self, samples: &[Sample]) -> Vec<Said> {
        const FORE: usize = 12;
        let values: Vec<f64> = samples.iter().map(|sample| sample.value).collect();
        let t = |at: usize| -> f64 {
            if at < FORE || at + FORE > values.len() {
                return 0.0;
            }
            let before: Vec<f64> =
                values[at.saturating_sub(24)..at].iter().rev().copied().collect();
            let ((m1, v1), (m2, v2)) = (weighted(&before), weighted(&values[at..at + FORE]));
            let error = (v1 / before.len() as f64 + v2 / FORE as f64).sqrt();
            if error > 0.0 { (m2 - m1) / error } else { 0.0 }
        };
        let ts: Vec<f64> = (0..values.len()).map(t).collect();
        let is_peak = |at: usize| {
            let around = at.saturating_sub(FORE)..(at + FORE).min(ts.len());
            ts[at].abs() > 7.0 && around.into_iter().all(|other| ts[other].abs() <= ts[at].abs())
        };
        let peaks = (0..ts.len()).filter(|at| is_peak(*at));
        peaks.map(|at| Said { index: at, at: at + FORE - 1, direction: way(ts[at]) }).collect()
    }
}

/// Mean and variance with weights that fall linearly from the first value on.
fn weighted(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let weights = (0..values.len()).map(|index| (n - index as f64) / n);
    let pairs: Vec<(f64, f64)> = values.iter().copied().zip(weights).collect();
    let whole: f64 = pairs.iter().map(|(_, weight)| weight).sum();
    let mean = pairs.iter().map(|(value, weight)| value * weight).sum::<f64>() / whole;
    let squares = pairs.iter().map(|(value, weight)| (value - mean).powi(2) * weight).sum::<f64>();
    (mean, squares / whole)
}

fn way(difference: f64) -> Direction {
    if difference < 0.0 { Direction::Down } else { Direction::Up }
}

/// A rule that compares the latest samples with the 30 before them, and begins anew where it spoke.
struct Against30<'a> {
    latest: usize,
    is_slower: &'a dyn Fn(&[f64], &[f64]) -> bool,
}

impl Against30<'_> {
    fn watch(&self, samples: &[Sample]) -> Vec<Said> {
        let values: Vec<f64> = samples.iter().map(|sample| sample.value).collect();
        let (mut said, mut from): (Vec<Said>, usize) = (Vec::new(), 0);
        for at in 0..values.len() {
            let Some(index) = (at + 1).checked_sub(self.latest) else { continue };
            if index < from + 30 {
                continue;
            }
            if (self.is_slower)(&values[index - 30..index], &values[index..=at]) {
                said.push(Said { index, at, direction: Direction::Up });
                from = index;
            }
        }
        said
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2])
}

/// The last five all above the median of the 30 before by more than three median deviations.
#[derive(Debug)]
pub struct LastFive;

impl Detector for LastFive {
    fn name(&self) -> &'static str {
        "5 above median + 3 MAD of 30"
    }

    fn watch(&self, samples: &[Sample]) -> Vec<Said> {
        let is_slower = |before: &[f64], latest: &[f64]| {
            let middle = median(before);
            let off: Vec<f64> = before.iter().map(|value| (value - middle).abs()).collect();
            let limit = middle + 3.0 * 1.4826 * median(&off);
            latest.iter().all(|value| *value > limit)
        };
        Against30 { latest: 5, is_slower: &is_slower }.watch(samples)
    }
}

/// Three in a row more than 25 per cent above the median of the 30 before.
#[derive(Debug)]
pub struct ThreeInARow;

impl Detector for ThreeInARow {
    fn name(&self) -> &'static str {
        "3 above median + 25 % of 30"
    }

    fn watch(&self, samples: &[Sample]) -> Vec<Said> {
        let is_slower = |before: &[f64], latest: &[f64]| {
            latest.iter().all(|value| *value > 1.25 * median(before))
        };
        Against30 { latest: 3, is_slower: &is_slower }.watch(samples)
    }
}

/// One sample above the mean of the 30 before by three standard deviations.
#[derive(Debug)]
pub struct ThreeSigma;

impl Detector for ThreeSigma {
    fn name(&self) -> &'static str {
        "1 above mean + 3 s of 30"
    }

    fn watch(&self, samples: &[Sample]) -> Vec<Said> {
        let is_slower = |before: &[f64], latest: &[f64]| {
            let mean = before.iter().sum::<f64>() / 30.0;
            let squares: f64 = before.iter().map(|value| (value - mean).powi(2)).sum();
            latest[0] > mean + 3.0 * (squares / 29.0).sqrt()
        };
        Against30 { latest: 1, is_slower: &is_slower }.watch(samples)
    }
}

/// Welch's t of the last 15 against the 15 before them, two-sided at 0.5 per cent.
#[derive(Debug)]
pub struct PlainT;

impl Detector for PlainT {
    fn name(&self) -> &'static str {
        "t of 15 against 30, at 0.5 %"
    }

    fn watch(&self, samples: &[Sample]) -> Vec<Said> {
        let moments = |values: &[f64]| {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0) / n)
        };
        let is_slower = |before: &[f64], latest: &[f64]| {
            let ((m1, v1), (m2, v2)) = (moments(before), moments(latest));
            // The 99.75 % point at about 28 degrees of freedom.
            (m2 - m1) / (v1 + v2).sqrt() > 3.047
        };
        Against30 { latest: 15, is_slower: &is_slower }.watch(samples)
    }
}
