//! Numbers and what is said of many of them.

use serde_json::{Value, json};

/// Milliseconds in the order they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Samples(Vec<i64>);

impl Samples {
    /// One more.
    pub(super) fn add(&mut self, ms: i64) {
        self.0.push(ms);
    }

    /// Count, mean, extremes and quantiles in seconds, as the report has them.
    pub(super) fn as_json(&self) -> Value {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let count = i64::try_from(sorted.len()).unwrap_or(i64::MAX);
        let mean = (count > 0).then(|| seconds(sorted.iter().sum::<i64>() * 1_000 / count));
        json!({
            "count": count,
            "mean": mean,
            "min": sorted.first().map(|ms| seconds(ms * 1_000)),
            "p50": quantile(&sorted, 50),
            "p95": quantile(&sorted, 95),
            "p99": quantile(&sorted, 99),
            "max": sorted.last().map(|ms| seconds(ms * 1_000)),
        })
    }
}

/// The quantile at `percent`, by Hyndman and Fan's type 7: at position p·(n − 1), counted from 0,
/// linear in between. In hundredths of the distance between two samples, hence whole numbers.
fn quantile(sorted: &[i64], percent: usize) -> Option<f64> {
    let position = percent * sorted.len().checked_sub(1)?;
    let (index, hundredths) = (position / 100, position % 100);
    let low = sorted.get(index)?;
    let high = sorted.get(index + 1).unwrap_or(low);
    let between = (high - low) * i64::try_from(hundredths).ok()? * 10;
    Some(seconds(low * 1_000 + between))
}

/// Microseconds as seconds.
pub(super) fn seconds(micros: i64) -> f64 {
    // Two halves that fit a float exactly, then one division: 3.97, not 3.9699999999999998.
    let (high, low) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let whole = |part: i64| i32::try_from(part).map_or(f64::NAN, f64::from);
    (whole(high) * 1e6 + whole(low)) / 1e6
}

/// `part` of `whole`; none of nothing.
pub(super) fn share(part: u64, whole: u64) -> Option<f64> {
    let (part, whole) = (u32::try_from(part).ok()?, u32::try_from(whole).ok()?);
    (whole > 0).then(|| f64::from(part) / f64::from(whole))
}
