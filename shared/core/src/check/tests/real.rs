//! Files that the tools themselves wrote: pytest-benchmark 5.3, criterion 0.8, cargo-criterion 1.1
//! and hyperfine 1.15, shortened where they describe the machine.

use super::*;

const PYTEST_BEFORE: &[u8] = include_bytes!("../samples/pytest-before.json");
const PYTEST_AFTER: &[u8] = include_bytes!("../samples/pytest-after.json");
const PYTEST_SAVED: &[u8] = include_bytes!("../samples/pytest-saved.json");
const HYPERFINE_BEFORE: &[u8] = include_bytes!("../samples/hyperfine-before.json");
const HYPERFINE_AFTER: &[u8] = include_bytes!("../samples/hyperfine-after.json");
const HYPERFINE_ZERO: &[u8] = include_bytes!("../samples/hyperfine-zero.json");
const CARGO_CRITERION: &[u8] = include_bytes!("../samples/cargo-criterion.jsonl");
const ESTIMATES: &[u8] = include_bytes!("../samples/criterion-before/estimates.json");

fn read_all(source: &str, bytes: &[u8]) -> Suite {
    read(source, bytes).unwrap()
}

fn shown(before: &Suite, after: &Suite) -> String {
    text(&at("10%", before, after), 110)
}

/// One benchmark, as it lies in `target/criterion`.
fn folder(estimates: &[u8], sample: &[u8], benchmark: &[u8]) -> CriterionFiles {
    CriterionFiles {
        path: "fib/recursive_ a_b/10".to_owned(),
        estimates: estimates.into(),
        sample: Some(sample.into()),
        benchmark: Some(benchmark.into()),
    }
}

fn criterion_before() -> CriterionFiles {
    let sample = include_bytes!("../samples/criterion-before/sample.json");
    folder(ESTIMATES, sample, include_bytes!("../samples/criterion-before/benchmark.json"))
}

fn criterion_after() -> CriterionFiles {
    folder(
        include_bytes!("../samples/criterion-after/estimates.json"),
        include_bytes!("../samples/criterion-after/sample.json"),
        include_bytes!("../samples/criterion-after/benchmark.json"),
    )
}

#[test]
fn pytest_benchmark_with_samples() {
    let (before, after) = (read_all("main.json", PYTEST_BEFORE), read_all("pr.json", PYTEST_AFTER));
    insta::assert_snapshot!(shown(&before, &after), @"
    2 regressions, 1 unchanged
    baseline main.json (pytest-benchmark, 3 benchmarks)
    current  pr.json (pytest-benchmark, 3 benchmarks)
    threshold 10 %; lower is better

      BENCHMARK                         BEFORE     AFTER   CHANGE  95 % INTERVAL     BASIS    VERDICT
      test_sort.py::test_sort[tuple]  699.1 ns  1.021 µs  +45.9 %  +45.0 to +46.7 %  samples  regression
      test_sort.py::test_sort[list]   709.5 ns  1.024 µs  +44.0 %  +42.5 to +45.2 %  samples  regression
      test_sort.py::test_sum          1.323 µs  1.320 µs   −0.1 %  −0.7 to +0.4 %    samples  unchanged

    samples: medians; the change is that of the typical pair, tested by ranks
    verdicts: at most 5 % chance of a false alarm in 3 tests
    ");
}

#[test]
fn pytest_benchmark_saved_without_samples() {
    let (before, after) = (read_all("main.json", PYTEST_SAVED), read_all("pr.json", PYTEST_AFTER));
    insta::assert_snapshot!(shown(&before, &after), @"
    2 regressions, 1 unchanged
    baseline main.json (pytest-benchmark, 3 benchmarks)
    current  pr.json (pytest-benchmark, 3 benchmarks)
    threshold 10 %; lower is better

      BENCHMARK                         BEFORE     AFTER   CHANGE  95 % INTERVAL     BASIS   VERDICT
      test_sort.py::test_sort[list]   713.7 ns  1.024 µs  +43.4 %  +42.4 to +44.5 %  spread  regression
      test_sort.py::test_sort[tuple]  725.9 ns  1.020 µs  +40.6 %  +39.8 to +41.4 %  spread  regression
      test_sort.py::test_sum          1.522 µs  1.409 µs   −7.5 %  −26.0 to +15.6 %  spread  unchanged

    spread: means, tested by their standard deviations
    verdicts: at most 5 % chance of a false alarm in 3 tests
    ");
}

#[test]
fn hyperfine() {
    let before = read_all("main.json", HYPERFINE_BEFORE);
    insta::assert_snapshot!(shown(&before, &read_all("pr.json", HYPERFINE_AFTER)), @"
    1 regression, 1 unchanged
    baseline main.json (hyperfine, 2 benchmarks)
    current  pr.json (hyperfine, 2 benchmarks)
    threshold 10 %; lower is better

      BENCHMARK    BEFORE     AFTER   CHANGE  95 % INTERVAL     BASIS    VERDICT
      sort 1     10.89 ms  14.89 ms  +36.9 %  +36.2 to +37.1 %  samples  regression
      same       12.89 ms  12.88 ms   ±0.0 %  −0.3 to +0.3 %    samples  unchanged

    samples: medians; the change is that of the typical pair, tested by ranks
    verdicts: at most 5 % chance of a false alarm in 2 tests
    ");
}

#[test]
fn hyperfine_takes_off_the_shell_and_gets_zeros() {
    let suite = read_all("main.json", HYPERFINE_ZERO);
    let timing = &suite.benchmarks["true"];
    assert_eq!((timing.median, timing.samples.len()), (Some(0.0), 3));
}

#[test]
fn criterion_and_cargo_criterion_call_a_benchmark_the_same() {
    let before = read_criterion("target/criterion", &[criterion_before()]).unwrap();
    insta::assert_snapshot!(shown(&before, &read_all("messages", CARGO_CRITERION)), @"
    no regression, 1 unchanged, 2 added
    baseline target/criterion (criterion, 1 benchmark)
    current  messages (cargo-criterion, 3 benchmarks)
    threshold 10 %; lower is better

      BENCHMARK                BEFORE     AFTER  CHANGE  95 % INTERVAL   BASIS    VERDICT
      fib/recursive: a/b/10  118.7 ns  119.3 ns  +0.5 %  +0.2 to +1.3 %  samples  unchanged

    added: fib/recursive: a/b/12, sum

    samples: medians; the change is that of the typical pair, tested by ranks
    verdicts: at most 5 % chance of a false alarm in 1 test
    ");
}

#[test]
fn a_folder_of_criterion_has_what_its_estimates_say() {
    let whole = read_criterion("target/criterion", &[criterion_after()]).unwrap();
    let bare = CriterionFiles { sample: None, benchmark: None, ..criterion_after() };
    let bare = read_criterion("target/criterion", &[bare]).unwrap();
    let (name, timing) = bare.benchmarks.first_key_value().unwrap();
    assert_eq!(name, "fib/recursive_ a_b/10");
    let sampled = &whole.benchmarks["fib/recursive: a/b/10"];
    assert!((sampled.mean / timing.mean - 1.0).abs() < 1e-9, "{sampled:?} {timing:?}");
    assert!((sampled.median.unwrap() / timing.median.unwrap() - 1.0).abs() < 1e-9);
    let (sampled, told) = (sampled.spread.unwrap(), timing.spread.unwrap());
    assert!((sampled.deviation / told.deviation - 1.0).abs() < 1e-9, "{sampled:?} {told:?}");
    assert!((8.0..13.0).contains(&told.count), "ten samples, by their standard error: {told:?}");
}

#[test]
fn a_single_file_of_criterion_is_named_by_its_place() {
    let name = |source: &str| {
        let suite = read_all(source, ESTIMATES);
        assert!(suite.nameless && suite.format == Format::Criterion);
        suite.benchmarks.into_keys().next().unwrap()
    };
    assert_eq!(name("target/criterion/fib/new/estimates.json"), "fib");
    assert_eq!(name(r"target\criterion\fib\new\estimates.json"), "fib");
    assert_eq!(name("main.json"), "main");
    assert_eq!(name("new/estimates.json"), "estimates");
    assert_eq!(name("-"), "-");
}
