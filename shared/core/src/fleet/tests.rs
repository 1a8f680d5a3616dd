use std::collections::BTreeMap;

use super::*;
use crate::model::{AttemptId, Part};
use crate::port::{Datum, VALUES_MAX};
use crate::rollup::JudgedRow;
use crate::row::{Branch, JobRow, Row, StepRow, Times};
use crate::time::Millis;

fn at(text: &str) -> Time {
    text.parse().unwrap()
}

fn now() -> Time {
    at("2026-05-02T12:00:00Z")
}

fn workflow(id: u64) -> WorkflowId {
    WorkflowId { repository: 1, workflow: id }
}

fn job(queued_s: u64, ran_s: u64) -> JobRow {
    JobRow {
        name: "test".to_owned(),
        runner_class: "ubuntu-latest".to_owned(),
        conclusion: "success".to_owned(),
        part: Part::Ran,
        queued: Some(Millis(queued_s * 1_000)),
        approval: Millis(0),
        ran: Some(Millis(ran_s * 1_000)),
        on_critical_path: true,
        steps: vec![step("Compile", ran_s)],
    }
}

fn step(name: &str, ran_s: u64) -> StepRow {
    StepRow {
        name: name.to_owned(),
        occurrence: 1,
        conclusion: "success".to_owned(),
        ran: Some(Millis(ran_s * 1_000)),
    }
}

fn row(id: u64, run: u64, total_s: u64) -> Row {
    Row {
        id: AttemptId { repository: 1, run, attempt: 1 },
        workflow: workflow(id),
        end: now().plus_millis(-60_000),
        started_at: None,
        names: Names {
            repository: "acme/web".to_owned(),
            workflow: format!("CI {id}"),
            known: true,
            path: None,
        },
        branch: Branch::default(),
        segment: Segment::DefaultBranch,
        conclusion: "success".to_owned(),
        run_number: Some(run),
        head_sha: None,
        times: Times {
            queued: Some(Millis(2_500)),
            ran: None,
            total: Some(Millis(total_s * 1_000)),
        },
        parts: None,
        tally: crate::row::Tally::default(),
        jobs: vec![job(1, total_s)],
    }
}

fn rollup(rows: impl IntoIterator<Item = Row>) -> Rollup {
    let judged: Vec<JudgedRow> =
        rows.into_iter().map(|row| JudgedRow { row, superseded: false }).collect();
    Rollup::of(&judged)
}

/// A fleet in which these workflows had so many attempts today.
fn fleet(attempts: &[(u64, u64)]) -> Fleet {
    let mut fleet = Fleet::default();
    fleet.fade(now().day());
    more(&mut fleet, attempts);
    fleet
}

fn more(fleet: &mut Fleet, attempts: &[(u64, u64)]) {
    for (id, count) in attempts {
        let counts = BTreeMap::from([(Segment::DefaultBranch, *count)]);
        fleet.note(workflow(*id), &rollup([row(*id, 1, 60)]), &counts);
    }
}

fn chosen(fleet: &Fleet) -> Vec<u64> {
    fleet.chosen().map(|(id, _)| id.workflow).collect()
}

#[test]
fn the_most_active_have_metrics_of_their_own_and_one_place_is_for_all_others() {
    let metrics = |max_series, compatibility| config::Metrics {
        max_series,
        compatibility,
        ..config::Metrics::default()
    };
    assert_eq!([8, 9, 27, 100].map(|most| places(&metrics(most, false))), [0, 1, 3, 11]);
    assert_eq!(places(&metrics(100, true)), 10);

    let mut fleet = fleet(&[(1, 3), (2, 9), (3, 5)]);
    fleet.choose(3);
    assert_eq!(chosen(&fleet), [2, 3]);
    let branch = |id| fleet.reach(workflow(id), Segment::DefaultBranch, 3).unwrap().branch;
    assert_eq!([branch(1), branch(2)], ["all", "default_branch"]);
    assert_eq!(fleet.clone().gauges(now()).without_series, 1);

    fleet.choose(0);
    assert_eq!(fleet.reach(workflow(2), Segment::DefaultBranch, 0), None);
}

#[test]
fn somebody_a_little_more_active_does_not_change_whose_metrics_there_are() {
    let mut fleet = fleet(&[(1, 10)]);
    fleet.choose(2);
    more(&mut fleet, &[(2, 19)]);
    fleet.choose(2);
    assert_eq!(chosen(&fleet), [1]);
    more(&mut fleet, &[(2, 2)]);
    fleet.choose(2);
    assert_eq!(chosen(&fleet), [2]);
}

#[test]
fn who_has_been_quiet_for_long_is_forgotten() {
    let mut fleet = fleet(&[(1, 10), (2, 10)]);
    fleet.fade(now().plus_days(5).day());
    more(&mut fleet, &[(2, 1)]);
    fleet.choose(2);
    assert_eq!(chosen(&fleet), [2]);
    fleet.fade(now().plus_days(120).day());
    assert_eq!(fleet.members.len(), 0);
}

#[test]
fn workflows_in_trouble_are_counted_until_their_verdict_lapses() {
    let thresholds = Thresholds { p95_s: 100.0, long_queue_s: 2.0, ..Thresholds::default() };
    let day = now().day();
    let judged = |rows: Vec<Row>| {
        let mut fleet = Fleet::default();
        fleet.judge(workflow(1), day, &rollup(rows), &thresholds);
        fleet
    };
    let slow = |count: u64| judged((1..=count).map(|run| row(1, run, 200)).collect());
    assert_eq!(slow(4).gauges(now()).over_p95, 0, "too few to tell");
    assert_eq!(slow(5).gauges(now()).over_p95, 1);
    let lapsed = now().plus_days(1);
    assert_eq!(slow(5).gauges(lapsed.plus_millis(-60_001)).over_p95, 1);
    assert_eq!(slow(5).gauges(lapsed).over_p95, 0);

    let failing = (1..=10).map(|run| {
        let conclusion = if run <= 2 { "failure" } else { "success" };
        Row { conclusion: conclusion.to_owned(), ..row(1, run, 10) }
    });
    let waiting = (1..=5).map(|run| Row { jobs: vec![job(3, 10)], ..row(1, run, 10) });
    let gauges = judged(failing.collect()).gauges(now());
    assert_eq!((gauges.over_p95, gauges.under_success_rate, gauges.queueing), (0, 1, 0));
    let gauges = judged(waiting.collect()).gauges(now());
    assert_eq!((gauges.over_p95, gauges.under_success_rate, gauges.queueing), (0, 0, 1));
}

#[test]
fn late_facts_of_an_earlier_day_do_not_change_the_verdict() {
    let thresholds = Thresholds { p95_s: 100.0, ..Thresholds::default() };
    let mut fleet = Fleet::default();
    let fast = rollup((1..=5).map(|run| row(1, run, 10)));
    let slow = rollup((1..=5).map(|run| row(1, run, 200)));
    fleet.judge(workflow(1), now().day(), &fast, &thresholds);
    fleet.judge(workflow(1), now().plus_days(-1).day(), &slow, &thresholds);
    assert_eq!(fleet.gauges(now()).over_p95, 0);
}

fn batch_of(rows: impl IntoIterator<Item = Row>) -> (Batch, u64) {
    let (mut batch, mut skipped) = (Batch::default(), 0);
    for row in rows {
        let reach = Reach::own(&row.names, row.segment);
        skipped += batch.add(&row, Some(reach), &JobSteps::new(), now());
    }
    (batch, skipped)
}

fn named<'a>(data: &'a [Datum], name: &str) -> Vec<&'a Datum> {
    data.iter().filter(|datum| datum.name == name).collect()
}

#[test]
fn samples_of_a_minute_are_one_distribution() {
    let failed = Row { conclusion: "timed_out".to_owned(), ..row(1, 3, 60) };
    let neither = Row { conclusion: "cancelled".to_owned(), ..row(1, 4, 61) };
    let (batch, skipped) = batch_of([row(1, 1, 60), row(1, 2, 90), failed, neither]);
    let data = batch.data();
    assert_eq!((skipped, batch.samples), (0, 4 * 4 + 4 + 3));
    let durations = named(&data, "RunDuration");
    assert_eq!(durations.len(), 1);
    assert_eq!(durations[0].values, [(60.0, 2.0), (61.0, 1.0), (90.0, 1.0)]);
    assert_eq!(durations[0].at, at("2026-05-02T11:59:00Z"));
    assert_eq!(named(&data, "SuccessRate")[0].values, [(0.0, 1.0), (1.0, 2.0)]);
    let outcomes = ["RunsSucceeded", "RunsFailed", "RunsNeither"];
    let outcome = |name| named(&data, name)[0].values.clone();
    assert_eq!(outcomes.map(outcome), [[(1.0, 2.0)], [(1.0, 1.0)], [(1.0, 1.0)]]);
    assert_eq!(named(&compatible(&data), "PipelineDuration")[0].values, durations[0].values);
}

#[test]
fn a_job_of_its_own_is_measured_beside_all_of_them() {
    let ran = |name: &str, conclusion: &str, ran_s| {
        let (name, conclusion) = (name.to_owned(), conclusion.to_owned());
        JobRow { name, conclusion, ..job(1, ran_s) }
    };
    let skipped = JobRow { ran: None, queued: None, ..ran("test", "skipped", 0) };
    let jobs = vec![
        ran("test", "success", 50),
        ran("test", "failure", 70),
        ran("test", "cancelled", 90),
        ran("lint", "success", 10),
        skipped,
    ];
    let row = Row { jobs, ..row(1, 1, 60) };
    let own = JobSteps::from([("test".to_owned(), BTreeSet::new())]);
    let mut batch = Batch::default();
    batch.add(&row, Some(Reach::own(&row.names, row.segment)), &own, now());
    assert_eq!(batch.samples, samples_of(&row, &own));
    let data = batch.data();
    let values = |name: &str, dimensions: usize| {
        let of = |datum: &&&Datum| datum.dimensions.len() == dimensions;
        named(&data, name).iter().find(of).map(|datum| datum.values.clone())
    };
    let all = [(10.0, 1.0), (50.0, 1.0), (70.0, 1.0), (90.0, 1.0)];
    assert_eq!(values("JobDuration", 3).unwrap(), all);
    assert_eq!(values("JobDuration", 4).unwrap(), all[1..]);
    assert_eq!(values("JobSuccessRate", 4).unwrap(), [(0.0, 1.0), (1.0, 1.0)]);
    assert_eq!(values("StepDuration", 5), None, "no step was chosen");
}

#[test]
fn what_no_service_takes_is_skipped_and_counted() {
    let ended = |end: &str| batch_of([Row { end: at(end), ..row(1, 1, 60) }]);
    for (end, skipped) in [
        ("2026-04-18T12:01:00Z", 0),
        ("2026-04-18T12:00:59Z", 6),
        ("2026-05-02T14:00:00Z", 0),
        ("2026-05-02T14:00:01Z", 6),
    ] {
        let (batch, told) = ended(end);
        assert_eq!((told, batch.is_empty()), (skipped, false), "{end}");
        assert_eq!(batch.data().is_empty(), skipped > 0);
    }
    let mut batch = Batch::default();
    assert_eq!(batch.add(&row(1, 1, 60), None, &JobSteps::new(), now()), 6, "no room for anybody");
}

#[test]
fn calls_stay_within_what_cloudwatch_takes() {
    let long = "x".repeat(300);
    let mut rows: Vec<Row> = (0..3_000).map(|run| row(1, run, run)).collect();
    for (row, minute) in rows.iter_mut().zip(0..) {
        row.end = now().plus_millis(-60_000 * (minute % 400));
        row.names.workflow.clone_from(&long);
        row.jobs[0].name.clone_from(&long);
        row.jobs[0].steps[0].name.clone_from(&long);
    }
    // Metrics of their own for the job and its step, too.
    let own = JobSteps::from([(long.clone(), BTreeSet::from([(long.clone(), 1)]))]);
    let mut batches = vec![Batch::default()];
    for row in &rows {
        if !batches.last().unwrap().has_room_for(row, &own) {
            batches.push(Batch::default());
        }
        let reach = Reach::own(&row.names, row.segment);
        batches.last_mut().unwrap().add(row, Some(reach), &own, now());
    }
    assert!(batches.len() > 1);
    let mut samples = 0.0;
    for batch in &batches {
        let data = batch.data();
        assert_eq!(calls(&data).len(), 1, "a batch is one call");
        for call in calls(&data) {
            assert!(call.len() <= 1_000, "{}", call.len());
            let text = |datum: &Datum| {
                let dimensions: usize =
                    datum.dimensions.iter().map(|(name, value)| name.len() + value.len()).sum();
                // Names, time and unit, and each value with its count as CBOR has them.
                datum.name.len() + dimensions + 120 + 18 * datum.values.len()
            };
            assert!(call.iter().map(text).sum::<usize>() <= 1_000_000);
            assert!(call.iter().all(|datum| datum.values.len() <= VALUES_MAX));
        }
        let durations = named(&data, "RunDuration");
        samples += durations.iter().flat_map(|one| &one.values).map(|(_, n)| n).sum::<f64>();
    }
    assert!((samples - 3_000.0).abs() < f64::EPSILON);
}

#[test]
fn one_attempt_too_large_for_a_call_goes_in_several() {
    let jobs = (0..50_000).map(|ran| job(1, ran)).collect();
    let (batch, _) = batch_of([Row { jobs, ..row(1, 1, 60) }]);
    let data = batch.data();
    let values: Vec<usize> =
        calls(&data).iter().map(|call| call.iter().map(|one| one.values.len()).sum()).collect();
    assert!(values.len() > 2 && values.iter().sum::<usize>() > 50_000, "{values:?}");
}

#[test]
fn a_hostile_name_is_a_value_that_cloudwatch_takes() {
    let told = |name: &str| super::dimension(name);
    assert_eq!(told("CI \u{202e}\n@x"), "CI ??@x");
    assert_eq!([told(":x"), told(""), told(" \t")], ["?x", "?", "?"].map(str::to_owned));
    assert_eq!(told(&"ü".repeat(999)).len(), 255);
}

#[test]
fn metrics_are_sent_with_the_names_and_dimensions_that_dashboards_ask_for() {
    let outcomes = ["success", "failure", "cancelled"].into_iter().zip(1..);
    let rows = outcomes.map(|(outcome, run)| {
        let mut row = row(1, run, 60);
        outcome.clone_into(&mut row.conclusion);
        row.jobs = vec![job(1, 2)];
        row
    });
    let own = JobSteps::from([("test".to_owned(), BTreeSet::from([("Compile".to_owned(), 1)]))]);
    let mut batch = Batch::default();
    for row in rows {
        batch.add(&row, Some(Reach::own(&row.names, row.segment)), &own, now());
    }
    let data = batch.data();
    let dimensions =
        |datum: &Datum| datum.dimensions.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    let (of_jobs, others): (Vec<&Datum>, Vec<&Datum>) =
        data.iter().partition(|datum| dimensions(datum).contains(&names::JOB));
    let sent = |data: &[&Datum]| data.iter().map(|datum| datum.name).collect::<BTreeSet<_>>();
    assert_eq!(sent(&others).len() + 1, names::per_segment());
    assert_eq!(PER_REACH, names::per_segment());
    for datum in others {
        assert_eq!(dimensions(datum), names::dimensions_of(datum.name), "{}", datum.name);
    }
    let known = ["JobDuration", "JobQueueTime", "JobSuccessRate", "StepDuration"];
    assert_eq!(sent(&of_jobs), known.into());
    for datum in of_jobs {
        assert_eq!(dimensions(datum), names::dimensions_of_job(datum.name), "{}", datum.name);
    }
}
