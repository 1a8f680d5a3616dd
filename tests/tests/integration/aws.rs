//! The whole way on AWS: the real template and the real functions on the stand-in.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use aws_sdk_dynamodb::types::AttributeValue;
use kit::{
    Delivery, Deployed, Function, Gathered, Job, Laptime, Memory, PATIENCE, Relay, Run,
    aggregate_at, append_all, at, busy_history, cloud, jumbled, lines, measure_at, report_json,
    wait,
};
use laptime_core::ingest::Progress::Drop;
use laptime_core::port::{Lease, Ledger};
use laptime_core::time::Time;
use serde_json::{Value, json};

/// Three tests share a stack, each with workflows of its own.
static STACK: LazyLock<Deployed> =
    LazyLock::new(|| Deployed::with(&["PassSchedule=rate(1 minute)", "BatchWindowSeconds=0"]));

/// Noon of a day that is over for long enough to be reported, whenever this runs, and not too old
/// for `CloudWatch`. Asked once: midnight may come in between.
static NOON: LazyLock<Time> =
    LazyLock::new(|| laptime_aws::clock().day().start().plus_millis(-36 * 3_600_000));

/// Runs of that day, of 100 s each after 4 s in the queue, with two jobs; every fourth failed.
fn history(workflow: u64, runs: u64) -> Vec<Delivery> {
    let run = |id: u64| {
        let start = NOON.plus_millis(i64::try_from(id).unwrap() * 60_000);
        let time = |second: i64| start.plus_millis(second * 1_000).to_string();
        let conclusion = if id.is_multiple_of(4) { "failure" } else { "success" };
        let id = workflow * 1_000 + id;
        let mut run = Run::new(id, &time(0), &time(105))
            .concluded(conclusion)
            .job(Job::new(id * 10, "lint", &time(1), &time(4), &time(60)))
            .job(Job::new(id * 10 + 1, "test", &time(1), &time(9), &time(104)));
        run.workflow = workflow;
        run
    };
    (1..=runs).flat_map(|id| run(id).deliveries()).collect()
}

fn deliver(one: &Delivery, guid: &str) -> u16 {
    STACK.deliver(one.event, guid, one.body.to_string().as_bytes()).status
}

fn until_a_pass_ended() {
    let store = STACK.store();
    STACK.until("the end of a pass", || wait(store.last_pass()).unwrap().is_some());
}

fn start_reporter() {
    let told = STACK.invoke("Reporter");
    let now = laptime_aws::clock();
    // Just after midnight the day before waits for a pass, and the reporter says so.
    if now.since(now.day().start()) > 30 * 60_000 {
        assert_eq!(told.get("errorMessage"), None, "{told}");
    }
}

#[test]
fn a_signed_delivery_becomes_a_figure_and_a_report() {
    let history = history(1, 12);
    // Twelve runs and their 24 jobs are kept; what only tells of progress is not.
    let answers: Vec<u16> = history.iter().map(|one| deliver(one, "a guid")).collect();
    assert_eq!(answers.iter().filter(|status| **status == 202).count(), 12 + 24);
    assert!(answers.iter().all(|status| matches!(status, 200 | 202)), "{answers:?}");
    assert!(history.iter().all(|one| deliver(one, "another guid") == 200));
    let unsigned = STACK.post(&[("x-github-event", "workflow_run")], b"{}");
    let forged = [("x-github-event", "workflow_run"), ("x-hub-signature-256", "sha256=00")];
    assert_eq!((unsigned.status, STACK.post(&forged, b"{}").status), (401, 401));

    // The stream files the attempts, the schedule sends their figures.
    let dimensions =
        |branch| [("Repository", "acme/web"), ("Workflow", "Workflow 1"), ("Branch", branch)];
    let own = dimensions("default_branch");
    let runs = |name| STACK.cloud.metric(name, &own).sum;
    STACK.until("a pass over all", || runs("RunsSucceeded") + runs("RunsFailed") >= 12.0);
    let metric = |name| {
        let measured = STACK.cloud.metric(name, &own);
        (measured.count, measured.sum)
    };
    assert_eq!(metric("RunsSucceeded"), (9.0, 9.0));
    assert_eq!(metric("RunsFailed"), (3.0, 3.0));
    assert_eq!(metric("SuccessRate"), (12.0, 9.0));
    assert_eq!(metric("RunDuration"), (12.0, 12.0 * 104.0));
    assert_eq!(metric("RunQueueTime"), (12.0, 12.0 * 4.0));
    assert_eq!(metric("JobDuration"), (24.0, 12.0 * (56.0 + 95.0)));
    until_a_pass_ended();
    assert!(STACK.cloud.metric("Passes", &[]).sum >= 1.0);

    // Reports of that day, once each.
    let day = NOON.day();
    let objects = || STACK.cloud.objects(STACK.reports());
    start_reporter();
    let put = objects();
    let (content_type, text) = &put[&format!("reports/daily/all/{day}.json")];
    assert_eq!(content_type, "application/json");
    let page = &put[&format!("reports/daily/repositories/acme/web/{day}.html")];
    assert_eq!(page.0, "text/html; charset=utf-8");
    start_reporter();
    let again = objects();
    assert!(put.iter().all(|(key, object)| key.contains("latest") || again[key] == *object));

    let told: Value = serde_json::from_str(text).unwrap();
    let workflows = told["workflows"].as_array().unwrap();
    let ours = workflows.iter().find(|workflow| workflow["workflow_id"] == 1).unwrap();
    assert_eq!((&ours["attempts"], &ours["success_rate"]), (&json!(12), &json!(0.75)));
}

#[test]
fn two_hundred_posts_at_once_of_fifty_facts_store_fifty() {
    let facts: Vec<Delivery> = history(2, 50)
        .into_iter()
        .filter(|one| one.event == "workflow_run" && one.body["action"] == "completed")
        .collect();
    assert_eq!(facts.len(), 50);
    let (next, stored) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..40 {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= 200 {
                        break;
                    }
                    // Half of the repetitions come under a GUID of their own.
                    let guid = format!("guid-{}", if at.is_multiple_of(2) { at % 50 } else { at });
                    match deliver(&facts[at % 50], &guid) {
                        202 => drop(stored.fetch_add(1, Ordering::Relaxed)),
                        status => assert_eq!(status, 200),
                    }
                }
            });
        }
    });
    assert_eq!(stored.into_inner(), 50);
    assert_eq!(events_of_runs("E#1#20"), 50);
}

/// How many events the table holds of attempts whose keys begin like this.
fn events_of_runs(prefix: &str) -> i32 {
    let scanned = aws_sdk_dynamodb::Client::new(STACK.cloud.clients.config())
        .scan()
        .table_name(STACK.name("Table"))
        .filter_expression("begins_with(p, :p) AND begins_with(s, :s)")
        .expression_attribute_values(":p", AttributeValue::S(prefix.to_owned()))
        .expression_attribute_values(":s", AttributeValue::S("e#".to_owned()))
        .into_paginator()
        .send()
        .collect::<Result<Vec<_>, _>>();
    wait(scanned).unwrap().iter().map(|page| page.count).sum()
}

#[test]
fn the_deployed_functions_make_the_report_that_one_machine_makes() {
    let ours = |one: Delivery| one.of_repository(77, "acme/engine");
    let deliveries = jumbled(&history(3, 20).into_iter().map(ours).collect::<Vec<_>>());
    for one in &deliveries {
        assert!(matches!(deliver(one, "a guid"), 200 | 202));
    }
    let dimensions =
        [("Repository", "acme/engine"), ("Workflow", "Workflow 3"), ("Branch", "default_branch")];
    let sum = |name| STACK.cloud.metric(name, &dimensions).sum;
    STACK.until("a pass over all", || sum("RunsSucceeded") + sum("RunsFailed") >= 20.0);
    until_a_pass_ended();

    let folder = tempfile::tempdir().unwrap();
    let (file, data) = (folder.path().join("deliveries.jsonl"), folder.path().join("data"));
    fs::write(&file, lines(&deliveries)).unwrap();
    let (from, to) = (NOON.day().to_string(), NOON.day().next().to_string());
    let now = laptime_aws::clock().to_string();
    let report = ["report", "--repo", "acme/engine", "--from", &from, "--to", &to];
    let report = [&report[..], &["--now", &now, "--format", "json"]].concat();
    let local = Laptime::on(&data);
    let local = |args: &[&str]| told(local.command(args).output().unwrap());
    local(&["replay", "--data", path(&data), path(&file), "--now", &now]);
    local(&["aggregate", "--now", &now]);
    let mut on_table = Laptime::on_table(STACK.name("Table")).command(&report);
    let on_table = told(STACK.cloud.environment(&mut on_table).output().unwrap());
    assert_eq!(on_table, local(&report));
    let of_it: Value = serde_json::from_str(&on_table).unwrap();
    assert_eq!(of_it["workflows"][0]["attempts"], 20);
}

#[test]
fn a_killed_aggregator_is_finished_by_the_next() {
    let cloud = cloud();
    let store = cloud.store();
    let now = laptime_aws::clock();
    let deliveries = busy_history(90);
    append_all(&store, &deliveries, Drop, now).unwrap();
    let stream = cloud.stream();
    let variables = [("LAPTIME_TABLE", "laptime"), ("LAPTIME_STREAM", stream.as_str())];
    // While it files, when it has marked a day, when it has stored a rollup.
    for partition in ["D#1#1#5020574", "T", "R#1#1"] {
        let relay = Relay::before(&cloud);
        relay.fall_silent_after(partition);
        let function = Function::start("aggregator", &relay.cloud, &variables);
        function.hand_over(&json!({ "laptime": "schedule" }));
        let since = Instant::now();
        while !relay.has_fallen_silent() {
            assert!(since.elapsed() < PATIENCE, "no {partition}: {}", function.raw_log());
            std::thread::yield_now();
        }
        drop(function);
        // As if its lease had lapsed.
        let Lease::Won(fence) = wait(store.lease("a test", now.plus_days(9_999))).unwrap() else {
            panic!("its lease has lapsed");
        };
        wait(store.release(fence, None)).unwrap();
    }
    aggregate_at(&store, now).unwrap();
    let memory = Memory::default();
    append_all(&memory, &deliveries, Drop, now).unwrap();
    aggregate_at(&memory, now).unwrap();
    assert_eq!(report_json(&store), report_json(&memory));
}

/// What a program printed that must succeed.
fn told(output: Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_program_tells_the_same_of_a_table_as_of_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deliveries.jsonl");
    fs::write(&file, lines(&jumbled(&busy_history(60)))).unwrap();
    let file = file.to_str().unwrap();
    let cloud = cloud();
    cloud.store();
    let on_table = Laptime::on_table("laptime");
    let on_table = |args: &[&str]| -> String {
        let mut command: Command = on_table.command(args);
        told(cloud.environment(&mut command).output().unwrap())
    };
    let local = Laptime::on(&folder.path().join("local"));
    let local = |args: &[&str]| told(local.command(args).output().unwrap());

    let now = ["--now", "2026-06-01T00:00:00Z"];
    let both = |args: &[&str]| {
        let args = [args, &now].concat();
        let (table, folder) = (on_table(&args), local(&args));
        assert_eq!(table, folder, "{args:?}");
        table
    };
    let data = folder.path().join("local");
    let replayed = [
        on_table(&["replay", "--data", "dynamodb://laptime", file, now[0], now[1]]),
        local(&["replay", "--data", path(&data), file, now[0], now[1]]),
    ];
    assert_eq!(replayed[0], replayed[1]);
    both(&["report", "--from", "2026-05-01", "--format", "json"]);
    // On a table, rolling up is left to the deployed functions, which send metrics of what changed.
    let taken_up = |text: String| serde_json::from_str::<Value>(&text).unwrap()["events"].clone();
    let aggregate = ["aggregate", "--format", "json", now[0], now[1]];
    assert_eq!(taken_up(on_table(&aggregate)), taken_up(local(&aggregate)));
    let standing = on_table(&["status"]);
    assert!(standing.contains("no pass has ended yet: the deployed aggregator"), "{standing}");
    let (metrics, now) = (Gathered::default(), at(now[1]));
    let (_, pushed) = measure_at(&cloud.clients.store("laptime", 35), &metrics, now).unwrap();
    assert!(pushed.skipped > 300, "what the program filed is measured, if it is new enough");
    assert!(on_table(&["status"]).contains("all that is filed is rolled up"));
    // Judged, too: by then the reports are the same.
    for format in ["json", "text", "md", "html"] {
        both(&["report", "--from", "2026-05-01", "--format", format]);
    }
    both(&["report", "--from", "2026-05-03T12:00:00Z", "--to", "2026-05-05", "--format", "json"]);
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_table_that_cannot_be_reached_is_told_in_a_line_with_what_to_do() {
    let program = Laptime::on_table("laptime");
    let fails = |variables: &[(&str, &str)]| {
        let mut command = program.command(&["status"]);
        // Nothing of whoever runs the tests.
        for name in ["REGION", "DEFAULT_REGION", "PROFILE", "ACCESS_KEY_ID", "ENDPOINT_URL"] {
            command.env_remove(format!("AWS_{name}"));
        }
        command.env("AWS_EC2_METADATA_DISABLED", "true").env("HOME", "/nowhere");
        command.envs(variables.iter().copied());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(told.lines().count(), 1, "{told}");
        told
    };
    let region = ("AWS_REGION", "us-east-1");
    let keys = [("AWS_ACCESS_KEY_ID", "key"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    assert!(fails(&keys).contains("no AWS region is set: set AWS_REGION"));
    assert!(fails(&[region]).contains("set AWS_PROFILE, or run `aws configure`"));
    let unreachable = [region, keys[0], keys[1], ("AWS_ENDPOINT_URL", "http://127.0.0.1:9")];
    let told = fails(&unreachable);
    assert!(told.contains("the table laptime") && told.contains("check the network"), "{told}");

    let folder = tempfile::tempdir().unwrap();
    let slip = Laptime::on(folder.path()).fails(&["status", "--data", "DynamoDB:/laptime"]);
    assert!(slip.contains("write it as in dynamodb://laptime"), "{slip}");
}
