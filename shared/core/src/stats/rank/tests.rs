use proptest::prelude::*;

use super::*;

/// One-sided probabilities P(U ≤ u) of Mann and Whitney (1947), for two samples of one size.
#[test]
fn exact_probabilities_are_those_of_the_published_table() {
    let published: [(usize, &[f64]); 3] = [
        (3, &[0.05, 0.10, 0.20, 0.35, 0.50]),
        (4, &[0.014, 0.029, 0.057, 0.100, 0.171, 0.243, 0.343, 0.443]),
        (5, &[0.004, 0.008, 0.016, 0.028, 0.048, 0.075, 0.111, 0.155, 0.210, 0.274, 0.345]),
    ];
    for (size, table) in published {
        for (u, probability) in table.iter().enumerate() {
            let (before, after) = apart(size, u);
            let test = mann_whitney(&before, &after).unwrap();
            assert_eq!((test.u, test.exact), (u as f64, true));
            assert!((test.p / 2.0 - probability).abs() < 6e-4, "{size} {u}: {test:?}");
        }
    }
}

/// Two samples of `size` without ties in which U is `u`.
fn apart(size: usize, u: usize) -> (Vec<f64>, Vec<f64>) {
    let before = (1..=size).map(|n| n as f64).collect();
    let (full, rest) = (u / size, u % size);
    let after = (0..size).map(|n| match n {
        n if n < full => size as f64 + 1.0 + n as f64,
        n if n == full => rest as f64 + 0.5,
        n => n as f64 / (4 * size) as f64,
    });
    (before, after.collect())
}

/// Critical values of U for a two-sided test at 5 %, from the tables in textbooks.
#[test]
fn intervals_begin_behind_the_published_critical_values() {
    let published = [
        (4, 4, 0),
        (5, 5, 2),
        (5, 8, 6),
        (6, 6, 5),
        (7, 7, 8),
        (8, 8, 13),
        (8, 12, 22),
        (9, 9, 17),
        (10, 10, 23),
        (10, 15, 39),
        (12, 12, 37),
        (15, 15, 64),
        (20, 20, 127),
        (10, 20, 55),
    ];
    for (n, m, critical) in published {
        assert_eq!(interval_rank(n, m), Some(critical + 1), "{n} {m}");
        assert_eq!(interval_rank(m, n), Some(critical + 1), "{m} {n}");
    }
    for (n, m) in [(1, 1), (2, 2), (3, 3), (1, 20), (0, 5)] {
        assert_eq!(interval_rank(n, m), None, "{n} {m}");
    }
}

/// Permeability of membranes at term and at 12 to 26 weeks, the example of Hollander and Wolfe.
#[test]
fn an_example_of_the_literature() {
    let term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    let early = [1.15, 0.88, 0.90, 0.74, 1.21];
    let test = mann_whitney(&early, &term).unwrap();
    assert_eq!(test.u, 35.0);
    assert!((test.p - 0.254_412_254_412).abs() < 1e-12, "{test:?}");
    assert!((Ranks::of(&early, &term).normal_p() - 0.244_623_605).abs() < 1e-9);
}

/// Against values of `scipy.stats.mannwhitneyu` with `method='asymptotic'`.
#[test]
fn large_samples_take_the_normal_approximation_ties_or_not() {
    let sample = |size: u32, base: u32, step: u32, modulus: u32| -> Vec<f64> {
        (0..size).map(|n| f64::from(base + n * step % modulus)).collect()
    };
    let test = mann_whitney(&sample(40, 100, 37, 101), &sample(35, 104, 53, 97)).unwrap();
    assert_eq!((test.u, test.exact), (686.5, false));
    assert!((test.p - 0.890_184_091_306_6).abs() < 1e-9, "{test:?}");
    let test = mann_whitney(&sample(30, 0, 7, 5), &sample(30, 0, 11, 6)).unwrap();
    assert_eq!(test.u, 525.0);
    assert!((test.p - 0.263_144_990_252_0).abs() < 1e-9, "{test:?}");
}

#[test]
fn the_least_p_value_is_that_of_samples_that_do_not_overlap() {
    assert!((least_p(5, 5) - 2.0 / 252.0).abs() < 1e-15);
    assert!((least_p(1, 1) - 1.0).abs() < 1e-15);
    for (n, m) in [(2, 2), (3, 7), (10, 10), (25, 25)] {
        let before: Vec<f64> = (0..n).map(f64::from).collect();
        let after: Vec<f64> = (0..m).map(|value| 100.0 + f64::from(value)).collect();
        let test = mann_whitney(&before, &after).unwrap();
        let least = least_p(before.len(), after.len());
        assert!((test.p / least - 1.0).abs() < 1e-12, "{n} {m}: {} {least}", test.p);
    }
}

#[test]
fn nothing_and_nothing_but_ties_say_nothing() {
    assert_eq!(mann_whitney(&[], &[1.0]), None);
    assert_eq!(mann_whitney(&[1.0], &[]), None);
    assert_eq!(mann_whitney(&[2.0; 9], &[2.0; 8]).unwrap().p, 1.0);
    assert_eq!(mann_whitney(&[2.0; 90], &[2.0; 80]).unwrap().p, 1.0);
    assert_eq!(mann_whitney(&[0.0; 3], &[-0.0; 3]).unwrap().u, 4.5, "one zero");
}

#[test]
fn exact_and_normal_agree_where_one_gives_way_to_the_other() {
    let before: Vec<f64> = (0..25).map(|n| f64::from(n * 4)).collect();
    for shift in [1.0, 9.0, 17.0, 33.0, 60.0] {
        let after: Vec<f64> = before.iter().map(|value| value + shift).collect();
        let ranks = Ranks::of(&before, &after);
        let (exact, normal) = (ranks.exact_p(), ranks.normal_p());
        assert!((exact - normal).abs() < 0.003, "{shift}: {exact} {normal}");
    }
    let (exact, normal) = (exact_rank(25, 25), interval_rank(26, 25));
    assert!(normal.unwrap().abs_diff(exact) <= 12, "{exact} {normal:?}");
}

/// All choices of `size` of the values, each as the values chosen and those left.
fn arrangements(values: &[f64], size: usize) -> Vec<(Vec<f64>, Vec<f64>)> {
    let masks = (0_u32..1 << values.len()).filter(|mask| mask.count_ones() as usize == size);
    let part = |mask: u32, wanted: bool| {
        let chosen = move |at: &usize| (mask >> at & 1 == 1) == wanted;
        (0..values.len()).filter(chosen).map(|at| values[at]).collect()
    };
    masks.map(|mask| (part(mask, true), part(mask, false))).collect()
}

/// U by comparing every pair.
fn pairs(before: &[f64], after: &[f64]) -> f64 {
    let score = |a: f64, b: f64| if a > b { 1.0 } else { f64::from(u8::from(a == b)) / 2.0 };
    after.iter().flat_map(|a| before.iter().map(move |b| score(*a, *b))).sum()
}

proptest! {
    #[test]
    fn exact_p_is_the_share_of_arrangements_as_far_off(
        values in prop::collection::vec(0_u8..6, 2..10), cut in 1_usize..9,
    ) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let cut = cut.min(values.len() - 1);
        let (before, after) = values.split_at(cut);
        let mean = (before.len() * after.len()) as f64 / 2.0;
        let away = (pairs(before, after) - mean).abs();
        let all = arrangements(&values, cut);
        let far = all.iter().filter(|(b, a)| (pairs(b, a) - mean).abs() >= away).count();
        let test = mann_whitney(before, after).unwrap();
        prop_assert_eq!(test.u, pairs(before, after));
        let (reached, most) = errors(before, after);
        prop_assert!((reached * mean - (test.u - mean) * most).abs() < 1e-9);
        prop_assert!((test.p - far as f64 / all.len() as f64).abs() < 1e-12);
    }

    #[test]
    fn the_sides_may_be_exchanged_and_the_unit_does_not_matter(
        before in prop::collection::vec(1_u32..1_000, 1..60),
        after in prop::collection::vec(1_u32..1_000, 1..60),
        unit in 1e-9..1e9,
    ) {
        let values = |list: &[u32], unit: f64| -> Vec<f64> {
            list.iter().map(|n| f64::from(*n) * unit).collect()
        };
        let test = mann_whitney(&values(&before, 1.0), &values(&after, 1.0)).unwrap();
        let back = mann_whitney(&values(&after, 1.0), &values(&before, 1.0)).unwrap();
        prop_assert!((test.p - back.p).abs() < 1e-12);
        prop_assert_eq!(test.u + back.u, (before.len() * after.len()) as f64);
        prop_assert!((0.0..=1.0).contains(&test.p));
        prop_assert_eq!(mann_whitney(&values(&before, unit), &values(&after, unit)), Some(test));
    }
}
