use proptest::prelude::*;

use super::*;

fn dist(values: &[u64]) -> Dist {
    Dist::of(values.iter().copied().map(Millis))
}

/// Type 7 written down once more, on floats and without any of our structures.
fn exact(values: &[u64], p: f64) -> f64 {
    let mut sorted: Vec<f64> = values.iter().map(|value| *value as f64).collect();
    sorted.sort_by(f64::total_cmp);
    let at = p * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    low + (high - low) * at.fract()
}

#[test]
fn figures_of_a_few_samples_are_exact() {
    let figures = dist(&[4_000, 1_000, 3_000, 2_000]).figures();
    assert_eq!(figures.count, 4);
    assert_eq!((figures.mean, figures.min, figures.max), (Some(2.5), Some(1.0), Some(4.0)));
    assert_eq!((figures.p50, figures.p95, figures.p99), (Some(2.5), Some(3.85), Some(3.97)));
}

#[test]
fn no_sample_gives_no_figure() {
    assert_eq!(Dist::default().figures(), Figures::default());
}

#[test]
fn exact_values_are_stored_in_few_bytes() {
    let day = dist(&(0..512).map(|n| 300_000 + n * 37).collect::<Vec<_>>());
    let bytes = postcard::to_stdvec(&day).unwrap();
    assert!(bytes.len() < 600, "{} bytes", bytes.len());
    assert_eq!(postcard::from_bytes::<Dist>(&bytes).unwrap(), day);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn quantiles_are_within_one_per_cent_of_exact_at_every_n(
        values in prop::collection::vec(0..40_000_000_u64, 1..1_200), p in 0.0..=1.0_f64,
    ) {
        let (got, want) = (dist(&values).quantile(p).unwrap(), exact(&values, p));
        let room = if values.len() > EXACT_MAX { want * 0.01 } else { want * 1e-12 };
        prop_assert!((got - want).abs() <= room, "{got} for {want}");
    }

    #[test]
    fn adding_one_by_one_and_many_at_once_agree(
        values in prop::collection::vec(0..40_000_000_u64, 0..1_500), cut in any::<prop::sample::Index>(),
    ) {
        let (first, second) = values.split_at(cut.index(values.len() + 1));
        let mut many = dist(first);
        many.extend(second.iter().copied().map(Millis));
        let mut one_by_one = Dist::default();
        for value in &values {
            one_by_one.add(Millis(*value));
        }
        prop_assert_eq!(many, one_by_one);
    }

    #[test]
    fn merging_in_any_grouping_agrees(
        values in prop::collection::vec(0..40_000_000_u64, 0..1_500),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        reversed in any::<bool>(),
    ) {
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(values.len() + 1)).collect();
        at.extend([0, values.len()]);
        at.sort_unstable();
        let mut parts: Vec<Dist> = at.windows(2).map(|w| dist(&values[w[0]..w[1]])).collect();
        if reversed {
            parts.reverse();
        }
        let mut merged = Dist::default();
        for part in &parts {
            merged.merge(part);
        }
        prop_assert_eq!(postcard::to_stdvec(&merged), postcard::to_stdvec(&dist(&values)));
    }
}
