use super::{GridLine, Number};
use crate::render::units::{self, float};

/// Most lines above zero.
const MOST_LINES: u64 = 4;
/// Steps between lines that read well as seconds, minutes and hours.
const SECONDS: [u64; 22] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800, 14_400,
    21_600, 43_200, 86_400, 172_800, 432_000,
];
/// A value beyond this many times the 90th percentile is an outlier that would flatten the rest.
const OUTLIER: f64 = 3.0;
/// Room above the 90th percentile once outliers are clipped.
const HEADROOM: f64 = 1.3;

/// A vertical axis from zero to a round number.
pub(super) struct Scale {
    step: u64,
    lines: u64,
    height: f64,
    label: fn(u64) -> String,
}

impl Scale {
    /// An axis of durations that holds `values`, all but outliers.
    pub(super) fn seconds(values: &[f64], height: u32) -> Self {
        let top = top(values);
        Self::new(round_seconds(top), top, height, seconds_label)
    }

    /// An axis of counts that holds `most`.
    pub(super) fn counts(most: u64, height: u32) -> Self {
        Self::new(round_step(float(most)), float(most), height, units::count)
    }

    fn new(step: u64, top: f64, height: u32, label: fn(u64) -> String) -> Self {
        let lines = units::whole((top / float(step)).ceil()).max(1);
        Self { step, lines, height: f64::from(height), label }
    }

    /// The height of a value, counted from above; below 0 when the value is off the scale.
    pub(super) fn y(&self, value: f64) -> f64 {
        self.height * (1.0 - value / (float(self.step) * float(self.lines)))
    }

    pub(super) fn grid(&self) -> Vec<GridLine> {
        (0..=self.lines)
            .map(|line| line.saturating_mul(self.step))
            .map(|value| GridLine { y: Number(self.y(float(value))), label: (self.label)(value) })
            .collect()
    }
}

fn top(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let largest = sorted.last().copied().unwrap_or(0.0);
    let usual = sorted.get(sorted.len().saturating_sub(1) * 9 / 10).copied().unwrap_or(largest);
    if largest > usual * OUTLIER { usual * HEADROOM } else { largest }
}

/// Instants along an axis of `seconds`, from 0: place as a share of it, and label.
pub(in super::super) fn instants(seconds: f64) -> Vec<(f64, String)> {
    let step = round_seconds(seconds);
    let count = units::whole((seconds / float(step)).floor());
    let at = |nth: u64| (float(nth * step) / seconds, seconds_label(nth * step));
    (0..=count).map(at).collect()
}

fn round_seconds(top: f64) -> u64 {
    let fits = |step: &u64| float(*step * MOST_LINES) >= top;
    SECONDS.into_iter().find(fits).unwrap_or_else(|| round_step(top))
}

/// 1, 2 or 5 times a power of ten.
fn round_step(top: f64) -> u64 {
    let mut power = 1_u64;
    loop {
        for step in [1, 2, 5].map(|digit| power.saturating_mul(digit)) {
            if float(step) * float(MOST_LINES) >= top || step == u64::MAX {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

fn seconds_label(seconds: u64) -> String {
    match seconds {
        0 => "0".to_owned(),
        s if s < 60 => format!("{s} s"),
        s if s < 3_600 => format!("{} min", s / 60),
        s if s % 3_600 == 0 => format!("{} h", units::count(s / 3_600)),
        s => format!("{} h {:02}", s / 3_600, s % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale) -> Vec<String> {
        scale.grid().into_iter().map(|line| line.label).collect()
    }

    #[test]
    fn axes_have_round_lines() {
        assert_eq!(labels(&Scale::seconds(&[0.4], 100)), ["0", "1 s"]);
        assert_eq!(labels(&Scale::seconds(&[50.0], 100)), ["0", "15 s", "30 s", "45 s", "1 min"]);
        assert_eq!(labels(&Scale::seconds(&[700.0], 100)), ["0", "5 min", "10 min", "15 min"]);
        assert_eq!(
            labels(&Scale::seconds(&[6_000.0], 100)),
            ["0", "30 min", "1 h", "1 h 30", "2 h"]
        );
        assert_eq!(labels(&Scale::counts(7, 100)), ["0", "2", "4", "6", "8"]);
        assert_eq!(labels(&Scale::counts(0, 100)), ["0", "1"]);
        assert_eq!(labels(&Scale::seconds(&[], 100)), ["0", "1 s"]);
    }

    #[test]
    fn one_outlier_does_not_flatten_the_rest() {
        let mut values = vec![60.0; 30];
        values.push(20_000.0);
        let scale = Scale::seconds(&values, 100);
        assert!(scale.y(60.0) < 60.0);
        assert!(scale.y(20_000.0) < 0.0);
    }

    #[test]
    fn even_absurd_values_end() {
        assert!(!Scale::seconds(&[1e18], 100).grid().is_empty());
        assert!(!Scale::counts(u64::MAX, 100).grid().is_empty());
    }
}
