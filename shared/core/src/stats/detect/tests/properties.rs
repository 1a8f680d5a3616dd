//! What must hold of any series.

#![expect(clippy::float_cmp, reason = "figures that are the very same")]

use proptest::prelude::*;

use super::*;

/// A seed, and the places of 0, 1 or 2 steps of a third.
fn steps() -> impl Strategy<Value = (u64, Vec<usize>)> {
    let places = (40_usize..110, 120_usize..200).prop_map(|(one, other)| vec![one, other]);
    (1_u64..10_000, places, 0_usize..3).prop_map(|(seed, mut places, count)| {
        places.truncate(count);
        (seed, places)
    })
}

/// Without outliers: beside a step they cost the same on both sides, and rounding decides.
fn stepped((seed, steps): &(u64, Vec<usize>)) -> Vec<Sample> {
    let mut random = Random::of(*seed);
    let rise = |at: usize, step: &usize| if at >= *step { 0.3_f64.ln_1p() } else { 0.0 };
    let value = |at| {
        let level: f64 = steps.iter().map(|step| rise(at, step)).sum();
        300.0 * (level + 0.05 * random.normal().clamp(-2.0, 2.0)).exp()
    };
    samples(3, (0..240).map(value))
}

fn mapped(samples: &[Sample], value: impl Fn(f64) -> f64) -> Vec<Sample> {
    samples.iter().map(|sample| Sample { value: value(sample.value), ..*sample }).collect()
}

/// What a history says, without sizes.
fn said(samples: &[Sample], rules: &Rules) -> Vec<(usize, Direction, Result<usize, Doubt>)> {
    let changes = history(samples, rules).changes;
    changes.iter().map(|one| (one.index, one.size.direction, one.confirmed)).collect()
}

fn places(samples: &[Sample]) -> Vec<(usize, usize)> {
    watched(samples).iter().map(|one| (one.index, one.confirmed_index)).collect()
}

/// Any number: mostly common ones, and all that is odd.
fn any_value() -> impl Strategy<Value = f64> {
    let odd = [
        0.0,
        -0.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        1e300,
        -1e300,
    ];
    prop_oneof![
        4 => -10.0..10.0_f64,
        2 => any::<f64>(),
        1 => prop::sample::select(odd.to_vec()),
        1 => any::<u64>().prop_map(f64::from_bits),
    ]
}

fn any_samples() -> impl Strategy<Value = Vec<Sample>> {
    let positive = prop::collection::vec(any_value().prop_map(f64::abs), 0..300);
    let mixed = prop::collection::vec(any_value(), 0..300);
    let gap = prop_oneof![Just(0_i64), 0..DAY_MS, Just(i64::MAX / 1_000)];
    (prop_oneof![positive, mixed], gap, any::<bool>()).prop_map(|(values, gap, repeats)| {
        let mut at = Time::from_millis(MONDAY_MS);
        let times = if repeats { 8 } else { 1 };
        let repeated = values.iter().flat_map(|value| std::iter::repeat_n(*value, times));
        let sample = |value| {
            at = at.plus_millis(gap);
            Sample { at, value }
        };
        repeated.map(sample).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_numbers_make_it_panic(samples in any_samples()) {
        let found = history(&samples, &Rules::default());
        prop_assert!(found.changes.is_sorted_by(|a, b| a.index < b.index));
        prop_assert!(found.changes.iter().all(|change| change.index < samples.len()));
        watched(&samples);
    }

    #[test]
    fn the_same_samples_give_the_same_verdict(case in steps()) {
        let samples = stepped(&case);
        prop_assert_eq!(history(&samples, &Rules::default()), history(&samples, &Rules::default()));
        prop_assert_eq!(watched(&samples), watched(&samples));
    }

    #[test]
    fn units_make_no_difference(case in steps(), power in -20_i32..20) {
        let (samples, rules) = (stepped(&case), Rules::default());
        let other = mapped(&samples, |value| value * 2_f64.powi(power));
        prop_assert_eq!(said(&samples, &rules), said(&other, &rules));
        prop_assert_eq!(places(&samples), places(&other));
    }

    /// On the linear scale, which a value below zero brings about, all figures scale too: those of
    /// doubled values are exactly twice as great.
    #[test]
    fn differences_scale_with_their_unit(case in steps(), power in -20_i32..20) {
        let factor = 2_f64.powi(power);
        let samples = mapped(&stepped(&case), |value| value - 330.0);
        let (once, other) = (
            history(&samples, &Rules::default()),
            history(&mapped(&samples, |value| value * factor), &Rules::default()),
        );
        prop_assert_eq!(once.changes.len(), other.changes.len());
        for (one, other) in once.changes.iter().zip(&other.changes) {
            prop_assert_eq!((one.index, one.confirmed), (other.index, other.confirmed));
            prop_assert_eq!(one.size.before * factor, other.size.before);
            prop_assert_eq!(one.size.errors, other.size.errors);
        }
    }

    /// There, where zero lies matters as little.
    #[test]
    fn the_place_of_zero_makes_no_difference(case in steps(), offset in 0_i32..64) {
        let rules = Rules { min_change: 0.0, ..Rules::default() };
        // Eighths are exact, so that only the place of zero differs.
        let eighths = |value: f64| (value * 8.0).round() / 8.0;
        let moved = |by: f64| mapped(&stepped(&case), |value| eighths(value) - by);
        let other = moved(700.0 + f64::from(offset));
        prop_assert_eq!(said(&moved(700.0), &rules), said(&other, &rules));
    }

    #[test]
    fn whole_weeks_make_no_difference(case in steps(), weeks in -500_i64..500) {
        let (samples, rules) = (stepped(&case), Rules::default());
        let later = |sample: &Sample| Sample { at: sample.at.plus_days(7 * weeks), ..*sample };
        let other: Vec<Sample> = samples.iter().map(later).collect();
        prop_assert_eq!(history(&samples, &rules), history(&other, &rules));
        prop_assert_eq!(places(&samples), places(&other));
    }

    /// Judging may begin at any Monday, from the samples before it.
    #[test]
    fn where_judging_is_taken_up_makes_no_difference(case in steps(), week in 1_usize..11) {
        let samples = stepped(&case);
        let whole = watched(&samples);
        let (before, after) = samples.split_at(21 * week);
        let mut judge = Judge::new(Rules::default());
        for sample in before {
            judge.learn(*sample);
        }
        let is_later = |alarm: &Alarm| alarm.confirmed_index >= before.len();
        for known in whole.iter().filter(|alarm| !is_later(alarm)) {
            judge.know(known.index, known.size.deviations);
        }
        let later: Vec<Alarm> =
            after.iter().filter_map(|one| judge.push(*one, 1).cloned()).collect();
        prop_assert_eq!(later, whole.into_iter().filter(is_later).collect::<Vec<_>>());
    }
}
