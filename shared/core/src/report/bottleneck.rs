//! What to look at first: thresholds crossed, each with what to do and what it could save.

use crate::config::Thresholds;
use crate::render::duration as seconds;
use crate::report::{Bottleneck, Figures, JobReport, StepReport, Trend, WorkflowReport};
use crate::stats::round;

/// All bottlenecks of a workflow, most severe first.
pub(super) fn bottlenecks(report: &WorkflowReport, thresholds: &Thresholds) -> Vec<Bottleneck> {
    let search = Search { report, thresholds };
    let mut found: Vec<Bottleneck> = Vec::new();
    found.extend(search.slow_workflow());
    found.extend(search.high_p95());
    found.extend(search.low_success_rate());
    found.extend(search.degrading(None, &report.trend));
    found.extend(search.often_on_critical_path());
    for job in &report.jobs {
        found.extend(search.slow_job(job));
        found.extend(search.long_queue(job));
        found.extend(search.degrading(Some(job), &job.trend));
        found.extend(job.steps.iter().filter_map(|step| search.slow_step(job, step)));
    }
    found.sort_by(|a, b| {
        let saves = |one: &Bottleneck| one.saves_s.unwrap_or_default();
        (a.severity.cmp(b.severity))
            .then(saves(b).total_cmp(&saves(a)))
            .then_with(|| (a.kind, &a.job, &a.step).cmp(&(b.kind, &b.job, &b.step)))
    });
    found
}

struct Search<'a> {
    report: &'a WorkflowReport,
    thresholds: &'a Thresholds,
}

// In alphabetical order `high` comes before `medium`, which is also the order of severity.
const HIGH: &str = "high";
const MEDIUM: &str = "medium";

impl Search<'_> {
    fn slow_workflow(&self) -> Option<Bottleneck> {
        let Thresholds { slow_workflow_s, very_slow_workflow_s, .. } = *self.thresholds;
        let mean = self.report.total_s.mean?;
        let (severity, threshold) = grade(mean, slow_workflow_s, very_slow_workflow_s)?;
        let advice = match (self.mostly_waits_for(), self.longest_on_path()) {
            (Some((what, share)), _) => {
                format!(
                    "Begin with its waits: {} of its wall clock is waiting for {what}",
                    per_cent(share)
                )
            }
            (None, Some(job)) if severity == HIGH => {
                format!("Split it: begin with job `{}`{}", job.name, slowest_step_text(job))
            }
            (None, Some(job)) => {
                format!("Shorten its critical path: job `{}`{}", job.name, slowest_step_text(job))
            }
            (None, None) => "Look for waits before its jobs".to_owned(),
        };
        let saves = mean - slow_workflow_s;
        Some(Bottleneck {
            kind: "slow_workflow",
            severity,
            job: None,
            step: None,
            value: mean,
            threshold,
            saves_s: Some(round(saves, 3)),
            recommendation: format!(
                "{advice}. A run takes {} on average; {} less would bring it under {}.",
                seconds(mean),
                seconds(saves),
                seconds(slow_workflow_s)
            ),
        })
    }

    /// The wait that takes more of the wall clock than all work does, with its share.
    fn mostly_waits_for(&self) -> Option<(&'static str, f64)> {
        let parts = &self.report.where_time_goes_s;
        let waits = [
            ("an approval", parts.approval),
            ("its concurrency group", parts.concurrency),
            ("a runner", parts.runner_queue),
        ];
        let (what, longest) = waits.into_iter().max_by(|(_, a), (_, b)| a.total_cmp(b))?;
        (longest > parts.work).then(|| (what, longest / parts.wall_clock))
    }

    fn high_p95(&self) -> Option<Bottleneck> {
        let (p95, p50) = (self.report.total_s.p95?, self.report.total_s.p50?);
        let threshold = self.thresholds.p95_s;
        (p95 > threshold).then(|| Bottleneck {
            kind: "high_p95",
            severity: MEDIUM,
            job: None,
            step: None,
            value: p95,
            threshold,
            saves_s: Some(round(p95 - p50, 3)),
            recommendation: format!(
                "One run in twenty takes {} or more where half take at most {}. Compare a slow run \
                 with a usual one: up to {} lie between them.",
                seconds(p95),
                seconds(p50),
                seconds(p95 - p50)
            ),
        })
    }

    /// High only when even the upper bound of the interval is too low.
    fn low_success_rate(&self) -> Option<Bottleneck> {
        let rate = self.report.success_rate?;
        let threshold = self.thresholds.success_rate;
        if rate >= threshold {
            return None;
        }
        let sure = self.report.success_rate_interval.is_some_and(|[_, high]| high < threshold);
        let wasted = self.spent_without_success();
        let worst = self.report.jobs.iter().max_by_key(|job| failures(job));
        let worst = worst.filter(|job| failures(job) > 0);
        let advice = worst.map_or_else(
            || "No job failed: look at the run's own page for start-up failures.".to_owned(),
            |job| {
                let times = match failures(job) {
                    1 => "it failed once".to_owned(),
                    times => format!("it failed {times} times"),
                };
                let step = most_failing_step(job)
                    .map(|step| format!(", mostly in step `{}`", step.name))
                    .unwrap_or_default();
                format!("Begin with job `{}`: {times}{step}.", job.name)
            },
        );
        Some(Bottleneck {
            kind: "low_success_rate",
            severity: if sure { HIGH } else { MEDIUM },
            job: worst.map(|job| job.name.clone()),
            step: worst.and_then(most_failing_step).map(|step| step.name.clone()),
            value: rate,
            threshold,
            saves_s: wasted,
            recommendation: format!(
                "{} of runs succeed. {advice} Runs that do not succeed cost {} per run.",
                per_cent(rate),
                seconds(wasted.unwrap_or_default())
            ),
        })
    }

    /// Seconds of runs that did not succeed, spread over all runs.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    fn spent_without_success(&self) -> Option<f64> {
        let sum = |figures: &Figures| figures.mean.unwrap_or_default() * figures.count as f64;
        let spent = sum(&self.report.total_s) - sum(&self.report.green_s);
        (self.report.attempts > 0).then(|| round(spent / self.report.attempts as f64, 3))
    }

    fn slow_job(&self, job: &JobReport) -> Option<Bottleneck> {
        let Thresholds { slow_job_s, very_slow_job_s, .. } = *self.thresholds;
        let mean = job.ran_s.mean?;
        let (severity, threshold) = grade(mean, slow_job_s, very_slow_job_s)?;
        let saves = (mean - slow_job_s) * job.on_critical_path.unwrap_or_default();
        Some(Bottleneck {
            kind: "slow_job",
            severity,
            job: Some(job.name.clone()),
            step: slowest_step(job).map(|step| step.name.clone()),
            value: mean,
            threshold,
            saves_s: Some(round(saves, 3)),
            recommendation: format!(
                "Split or speed up job `{}`{}: it runs {} on average. At {} a run would end {} \
                 sooner.",
                job.name,
                slowest_step_text(job),
                seconds(mean),
                seconds(slow_job_s),
                seconds(saves)
            ),
        })
    }

    fn slow_step(&self, job: &JobReport, step: &StepReport) -> Option<Bottleneck> {
        let Thresholds { slow_job_s, very_slow_job_s, .. } = *self.thresholds;
        let mean = step.ran_s.mean?;
        let (severity, threshold) = grade(mean, slow_job_s, very_slow_job_s)?;
        let saves = (mean - slow_job_s) * job.on_critical_path.unwrap_or_default();
        Some(Bottleneck {
            kind: "slow_step",
            severity,
            job: Some(job.name.clone()),
            step: Some(step.name.clone()),
            value: mean,
            threshold,
            saves_s: Some(round(saves, 3)),
            recommendation: format!(
                "Cache, shard or shorten step `{}` of job `{}`: it runs {} on average. At {} a run \
                 would end {} sooner.",
                step.name,
                job.name,
                seconds(mean),
                seconds(slow_job_s),
                seconds(saves)
            ),
        })
    }

    /// Waiting for a runner: an approval is no queue.
    fn long_queue(&self, job: &JobReport) -> Option<Bottleneck> {
        let Thresholds { long_queue_s, very_long_queue_s, .. } = *self.thresholds;
        let mean = round(job.queued_s.mean? - job.approval_s?, 3);
        let (severity, threshold) = grade(mean, long_queue_s, very_long_queue_s)?;
        let saves = mean * job.on_critical_path.unwrap_or_default();
        Some(Bottleneck {
            kind: "long_queue",
            severity,
            job: Some(job.name.clone()),
            step: None,
            value: mean,
            threshold,
            saves_s: Some(round(saves, 3)),
            recommendation: format!(
                "Job `{}` waits {} on average before it starts on {}: add runners of this class, \
                 or free them. Up to {} a run.",
                job.name,
                seconds(mean),
                job.runner_classes.join(" or "),
                seconds(saves)
            ),
        })
    }

    /// Only when the interval of the change lies above zero: a wide one says nothing.
    fn degrading(&self, job: Option<&JobReport>, trend: &Trend) -> Option<Bottleneck> {
        let halves = &trend.halves;
        let (pct, [low, _]) = (halves.change_pct?, halves.interval_pct?);
        let threshold = self.thresholds.degrading_pct;
        if pct <= threshold || low <= 0.0 {
            return None;
        }
        let saves = halves.after_s? - halves.before_s?;
        let what = job.map_or_else(
            || "This workflow".to_owned(),
            |job| format!("Job `{}`{}", job.name, slowest_step_text(job)),
        );
        Some(Bottleneck {
            kind: "degrading",
            severity: if pct > 2.0 * threshold { HIGH } else { MEDIUM },
            job: job.map(|job| job.name.clone()),
            step: job.and_then(slowest_step).map(|step| step.name.clone()),
            value: round(saves, 3),
            threshold: round(halves.before_s? * threshold / 100.0, 3),
            saves_s: Some(round(saves, 3)),
            recommendation: format!(
                "{what} became {pct:.0} % slower in the second half of the period (at least \
                 {low:.0} %): look at what changed. It cost {} a run.",
                seconds(saves)
            ),
        })
    }

    fn often_on_critical_path(&self) -> Option<Bottleneck> {
        let job = self.longest_on_path()?;
        let share = job.on_critical_path?;
        let threshold = self.thresholds.critical_path_share;
        let ran = self.report.jobs.iter().filter(|job| job.ran_s.count > 0).count();
        let step = slowest_step(job)?;
        if share < threshold || ran < 2 {
            return None;
        }
        let saves = step.ran_s.mean? * share;
        Some(Bottleneck {
            kind: "critical_path",
            severity: MEDIUM,
            job: Some(job.name.clone()),
            step: Some(step.name.clone()),
            value: share,
            threshold,
            saves_s: Some(round(saves, 3)),
            recommendation: format!(
                "Job `{}` is on the critical path of {} of its runs. Its longest step is `{}`: \
                 doing it elsewhere or in parallel would end a run up to {} sooner.",
                job.name,
                per_cent(share),
                step.name,
                seconds(saves)
            ),
        })
    }

    /// The job that keeps runs waiting longest: share of the critical path times mean.
    fn longest_on_path(&self) -> Option<&JobReport> {
        let weight = |job: &JobReport| {
            job.on_critical_path.unwrap_or_default() * job.ran_s.mean.unwrap_or_default()
        };
        let jobs = self.report.jobs.iter().filter(|job| weight(job) > 0.0);
        jobs.max_by(|a, b| weight(a).total_cmp(&weight(b)).then_with(|| b.name.cmp(&a.name)))
    }
}

fn grade(value: f64, medium: f64, high: f64) -> Option<(&'static str, f64)> {
    if value > high { Some((HIGH, high)) } else { (value > medium).then_some((MEDIUM, medium)) }
}

fn slowest_step(job: &JobReport) -> Option<&StepReport> {
    let mean = |step: &StepReport| step.ran_s.mean.unwrap_or_default();
    let steps = job.steps.iter().filter(|step| step.ran_s.count > 0);
    steps.max_by(|a, b| mean(a).total_cmp(&mean(b)).then_with(|| b.name.cmp(&a.name)))
}

fn slowest_step_text(job: &JobReport) -> String {
    slowest_step(job).map(|step| format!(" (longest step: `{}`)", step.name)).unwrap_or_default()
}

fn most_failing_step(job: &JobReport) -> Option<&StepReport> {
    let failed = |step: &StepReport| step.outcomes.get("failure").copied().unwrap_or_default();
    job.steps.iter().filter(|step| failed(step) > 0).max_by_key(|step| failed(step))
}

fn failures(job: &JobReport) -> u64 {
    let count = |conclusion: &str| job.outcomes.get(conclusion).copied().unwrap_or_default();
    count("failure") + count("timed_out")
}

fn per_cent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
