//! Against a search that tries every partition and every level.

#![expect(clippy::cast_precision_loss, reason = "small numbers")]

use proptest::prelude::*;

use super::*;
use crate::stats::detect::modes::Modes;
use crate::stats::detect::random::Random;

fn two() -> Loss {
    Loss::two(&Modes { gap: 6.0, share: 0.25, sigma: 1.0 }, true, 1.0)
}

/// The least cost of a stretch over a fine grid of levels.
fn of_stretch(x: &[f64], loss: &Loss) -> f64 {
    let cost = |level: f64| x.iter().map(|value| loss.at(value - level)).sum::<f64>();
    (-1_200..2_200).map(|step| cost(f64::from(step) / 100.0)).fold(f64::INFINITY, f64::min)
}

fn of_partition(x: &[f64], changes: &[usize], loss: &Loss) -> f64 {
    let starts = [0].into_iter().chain(changes.iter().copied());
    let ends = changes.iter().copied().chain([x.len()]);
    let stretches: f64 = starts.zip(ends).map(|(from, to)| of_stretch(&x[from..to], loss)).sum();
    stretches + CHANGE * changes.len() as f64
}

/// The least cost over all partitions.
fn least(x: &[f64], loss: &Loss) -> f64 {
    let mut best = vec![-CHANGE];
    for to in 1..=x.len() {
        let ending = (0..to).map(|from| best[from] + CHANGE + of_stretch(&x[from..to], loss));
        best.push(ending.fold(f64::INFINITY, f64::min));
    }
    best[x.len()]
}

/// Levels, jumps and outliers from a small generator.
fn series(seed: u64, count: usize) -> Vec<f64> {
    let mut random = Random::of(seed);
    let mut next = move || random.uniform();
    let mut level = 0.0;
    let sample = |_| {
        if next() < 0.15 {
            level = 10.0 * next() - 3.0;
        }
        let noise = 2.0 * (next() + next() + next() - 1.5);
        if next() < 0.1 { level + 8.0 * next() } else { level + noise }
    };
    (0..count).map(sample).collect()
}

#[test]
fn no_partition_with_two_modes_is_cheaper() {
    let loss = two();
    for seed in 1..=40 {
        let x = series(seed, 13);
        let mut partition = Partition::new(loss.clone());
        for value in &x {
            partition.push(*value);
        }
        let best = least(&x, &loss);
        let claimed = partition.best.cost;
        assert!((claimed - best).abs() < 0.01, "seed {seed}: {claimed} against {best}");
        let made = of_partition(&x, &partition.changes(), &loss);
        assert!((made - best).abs() < 0.01, "seed {seed}: {made} against {best}");
    }
}

/// The cost of a stretch at its best level: outliers are those furthest off, on either side.
fn exactly(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut best = sorted.len() as f64 * BOUND;
    for from in 0..sorted.len() {
        for to in from + 1..=sorted.len() {
            let inner = &sorted[from..to];
            let mean = inner.iter().sum::<f64>() / inner.len() as f64;
            let outer = (sorted.len() - inner.len()) as f64 * BOUND;
            best = best.min(outer + inner.iter().map(|value| (value - mean).powi(2)).sum::<f64>());
        }
    }
    best
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_partition_is_cheaper(x in prop::collection::vec(-12.0_f64..12.0, 1..14)) {
        let mut partition = Partition::new(Loss::one());
        for value in &x {
            partition.push(*value);
        }
        let of = |changes: &[usize]| {
            let starts = [0].into_iter().chain(changes.iter().copied());
            let ends = changes.iter().copied().chain([x.len()]);
            let stretches: f64 = starts.zip(ends).map(|(from, to)| exactly(&x[from..to])).sum();
            stretches + CHANGE * changes.len() as f64
        };
        let cheapest = (0..1_usize << (x.len() - 1))
            .map(|set| of(&(1..x.len()).filter(|at| set >> (at - 1) & 1 == 1).collect::<Vec<_>>()))
            .fold(f64::INFINITY, f64::min);
        prop_assert!(of(&partition.changes()) <= cheapest + 1e-6);
    }
}

#[test]
fn every_prefix_has_its_own_best() {
    let x = series(9, 13);
    let mut partition = Partition::new(Loss::one());
    for (index, value) in x.iter().enumerate() {
        partition.push(*value);
        let best = least(&x[..=index], partition.loss());
        assert!((partition.best.cost - best).abs() < 0.01, "{index}");
    }
}

#[test]
fn pieces_stay_few_and_cover_every_level() {
    let mut partition = Partition::new(two());
    for value in series(3, 2_000) {
        partition.push(value);
        let ends: Vec<f64> = partition.pieces.iter().map(|piece| piece.hi).collect();
        assert!(ends.windows(2).all(|pair| pair[0] < pair[1]), "{ends:?}");
        assert!(ends.last().is_some_and(|end| end.is_infinite()) && ends.len() < 200, "{ends:?}");
    }
}

#[test]
fn three_outliers_in_a_row_pay_for_no_change() {
    let mut x = vec![0.0; 40];
    x[20..23].fill(50.0);
    let changes = |x: &[f64]| {
        let mut partition = Partition::new(Loss::one());
        for value in x {
            partition.push(*value);
        }
        partition.changes()
    };
    assert_eq!(changes(&x), [] as [usize; 0]);
    x[20..30].fill(50.0);
    assert_eq!(changes(&x), [20, 30]);
}
