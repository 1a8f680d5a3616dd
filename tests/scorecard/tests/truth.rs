//! What the score itself is made of: counting, the ceiling, and series that are what they say.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::float_cmp,
    clippy::cast_precision_loss,
    reason = "tests"
)]

use scorecard::committed::watching;
use scorecard::partition::{Tally, annotated};
use scorecard::score::{Move, ceiling, steps};
use scorecard::simulator::{Plan, Shape, Step, series, stretches};

#[test]
fn a_series_follows_from_its_seed_and_has_its_noise_and_step() {
    let step = Step::sudden(5_000, 1.5);
    let plan = Plan { shape: Shape::Plain, noise: 0.1, samples: 10_000, step: Some(step) };
    let one = series(&plan, 7);
    assert_eq!(one.samples, series(&plan, 7).samples);
    assert_ne!(one.samples, series(&plan, 8).samples);
    assert!(one.samples.is_sorted_by_key(|sample| sample.at));
    let logs: Vec<f64> = one.samples.iter().map(|sample| sample.value.ln() - one.level).collect();
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    assert!(mean(&logs[..5_000]).abs() < 0.01);
    assert!((mean(&logs[5_000..]) - 1.5_f64.ln()).abs() < 0.01);
    let squares: Vec<f64> = logs[..5_000].iter().map(|log| log * log).collect();
    assert!((mean(&squares).sqrt() - 0.1).abs() < 0.005);
}

#[test]
fn a_ramp_takes_its_time_and_another_fleet_is_noisier() {
    let step = Step { index: 100, factor: 1.2, over: 100, noisier: 3.0 };
    let plan = Plan { shape: Shape::Plain, noise: 1e-6, samples: 300, step: Some(step) };
    let one = series(&plan, 1);
    let share = |index: usize| (one.samples[index].value.ln() - one.level) / 1.2_f64.ln();
    assert!(share(99).abs() < 1e-3 && (share(149) - 0.5).abs() < 1e-2);
    assert!((share(199) - 1.0).abs() < 1e-3 && (share(299) - 1.0).abs() < 1e-3);
}

#[test]
fn each_change_is_found_once_and_within_its_margin() {
    let mut tally = Tally::default();
    tally.add(&[10, 12, 40, 90], &[11, 46, 85], 100);
    assert_eq!((tally.found, tally.missed, tally.made_up), (2, 1, 2));
    assert!((tally.f1() - 4.0 / 7.0).abs() < 1e-12);
    assert!((tally.made_up_per_1000() - 20.0).abs() < 1e-12);
}

#[test]
fn annotators_are_averaged() {
    assert_eq!(annotated(&[50], &[vec![50], vec![50]], 100), (1.0, 1.0));
    let (f1, cover) = annotated(&[], &[vec![50]], 100);
    assert!((f1 - 2.0 / 3.0).abs() < 1e-12 && (cover - 0.5).abs() < 1e-12);
    let (f1, _) = annotated(&[50], &[vec![50], vec![]], 100);
    assert!((f1 - 1.0).abs() < 1e-12);
    let (f1, _) = annotated(&[20], &[vec![50]], 100);
    assert!((f1 - 0.5).abs() < 1e-12);
}

#[test]
fn stretches_hold_their_steps() {
    let with = (0..60).map(stretches).filter(|one| !one.changes.is_empty()).count();
    assert_eq!(with, 30);
    for one in (0..60).map(stretches) {
        let last = one.samples.len();
        assert!(one.changes.iter().all(|at| (25..last - 25).contains(at)));
        assert!(one.changes.windows(2).all(|pair| pair[1] - pair[0] >= 40));
    }
}

#[test]
fn nobody_beats_who_knows_the_step() {
    let ours = steps(&watching(), Shape::Plain, (0.1, Move::step(1.2)), 100, 1);
    let best = ceiling(Shape::Plain, (0.1, 1.2), 100, 1);
    assert!(best.within(6) >= ours.within(6) && best.within(12) >= ours.within(12) - 0.02);
    assert!(best.delay().unwrap() <= ours.delay().unwrap());
}
