//! The score in a few figures: what is committed, and what must not get worse.

use laptime_core::stats::detect::{Rules, history};

use crate::detector::Detector;
use crate::partition::Tally;
use crate::score::{Quiet, Steps, quiet, steps};
use crate::simulator::{Shape, stretches};

/// Seeds from here on were not looked at when constants were chosen.
pub const HELD_OUT_SEED: u64 = 1_000_000;

/// Noise of the series that must be quiet.
const NOISE: [f64; 2] = [0.05, 0.10];

/// How much is simulated.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Series of a year without a change, of each shape and noise.
    pub quiet: u64,
    /// Series with a step, of each kind.
    pub steps: u64,
    /// Histories with several steps.
    pub histories: u64,
}

/// The score of a detector.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// Each figure by its name, and whether more of it is better.
    pub figures: Vec<(&'static str, f64, bool)>,
}

impl Card {
    /// Of a detector of changes, on seeds and shapes that no constant was chosen on.
    pub fn of(detector: &dyn Detector, rules: &Rules, size: Size) -> Self {
        let tuned = false_alarms(detector, &Shape::TUNED, size.quiet);
        let held_out = false_alarms(detector, &Shape::HELD_OUT, size.quiet);
        let found = |shape, noise, factor| -> Steps {
            steps(detector, shape, (noise, factor), size.steps, HELD_OUT_SEED)
        };
        let cut = cut(rules, size.histories);
        let rises = |quiet: Quiet| quiet.rises as f64 * 1e3 / quiet.weeks;
        let figures = vec![
            ("false rises in 1,000 weeks, tuned shapes", rises(tuned), false),
            ("false rises in 1,000 weeks, held-out shapes", rises(held_out), false),
            ("false alarms in 1,000 weeks, tuned shapes", tuned.per_1000_weeks(), false),
            ("false alarms in 1,000 weeks, held-out shapes", held_out.per_1000_weeks(), false),
            ("+20 % in 5 % noise, found in 6", found(Shape::Plain, 0.05, 1.2).within(6), true),
            ("+10 % in 5 % noise, found in 12", found(Shape::Plain, 0.05, 1.1).within(12), true),
            ("+20 % in 10 % noise, found in 12", found(Shape::Plain, 0.10, 1.2).within(12), true),
            (
                "heavy tails, +20 % in 10 %, in 12",
                found(Shape::HeavyTails, 0.10, 1.2).within(12),
                true,
            ),
            ("skewed, +20 % in 10 %, in 12", found(Shape::Skewed, 0.10, 1.2).within(12), true),
            (
                "correlated, +20 % in 5 %, in 12",
                found(Shape::Correlated, 0.05, 1.2).within(12),
                true,
            ),
            ("two runners, +20 % in 5 %, in 12", found(Shape::Runners, 0.05, 1.2).within(12), true),
            ("histories, F1", cut.f1(), true),
            ("histories, false points in 1,000", cut.made_up_per_1000(), false),
        ];
        Self { figures }
    }
}

fn false_alarms(detector: &dyn Detector, shapes: &[Shape], count: u64) -> Quiet {
    let each = shapes.iter().flat_map(|shape| NOISE.map(|noise| (*shape, noise)));
    let each = each.map(|(shape, noise)| quiet(detector, shape, noise, count, HELD_OUT_SEED));
    each.fold(Quiet::default(), Quiet::plus)
}

/// How histories with several steps are cut.
pub fn cut(rules: &Rules, count: u64) -> Tally {
    let mut tally = Tally::default();
    for seed in HELD_OUT_SEED..HELD_OUT_SEED + count {
        let one = stretches(seed);
        let found = history(&one.samples, rules);
        let said: Vec<usize> = found.changes.iter().map(|change| change.index).collect();
        tally.add(&said, &one.changes, one.samples.len());
    }
    tally
}
