//! Dashboards as literals of the types that Grafana publishes: the compiler refuses unknown fields,
//! missing ones and wrong words.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use kit::variable;
use laptime_core::config::{Policy, Source};
use laptime_core::dashboard::{Dashboard, dashboards};
use serde_json::{Value, json};

/// Dashboards of both sources.
fn all() -> Vec<Dashboard> {
    let policy = "[grafana]\nsources = [\"cloudwatch\", \"prometheus\"]\n\
                  [metrics]\nmax_job_series = 6";
    dashboards(&Policy::parse(policy).unwrap(), Source::CloudWatch)
}

/// What the compiler says of a program that begins with our types.
fn compiled(program: &str) -> Result<(), String> {
    let modules = variable("LAPTIME_NODE_MODULES");
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::os::unix::fs::symlink(&modules, at("node_modules")).unwrap();
    let types = Path::new(env!("CARGO_MANIFEST_DIR")).join("grafana/types.ts");
    std::fs::copy(types, at("types.ts")).unwrap();
    let program = format!("import type {{ Dashboard }} from './types';\n{program}");
    std::fs::write(at("dashboards.ts"), program).unwrap();
    let options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022"];
    let modules_of = ["--module", "nodenext", "--moduleResolution", "nodenext"];
    let compiler = Command::new("node")
        .arg(Path::new(&modules).join("typescript/bin/tsc"))
        .args(options)
        .args(modules_of)
        .arg("dashboards.ts")
        .current_dir(folder.path())
        .output()
        .unwrap_or_else(|error| panic!("node: {error}: run `make test`"));
    let said = String::from_utf8_lossy(&compiler.stdout).into_owned();
    if compiler.status.success() { Ok(()) } else { Err(said) }
}

#[test]
fn dashboards_are_of_the_types_that_grafana_publishes() {
    let mut program = String::new();
    for (dashboard, nth) in all().iter().zip(0..) {
        writeln!(program, "export const d{nth}: Dashboard = {};", dashboard.model).unwrap();
    }
    compiled(&program).unwrap();
}

/// The same compiler refuses each of these.
#[test]
fn what_grafana_does_not_know_is_refused() {
    let good = &all()[0].model;
    let at = |pointer: &str, key: &str, value: Value| {
        let mut bad = good.clone();
        bad.pointer_mut(pointer).unwrap()[key] = value;
        bad
    };
    let bad = [
        at("", "nonsense", json!(1)),
        at("", "id", json!(1)),
        at("", "schemaVersion", json!("39")),
        at("/links/0", "type", json!("folder")),
        at("/panels/0", "type", json!("pie")),
        at("/panels/0", "colour", json!("red")),
        at("/panels/0/options", "colour", json!("red")),
        at("/panels/0/options", "sizing", json!("large")),
        at("/panels/0/fieldConfig/defaults", "units", json!("s")),
        at("/panels/0/targets/0", "metric", json!("RunDuration")),
        at("/panels/2/options", "showThresholdMarkers", json!(true)),
        at("/templating/list/0", "type", json!("source")),
        at("/annotations/list/0/target", "tag", json!("laptime")),
    ];
    let mut program = String::new();
    for (bad, nth) in bad.iter().zip(0..) {
        // A line that is no error is one.
        writeln!(program, "// @ts-expect-error\nexport const d{nth}: Dashboard = {bad};").unwrap();
    }
    compiled(&program).unwrap();
}
