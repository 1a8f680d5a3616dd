#![expect(
    clippy::float_cmp,
    clippy::cast_precision_loss,
    reason = "whole numbers, and figures that are taken over as they are"
)]

use super::*;

/// Six workflows a repository, five jobs a run, ten steps a job.
fn month(repositories: f64, jobs: f64) -> Usage {
    let workflows = 6.0 * repositories;
    Usage { repositories, workflows, runs: jobs / 5.0, jobs, steps_per_job: 10.0 }
}

fn planned(usage: Usage, setting: &Setting) -> Plan {
    plan(usage, setting, &Counted::committed().unwrap())
}

fn with_series(max_series: u32) -> Setting {
    let mut setting = Setting::default();
    setting.metrics.max_series = max_series;
    setting
}

#[test]
fn a_plan_is_a_bill_with_its_reasons() {
    insta::assert_snapshot!(text(&planned(month(20.0, 200_000.0), &Setting::default())), @"
    20 repositories, 120 workflows, 40,000 runs with 200,000 jobs of 10 steps a month: 720,000 deliveries
    us-east-1 (prices of 2026-11), a pass every 15 minutes

    Lambda webhook, invocations             720,000 requests          $0.20 per 1,000,000       $0.14
    Lambda webhook, compute                     540 GB-s                    $0.0000133334       $0.01
    Lambda aggregator, invocations           37,315 requests          $0.20 per 1,000,000       $0.01
    Lambda aggregator, compute                4,284 GB-s                    $0.0000133334       $0.06
    Lambda reporter, compute                    183 GB-s                    $0.0000133334       $0.00
    DynamoDB writes                         797,901 write units      $0.625 per 1,000,000       $0.50
    DynamoDB reads                        3,097,551 read units       $0.125 per 1,000,000       $0.39
    DynamoDB storage                           0.71 GB                              $0.25*      $0.18
    DynamoDB point-in-time recovery            0.71 GB                              $0.20*      $0.14
    DynamoDB stream, read by passes         140,160 requests            $0.02 per 100,000*      $0.03
    CloudWatch metrics                        33.37 metrics                         $0.30      $10.01
    CloudWatch PutMetricData                  5,840 calls                 $0.01 per 1,000*      $0.06
    CloudWatch alarms                            13 alarms                          $0.10*      $1.30
    CloudWatch logs, taken in                  0.06 GB                              $0.50*      $0.03
    CloudWatch logs, kept                      0.06 GB                              $0.03*      $0.00
    S3 puts                                   4,380 requests             $0.005 per 1,000*      $0.02
    S3 storage                                 0.50 GB                             $0.023*      $0.01
    KMS, for SSM and DynamoDB                35,040 requests             $0.03 per 10,000*      $0.11
    EventBridge Scheduler                     2,920 starts            $1.00 per 1,000,000*      $0.00
    total a month                                                                               $12.99
    with the free quantities of an account that nobody else uses                                 $8.42
    naive: every delivery put and counted, 6 metrics a workflow (6.4 times)                     $82.64

    1.11 write units for each delivery: 0.33 to store it, 0.29 to file attempts, 0.48 for passes; 4.30 read units
    10 of about 240 segments of workflows have metrics of their own; 230 share the metrics of `other` (more with --max-series)
    105 metrics in all; AWS bills each by the hours in which it is sent: runs are taken as spread evenly by chance.
    Times of functions are assumed. * a price from memory. See docs/COST.md.
    ");
}

#[test]
fn telling_people_adds_cents() {
    for (repositories, jobs, most) in [(1.0, 2_000.0, 0.05), (200.0, 10_000_000.0, 0.2)] {
        let usage = month(repositories, jobs);
        let [quiet, telling] = [false, true]
            .map(|tells| planned(usage, &Setting { tells, ..Setting::default() }).total);
        assert!((0.001..most).contains(&(telling - quiet)), "{quiet} {telling}");
    }
}

#[test]
fn remarks_and_notices_cost_what_is_read_for_them() {
    let cost = |remarks, notices| {
        let setting = Setting { tells: true, remarks, notices, ..Setting::default() };
        planned(month(20.0, 200_000.0), &setting).total
    };
    let [quiet, notices, remarks] = [cost(false, false), cost(false, true), cost(true, false)];
    assert!((0.05..0.5).contains(&(notices - quiet)), "{notices} {quiet}");
    assert!((notices - quiet..1.0).contains(&(remarks - quiet)), "{remarks} {quiet}");
}

#[test]
fn nothing_to_watch_costs_what_stands_there() {
    let plan = planned(month(0.0, 0.0), &with_series(0));
    let told: Vec<String> = plan
        .lines
        .iter()
        .filter(|line| line.dollars > 0.005)
        .map(|line| format!("{}: {:.2}", line.what, line.dollars))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    DynamoDB stream, read by passes: 0.01
    CloudWatch metrics: 1.50
    CloudWatch PutMetricData: 0.03
    CloudWatch alarms: 1.30
    ");
}

#[test]
fn single_jobs_cost_what_their_metrics_do() {
    let planned = |max_job_series: u32| {
        let mut setting = Setting::default();
        setting.metrics.max_job_series = max_job_series;
        planned(month(20.0, 200_000.0), &setting)
    };
    let (none, ten, most) = (planned(0), planned(60), planned(9_999));
    assert_eq!([none.series.jobs, ten.series.jobs, most.series.jobs], [0.0, 10.0, 50.0]);
    assert_eq!(ten.series.metrics, none.series.metrics + 60.0);
    let more = ten.total - none.total;
    assert!(more > 0.0 && more <= 60.0 * 0.30, "{more}");
    assert!(text(&ten).contains("\n10 jobs have metrics of their own, 6 each at most\n"));
}

#[test]
fn the_budget_of_series_bounds_the_bill_and_tells_who_shares() {
    let shown = |repositories: f64, max_series: u32| {
        let series = planned(month(repositories, 10_000.0), &with_series(max_series)).series;
        [series.metrics, series.segments, series.own, series.sharing_other]
    };
    assert_eq!(shown(1.0, 0), [6.0, 12.0, 0.0, 0.0], "only its own");
    assert_eq!(shown(1.0, 100), [105.0, 12.0, 10.0, 2.0], "ten and `other`");
    assert_eq!(shown(1.0, 1_000), [114.0, 12.0, 12.0, 0.0], "as many as there are");
    assert_eq!(shown(500.0, 100), [105.0, 6_000.0, 10.0, 5_990.0]);
}

#[test]
fn ten_steps_cost_about_a_write_unit_for_each_delivery_where_there_is_something_to_do() {
    for (repositories, jobs) in [(10.0, 200_000.0), (100.0, 1_000_000.0), (300.0, 10_000_000.0)] {
        let each = planned(month(repositories, jobs), &Setting::default()).per_delivery;
        assert!(each.writes <= 1.1 && each.ingest_writes <= 0.34, "{each:?}");
    }
}

#[test]
fn attempts_between_those_that_were_counted_lie_between_them() {
    let counted = Counted::committed().unwrap();
    let [small, middle, large] = [(1.0, 1.0), (3.0, 4.0), (5.0, 10.0)].map(|(jobs, steps)| {
        let shape = counted.shape(jobs, steps);
        (shape.bytes, shape.ingest.writes, shape.row_bytes)
    });
    assert!(small < middle && middle < large, "{small:?} {middle:?} {large:?}");
    assert_eq!(
        counted.shape(5.0, 10.0),
        *counted.shapes.iter().find(|one| { (one.jobs, one.steps) == (5.0, 10.0) }).unwrap()
    );
    assert!(counted.shape(50.0, 10.0).ingest.writes >= 51.0, "beyond, in line");
    let shape = counted.shape(5.0, 10.0);
    let rollups =
        [0.0, 1.0, 10.0, 55.0, 100.0, 1_000.0, 1e6].map(|attempts| shape.rollup(attempts));
    assert!(rollups.is_sorted() && rollups[0] >= 2.0, "{rollups:?}");
}

#[test]
fn the_template_has_as_many_alarms_as_are_planned() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/template.yaml");
    let template = std::fs::read_to_string(file).unwrap();
    assert_eq!(template.matches("AWS::CloudWatch::Alarm").count() as f64, volume::ALARMS);
}

#[test]
fn the_document_has_the_totals_of_today() {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/COST.md");
    let document = std::fs::read_to_string(document).unwrap();
    let large = Usage { workflows: 2_000.0, ..month(200.0, 10_000_000.0) };
    for usage in [month(1.0, 2_000.0), month(20.0, 200_000.0), large] {
        for (setting, mark) in [(Setting::default(), "**"), (with_series(0), "")] {
            let total = format!("| {mark}${:.2}{mark} |", planned(usage, &setting).total);
            assert!(document.contains(&total), "docs/COST.md does not have {total}");
        }
    }
}
