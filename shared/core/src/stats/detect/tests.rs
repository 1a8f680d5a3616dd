use proptest::prelude::*;

use super::*;
use crate::time::Day;

/// Monday, 2026-01-05.
const MONDAY: Day = Day(20_458);

/// Eight hours apart, from a Monday on: 5 per cent of about normal noise, times a factor.
fn series(seed: u64, count: u64, factor: impl Fn(u64) -> f64) -> Vec<Sample> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut draw = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let sample = |index: u64| {
        let noise = (0..12).map(|_| draw()).sum::<f64>() - 6.0;
        let at = MONDAY.start().plus_millis(i64::try_from(index).unwrap() * 28_800_000);
        Sample { at, value: 300.0 * factor(index) * (0.05 * noise).exp() }
    };
    (0..count).map(sample).collect()
}

fn found(samples: &[Sample], rules: &Rules) -> Vec<(usize, Result<usize, Doubt>)> {
    history(samples, rules).changes.iter().map(|one| (one.index, one.confirmed)).collect()
}

fn alarms(samples: &[Sample]) -> Vec<Alarm> {
    let mut judge = Judge::new(Rules::default());
    samples.iter().filter_map(|sample| judge.push(*sample, 1).cloned()).collect()
}

#[test]
fn the_median_is_the_middle_or_between_two() {
    assert!((median(&mut [3.0, 1.0, 2.0, 10.0]) - 2.5).abs() < 1e-12);
    assert!((median(&mut [3.0, 1.0, 2.0]) - 2.0).abs() < 1e-12);
    assert!(median(&mut []).is_nan());
}

#[test]
fn a_watched_series_says_a_step_once_and_its_end_once() {
    for seed in 1..20 {
        let samples = series(seed, 240, |at| if (100..170).contains(&at) { 1.3 } else { 1.0 });
        let said: Vec<(usize, Direction)> =
            alarms(&samples).iter().map(|one| (one.index, one.size.direction)).collect();
        assert_eq!(said, [(100, Direction::Up), (170, Direction::Down)], "seed {seed}");
    }
}

#[test]
fn the_window_is_all_that_is_remembered() {
    let mut judge = Judge::new(Rules::default());
    for sample in series(1, 5_000, |_| 1.0) {
        judge.push(sample, 1);
        assert!(judge.samples.len() <= 2 * WINDOW);
    }
}

/// 0, 1 or 2 steps of a third.
fn steps() -> impl Strategy<Value = (u64, Vec<u64>)> {
    (1_u64..10_000, proptest::collection::vec(40_u64..200, 0..3))
}

fn stepped((seed, steps): &(u64, Vec<u64>)) -> Vec<Sample> {
    let factor = |at: u64| 1.3_f64.powi(steps.iter().filter(|step| at >= **step).count() as i32);
    series(*seed, 240, factor)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn units_make_no_difference(case in steps(), power in -20_i32..20) {
        let samples = stepped(&case);
        let scaled = |sample: &Sample| Sample { value: sample.value * 2_f64.powi(power), ..*sample };
        let other: Vec<Sample> = samples.iter().map(scaled).collect();
        prop_assert_eq!(found(&samples, &Rules::default()), found(&other, &Rules::default()));
        let place = |alarms: Vec<Alarm>| -> Vec<_> {
            alarms.iter().map(|one| (one.index, one.confirmed_index)).collect()
        };
        prop_assert_eq!(place(alarms(&samples)), place(alarms(&other)));
    }

    /// On the linear scale, which a value below zero brings about, where zero lies matters as little.
    #[test]
    fn the_place_of_zero_makes_no_difference(case in steps(), offset in 0_i32..64) {
        let rules = Rules { min_change: 0.0, ..Rules::default() };
        let moved = |by: f64| -> Vec<Sample> {
            let samples = stepped(&case).into_iter();
            // Eighths are exact, so that only the place of zero differs.
            let eighths = |value: f64| (value * 8.0).round() / 8.0;
            samples.map(|one| Sample { value: eighths(one.value) - by, ..one }).collect()
        };
        let other = moved(700.0 + f64::from(offset));
        prop_assert_eq!(found(&moved(700.0), &rules), found(&other, &rules));
    }

    #[test]
    fn whole_weeks_make_no_difference(case in steps(), weeks in 1_i64..500) {
        let samples = stepped(&case);
        let later = |sample: &Sample| Sample { at: sample.at.plus_days(7 * weeks), ..*sample };
        let other: Vec<Sample> = samples.iter().map(later).collect();
        prop_assert_eq!(found(&samples, &Rules::default()), found(&other, &Rules::default()));
    }

    /// Judging may begin at any Monday, from the samples before it.
    #[test]
    fn where_judging_is_taken_up_makes_no_difference(case in steps(), week in 1_usize..11) {
        let samples = stepped(&case);
        let whole = alarms(&samples);
        let from = 21 * week;
        let mut judge = Judge::new(Rules::default());
        for sample in samples.iter().take(from) {
            judge.learn(*sample);
        }
        for known in whole.iter().filter(|alarm| alarm.confirmed_index < from) {
            judge.know(known.index, known.size.deviations);
        }
        let later: Vec<Alarm> =
            samples.iter().skip(from).filter_map(|one| judge.push(*one, 1).cloned()).collect();
        let expected: Vec<Alarm> =
            whole.into_iter().filter(|alarm| alarm.confirmed_index >= from).collect();
        prop_assert_eq!(later, expected);
    }

    #[test]
    fn no_numbers_make_it_panic(values in proptest::collection::vec(any::<f64>(), 0..300)) {
        let at = |index: usize| MONDAY.start().plus_millis(index as i64 * 3_600_000);
        let samples: Vec<Sample> =
            values.iter().enumerate().map(|(index, value)| Sample { at: at(index), value: *value }).collect();
        history(&samples, &Rules::default());
        alarms(&samples);
    }

    /// The search finds the cheapest partition there is.
    #[test]
    fn the_partition_is_the_cheapest(values in proptest::collection::vec(-12.0_f64..12.0, 1..14)) {
        let mut partition = partition::Partition::new(loss::Loss::one());
        for value in &values {
            partition.push(*value);
        }
        let cost = |from: usize, to: usize| level_cost(&values[from..to]);
        let of = |changes: &[usize]| {
            let mut ends = changes.to_vec();
            ends.push(values.len());
            let starts = std::iter::once(0).chain(changes.iter().copied());
            let stretches = starts.zip(ends).map(|(from, to)| cost(from, to)).sum::<f64>();
            stretches + partition::CHANGE * changes.len() as f64
        };
        let cheapest = (0..1_usize << (values.len() - 1))
            .map(|set| {
                let all = (1..values.len()).filter(|place| set >> (place - 1) & 1 == 1);
                of(&all.collect::<Vec<_>>())
            })
            .fold(f64::INFINITY, f64::min);
        prop_assert!(of(&partition.changes()) <= cheapest + 1e-6);
    }
}

/// The cost of a stretch at its best level: outliers are those furthest off, on either side.
fn level_cost(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut best = sorted.len() as f64 * loss::BOUND;
    for from in 0..sorted.len() {
        for to in from + 1..=sorted.len() {
            let inner = &sorted[from..to];
            let mean = inner.iter().sum::<f64>() / inner.len() as f64;
            let outer = (sorted.len() - inner.len()) as f64 * loss::BOUND;
            best = best.min(outer + inner.iter().map(|value| (value - mean).powi(2)).sum::<f64>());
        }
    }
    best
}
