use proptest::prelude::*;

use super::*;
use crate::check::{CriterionFiles, Format, Unreadable};

/// Everything that is said of a file, or what it holds.
fn told(bytes: &[u8]) -> String {
    match read("a.json", bytes) {
        Ok(suite) => format!("{} with {}", suite.format.name(), suite.examples()),
        Err(problems) => {
            let lines = problems.iter().map(ToString::to_string);
            lines.collect::<Vec<_>>().join("\n")
        }
    }
}

fn all_told(files: &[&str]) -> String {
    let one = |file: &&str| format!("{file}\n  {}\n", told(file.as_bytes()).replace('\n', "\n  "));
    files.iter().map(one).collect::<Vec<_>>().concat()
}

#[test]
fn a_file_is_what_its_content_says() {
    insta::assert_snapshot!(all_told(&[
        r#"{"benchmarks": [{"fullname": "t.py::a", "stats": {"mean": 1, "stddev": 0, "rounds": 1}}]}"#,
        r#"{"results": [{"command": "make", "mean": 1.5, "stddev": null}]}"#,
        r#"{"mean": {"point_estimate": 1.0}}"#,
        r#"{"iters": [1, 2], "times": [10, 21]}"#,
        "{\"reason\": \"group-complete\"}\n{\"reason\": \"benchmark-complete\", \"id\": \"fib\", \"unit\": \"ms\", \"mean\": {\"estimate\": 2}}\n",
        r#"{"benchmarks": 1.5, "results": 2, "mean": 3e-9, "reason": 0}"#,
        "\u{feff}{\"a\": 1}",
    ]), @r#"
    {"benchmarks": [{"fullname": "t.py::a", "stats": {"mean": 1, "stddev": 0, "rounds": 1}}]}
      pytest-benchmark with `t.py::a`
    {"results": [{"command": "make", "mean": 1.5, "stddev": null}]}
      hyperfine with `make`
    {"mean": {"point_estimate": 1.0}}
      criterion with `a`
    {"iters": [1, 2], "times": [10, 21]}
      criterion with `a`
    {"reason": "group-complete"}
    {"reason": "benchmark-complete", "id": "fib", "unit": "ms", "mean": {"estimate": 2}}

      cargo-criterion with `fib`
    {"benchmarks": 1.5, "results": 2, "mean": 3e-9, "reason": 0}
      names and seconds with `benchmarks`, `mean`, `reason`, …
    ﻿{"a": 1}
      names and seconds with `a`
    "#);
}

#[test]
fn what_is_no_file_of_timings_is_told_with_its_place() {
    insta::assert_snapshot!(all_told(&[
        "",
        " \n ",
        "[]",
        "[{\"name\": \"a\", \"value\": 1}]",
        "{}",
        "3",
        "{\"a\": \"fast\"}",
        "{\n  \"a\": 1,\n  \"b\": NaN\n}",
        "{\"a\": -Infinity}",
        "{\"a\": 1e400}",
        "{\"a\": 1} {\"b\": 2}",
        "{\"a\": 1",
        "name,seconds\na,1\n",
        r#"{"benchmarks": []}"#,
        r#"{"results": []}"#,
        r#"{"benchmarks": [1]}"#,
        r#"{"results": [{"command": 5, "mean": 1}]}"#,
        r#"{"results": [{"command": "a", "mean": 1, "mean": 2}]}"#,
        "{\"reason\": \"compiler-artifact\"}\n",
        "{\"reason\": \"benchmark-complete\"}\nCompiling laptime\n",
    ]), @r#"

      is empty
     
     
      is empty
    []
      is an array; what can be read is JSON of pytest-benchmark, estimates.json or sample.json of criterion, messages of cargo-criterion, hyperfine's export, or an object of names and seconds
    [{"name": "a", "value": 1}]
      is an array; what can be read is JSON of pytest-benchmark, estimates.json or sample.json of criterion, messages of cargo-criterion, hyperfine's export, or an object of names and seconds
    {}
      is an object of no known form; what can be read is JSON of pytest-benchmark, estimates.json or sample.json of criterion, messages of cargo-criterion, hyperfine's export, or an object of names and seconds
    3
      is a single value; what can be read is JSON of pytest-benchmark, estimates.json or sample.json of criterion, messages of cargo-criterion, hyperfine's export, or an object of names and seconds
    {"a": "fast"}
      is an object of no known form; what can be read is JSON of pytest-benchmark, estimates.json or sample.json of criterion, messages of cargo-criterion, hyperfine's export, or an object of names and seconds
    {
      "a": 1,
      "b": NaN
    }
      line 3, column 8: expected value (NaN and Infinity are no JSON)
    {"a": -Infinity}
      line 1, column 8: invalid number (NaN and Infinity are no JSON)
    {"a": 1e400}
      line 1, column 11: number out of range
    {"a": 1} {"b": 2}
      line 1, column 10: trailing characters
    {"a": 1
      line 1, column 7: EOF while parsing an object
    name,seconds
    a,1

      line 1, column 2: expected ident
    {"benchmarks": []}
      holds no benchmark (pytest-benchmark)
    {"results": []}
      holds no benchmark (hyperfine)
    {"benchmarks": [1]}
      line 1, column 17: invalid type: integer `1`, expected an object with fullname and stats
    {"results": [{"command": 5, "mean": 1}]}
      line 1, column 26: invalid type: integer `5`, expected a string
    {"results": [{"command": "a", "mean": 1, "mean": 2}]}
      line 1, column 47: duplicate field `mean`
    {"reason": "compiler-artifact"}

      holds no benchmark (cargo-criterion)
    {"reason": "benchmark-complete"}
    Compiling laptime

      line 2, column 1: expected value
    "#);
}

#[test]
fn every_wrong_figure_is_told() {
    insta::assert_snapshot!(all_told(&[
        r#"{"a": "fast", "b": -1, "c": null, "d": [1], "e": {}, "f": true, "g": 1e300, "h": 1, "i": 1e-30, "j": -0.0}"#,
        r#"{"a": 1, "a": 1, "b": 2, "a": 3}"#,
        r#"{"benchmarks": [
            {"fullname": "no stats"}, {"stats": {"mean": 1}}, {"fullname": "null", "stats": {"mean": null}},
            {"fullname": "text", "stats": {"mean": 1, "stddev": "x"}},
            {"fullname": "data", "stats": {"mean": 1, "data": [1, 2, "3"]}},
            {"fullname": "minus", "stats": {"mean": 1, "data": [1, -2]}},
            {"fullname": "twice", "stats": {"mean": 1}}, {"fullname": "twice", "stats": {"mean": 1}}]}"#,
        r#"{"results": [{"command": "a\u001b[31m", "mean": -1}, {"mean": 1}, {"command": "b", "times": 5}]}"#,
        r#"{"mean": {"point_estimate": -3}}"#,
        r#"{"iters": [1, 0], "times": [10, 20]}"#,
        r#"{"iters": [1], "times": [10, 20]}"#,
        r#"{"iters": [], "times": []}"#,
        r#"{"reason": "benchmark-complete", "id": "cycles", "unit": "cycles", "mean": {"estimate": 1}}"#,
        r#"{"reason": "benchmark-complete", "id": "no mean"}"#,
        r#"{"reason": "benchmark-complete", "mean": {"estimate": 1}}"#,
    ]), @r#"
    {"a": "fast", "b": -1, "c": null, "d": [1], "e": {}, "f": true, "g": 1e300, "h": 1, "i": 1e-30, "j": -0.0}
      `a`: its time is the text "fast", no number
      `b`: its time is -1: a time is not negative
      `c`: its time is missing
      `d`: its time is an array, no number
      `e`: its time is an object, no number
      `f`: its time is true, no number
      `g`: its time is 1e300: no such time was ever measured
      `i`: its time is 1e-30: no such time was ever measured
    {"a": 1, "a": 1, "b": 2, "a": 3}
      `a` occurs 3 times: give each benchmark a name of its own
    {"benchmarks": [
                {"fullname": "no stats"}, {"stats": {"mean": 1}}, {"fullname": "null", "stats": {"mean": null}},
                {"fullname": "text", "stats": {"mean": 1, "stddev": "x"}},
                {"fullname": "data", "stats": {"mean": 1, "data": [1, 2, "3"]}},
                {"fullname": "minus", "stats": {"mean": 1, "data": [1, -2]}},
                {"fullname": "twice", "stats": {"mean": 1}}, {"fullname": "twice", "stats": {"mean": 1}}]}
      `no stats`: stats is missing
      entry 2 has no name
      `null`: stats.mean is missing
      `text`: stats.stddev is the text "x", no number
      `data`: stats.data has the text "3" in place 2, no number
      `minus`: stats.data[1] is -2: a time is not negative
      `twice` occurs 2 times: give each benchmark a name of its own
    {"results": [{"command": "a\u001b[31m", "mean": -1}, {"mean": 1}, {"command": "b", "times": 5}]}
      `a\u{1b}[31m`: mean is -1: a time is not negative
      entry 2 has no name
      `b`: times is no array of numbers
    {"mean": {"point_estimate": -3}}
      `a`: mean.point_estimate is -3: a time is not negative
    {"iters": [1, 0], "times": [10, 20]}
      `a`: iters[1] is 0: no pass, no time
    {"iters": [1], "times": [10, 20]}
      `a`: times has 2 values, iters 1
    {"iters": [], "times": []}
      `a`: times is empty
    {"reason": "benchmark-complete", "id": "cycles", "unit": "cycles", "mean": {"estimate": 1}}
      `cycles`: unit is in `cycles`, which is no unit of time
    {"reason": "benchmark-complete", "id": "no mean"}
      `no mean`: mean is missing
    {"reason": "benchmark-complete", "mean": {"estimate": 1}}
      entry 1 has no name
    "#);
}

#[test]
fn units_are_seconds_inside() {
    let mean = |file: &str| {
        let suite = read("a", file.as_bytes()).unwrap();
        let mean = suite.benchmarks.into_values().next().unwrap().mean;
        format!("{mean:.3e}")
    };
    assert_eq!(mean(r#"{"mean": {"point_estimate": 1500}}"#), "1.500e-6");
    assert_eq!(mean(r#"{"a": -0.0}"#), "0.000e0", "one zero");
    assert_eq!(mean(r#"{"iters": [10, 20], "times": [1000, 4000]}"#), "1.500e-7");
    for (unit, seconds) in [
        ("ps", "2.000e-12"),
        ("ns", "2.000e-9"),
        ("µs", "2.000e-6"),
        ("ms", "2.000e-3"),
        ("s", "2.000e0"),
    ] {
        let file = format!(
            r#"{{"reason": "benchmark-complete", "id": "a", "unit": "{unit}",
                "iteration_count": [2], "measured_values": [4]}}"#
        );
        assert_eq!(mean(&file), seconds, "{unit}");
    }
}

#[test]
fn a_utf_16_file_and_a_large_one_are_told() {
    assert_eq!(told(b"\xff\xfe{\0}\0"), "is UTF-16: write it as UTF-8");
    let large = vec![0; MAX_BYTES + 1];
    assert_eq!(told(&large), "is larger than 256 MiB: leave out the single samples, or split it");
}

#[test]
fn a_folder_tells_of_every_file_in_it() {
    let files = |path: &str, estimates: &str, sample: Option<&str>| CriterionFiles {
        path: path.to_owned(),
        estimates: estimates.into(),
        sample: sample.map(Into::into),
        benchmark: None,
    };
    let folder = [
        files("good", r#"{"mean": {"point_estimate": 1}}"#, None),
        files("broken", "{", None),
        files("sample", "", Some("[1]")),
        files("minus", r#"{"mean": {"point_estimate": -1}}"#, None),
    ];
    let problems = read_criterion("target/criterion", &folder).unwrap_err();
    let nothing = read_criterion("empty\u{1b}", &[]).unwrap_err();
    let files = [("target/criterion".to_owned(), problems), ("empty\u{1b}".to_owned(), nothing)];
    insta::assert_snapshot!(Unreadable(files.into()), @r"
    nothing is compared, as there are problems:
      target/criterion: broken/new/estimates.json: line 1, column 1: EOF while parsing an object
      target/criterion: sample/new/sample.json: line 1, column 3: invalid length 1, expected the sample of criterion
      target/criterion: `minus`: mean.point_estimate is -1: a time is not negative
      empty\u{1b}: has no <benchmark>/new/estimates.json in it: name the folder target/criterion after `cargo bench`
    ");
}

#[test]
fn a_hundred_problems_are_counted() {
    let entries: Vec<String> = (0..100).map(|n| format!("\"b{n}\": -1")).collect();
    let file = format!("{{{}}}", entries.join(","));
    let problems = read("a.json", file.as_bytes()).unwrap_err();
    let told = Unreadable(vec![("a.json".to_owned(), problems)]).to_string();
    assert!(told.ends_with("\n  a.json: and 80 more"), "{told}");
    assert_eq!(told.lines().count(), 22);
}

#[test]
fn no_depth_is_too_deep() {
    let deep = |inner: &str| format!("{inner}{}", "[".repeat(100_000));
    for file in ["", r#"{"a": "#, r#"{"benchmarks": ["#, r#"{"results": [{"times": ["#] {
        let told = told(deep(file).as_bytes());
        assert!(told.contains("line 1, column 1000"), "{told}");
    }
}

proptest! {
    /// Real files with some bytes replaced: whatever they say, it is an answer.
    #[test]
    fn damage_is_told_and_never_panics(
        file in prop::sample::select(vec![
            &include_bytes!("../samples/pytest-before.json")[..],
            include_bytes!("../samples/hyperfine-before.json"),
            include_bytes!("../samples/cargo-criterion.jsonl"),
            include_bytes!("../samples/criterion-before/estimates.json"),
            include_bytes!("../samples/criterion-before/sample.json"),
        ]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        end in any::<prop::sample::Index>(),
    ) {
        let mut bytes = file.to_vec();
        for (at, byte) in &damage {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        bytes.truncate(end.index(bytes.len()) + 1);
        match read("a.json", &bytes) {
            Ok(suite) => prop_assert!(!suite.benchmarks.is_empty()),
            Err(problems) => prop_assert!(!problems.is_empty()),
        }
    }
}

#[test]
fn formats_have_names_of_their_own() {
    let all = [
        Format::PytestBenchmark,
        Format::Criterion,
        Format::CargoCriterion,
        Format::Hyperfine,
        Format::Flat,
    ];
    let names: std::collections::BTreeSet<_> = all.map(Format::name).into();
    assert_eq!(names.len(), all.len());
}
