//! The best there can be: a CUSUM that knows the mean, the noise and the step it waits for.
//! (Moustakides 1986: no rule with as few false alarms is quicker in the worst case.)

use laptime_core::stats::detect::{Direction, Sample};

use crate::detector::Said;
use crate::simulator::Series;

/// A CUSUM for one series of log-normal noise.
#[derive(Debug, Clone, Copy)]
pub struct Cusum {
    level: f64,
    noise: f64,
    shift: f64,
    limit: f64,
}

impl Cusum {
    /// Knows the series and the factor of its step; `run` samples pass between two false alarms.
    pub fn knowing(series: &Series, factor: f64, run: f64) -> Self {
        let shift = factor.ln() / series.noise;
        Self { level: series.level, noise: series.noise, shift, limit: limit(shift.abs(), run) }
    }

    /// What it says first, if anything.
    pub fn watch(&self, samples: &[Sample]) -> Option<Said> {
        let (mut sum, mut index) = (0.0_f64, 0);
        for (at, sample) in samples.iter().enumerate() {
            let x = (sample.value.ln() - self.level) / self.noise;
            if sum <= 0.0 {
                index = at;
            }
            sum = (sum + self.shift * (x - self.shift / 2.0)).max(0.0);
            if sum > self.limit {
                let direction = if self.shift < 0.0 { Direction::Down } else { Direction::Up };
                return Some(Said { index, at, direction });
            }
        }
        None
    }
}

/// The limit of the log-likelihood ratio at which `run` samples pass between false alarms, by
/// Siegmund's approximation (1985): run = 2 (e^Δ − 1 − Δ) / δ², Δ = limit + 1.166 δ.
fn limit(shift: f64, run: f64) -> f64 {
    let average = |limit: f64| {
        let exponent = limit + 1.166 * shift;
        2.0 * (exponent.exp_m1() - exponent) / (shift * shift)
    };
    let (mut low, mut high) = (0.0, 60.0);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if average(middle) < run { low = middle } else { high = middle }
    }
    low
}
