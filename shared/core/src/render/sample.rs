//! Reports to render: a small one written by hand for snapshots, a rich one for the eye, one with
//! nothing in it, and one whose every name is an attack.

mod finding;
mod rich;

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::date};

pub(super) use finding::finding;
pub(super) use rich::rich;

use super::units::float;
use crate::report::{
    Bottleneck, Change, DayReport, Figures, JobReport, RecentAttempt, Report, SCHEMA, StepReport,
    Trend, WhereTimeGoes, WorkflowReport,
};

/// A period in which nothing ended.
pub(super) fn empty() -> Report {
    Report {
        schema: SCHEMA,
        generated_at: "2026-08-31T06:00:00Z".to_owned(),
        from: "2026-08-01T00:00:00Z".to_owned(),
        to: "2026-08-31T00:00:00Z".to_owned(),
        workflows: Vec::new(),
        findings: Vec::new(),
    }
}

/// One workflow with two jobs and round numbers.
pub(super) fn small() -> Report {
    let mut report = empty();
    let mut workflow = blank("acme/api", "CI");
    workflow.path = Some(".github/workflows/ci.yml".to_owned());
    workflow.attempts = 20;
    workflow.outcomes = outcomes(&[("success", 16), ("failure", 2), ("cancelled", 2)]);
    workflow.superseded = 1;
    workflow.success_rate = Some(0.888_889);
    workflow.success_rate_interval = Some([0.672, 0.969]);
    workflow.queued_s = figures(20, 8.0);
    workflow.ran_s = figures(20, 240.0);
    workflow.total_s = figures(20, 250.0);
    workflow.green_s = figures(16, 245.0);
    workflow.trend = trend("green_s", 240.0, 276.0);
    workflow.jobs =
        vec![job("build", 90.0, &["ubuntu-latest"]), job("test", 150.0, &["ubuntu-latest"])];
    workflow.where_time_goes_s = spent(20, 250.0);
    workflow.bottlenecks = vec![Bottleneck {
        kind: "slow_step",
        severity: "medium",
        job: Some("test".to_owned()),
        step: Some("cargo test".to_owned()),
        value: 320.0,
        threshold: 300.0,
        saves_s: Some(20.0),
        recommendation: "Split the step `cargo test` of job `test` over two jobs.".to_owned(),
    }];
    workflow.days = vec![day_of(1, 12, 240.0), day_of(2, 8, 260.0)];
    workflow.recent = vec![recent(42, "2026-08-02T10:00:00Z", "success", 251.0)];
    report.workflows = vec![workflow];
    report
}

/// The small report with `name` in every place that a stranger can fill.
pub(super) fn hostile(name: &str) -> Report {
    let mut report = small();
    for workflow in &mut report.workflows {
        name.clone_into(&mut workflow.repository);
        name.clone_into(&mut workflow.workflow);
        workflow.path = Some(name.to_owned());
        workflow.outcomes.insert(name.to_owned(), 1);
        for bottleneck in &mut workflow.bottlenecks {
            bottleneck.job = Some(name.to_owned());
            bottleneck.step = Some(name.to_owned());
            bottleneck.recommendation = format!("Split the step `{name}` of {name}.");
        }
        for job in &mut workflow.jobs {
            name.clone_into(&mut job.name);
            job.runner_classes = vec![name.to_owned()];
            job.outcomes.insert(name.to_owned(), 1);
            for step in &mut job.steps {
                name.clone_into(&mut step.name);
                step.outcomes.insert(name.to_owned(), 1);
            }
        }
        for attempt in &mut workflow.recent {
            name.clone_into(&mut attempt.conclusion);
            attempt.head_sha = Some(name.to_owned());
        }
        for day in &mut workflow.days {
            day.outcomes.insert(name.to_owned(), 1);
        }
    }
    report
}

/// The small report with no figure in it: attempts in which no job ran.
pub(super) fn unmeasured() -> Report {
    let mut report = empty();
    let mut workflow = blank("acme/api", "CI");
    workflow.attempts = 3;
    workflow.outcomes = outcomes(&[("cancelled", 1), ("skipped", 2)]);
    workflow.jobs = vec![JobReport { ran_s: Figures::default(), ..job("build", 1.0, &[]) }];
    workflow.days = vec![DayReport {
        queued_s: Figures::default(),
        ran_s: Figures::default(),
        total_s: Figures::default(),
        ..day_of(3, 3, 1.0)
    }];
    report.workflows = vec![workflow];
    report
}

/// A workflow of which nothing is known but its name.
fn blank(repository: &str, workflow: &str) -> WorkflowReport {
    WorkflowReport {
        repository_id: 1,
        workflow_id: 10,
        repository: repository.to_owned(),
        workflow: workflow.to_owned(),
        path: None,
        attempts: 0,
        outcomes: BTreeMap::new(),
        superseded: 0,
        success_rate: None,
        success_rate_interval: None,
        queued_s: Figures::default(),
        ran_s: Figures::default(),
        total_s: Figures::default(),
        green_s: Figures::default(),
        failed_s: Figures::default(),
        segments: Vec::new(),
        series_judged: 9,
        trend: Trend { measure: "green_s", halves: unknown(), previous: unknown() },
        jobs: Vec::new(),
        other_jobs: None,
        where_time_goes_s: WhereTimeGoes::default(),
        bottlenecks: Vec::new(),
        days: Vec::new(),
        recent: Vec::new(),
        clamped: 0,
        impossible: 0,
    }
}

fn recent(number: u64, ended_at: &str, conclusion: &str, total: f64) -> RecentAttempt {
    RecentAttempt {
        run_id: 9_000_000_000 + number,
        attempt: 1,
        run_number: Some(number),
        ended_at: ended_at.to_owned(),
        conclusion: conclusion.to_owned(),
        superseded: conclusion == "cancelled",
        segment: "pull_request",
        head_sha: Some("0f3c9a".repeat(6)),
        queued_s: Some(total * 0.1),
        ran_s: Some(total * 0.9),
        total_s: Some(total),
    }
}

fn job(name: &str, median: f64, labels: &[&str]) -> JobReport {
    let steps =
        [("Set up job", 0.03), ("Check out", 0.04), ("Restore cache", 0.12), ("cargo test", 0.8)];
    JobReport {
        name: name.to_owned(),
        runner_classes: labels.iter().map(|label| (*label).to_owned()).collect(),
        outcomes: outcomes(&[("success", 17), ("failure", 2)]),
        skipped: 1,
        not_started: 0,
        carried_over: 0,
        success_rate: Some(0.894_737),
        success_rate_interval: Some([0.686, 0.971]),
        queued_s: figures(19, 6.0),
        approval_s: Some(0.0),
        ran_s: figures(19, median),
        green_s: figures(17, median),
        on_critical_path: Some((median / 200.0).min(1.0)),
        trend: trend("green_s", median, median),
        steps: steps
            .iter()
            .map(|(step, share)| StepReport {
                name: (*step).to_owned(),
                occurrence: 1,
                outcomes: outcomes(&[("success", 19)]),
                ran_s: figures(19, median * share),
            })
            .collect(),
    }
}

fn day_of(day: u64, attempts: u64, median: f64) -> DayReport {
    let first = date(2026, 7, 31);
    let failures = attempts / 6;
    let cancelled = attempts / 9;
    DayReport {
        day: first.saturating_add(i64::try_from(day).unwrap().days()).to_string(),
        attempts,
        outcomes: outcomes(&[
            ("success", attempts - failures - cancelled),
            ("failure", failures),
            ("cancelled", cancelled),
        ]),
        queued_s: figures(attempts, median * (0.04 + 0.1 * noise(day))),
        ran_s: figures(attempts, median * 0.9),
        total_s: figures(attempts, median),
    }
}

fn spent(attempts: u64, mean: f64) -> WhereTimeGoes {
    let wall_clock = mean * float(attempts);
    let share = |part: f64| wall_clock * part;
    WhereTimeGoes {
        approval: share(0.02),
        concurrency: share(0.05),
        runner_queue: share(0.11),
        set_up: share(0.07),
        work: share(0.71),
        tear_down: share(0.03),
        unknown: share(0.01),
        wall_clock,
        attempts,
    }
}

fn trend(measure: &'static str, before: f64, after: f64) -> Trend {
    Trend { measure, halves: change(before, after), previous: unknown() }
}

fn change(before: f64, after: f64) -> Change {
    let percent = (after / before - 1.0) * 100.0;
    Change {
        before_s: Some(before),
        after_s: Some(after),
        before_count: 8,
        after_count: 8,
        change_pct: Some(percent),
        interval_pct: Some([percent - 6.0, percent + 5.0]),
        direction: match percent {
            p if p > 10.0 => "slower",
            p if p < -10.0 => "faster",
            _ => "stable",
        },
    }
}

fn unknown() -> Change {
    Change {
        before_s: None,
        after_s: None,
        before_count: 0,
        after_count: 0,
        change_pct: None,
        interval_pct: None,
        direction: "unknown",
    }
}

fn figures(count: u64, median: f64) -> Figures {
    if count == 0 {
        return Figures::default();
    }
    Figures {
        count,
        mean: Some(median * 1.1),
        min: Some(median * 0.7),
        p50: Some(median),
        p95: Some(median * 1.6),
        p99: Some(median * 1.9),
        max: Some(median * 2.2),
    }
}

fn outcomes(list: &[(&str, u64)]) -> BTreeMap<String, u64> {
    list.iter()
        .filter(|(_, times)| *times > 0)
        .map(|(name, times)| ((*name).to_owned(), *times))
        .collect()
}

/// A number from 0 to 1 that looks random and is always the same (`SplitMix64`).
fn noise(seed: u64) -> f64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    float((z ^ (z >> 31)) >> 40) / float(1 << 24)
}
