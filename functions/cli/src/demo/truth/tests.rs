//! The truth against figures worked out by hand, and what `differences` notices.

use serde_json::{Value, json};

use super::*;
use crate::demo::cast::{self, Group, Workflow};
use crate::demo::schedule::{Approval, Fate, Fork, Job, Runner, Source, Step};

static WORKFLOW: std::sync::LazyLock<Workflow> = std::sync::LazyLock::new(|| Workflow {
    id: 7,
    repo: cast::repos()[0],
    name: "CI",
    old_name: None,
    file: "ci.yml",
    on: &[],
    group: Group::None,
    jobs: &[],
    twists: &[],
});

/// 2026-01-05T09:00:00Z; the times below are seconds after it.
const T0: i64 = 1_767_603_600_000;

/// A job with 5 s of set-up before its own step and 3 s of tear-down after it.
fn job(id: u64, name: &'static str, [created, started, completed]: [i64; 3]) -> Job {
    let at = |s: i64| T0 + s * 1_000;
    let step = |name: &str, own, from, to| Step {
        name: name.to_owned(),
        own,
        conclusion: "success",
        started_at: at(from),
        completed_at: at(to),
    };
    Job {
        id,
        name,
        fate: Fate::Ran,
        created_at: at(created),
        started_at: at(started),
        completed_at: at(completed),
        conclusion: "success",
        labels: &[],
        runner: Some(Runner { id: 1, name: "r-1".to_owned(), group: ("g", 1) }),
        steps: vec![
            step("Set up job", false, started, started + 5),
            step("Test", true, started + 5, completed - 3),
            step("Complete job", false, completed - 3, completed - 1),
        ],
        approval: None,
        fractions: false,
    }
}

fn attempt(number: u32, [started, updated]: [i64; 2], conclusion: &'static str) -> Attempt {
    Attempt {
        number,
        repo_name: "web",
        workflow_name: "CI",
        started_at: T0 + started * 1_000,
        updated_at: T0 + updated * 1_000,
        conclusion: Some(conclusion),
        held: false,
        jobs: Vec::new(),
    }
}

fn run(number: u64, branch: &str, attempts: Vec<Attempt>) -> Run {
    let source = Source {
        event: "push",
        branch: branch.to_owned(),
        sha: String::new(),
        fork: None,
        pull: None,
        title: String::new(),
        actor: "acme-ada",
    };
    let created_at = attempts[0].started_at;
    Run { workflow: &WORKFLOW, id: number, number, source, created_at, attempts, twist: None }
}

fn truth(runs: &[Run]) -> Value {
    Truth::of(runs, T0, T0 + 86_400_000, i64::MAX).as_json()["workflows"][0].clone()
}

/// Build (10–100 s), then a deployment that waited 60 s for somebody; a lint job beside them.
fn deployment() -> Run {
    let mut first = attempt(1, [0, 260], "success");
    let mut deploy = job(3, "deploy", [102, 182, 250]);
    deploy.approval = Some(Approval {
        deployment: 1,
        environment: "production",
        waiting_at: T0 + 104_000,
        approved_at: Some(T0 + 164_000),
    });
    first.jobs = vec![job(1, "build", [4, 10, 100]), job(2, "lint", [4, 3, 90]), deploy];
    run(1, "main", vec![first])
}

#[test]
fn the_time_of_a_deployment_adds_up() {
    let truth = truth(&[deployment()]);
    assert_eq!(
        truth["where_time_goes_s"],
        json!({
            "approval": 60.0, "concurrency": 4.0, "runner_queue": 6.0 + 20.0, "set_up": 10.0,
            "work": 82.0 + 60.0, "tear_down": 6.0, "unknown": 2.0, "wall_clock": 250.0, "attempts": 1
        })
    );
    let mean = |figures: &str| truth[figures]["mean"].clone();
    assert_eq!([mean("queued_s"), mean("ran_s"), mean("total_s")], [3.0, 247.0, 250.0]);
    assert_eq!(truth["segments"][0]["segment"], "default_branch");
    let names: Vec<_> = truth["jobs"].as_array().unwrap().iter().map(|j| &j["name"]).collect();
    assert_eq!(names, ["build", "deploy", "lint"]);
    let lint = &truth["jobs"][2];
    // A second of skew is a wait of nothing; nothing waited for lint.
    assert_eq!([&lint["queued_s"]["max"], &lint["on_critical_path"]], [0.0, 0.0]);
    assert_eq!(truth["jobs"][1]["queued_s"]["p50"], 80.0);
}

#[test]
fn a_re_run_counts_what_ran_in_it() {
    let mut run = deployment();
    let mut second = attempt(2, [1_000, 1_100], "failure");
    let mut again = job(5, "deploy", [1_002, 1_006, 1_090]);
    again.conclusion = "failure";
    let old = Job {
        id: 4,
        created_at: again.created_at,
        fate: Fate::CarriedOver,
        ..job(1, "build", [4, 10, 100])
    };
    let mut skipped = job(6, "lint", [1_004, 1_003, 1_003]);
    (skipped.fate, skipped.conclusion) = (Fate::Skipped, "skipped");
    second.jobs = vec![old, again, skipped];
    run.attempts.push(second);
    let truth = truth(&[run]);
    assert_eq!([&truth["attempts"], &truth["success_rate"]], [&json!(2), &json!(0.5)]);
    assert_eq!(truth["outcomes"], json!({ "success": 1, "failure": 1 }));
    assert_eq!(truth["total_s"]["min"], 90.0);
    assert_eq!(truth["green_s"]["count"], 1);
    let job = |index: usize| &truth["jobs"][index];
    assert_eq!([&job(0)["carried_over"], &job(0)["ran_s"]["count"]], [1, 1]);
    assert_eq!(
        [&job(1)["outcomes"]["failure"], &job(1)["on_critical_path"]],
        [&json!(1), &json!(1.0)]
    );
    assert_eq!([&job(2)["skipped"], &job(2)["ran_s"]["count"]], [1, 1]);
}

#[test]
fn replaced_is_not_the_same_as_cancelled() {
    let cancelled = |number, branch| run(number, branch, vec![attempt(1, [0, 50], "cancelled")]);
    let newer = |branch, started| run(9, branch, vec![attempt(1, [started, 900], "success")]);
    let superseded = |runs: &[Run]| truth(runs)["superseded"].as_u64().unwrap();
    assert_eq!(superseded(&[cancelled(1, "a"), newer("a", 49)]), 1);
    assert_eq!(superseded(&[cancelled(1, "a"), newer("a", 50)]), 0, "started when it ended");
    assert_eq!(superseded(&[cancelled(1, "a"), newer("b", 49)]), 0, "another branch");
    assert_eq!(superseded(&[cancelled(10, "a"), newer("a", 49)]), 0, "an older run");
    let mut fork = newer("a", 49);
    fork.source.fork = Some(Fork { id: 5, owner: "passer-by" });
    assert_eq!(superseded(&[cancelled(1, "a"), fork]), 0, "somebody else's branch");
    // Nothing ran, so there are no times, and `updated_at` places them.
    assert_eq!(truth(&[cancelled(1, "a")])["total_s"]["mean"], Value::Null);
}

#[test]
fn quantiles_are_of_type_seven() {
    let mut samples = samples::Samples::default();
    assert_eq!(samples.as_json()["p50"], Value::Null);
    for ms in [4_000, 1_000, 3_000, 2_000] {
        samples.add(ms);
    }
    // Positions 1.5, 2.85 and 2.97 of four.
    assert_eq!(
        samples.as_json(),
        json!({
            "count": 4, "mean": 2.5, "min": 1.0, "p50": 2.5, "p95": 3.85, "p99": 3.97, "max": 4.0
        })
    );
}

/// What `differences` says after `change` to a report that was true.
fn said(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let truth = Truth::of(&[deployment()], T0, T0 + 86_400_000, i64::MAX);
    let mut report = truth.as_json();
    change(&mut report["workflows"][0]);
    truth.differences(&report)
}

#[test]
fn every_kind_of_change_is_noticed() {
    let line = |change: fn(&mut Value)| said(change).join("; ");
    assert_eq!(line(|_| ()), "");
    assert_eq!(line(|w| w["attempts"] = 2.into()), "acme/web CI (7): attempts 1, report says 2");
    assert_eq!(
        line(|w| w["outcomes"]["failure"] = 1.into()),
        "acme/web CI (7): outcomes.failure 0, report says 1"
    );
    assert_eq!(
        line(|w| w["ran_s"]["mean"] = 247.1.into()),
        "acme/web CI (7): ran_s.mean 247.0, report says 247.1"
    );
    assert_eq!(
        line(|w| w["ran_s"]["max"] = Value::Null),
        "acme/web CI (7): ran_s.max 247.0, report says null"
    );
    assert_eq!(
        line(|w| w["segments"][0]["total_s"]["p50"] = 240.0.into()),
        "acme/web CI (7): segment \"default_branch\" total_s.p50 250.0, report says 240.0"
    );
    assert_eq!(
        line(|w| w["jobs"][1]["name"] = "extra".into()),
        "acme/web CI (7): job \"deploy\" is missing from the report; \
         acme/web CI (7): job \"extra\" is in the report, but not real"
    );
    assert_eq!(
        line(|w| w["jobs"][0]["steps"][1]["ran_s"]["count"] = 3.into()),
        "acme/web CI (7): job \"build\" step \"Set up job\" ran_s.count 1, report says 3"
    );
    assert_eq!(
        line(|w| w["where_time_goes_s"]["approval"] = 0.0.into()),
        "acme/web CI (7): where_time_goes_s.approval 60.0, report says 0.0"
    );
    assert_eq!(
        line(|w| drop(w.as_object_mut().unwrap().remove("superseded"))),
        "acme/web CI (7): superseded is missing from the report"
    );
    assert_eq!(said(|w| w["workflow_id"] = 8.into()).len(), 2);
}

#[test]
fn rounding_and_sketches_are_no_difference() {
    assert!(said(|w| w["ran_s"]["mean"] = 247.001.into()).is_empty());
    assert!(said(|w| w["ran_s"]["p95"] = 249.0.into()).is_empty());
    assert!(!said(|w| w["ran_s"]["mean"] = 249.0.into()).is_empty());
    assert!(said(|w| w["something_new"] = 1.into()).is_empty());
}
