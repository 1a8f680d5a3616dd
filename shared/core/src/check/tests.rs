use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::*;

mod real;

/// A suite of samples in seconds.
fn sampled(benchmarks: &[(&str, &[f64])]) -> Suite {
    let timing = |(name, samples): &(&str, &[f64])| {
        ((*name).to_owned(), Timing::of(samples.to_vec()).unwrap())
    };
    suite(benchmarks.iter().map(timing).collect())
}

/// A suite of single figures in seconds.
fn flat(benchmarks: &[(&str, f64)]) -> Suite {
    let timing = |(name, s): &(&str, f64)| ((*name).to_owned(), Timing::single(*s));
    suite(benchmarks.iter().map(timing).collect())
}

fn suite(benchmarks: BTreeMap<String, Timing>) -> Suite {
    Suite { source: "file.json".to_owned(), format: Format::Flat, benchmarks, nameless: false }
}

fn at(threshold: &str, baseline: &Suite, current: &Suite) -> Check {
    check(baseline, current, threshold.parse().unwrap()).unwrap()
}

/// Name, verdict and basis, most severe first.
fn told(check: &Check) -> Vec<(&str, Verdict, Basis)> {
    check.comparisons.iter().map(|one| (one.name.as_str(), one.verdict, one.basis)).collect()
}

fn verdict(baseline: &Suite, current: &Suite) -> (Verdict, Basis) {
    let check = at("10%", baseline, current);
    let [(_, verdict, basis)] = told(&check)[..] else { panic!("one benchmark: {check:?}") };
    (verdict, basis)
}

const STEADY: [f64; 8] = [1.00, 1.01, 0.99, 1.02, 0.98, 1.00, 1.01, 0.99];
const NOISY: [f64; 8] = [0.5, 1.9, 1.0, 0.7, 1.6, 1.1, 0.6, 1.4];

fn times(samples: &[f64], factor: f64) -> Vec<f64> {
    samples.iter().map(|sample| sample * factor).collect()
}

#[test]
fn significance_and_magnitude_are_two_questions() {
    let before = |samples: &[f64]| sampled(&[("it", samples)]);
    let table = [
        (&STEADY, 1.3, Verdict::Regression),
        (&STEADY, 0.7, Verdict::Improvement),
        (&STEADY, 1.08, Verdict::Unchanged),
        (&NOISY, 1.2, Verdict::Unclear),
        (&NOISY, 0.8, Verdict::Unclear),
        (&NOISY, 1.05, Verdict::Unchanged),
    ];
    for (samples, factor, expected) in table {
        let after = before(&times(samples, factor));
        assert_eq!(verdict(&before(samples), &after), (expected, Basis::Samples), "{factor}");
    }
    let check = at("10%", &before(&STEADY), &before(&times(&STEADY, 1.08)));
    let one = &check.comparisons[0];
    assert!(one.p_adjusted.unwrap() < 0.01, "significant, and too small to matter: {one:?}");
}

#[test]
fn without_any_spread_the_threshold_decides_from_itself_on() {
    let table = [
        (2.0, 2.2, Verdict::Regression),
        (3.0, 3.3, Verdict::Regression),
        (2.0, 2.199, Verdict::Unchanged),
        (2.0, 1.8, Verdict::Improvement),
        (2.0, 1.81, Verdict::Unchanged),
        (0.0, 0.0, Verdict::Unchanged),
        (0.0, 5.0, Verdict::Unclear),
        (5.0, 0.0, Verdict::Unclear),
    ];
    for (before, after, expected) in table {
        let found = verdict(&flat(&[("it", before)]), &flat(&[("it", after)]));
        assert_eq!(found, (expected, Basis::Threshold), "{before} {after}");
    }
    let same = at("0%", &flat(&[("it", 1.0)]), &flat(&[("it", 1.0)]));
    assert_eq!(same.counts.unchanged, 1, "no change is no regression at any threshold");
}

#[test]
fn the_basis_is_the_best_that_both_sides_have() {
    let three = &STEADY[..3];
    let coarse = [1.0; 8];
    let table: [(&[f64], &[f64], Basis); 6] = [
        (&STEADY, &STEADY, Basis::Samples),
        (&STEADY[..5], &STEADY, Basis::Samples),
        (&STEADY[..4], &STEADY, Basis::Spread),
        (three, three, Basis::Spread),
        (&STEADY, &STEADY[..1], Basis::Threshold),
        (&coarse[..3], &coarse[..3], Basis::Threshold),
    ];
    for (before, after, expected) in table {
        let found = verdict(&sampled(&[("it", before)]), &sampled(&[("it", after)]));
        assert_eq!(found.1, expected, "{} {}", before.len(), after.len());
    }
    let spread = suite([("it".to_owned(), Timing::told(1.0, None, Some(0.1), Some(9.0)))].into());
    assert_eq!(verdict(&spread, &sampled(&[("it", &STEADY)])).1, Basis::Spread);
    assert_eq!(verdict(&spread, &flat(&[("it", 2.0)])), (Verdict::Regression, Basis::Threshold));
    assert_eq!(Timing::told(1.0, None, Some(0.1), Some(1.0)).spread, None, "one value");
    assert_eq!(Timing::told(0.0, None, Some(0.1), Some(9.0)).spread, None, "around zero");
}

/// `count` benchmarks of which the first is slower after.
fn one_slower(count: usize, samples: &[f64], slower: &[f64]) -> (Suite, Suite) {
    let names: Vec<String> = (0..count).map(|n| format!("b{n:02}")).collect();
    let before: Vec<(&str, &[f64])> = names.iter().map(|name| (name.as_str(), samples)).collect();
    let mut after = before.clone();
    after[0].1 = slower;
    (sampled(&before), sampled(&after))
}

#[test]
fn the_more_are_compared_the_more_it_takes() {
    // Alone p is about 0.03.
    let slower: Vec<f64> = [1.5, 0.97, 1.4, 1.3, 1.005, 1.6, 1.7, 1.25].into();
    let verdict_among = |count| {
        let (before, after) = one_slower(count, &STEADY, &slower);
        let check = at("10%", &before, &after);
        let first = check.comparisons.iter().find(|one| one.name == "b00").unwrap();
        (first.verdict, first.basis, check.counts.regression)
    };
    assert_eq!(verdict_among(1), (Verdict::Regression, Basis::Samples, 1));
    assert_eq!(verdict_among(10), (Verdict::Unclear, Basis::Samples, 0));
}

#[test]
fn five_samples_are_enough_among_any_number_of_benchmarks() {
    let (before, after) = one_slower(50, &STEADY[..5], &times(&STEADY[..5], 2.0));
    let check = at("10%", &before, &after);
    assert_eq!(told(&check)[0], ("b00", Verdict::Regression, Basis::Spread));
    assert_eq!(check.counts.unchanged, 49);
    let (before, after) = one_slower(6, &STEADY[..5], &times(&STEADY[..5], 2.0));
    assert_eq!(told(&at("10%", &before, &after))[0].2, Basis::Samples, "ranks can tell among six");
    let (before, after) = one_slower(50, &[1.0; 5], &[2.0; 5]);
    let check = at("10%", &before, &after);
    assert_eq!(told(&check)[0], ("b00", Verdict::Regression, Basis::Threshold), "a coarse clock");
}

#[test]
fn noise_alone_gives_about_one_false_alarm_in_twenty_checks() {
    // Deterministic noise: a linear congruential generator, log-uniform over a factor of 1.5.
    let mut state = 11_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        1.5_f64.powf((state >> 11) as f64 / (1_u64 << 53) as f64)
    };
    for (size, expected) in [(5, Basis::Spread), (8, Basis::Samples)] {
        let mut side = || -> Suite {
            let timing = |n: u8| {
                let samples = (0..size).map(|_| noise()).collect();
                (n.to_string(), Timing::of(samples).unwrap())
            };
            suite((0..20).map(timing).collect())
        };
        let alarms = (0..200)
            .filter(|_| {
                let check = at("0%", &side(), &side());
                assert!(check.comparisons.iter().all(|one| one.basis == expected));
                check.counts.regression + check.counts.improvement > 0
            })
            .count();
        assert!((2..=20).contains(&alarms), "{alarms} of 200 checks of {size} samples");
    }
}

#[test]
fn samples_of_zero_are_times_too() {
    let some_zero = [0.0, 0.0, 1e-5, 2e-5, 3e-5, 2e-5, 1e-5];
    let most_zero = [0.0, 0.0, 0.0, 0.0, 3e-5, 2e-5, 1e-5];
    let check = at("10%", &sampled(&[("it", &some_zero)]), &sampled(&[("it", &some_zero)]));
    assert_eq!(check.comparisons[0].change_pct, Some(0.0));
    let check = at("10%", &sampled(&[("it", &most_zero)]), &sampled(&[("it", &some_zero)]));
    let one = &check.comparisons[0];
    assert_eq!((one.change_pct, one.verdict), (None, Verdict::Unclear), "nothing is a % of 0");
}

#[test]
fn what_only_one_side_has_is_listed_and_fails_nothing() {
    let before = flat(&[("kept", 1.0), ("old", 1.0)]);
    let after = flat(&[("kept", 1.0), ("new", 9.0)]);
    let check = at("10%", &before, &after);
    assert_eq!(
        (&check.added[..], &check.removed[..]),
        (&["new".to_owned()][..], &["old".to_owned()][..])
    );
    assert_eq!((check.counts.regression, check.counts.added, check.counts.removed), (0, 1, 1));
}

#[test]
fn nothing_in_common_is_told_with_names() {
    let before = flat(&[("a\u{1b}", 1.0), ("b", 1.0), ("c", 1.0), ("d", 1.0)]);
    let refused = check(&before, &flat(&[("x", 1.0)]), Threshold::default()).unwrap_err();
    insta::assert_snapshot!(refused, @r"nothing to compare: no benchmark of file.json (`a\u{1b}`, `b`, `c`, …) is in file.json (`x`); names have to be the same on both sides");
}

#[test]
fn a_benchmark_without_a_name_is_compared_with_the_only_one_there_is() {
    let nameless = |name: &str| Suite { nameless: true, ..flat(&[(name, 1.0)]) };
    let name = |before: &Suite, after: &Suite| {
        check(before, after, Threshold::default()).map(|check| check.comparisons[0].name.clone())
    };
    assert_eq!(name(&nameless("main"), &nameless("branch")).unwrap(), "branch");
    assert_eq!(name(&nameless("main"), &flat(&[("fib", 1.0)])).unwrap(), "fib");
    assert_eq!(name(&flat(&[("fib", 1.0)]), &nameless("branch")).unwrap(), "fib");
    assert!(name(&nameless("main"), &flat(&[("fib", 1.0), ("sum", 1.0)])).is_err());
    assert_eq!(name(&nameless("sum"), &flat(&[("fib", 1.0), ("sum", 1.0)])).unwrap(), "sum");
}

#[test]
fn the_most_severe_comes_first() {
    let before: Vec<(&str, f64)> = ["a", "b", "c", "d", "e", "f"].map(|name| (name, 1.0)).into();
    let after = [("a", 1.0), ("b", 1.2), ("c", 0.5), ("d", 0.0), ("e", 1.5), ("f", 0.7)];
    let check = at("10%", &flat(&before), &flat(&after));
    let order: String = told(&check).iter().map(|(name, ..)| *name).collect();
    assert_eq!(order, "ebdcfa");
}

#[test]
fn the_json_form_has_all_of_it() {
    let before = sampled(&[("slower", &STEADY), ("gone", &STEADY)]);
    let after = sampled(&[("slower", &times(&STEADY, 1.5)), ("new\u{1b}", &STEADY)]);
    insta::assert_snapshot!(at("5%", &before, &after).json(), @r#"
    {
      "schema": "laptime.check/1",
      "threshold_pct": 5.0,
      "significance": 0.05,
      "baseline": {
        "source": "file.json",
        "format": "flat",
        "benchmarks": 2
      },
      "current": {
        "source": "file.json",
        "format": "flat",
        "benchmarks": 2
      },
      "counts": {
        "regression": 1,
        "improvement": 0,
        "unchanged": 0,
        "unclear": 0,
        "added": 1,
        "removed": 1
      },
      "comparisons": [
        {
          "name": "slower",
          "verdict": "regression",
          "basis": "samples",
          "figure": "median",
          "before_s": 1.0,
          "after_s": 1.5,
          "change_pct": 50.0,
          "interval_pct": [
            48.48,
            51.53
          ],
          "p": 0.0001554,
          "p_adjusted": 0.0001554
        }
      ],
      "added": [
        "new\u001b"
      ],
      "removed": [
        "gone"
      ]
    }
    "#);
}

#[test]
fn the_schema_in_docs_is_the_one_of_the_check() {
    crate::kept::assert_kept("check.schema.json", &schema());
}

#[test]
fn nothing_in_a_name_acts_on_a_terminal_and_no_row_is_wider_than_it() {
    let hostile = format!("\u{1b}[31m{}\u{202e}\n::end", "x".repeat(300));
    let before = flat(&[(&hostile, 1.0), ("  ", 1.0), ("gone\u{7}", 1.0)]);
    let after = flat(&[(&hostile, 2.0), ("  ", 1.0), ("測\u{fe0f}".repeat(90).as_str(), 1.0)]);
    let before = Suite { source: "\u{1b}c.json".to_owned(), ..before };
    let check = at("10%", &before, &after);
    for width in [10, 60, 80, 120, 400] {
        let text = text(&check, width);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(!text.contains('\u{202e}') && text.contains("(no name)"), "{text}");
        let rows = text.lines().filter(|line| line.starts_with("  "));
        let widest = rows.map(UnicodeWidthStr::width).max().unwrap();
        assert!(widest <= width.max(60), "{widest} of {width}: {text}");
    }
    assert!(text(&check, 80).contains("::end"), "the end of a name tells most");
}

#[test]
fn long_lists_of_names_are_counted() {
    let names: Vec<String> = (0..13).map(|n| format!("new{n:02}")).collect();
    let mut after: Vec<(&str, f64)> = names.iter().map(|name| (name.as_str(), 1.0)).collect();
    after.push(("kept", 1.0));
    let text = text(&at("10%", &flat(&[("kept", 1.0)]), &flat(&after)), 80);
    assert!(text.contains("no regression, 1 unchanged, 13 added\n"), "{text}");
    assert!(text.contains("new09 and 3 more\n") && !text.contains("new10"), "{text}");
}

fn samples() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(0.5..2.0, 0..12).prop_map(|mut samples| {
        samples.push(1.0);
        samples
    })
}

proptest! {
    #[test]
    fn the_unit_of_all_times_changes_no_verdict(
        pairs in prop::collection::vec((samples(), samples()), 1..8), exponent in -9..9,
    ) {
        let unit = 10_f64.powi(exponent);
        let side = |samples: &[Vec<f64>], unit: f64| {
            let timings = samples.iter().map(|one| Timing::of(times(one, unit)).unwrap());
            suite((0..).map(|n: u8| n.to_string()).zip(timings).collect())
        };
        let (before, after): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        let plain = at("10%", &side(&before, 1.0), &side(&after, 1.0));
        let scaled = at("10%", &side(&before, unit), &side(&after, unit));
        // A change may be rounded to the other side of a hundredth, and change places.
        let verdicts = |check: &Check| {
            let of = |one: &Comparison| (one.name.clone(), (one.basis, one.verdict));
            check.comparisons.iter().map(of).collect::<BTreeMap<_, _>>()
        };
        let close = plain.comparisons.iter().any(|one| {
            one.change_pct.is_some_and(|change| (change.abs() - 10.0).abs() < 0.02)
        });
        prop_assert!(close || verdicts(&plain) == verdicts(&scaled));
    }

    #[test]
    fn a_suite_against_itself_has_not_changed(list in prop::collection::vec(samples(), 1..8)) {
        let names: Vec<String> = (0..list.len()).map(|n| n.to_string()).collect();
        let all: Vec<(&str, &[f64])> =
            names.iter().map(String::as_str).zip(list.iter().map(Vec::as_slice)).collect();
        let check = at("0.1%", &sampled(&all), &sampled(&all));
        prop_assert_eq!(check.counts.unchanged, list.len() as u64);
    }
}
