//! `laptime plan`, as people run it.

use std::fs;
use std::path::Path;

use kit::{Laptime, busy_history, lines};
use serde_json::Value;

fn laptime() -> Laptime {
    Laptime::on(Path::new("/nonexistent"))
}

#[test]
fn a_plan_needs_no_store() {
    let text = laptime().ok(&["plan", "--repositories", "1", "--jobs", "2000"]);
    assert!(text.starts_with("1 repository, 6 workflows, 400 runs with 2,000 jobs of 10 steps a month: 7,200 deliveries"), "{text}");
    for said in
        ["us-east-1", "total a month", "free quantities", "naive", "share the metrics of `other`"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    let without =
        laptime().ok(&["plan", "--repositories", "1", "--jobs", "2000", "--max-series", "1000"]);
    assert!(!without.contains("`other`"), "{without}");
}

#[test]
fn a_plan_as_json_adds_up() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("plan.json");
    let args = ["plan", "--runs", "4000", "--format", "json", "--out", out.to_str().unwrap()];
    assert_eq!(laptime().ok(&args), "");
    let plan: Value = serde_json::from_str(&fs::read_to_string(out).unwrap()).unwrap();
    let lines = plan["lines"].as_array().unwrap();
    let sum: f64 = lines.iter().map(|line| line["dollars"].as_f64().unwrap()).sum();
    let total = plan["total"].as_f64().unwrap();
    assert!((sum - total).abs() < 0.01, "{sum} {total}");
    assert_eq!(plan["usage"]["jobs"], 20_000.0, "five for each run");
    let dearer = laptime().ok(&[
        "plan",
        "--runs",
        "4000",
        "--format",
        "json",
        "--architecture",
        "x86_64",
        "--pass-minutes",
        "5",
    ]);
    let dearer: Value = serde_json::from_str(&dearer).unwrap();
    assert!(dearer["total"].as_f64().unwrap() > total);
}

#[test]
fn a_plan_is_made_from_what_a_store_has_seen() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = folder.path().join("deliveries.jsonl");
    fs::write(&file, lines(&busy_history(66))).unwrap();
    let (data, file) = (data.to_str().unwrap(), file.to_str().unwrap());
    laptime().ok(&["replay", "--data", data, file, "--now", "2026-05-12"]);
    let plan = |now: &str| {
        let text = laptime().ok(&["plan", "--data", data, "--now", now, "--format", "json"]);
        serde_json::from_str::<Value>(&text).unwrap()["usage"].clone()
    };
    laptime().ok(&["aggregate", "--data", data, "--now", "2026-05-12"]);
    let usage = plan("2026-05-12");
    let steps = 66.0 * 2.0 / 132.0;
    let expected = [("repositories", 1.0), ("workflows", 3.0), ("runs", 66.0), ("jobs", 132.0)];
    for (name, value) in expected.into_iter().chain([("steps_per_job", steps)]) {
        assert_eq!(usage[name], value, "{name}");
    }

    let told = laptime().fails(&["plan", "--data", data, "--now", "2026-08-01"]);
    assert!(told.contains("has no attempt of the 30 days before 2026-08-01"), "{told}");
    let told = laptime().fails(&["plan", "--data", data, "--jobs", "5"]);
    assert!(told.contains("cannot be used with"), "{told}");
    laptime().fails(&["plan", "--pass-minutes", "0"]);
}
