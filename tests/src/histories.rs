//! Ready-made histories.

use laptime_core::time::Day;
use serde_json::{Value, json};

use crate::{Delivery, Job, Run};

/// Runs of three workflows over nine days, each with two jobs, a few failed: eight deliveries a run.
pub fn busy_history(runs: u64) -> Vec<Delivery> {
    (1..=runs).flat_map(|id| busy_run(id).deliveries()).collect()
}

fn busy_run(id: u64) -> Run {
    let time = |second: u64| {
        let at = (id * 37) % 36_000 + second;
        let (hour, minute, second) = (at / 3_600, at / 60 % 60, at % 60);
        format!("2026-05-{:02}T{hour:02}:{minute:02}:{second:02}Z", 1 + id % 9)
    };
    let end = 120 + (id * 7_919) % 600;
    let mut run = Run::new(id, &time(0), &time(end + 5))
        .concluded(if id.is_multiple_of(11) { "failure" } else { "success" })
        .job(Job::new(id * 10, "lint", &time(1), &time(4), &time(60)))
        .job(
            Job::new(id * 10 + 1, "test", &time(61), &time(70), &time(end))
                .step("Set up job", &time(70), &time(72))
                .step("Run tests", &time(72), &time(end)),
        );
    run.workflow = 1 + id % 3;
    run
}

/// The busy history, with its nine days moved so that the last of them is `last`.
pub fn recent_history(runs: u64, last: Day) -> Vec<Delivery> {
    let moved = |text: String| {
        (1..=9).fold(text, |text, day| {
            text.replace(&format!("2026-05-0{day}T"), &format!("{}T", Day(last.0 - 9 + day)))
        })
    };
    let move_one = |one: Delivery| Delivery {
        body: serde_json::from_str(&moved(one.body.to_string())).unwrap(),
        ..one
    };
    busy_history(runs).into_iter().map(move_one).collect()
}

/// Each delivery about one and a third times, in an order of no sense.
pub fn jumbled(deliveries: &[Delivery]) -> Vec<Delivery> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut all = deliveries.to_vec();
    all.extend(deliveries.iter().filter(|_| random.u8(0..3) == 0).cloned());
    random.shuffle(&mut all);
    all
}

/// Deliveries as `laptime replay` reads them.
pub fn lines(deliveries: &[Delivery]) -> String {
    let line = |one: &Delivery| json!({"event": one.event, "body": one.body}).to_string() + "\n";
    deliveries.iter().map(line).collect()
}

/// Names and times that nobody means well with: one run each.
pub fn hostile_history() -> Vec<Delivery> {
    let long = "x".repeat(10_240);
    let names = ["<script>alert(1)</script>\u{202e}\u{0}\u{1b}[31m @everyone |#1`", long.as_str()];
    let mut runs: Vec<Run> = (1..=2).map(busy_run).collect();
    runs.push(with_times(3, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"));
    runs.push(with_times(4, "0001-01-01T00:00:00Z", "2026-05-01T00:00:00Z"));
    runs.push(with_times(5, "1970-01-01T00:00:00.123456789Z", "1970-01-01T00:10:00Z"));
    runs.push(with_times(6, "2026-05-01T12:00:00Z", "2026-05-01T11:00:00Z"));
    let mut all: Vec<Delivery> = Vec::new();
    for (run, name) in runs.iter_mut().zip(names.iter().cycle()) {
        run.workflow = run.id;
        for job in &mut run.jobs {
            (*name).clone_into(&mut job.name);
            for step in &mut job.steps {
                (*name).clone_into(&mut step.0);
            }
        }
        let mut deliveries = run.deliveries();
        for one in &mut deliveries {
            if let Some(run) = one.body.get_mut("workflow_run") {
                run["name"] = json!(name);
                run["head_branch"] = json!(name);
            }
        }
        all.extend(deliveries);
    }
    all.push(many_steps());
    all
}

fn with_times(id: u64, from: &str, to: &str) -> Run {
    Run::new(id, from, to).job(Job::new(id * 10, "test", from, from, to))
}

/// A job of ten thousand steps.
fn many_steps() -> Delivery {
    let run = busy_run(7);
    let mut delivery = run.jobs[0].completed(&run);
    let step = |number: u32| {
        json!({
            "name": format!("step {number}"), "number": number, "conclusion": "success",
            "started_at": run.started, "completed_at": run.updated,
        })
    };
    delivery.body["workflow_job"]["steps"] = Value::Array((1..=10_000).map(step).collect());
    delivery
}

/// The committed schema of the JSON report.
pub fn report_schema() -> Value {
    serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap()
}
