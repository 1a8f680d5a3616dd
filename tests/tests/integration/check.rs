//! `laptime check`, as people and pipelines run it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use kit::Laptime;
use serde_json::Value;

/// Files that the tools themselves wrote.
const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/core/src/check/samples");

fn laptime() -> Laptime {
    Laptime::on(Path::new("/nonexistent"))
}

fn sample(name: &str) -> String {
    format!("{SAMPLES}/{name}")
}

/// Exit code, standard output and standard error.
fn checked(baseline: &str, current: &str, more: &[&str]) -> (i32, String, String) {
    let mut args = vec!["check", "--baseline", baseline, "--current", current];
    args.extend(more);
    let output = laptime().run(&args);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A folder as criterion leaves it, with one benchmark, and what else lies about there.
fn criterion(root: &Path, side: &str) -> PathBuf {
    let folder = root.join(side);
    for place in ["fib/recursive_ a_b/10/new", "fib/recursive_ a_b/10/base", "report"] {
        fs::create_dir_all(folder.join(place)).unwrap();
    }
    for file in ["estimates.json", "sample.json", "benchmark.json"] {
        let from = sample(&format!("criterion-{side}/{file}"));
        fs::copy(from, folder.join("fib/recursive_ a_b/10/new").join(file)).unwrap();
    }
    fs::write(folder.join("fib/recursive_ a_b/10/base/estimates.json"), "not looked at").unwrap();
    std::os::unix::fs::symlink(&folder, folder.join("fib/circle")).unwrap();
    folder
}

#[test]
fn a_regression_is_exit_code_1_and_none_is_0() {
    let (before, after) = (sample("hyperfine-before.json"), sample("hyperfine-after.json"));
    let (code, text, _) = checked(&before, &after, &[]);
    assert_eq!(code, 1, "{text}");
    assert!(text.starts_with("1 regression, 1 unchanged\n"), "{text}");
    assert_eq!(checked(&before, &before, &[]).0, 0);
    assert_eq!(checked(&after, &before, &[]).0, 0, "faster is fine");
    assert_eq!(checked(&before, &after, &["--threshold", "50%"]).0, 0);
    let (code, text, _) = checked(&sample("pytest-saved.json"), &sample("pytest-after.json"), &[]);
    assert!(code == 1 && text.contains("spread"), "{text}");
}

#[test]
fn the_json_form_fits_its_schema_and_may_go_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("check.json");
    let more = ["--format", "json", "--out", out.to_str().unwrap()];
    let (code, text, _) =
        checked(&sample("pytest-before.json"), &sample("pytest-after.json"), &more);
    assert_eq!((code, text.as_str()), (1, ""));
    let check: Value = serde_json::from_str(&fs::read_to_string(out).unwrap()).unwrap();
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/check.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    assert!(jsonschema::validate(&schema, &check).is_ok(), "{check}");
    assert_eq!(check["counts"]["regression"], 2);
    assert_eq!(check["comparisons"][0]["basis"], "samples");
}

#[test]
fn a_folder_of_criterion_is_compared_with_one_and_with_the_lines_of_cargo_criterion() {
    let root = tempfile::tempdir().unwrap();
    let (before, after) = (criterion(root.path(), "before"), criterion(root.path(), "after"));
    let (before, after) = (before.to_str().unwrap(), after.to_str().unwrap());
    let (code, text, err) = checked(before, after, &[]);
    assert_eq!(code, 1, "{text}{err}");
    assert!(text.contains("fib/recursive: a/b/10"), "{text}");
    let (code, text, _) = checked(&sample("cargo-criterion.jsonl"), after, &[]);
    assert!(code == 1 && text.contains("2 removed"), "{text}");
    let one = format!("{after}/fib/recursive_ a_b/10");
    let file = format!("{one}/new/estimates.json");
    assert_eq!(checked(&one, &file, &[]).0, 0, "one benchmark, with its name and without");
    let (code, _, err) = checked(&format!("{after}/report"), after, &[]);
    assert!(code == 2 && err.contains("has no <benchmark>/new/estimates.json"), "{err}");
}

#[test]
fn one_side_may_come_through_a_pipe() {
    let before = sample("hyperfine-before.json");
    let mut command = laptime().command(&["check", "--baseline", &before, "--current", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let after = fs::read(sample("hyperfine-after.json")).unwrap();
    child.stdin.take().unwrap().write_all(&after).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let (code, _, err) = checked("-", "-", &[]);
    assert!(code == 2 && err.contains("standard input can be one side only"), "{err}");
}

#[test]
fn all_problems_of_both_files_are_told_together() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let wrong = write("wrong.json", r#"{"a": 1, "b\u001b[2J": -1, "a": 2}"#);
    let broken = write("broken.json", "{\n\"a\": NaN}");
    let (code, text, err) = checked(&wrong, &broken, &[]);
    assert_eq!((code, text.as_str()), (2, ""));
    for said in [
        r"wrong.json: `b\u{1b}[2J`: its time is -1",
        "wrong.json: `a` occurs 2 times",
        "broken.json: line 2, column",
        "NaN and Infinity are no JSON",
    ] {
        assert!(err.contains(said), "{said}: {err}");
    }
    let missing = folder.path().join("missing.json");
    let (code, _, err) = checked(missing.to_str().unwrap(), &wrong, &[]);
    assert!(code == 2 && err.contains("missing.json: cannot be read"), "{err}");
    let (code, _, err) =
        checked(&sample("hyperfine-after.json"), &sample("pytest-after.json"), &[]);
    assert!(code == 2 && err.contains("no benchmark of"), "{err}");
}

#[test]
fn a_threshold_that_could_be_a_share_is_refused() {
    let file = sample("hyperfine-before.json");
    for (threshold, said) in [
        ("0.1", "write 0.1% or 10%"),
        ("-5%", "no threshold"),
        ("ten", "no threshold"),
        ("nan", "no threshold"),
    ] {
        let (code, _, err) = checked(&file, &file, &["--threshold", threshold]);
        assert!(code == 2 && err.contains(said), "{threshold}: {err}");
    }
    for threshold in ["10%", "10", "0.1%", "0"] {
        assert_eq!(checked(&file, &file, &["--threshold", threshold]).0, 0, "{threshold}");
    }
}
