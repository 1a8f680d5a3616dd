//! From deliveries to findings: what changed, who carries it, and when silence is right.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use fastrand::Rng;
use kit::{
    Delivery, Laptime, Memory, Weeks, aggregate_at, append_all, report_json, report_of, wait,
};
use laptime_core::ingest::Progress::Drop;
use laptime_core::judging::told;
use laptime_core::life::plan;
use laptime_core::port::{Deeds, Findings, Library};
use laptime_core::report::{Finding, Report};
use laptime_core::row::WorkflowId;
use laptime_core::time::{Day, Time};
use serde_json::Value;

/// Monday, 2 March 2026.
const MONDAY: Day = Day(20_514);

/// The fifth Monday.
const FIFTH: i32 = 28;

fn weeks(slow: &dyn Fn(u64, i32) -> (f64, f64)) -> Vec<Delivery> {
    Weeks { repositories: 2, from: MONDAY, days: 42, seed: 7, slow }.deliveries()
}

fn end() -> Time {
    Day(MONDAY.0 + 42).start()
}

fn report(deliveries: &[Delivery]) -> Report {
    let store = Memory::default();
    append_all(&store, deliveries, Drop, end()).unwrap();
    aggregate_at(&store, end()).unwrap();
    report_of(&store, &MONDAY.start().to_string(), &end().to_string())
}

/// What a person would read, in a few lines.
fn words(findings: &[Finding]) -> String {
    let mut told = String::new();
    for one in findings {
        let job = one.carriers.first();
        let part = job.map(|part| format!("{:?} {:?}", part.job, part.step)).unwrap_or_default();
        writeln!(told, "{} {} {}: {}", one.kind, one.direction, one.state, one.title).unwrap();
        writeln!(told, "  first run {}, carried by {part}", one.first_bad.run_id).unwrap();
        writeln!(told, "  not your code: {}", one.not_your_code).unwrap();
    }
    told
}

#[test]
fn silence_is_told_with_how_much_was_looked_at() {
    let report = report(&weeks(&|_, _| (1.0, 1.0)));
    assert_eq!(words(&report.findings), "");
    // Of each: run, jobs and steps, waits, runner time, success and flakiness.
    let series: Vec<u64> = report.workflows.iter().map(|one| one.series_judged).collect();
    assert_eq!(series, [12, 12, 12, 12]);
}

#[test]
fn one_slow_step_is_one_finding() {
    let slow = |workflow, day| (if workflow == 2 && day >= FIFTH { 1.5 } else { 1.0 }, 1.0);
    let report = report(&weeks(&slow));
    insta::assert_snapshot!(words(&report.findings), @r#"
    workflow regression confirmed: `Workflow 3` of `acme/r2` became slower on the default branch: +28.8 % (9m 26s → 12m 09s)
      first run 20081, carried by Some("build") Some("compile")
      not your code: false
    "#);
}

#[test]
fn slow_machines_are_one_finding_and_not_the_code() {
    let report = report(&weeks(&|_, day| (1.0, if day >= FIFTH { 1.3 } else { 1.0 })));
    insta::assert_snapshot!(words(&report.findings), @r#"
    fleet regression confirmed: 4 of 4 workflows on runners `ubuntu-latest` became slower, together
      first run 10081, carried by Some("build") Some("compile")
      not your code: true
    "#);
}

#[test]
fn what_goes_back_is_told_as_recovered() {
    let slow =
        |workflow, day| (if workflow == 1 && (21..35).contains(&day) { 1.6 } else { 1.0 }, 1.0);
    let report = report(&weeks(&slow));
    insta::assert_snapshot!(words(&report.findings), @r#"
    workflow regression recovered: `Workflow 2` of `acme/r1` became slower on the default branch: +31.7 % (9m 28s → 12m 28s)
      first run 10061, carried by Some("build") Some("compile")
      not your code: false
    "#);
}

/// Order, copies and passes at any moment make no difference to any figure or verdict.
#[test]
fn verdicts_do_not_depend_on_how_deliveries_come() {
    let slow = |workflow, day| (if workflow == 2 && day >= FIFTH { 1.5 } else { 1.0 }, 1.0);
    let deliveries = weeks(&slow);
    let straight = Memory::default();
    append_all(&straight, &deliveries, Drop, end()).unwrap();
    aggregate_at(&straight, end()).unwrap();
    for seed in 0..3 {
        let mut random = Rng::with_seed(seed);
        let mut jumbled = deliveries.clone();
        // Mostly in order, as deliveries come, and some of them twice.
        if seed > 0 {
            random.shuffle(&mut jumbled);
        }
        jumbled.extend(
            deliveries.iter().filter(|_| random.u8(0..10) == 0).cloned().collect::<Vec<_>>(),
        );
        let store = Memory::default();
        let size = jumbled.len() / 5 + 1;
        for some in jumbled.chunks(size) {
            append_all(&store, some, Drop, end()).unwrap();
            aggregate_at(&store, end()).unwrap();
        }
        assert_eq!(report_json(&store), report_json(&straight), "seed {seed}");
    }
}

/// The day on which what a delivery tells of was over.
pub(super) fn day_of(delivery: &Delivery) -> Day {
    let body = &delivery.body;
    let of = |part: &str, field: &str| body[part][field].as_str()?.parse::<Time>().ok();
    let at = of("workflow_run", "updated_at").or_else(|| of("workflow_job", "completed_at"));
    at.map_or(MONDAY, Time::day)
}

/// What is done about findings in six weeks, with a pass and a plan each night.
fn nights(deliveries: &[Delivery]) -> String {
    let store = Memory::default();
    let mut done = String::new();
    for night in 1..=42 {
        let day = Day(MONDAY.0 + night - 1);
        let now = Day(MONDAY.0 + night).start();
        let some: Vec<Delivery> =
            deliveries.iter().filter(|one| day_of(one) == day).cloned().collect();
        append_all(&store, &some, Drop, now).unwrap();
        aggregate_at(&store, now).unwrap();
        let judgements = wait(store.judgements()).unwrap();
        let deeds = |id: &WorkflowId| (*id, wait(store.deeds(*id)).unwrap());
        let deeds: BTreeMap<WorkflowId, Deeds> =
            judgements.iter().map(|(id, _)| deeds(id)).collect();
        for planned in plan(&told(&judgements), &deeds, now) {
            let id = planned.workflow;
            let after = wait(store.deeds(id)).unwrap().after(&planned, now);
            assert!(wait(store.put_deeds(id, &after)).unwrap());
            writeln!(done, "{day} workflow {}: {}", id.workflow, planned.act).unwrap();
        }
    }
    done
}

#[test]
fn an_issue_lives_as_long_as_its_change() {
    let slow =
        |workflow, day| (if workflow == 1 && (21..35).contains(&day) { 1.6 } else { 1.0 }, 1.0);
    let deliveries = weeks(&slow);
    let done = nights(&deliveries);
    let (filed, rest) = done.split_once('\n').unwrap();
    assert_eq!(filed, "2026-03-24 workflow 2: file an issue");
    let (edits, closed) = rest.trim_end().rsplit_once('\n').unwrap();
    assert!(edits.lines().all(|line| line.ends_with(" workflow 2: edit its issue")), "{edits}");
    assert_eq!(closed, "2026-04-07 workflow 2: close its issue: the level went back");
    let mut jumbled = deliveries.clone();
    jumbled.extend(deliveries);
    Rng::with_seed(3).shuffle(&mut jumbled);
    assert_eq!(nights(&jumbled), done);
}

/// The program on the demo's store.
#[test]
fn the_command_lists_what_changed_and_what_other_settings_would_say() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let now = ["--now", "2026-03-20T16:40:00Z"];
    let program = Laptime::on(&folder.path().join("demo/demo-data"));
    program.ok(&["demo", now[0], now[1], "--out", &at("demo")]);
    let run = |more: &[&str]| program.run(&[&["findings"], &now[..], more].concat());

    let text = program.ok(&["findings", now[0], now[1]]);
    assert!(text.contains(" series judged, 1 finding\n"), "{text}");
    assert!(text.contains("step `Run integration tests` of job `test`"), "{text}");
    assert_eq!(run(&["--fail-on-regression"]).status.code(), Some(1));
    let elsewhere = run(&["--fail-on-regression", "--repo", "acme/handbook"]);
    assert_eq!(elsewhere.status.code(), Some(0));
    let errors = String::from_utf8(elsewhere.stderr).unwrap();
    assert!(errors.contains("no finding of acme/handbook"), "{errors}");

    fs::write(at("deaf.toml"), "[judging]\nmin_change_pct = 90\n").unwrap();
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/findings.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(schema).unwrap()).unwrap();
    for more in [&[][..], &["--what-if", &at("deaf.toml")]] {
        let json = run(&[&["--format", "json"], more].concat());
        let list: Value = serde_json::from_slice(&json.stdout).unwrap();
        assert!(jsonschema::validate(&schema, &list).is_ok(), "{list}");
        let known = list["findings"].as_array().map(Vec::len);
        let removed = list["removed"].as_array().map(Vec::len);
        let is_what_if = !more.is_empty();
        assert_eq!((known, removed), if is_what_if { (None, Some(1)) } else { (Some(1), None) });
    }
    fs::write(at("wrong.toml"), "[judging]\nmin_change = 90\n").unwrap();
    let told = program.fails(&["findings", "--what-if", &at("wrong.toml")]);
    assert!(told.contains("wrong.toml") && told.contains("min_change"), "{told}");
}
