//! Reports to render: a small one written by hand for snapshots, a rich one for the eye, one with
//! nothing in it, and one whose every name is an attack.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, ToSpan, civil::date};

use super::units::{float, whole};
use crate::report::{
    Bottleneck, Change, DayReport, Figures, JobReport, OtherJobs, RecentAttempt, Report, SCHEMA,
    SegmentReport, StepReport, Trend, WhereTimeGoes, WorkflowReport,
};

const DAYS: u64 = 30;

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
        recommendation: "Split the step \"cargo test\" of job \"test\" over two jobs.".to_owned(),
    }];
    workflow.days = vec![day_of(1, 12, 240.0), day_of(2, 8, 260.0)];
    workflow.recent = vec![recent(42, "2026-08-02T10:00:00Z", "success", 251.0)];
    report.workflows = vec![workflow];
    report
}

/// `workflows` workflows of a small organisation over thirty days, twelve jobs in each.
pub(super) fn rich(workflows: u64) -> Report {
    let mut report = empty();
    report.workflows = (0..workflows).map(busy).collect();
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
            bottleneck.recommendation = format!("Split the step \"{name}\" of {name}.");
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
        segments: Vec::new(),
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

const WORKFLOWS: [(&str, &str, &str, f64); 6] = [
    ("acme/api", "CI", "ci.yml", 420.0),
    ("acme/api", "Deploy to production", "deploy.yml", 1_260.0),
    ("acme/web", "Build & test", "build.yml", 305.0),
    ("acme/web", "Nightly end-to-end", "e2e.yml", 2_700.0),
    ("acme/infra", "Terraform plan", "plan.yml", 74.0),
    ("acme/docs", "Publish", "publish.yml", 38.0),
];

const JOBS: [(&str, f64); 12] = [
    ("lint", 0.12),
    ("typecheck", 0.16),
    ("unit (ubuntu-latest)", 0.44),
    ("unit (macos-latest)", 0.71),
    ("unit (windows-latest)", 0.83),
    ("integration / postgres", 0.58),
    ("integration / redis", 0.31),
    ("end-to-end (chromium)", 0.62),
    ("end-to-end (firefox)", 0.66),
    ("package", 0.22),
    ("docker image", 0.37),
    ("upload coverage", 0.05),
];

fn busy(index: u64) -> WorkflowReport {
    let kinds = u64::try_from(WORKFLOWS.len()).unwrap();
    let (repository, name, file, typical) = WORKFLOWS[usize::try_from(index % kinds).unwrap()];
    let again = index / kinds;
    let suffix = if again == 0 { String::new() } else { format!(" {}", again + 1) };
    let mut workflow = blank(repository, &format!("{name}{suffix}"));
    workflow.repository_id = 1 + index % kinds / 2;
    workflow.workflow_id = 10 + index;
    workflow.path = Some(format!(".github/workflows/{file}"));
    workflow.days = (0..DAYS).filter_map(|day| busy_day(index, day, typical)).collect();
    workflow.attempts = workflow.days.iter().map(|day| day.attempts).sum();
    for day in &workflow.days {
        for (outcome, times) in &day.outcomes {
            *workflow.outcomes.entry(outcome.clone()).or_default() += times;
        }
    }
    workflow.superseded = workflow.outcomes.get("cancelled").copied().unwrap_or(0) / 2;
    let rate = 0.99 - noise(index * 7) * 0.16;
    workflow.success_rate = Some(rate);
    workflow.success_rate_interval = Some([rate - 0.04, (rate + 0.03).min(1.0)]);
    let n = workflow.attempts;
    workflow.queued_s = figures(n, typical * 0.09);
    workflow.ran_s = figures(n, typical * 0.9);
    workflow.total_s = figures(n, typical);
    workflow.green_s = figures(n * 9 / 10, typical * 1.02);
    workflow.trend = trend("green_s", typical, typical * (0.9 + noise(index + 3) * 0.4));
    workflow.segments = vec![
        segment_of("default_branch", n / 3, typical),
        segment_of("pull_request", n - n / 3, typical * 0.94),
    ];
    workflow.jobs = JOBS
        .iter()
        .map(|(job_name, share)| job(job_name, typical * share, &["ubuntu-latest"]))
        .collect();
    workflow.other_jobs = (index == 3).then(|| OtherJobs {
        outcomes: outcomes(&[("success", 40)]),
        queued_s: figures(40, 4.0),
        ran_s: figures(40, 50.0),
    });
    workflow.where_time_goes_s = spent(n, typical * 1.1);
    workflow.bottlenecks = bottlenecks(index, typical);
    workflow.recent = recents(index, typical);
    workflow.clamped = index % 3;
    workflow
}

fn busy_day(index: u64, day: u64, typical: f64) -> Option<DayReport> {
    let weekend = matches!(day % 7, 0 | 1);
    let attempts = whole(noise(index * 131 + day * 17) * if weekend { 3.0 } else { 22.0 });
    let slowdown = if index == 0 && day > 18 { 1.28 } else { 1.0 };
    let median = typical * slowdown * (0.92 + noise(index * 53 + day) * 0.16);
    (attempts > 0).then(|| day_of(day + 1, attempts, median))
}

fn bottlenecks(index: u64, typical: f64) -> Vec<Bottleneck> {
    let slow_job = Bottleneck {
        kind: "slow_job",
        severity: if typical > 1_000.0 { "high" } else { "medium" },
        job: Some("unit (windows-latest)".to_owned()),
        step: None,
        value: typical * 0.86,
        threshold: 300.0,
        saves_s: Some(typical * 0.21),
        recommendation:
            "Split the job \"unit (windows-latest)\" in two: its step \"Run tests\" takes \
                         most of the time and is on the critical path of 62 % of the attempts."
                .to_owned(),
    };
    let queue = Bottleneck {
        kind: "long_queue",
        severity: "medium",
        job: Some("unit (macos-latest)".to_owned()),
        step: None,
        value: 96.0,
        threshold: 60.0,
        saves_s: Some(41.0),
        recommendation:
            "Add runners of the class macos-latest, or move the job to a class that is \
                         free: it waits 1m 36s for one."
                .to_owned(),
    };
    let failing = Bottleneck {
        kind: "low_success_rate",
        severity: "high",
        job: None,
        step: None,
        value: 0.842,
        threshold: 0.9,
        saves_s: None,
        recommendation: "Look at the failures of \"end-to-end (firefox)\" first: 31 of 44."
            .to_owned(),
    };
    match index % 6 {
        0 => vec![slow_job, queue],
        1 => vec![slow_job],
        3 => vec![failing, slow_job],
        _ => Vec::new(),
    }
}

fn recents(index: u64, typical: f64) -> Vec<RecentAttempt> {
    let end: Timestamp = "2026-08-30T21:40:00Z".parse().unwrap();
    (0..60)
        .map(|nth| {
            let at = end - SignedDuration::from_secs(i64::try_from(nth * 41_000).unwrap());
            let roll = noise(index * 997 + nth * 31);
            let conclusion = match roll {
                r if r < 0.78 => "success",
                r if r < 0.92 => "failure",
                _ => "cancelled",
            };
            let spread = 0.7 + noise(index + nth * 7) * 0.9 + if nth == 9 { 9.0 } else { 0.0 };
            recent(1_200 - nth, &at.to_string(), conclusion, typical * spread)
        })
        .collect()
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

fn segment_of(segment: &'static str, attempts: u64, typical: f64) -> SegmentReport {
    SegmentReport {
        segment,
        attempts,
        outcomes: outcomes(&[("success", attempts)]),
        superseded: 0,
        success_rate: Some(1.0),
        success_rate_interval: Some([0.94, 1.0]),
        queued_s: figures(attempts, typical * 0.08),
        ran_s: figures(attempts, typical * 0.9),
        total_s: figures(attempts, typical),
        green_s: figures(attempts, typical),
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
