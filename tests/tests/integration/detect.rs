//! `laptime detect`, as people and pipelines run it.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use fastrand::Rng;
use kit::Laptime;
use serde_json::Value;

fn laptime() -> Laptime {
    Laptime::on(Path::new("/nonexistent"))
}

/// 120 samples, one every eight hours, around 100 with five per cent of noise; `factor` stretches
/// the sample at a position.
fn series(seed: u64, factor: impl Fn(usize) -> f64) -> String {
    let mut random = Rng::with_seed(seed);
    let mut lines = String::from("time,value\n");
    for index in 0..120 {
        let noise: f64 = (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
        let value = 100.0 * factor(index) * (0.05 * noise).exp();
        writeln!(lines, "{},{value:.3}", 1_770_000_000 + index * 28_800).unwrap();
    }
    lines
}

/// What is said of a series that comes through a pipe: exit code, output, errors.
fn told(input: &str, more: &[&str]) -> (i32, String, String) {
    let mut args = vec!["detect", "-"];
    args.extend(more);
    let mut command = laptime().command(&args);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn found(input: &str, more: &[&str]) -> Value {
    let (code, text, errors) = told(input, &[&["--format", "json"], more].concat());
    assert_eq!(code, 0, "{errors}");
    let found = serde_json::from_str(&text).unwrap();
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/detect.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    assert!(jsonschema::validate(&schema, &found).is_ok(), "{found}");
    found
}

fn confirmed(found: &Value) -> Vec<&Value> {
    found["changes"].as_array().unwrap().iter().filter(|one| one["confirmed"] == true).collect()
}

#[test]
fn a_step_is_named_where_it_is_and_noise_and_spikes_are_not() {
    for seed in 0..20 {
        let step = found(&series(seed, |index| if index >= 60 { 1.15 } else { 1.0 }), &[]);
        assert_eq!((&step["schema"], &step["points"]), (&"laptime.detect/1".into(), &120.into()));
        let changes = confirmed(&step);
        assert_eq!(changes.len(), 1, "seed {seed}: {step}");
        let change = changes[0];
        let index = change["index"].as_u64().unwrap();
        assert!((58..=62).contains(&index), "seed {seed}: {change}");
        assert_eq!(change["direction"], "regression");
        assert!((10.0..20.0).contains(&change["change_pct"].as_f64().unwrap()), "{change}");
        assert!(change["confirmed_at_index"].as_u64().unwrap() >= index + 4, "{change}");

        let noise = found(&series(seed, |_| 1.0), &[]);
        assert_eq!(confirmed(&noise).len(), 0, "seed {seed}: {noise}");
        let spike = |index: usize| if (60..63).contains(&index) { 1.6 } else { 1.0 };
        let spike = found(&series(seed, spike), &[]);
        assert_eq!(confirmed(&spike).len(), 0, "seed {seed}: {spike}");
    }
}

#[test]
fn a_regression_is_exit_code_1_where_that_is_asked_for() {
    let slower = series(1, |index| if index >= 60 { 1.3 } else { 1.0 });
    let faster = series(1, |index| if index >= 60 { 0.7 } else { 1.0 });
    assert_eq!(told(&slower, &[]).0, 0);
    assert_eq!(told(&slower, &["--fail-on-regression"]).0, 1);
    assert_eq!(told(&faster, &["--fail-on-regression"]).0, 0);
    assert_eq!(told(&faster, &["--fail-on-regression", "--higher-is-better"]).0, 1);
    assert_eq!(told(&slower, &["--fail-on-regression", "--min-change", "50"]).0, 0);
}

#[test]
fn columns_are_named_and_order_does_not_matter() {
    let plain = series(2, |index| if index >= 60 { 1.3 } else { 1.0 });
    let mut rows: Vec<&str> = plain.lines().skip(1).collect();
    Rng::with_seed(2).shuffle(&mut rows);
    let mut wide = String::from("branch,seconds,at\n");
    for row in rows {
        let (time, value) = row.split_once(',').unwrap();
        writeln!(wide, "main,{value},{time}").unwrap();
    }
    let named = found(&wide, &["--time", "at", "--value", "seconds"]);
    assert_eq!(named["changes"], found(&plain, &[])["changes"]);
    let (code, _, errors) = told(&wide, &["--time", "at", "--value", "minutes"]);
    assert!(code == 2 && errors.contains("minutes") && errors.contains("seconds"), "{errors}");
}

#[test]
fn what_is_no_series_is_told_with_its_place() {
    let cases = [
        ("", "standard input is no series: there is no line in it"),
        ("time,value\n1770000000,fast\n", "line 2"),
        ("time,value\n1770000000,1.0\nyesterday,2.0\n", "line 3"),
        ("time,value\n1770000000,NaN\n", "line 2"),
        ("time,value\n1770000000,inf\n", "line 2"),
    ];
    for (input, part) in cases {
        let (code, text, errors) = told(input, &[]);
        assert_eq!((code, text.as_str()), (2, ""), "{input:?}");
        assert!(errors.contains(part), "{input:?}: {errors}");
    }
    let missing = laptime().fails(&["detect", "/nonexistent/series.csv"]);
    assert!(missing.contains("/nonexistent/series.csv"), "{missing}");
    for quiet in ["1770000000,1.0\n", "1770000000,-1\n1770000100,-2\n1770000200,0\n"] {
        assert_eq!(found(quiet, &[])["changes"], Value::Array(vec![]), "{quiet:?}");
    }
}
