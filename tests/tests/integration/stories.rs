//! Flows told as stories, over the store in memory.

use kit::{Delivery, Job, Memory, Run, aggregate_at, append_all, at, report_json, report_of};
use laptime_core::ingest::Progress::{Drop, Keep};
use laptime_core::report::{JobReport, Report, WorkflowReport};
use serde_json::json;

const NOW: &str = "2026-05-03T00:00:00Z";

fn told(deliveries: &[Delivery]) -> Report {
    let store = Memory::default();
    append_all(&store, deliveries, Keep, at(NOW)).unwrap();
    aggregate_at(&store, at(NOW)).unwrap();
    report_of(&store, "2026-05-01T00:00:00Z", NOW)
}

fn told_of(runs: &[Run]) -> WorkflowReport {
    let deliveries: Vec<Delivery> = runs.iter().flat_map(Run::deliveries).collect();
    let mut report = told(&deliveries);
    assert_eq!(report.workflows.len(), 1);
    report.workflows.remove(0)
}

/// The times of a workflow, for snapshots.
fn times(workflow: &WorkflowReport) -> String {
    let line = |name: &str, figures: &laptime_core::report::Figures| {
        format!("{name}: {} samples, mean {:?}\n", figures.count, figures.mean)
    };
    let mut lines = format!("{} attempts {:?}\n", workflow.attempts, workflow.outcomes);
    lines += &line("queued", &workflow.queued_s);
    lines += &line("ran", &workflow.ran_s);
    lines += &line("total", &workflow.total_s);
    let job = |job: &JobReport| {
        format!(
            "{}: {:?}, skipped {}, not started {}, carried over {}, queued {:?}, ran {:?}",
            job.name,
            job.outcomes,
            job.skipped,
            job.not_started,
            job.carried_over,
            job.queued_s.mean,
            job.ran_s.mean
        )
    };
    lines + &workflow.jobs.iter().map(job).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_run_is_timed_from_its_jobs() {
    // The run was touched long after its end: that is no running time.
    let run = Run::new(1, "10:00:00", "18:00:00")
        .job(Job::new(1, "lint", "10:00:02", "10:00:10", "10:01:00"))
        .job(Job::new(2, "test", "10:01:01", "10:01:31", "10:05:00"));
    insta::assert_snapshot!(times(&told_of(&[run])), @r#"
    1 attempts {"success": 1}
    queued: 1 samples, mean Some(10.0)
    ran: 1 samples, mean Some(290.0)
    total: 1 samples, mean Some(300.0)
    lint: {"success": 1}, skipped 0, not started 0, carried over 0, queued Some(8.0), ran Some(50.0)
    test: {"success": 1}, skipped 0, not started 0, carried over 0, queued Some(30.0), ran Some(209.0)
    "#);
}

#[test]
fn a_re_run_of_failed_jobs_times_only_what_ran_again() {
    let first = Run::new(1, "10:00:00", "10:05:00")
        .concluded("failure")
        .job(Job::new(1, "lint", "10:00:00", "10:00:10", "10:01:00"))
        .job(Job::new(2, "test", "10:00:00", "10:00:30", "10:05:00").concluded("failure"));
    // `lint` is carried over: a new id and creation, the old start and completion.
    let second = Run::new(1, "11:00:00", "11:04:00")
        .attempt(2)
        .job(Job::new(3, "lint", "11:00:01", "10:00:10", "10:01:00"))
        .job(Job::new(4, "test", "11:00:01", "11:00:21", "11:04:00"));
    insta::assert_snapshot!(times(&told_of(&[first, second])), @r#"
    2 attempts {"failure": 1, "success": 1}
    queued: 2 samples, mean Some(15.5)
    ran: 2 samples, mean Some(254.5)
    total: 2 samples, mean Some(270.0)
    lint: {"success": 1}, skipped 0, not started 0, carried over 1, queued Some(10.0), ran Some(50.0)
    test: {"failure": 1, "success": 1}, skipped 0, not started 0, carried over 0, queued Some(25.0), ran Some(244.5)
    "#);
}

#[test]
fn what_did_not_run_gives_no_times() {
    let skipped = Job::new(1, "deploy", "10:00:30", "10:00:10", "10:00:10").concluded("skipped");
    let never = Job::new(2, "test", "10:00:00", "10:00:00", "10:03:00")
        .concluded("cancelled")
        .without_runner();
    let runs = [
        Run::new(1, "10:00:00", "10:03:00").concluded("cancelled").job(skipped).job(never),
        Run::new(2, "11:00:00", "11:00:01").concluded("startup_failure"),
    ];
    insta::assert_snapshot!(times(&told_of(&runs)), @r#"
    2 attempts {"cancelled": 1, "startup_failure": 1}
    queued: 0 samples, mean None
    ran: 0 samples, mean None
    total: 0 samples, mean None
    deploy: {}, skipped 1, not started 0, carried over 0, queued None, ran None
    test: {}, skipped 0, not started 1, carried over 0, queued None, ran None
    "#);
}

#[test]
fn cancelled_and_failed_jobs_that_started_do_count() {
    let run = Run::new(1, "10:00:00", "10:03:00")
        .concluded("cancelled")
        .job(Job::new(1, "test", "10:00:00", "10:00:20", "10:03:00").concluded("cancelled"));
    let report = told_of(&[run]);
    assert_eq!((report.total_s.mean, report.success_rate), (Some(180.0), None));
    assert_eq!(report.jobs[0].ran_s.mean, Some(160.0));
}

#[test]
fn wall_clock_is_split_into_known_seconds() {
    // 5 s concurrency, then build: 4 s queue, 3 s set-up, 60 s work, 2 s tear-down; 1 s until
    // deploy exists; 1 s queue, 30 s approval, 6 s queue, 2 s set-up, 20 s work, 1 s tear-down.
    let build = Job::new(1, "build", "10:00:05", "10:00:09", "10:01:14")
        .step("Set up job", "10:00:09", "10:00:12")
        .step("Compile", "10:00:12", "10:01:12")
        .step("Post Cache", "10:01:12", "10:01:13")
        .step("Complete job", "10:01:13", "10:01:14");
    let lint = Job::new(2, "lint", "10:00:05", "10:00:06", "10:00:30");
    let deploy = Job::new(3, "deploy", "10:01:15", "10:01:52", "10:02:15")
        .approved("10:01:16", "10:01:46")
        .step("Set up job", "10:01:52", "10:01:54")
        .step("Roll out", "10:01:54", "10:02:14")
        .step("Complete job", "10:02:14", "10:02:15");
    let run = Run::new(1, "10:00:00", "10:02:16").job(build).job(lint).job(deploy);
    let report = told_of(&[run]);
    insta::assert_snapshot!(serde_json::to_string(&report.where_time_goes_s).unwrap(), @r#"{"approval":30.0,"concurrency":5.0,"runner_queue":11.0,"set_up":5.0,"work":80.0,"tear_down":3.0,"unknown":1.0,"wall_clock":135.0,"attempts":1}"#);
    let on_path =
        |job: &str| report.jobs.iter().find(|one| one.name == job).unwrap().on_critical_path;
    assert_eq!(
        (on_path("build"), on_path("lint"), on_path("deploy")),
        (Some(1.0), Some(0.0), Some(1.0))
    );
    assert_eq!(report.total_s.mean, Some(135.0));
}

#[test]
fn a_lost_approval_is_unknown_rather_than_queue() {
    let job = Job::new(1, "deploy", "10:00:00", "10:10:00", "10:11:00");
    let run = Run::new(1, "10:00:00", "10:11:00").job(job.approved("10:00:00", "10:09:00"));
    let mut deliveries = run.deliveries();
    // The second `queued`, which tells when it was approved, never came.
    let approved = deliveries.iter().rposition(|one| one.body["action"] == "queued").unwrap();
    deliveries.remove(approved);
    let parts = told(&deliveries).workflows[0].where_time_goes_s;
    assert_eq!((parts.approval, parts.runner_queue, parts.unknown), (0.0, 0.0, 600.0));
}

#[test]
fn clock_skew_is_clamped_and_counted() {
    let run = Run::new(1, "10:00:00", "10:05:00")
        .job(Job::new(1, "test", "10:00:01", "09:59:59", "10:05:00"))
        .job(Job::new(2, "odd", "10:00:30", "10:00:10", "10:01:00"));
    let report = told_of(&[run]);
    assert_eq!((report.queued_s.min, report.ran_s.mean), (Some(0.0), report.total_s.mean));
    // `test` twice by 1 and 2 s; `odd` by 20 s, which no skew explains.
    assert_eq!((report.clamped, report.impossible), (2, 1));
    assert_eq!(report.jobs[0].queued_s.count, 0);
}

#[test]
fn a_cancelled_run_is_superseded_only_by_a_newer_run_of_its_branch() {
    let cancelled = |id: u64, from: &str, to: &str| {
        let job = Job::new(id, "test", from, from, to).concluded("cancelled");
        Run::new(id, from, to).concluded("cancelled").job(job)
    };
    let runs = [
        cancelled(1, "10:00:00", "10:05:00"),
        Run::new(2, "10:04:00", "10:09:00"),
        cancelled(3, "11:00:00", "11:05:00"),
        Run::new(4, "11:04:00", "11:09:00").on_branch("topic"),
        cancelled(5, "23:50:00", "23:59:59"),
        Run::new(6, "23:59:58", "2026-05-02T00:10:00Z"),
    ];
    let report = told_of(&runs);
    assert_eq!((report.outcomes["cancelled"], report.superseded), (3, 2));
}

#[test]
fn jobs_without_their_run_wait_for_it() {
    let run = Run::new(1, "10:00:00", "10:05:00")
        .job(Job::new(1, "test", "10:00:00", "10:00:05", "10:05:00"));
    let store = Memory::default();
    append_all(&store, &run.jobs[0].deliveries(&run), Keep, at(NOW)).unwrap();
    aggregate_at(&store, at(NOW)).unwrap();
    assert!(report_of(&store, "2026-05-01T00:00:00Z", NOW).workflows.is_empty());

    append_all(&store, &[run.completed()], Keep, at(NOW)).unwrap();
    aggregate_at(&store, at(NOW)).unwrap();
    let report = report_of(&store, "2026-05-01T00:00:00Z", NOW);
    assert_eq!(report.workflows[0].jobs[0].ran_s.mean, Some(295.0));
}

#[test]
fn reports_do_not_depend_on_progress_being_kept() {
    let run = Run::new(1, "10:00:00", "10:05:00").job(
        Job::new(1, "deploy", "10:00:00", "10:03:05", "10:05:00").approved("10:00:01", "10:03:00"),
    );
    let [kept, dropped] = [Keep, Drop].map(|progress| {
        let store = Memory::default();
        append_all(&store, &run.deliveries(), progress, at(NOW)).unwrap();
        aggregate_at(&store, at(NOW)).unwrap();
        report_json(&store)
    });
    assert_eq!(kept, dropped);
    assert!(kept.contains(r#""approval": 179.0"#), "{kept}");
}

#[test]
fn a_period_covers_its_first_instant_and_not_its_last() {
    let store = Memory::default();
    for (id, end) in [(1, "10:00:00"), (2, "11:00:00"), (3, "12:00:00")] {
        let run =
            Run::new(id, "09:00:00", end).job(Job::new(id, "test", "09:00:00", "09:00:01", end));
        append_all(&store, &run.deliveries(), Keep, at(NOW)).unwrap();
    }
    aggregate_at(&store, at(NOW)).unwrap();
    let report = report_of(&store, "2026-05-01T10:00:00Z", "2026-05-01T12:00:00Z");
    assert_eq!(report.workflows[0].attempts, 2);
    let none = report_of(&store, "2026-05-01T12:00:01Z", "2026-05-01T23:00:00Z");
    assert!(none.workflows.is_empty());
}

#[test]
fn two_workflows_of_one_name_stay_apart_and_a_renamed_one_stays_one() {
    let mut other = Run::new(2, "11:00:00", "11:05:00").completed();
    other.body["workflow_run"]["workflow_id"] = json!(2);
    other.body["workflow_run"]["name"] = json!("Workflow 1");
    let mut renamed = Run::new(3, "12:00:00", "12:05:00").completed();
    renamed.body["workflow_run"]["name"] = json!("Build and test");
    renamed.body["repository"]["full_name"] = json!("acme/site");
    let report = told(&[Run::new(1, "10:00:00", "10:05:00").completed(), other, renamed]);
    let named: Vec<_> = report
        .workflows
        .iter()
        .map(|one| (one.repository.as_str(), one.workflow.as_str(), one.workflow_id, one.attempts))
        .collect();
    assert_eq!(named, [("acme/site", "Build and test", 1, 2), ("acme/web", "Workflow 1", 2, 1)]);
}

#[test]
fn a_completed_action_whose_status_is_queued_completes_nothing() {
    let mut odd = Run::new(1, "10:00:00", "10:05:00").completed();
    odd.body["workflow_run"]["status"] = json!("queued");
    odd.body["workflow_run"]["conclusion"] = json!(null);
    assert!(told(&[odd]).workflows.is_empty());
}
