use jiff::{SignedDuration, Timestamp};

use super::{blank, day_of, empty, figures, job, noise, outcomes, recent, spent, trend};
use crate::{
    render::units::whole,
    report::{
        Bottleneck, DayReport, OtherJobs, RecentAttempt, Report, SegmentReport, WorkflowReport,
    },
};

const DAYS: u64 = 30;

/// `workflows` workflows of a small organisation over thirty days, twelve jobs in each.
pub(in super::super) fn rich(workflows: u64) -> Report {
    let mut report = empty();
    report.workflows = (0..workflows).map(busy).collect();
    report
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
        skipped: 4,
        not_started: 0,
        carried_over: 0,
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
        recommendation: "Split the job `unit (windows-latest)` in two: its step `Run tests` takes \
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
        recommendation: "Look at the failures of `end-to-end (firefox)` first: 31 of 44."
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
