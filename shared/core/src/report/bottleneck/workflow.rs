//! Bottlenecks of a workflow as a whole.

use super::{
    Crossed, HIGH, MEDIUM, Search, WORTH_S, crossed, duration, rate, saving, slowest_step,
    slowest_step_text,
};
use crate::config::Thresholds;
use crate::hostile::quoted;
use crate::report::{Bottleneck, JobReport, StepReport};
use crate::stats::Outcomes;

impl Search<'_> {
    pub(super) fn in_workflow(&self) -> Vec<Bottleneck> {
        let found = [
            self.slow_workflow(),
            self.high_p95(),
            self.low_success_rate(),
            self.degrading(&self.report.trend, "This workflow", 1.0),
            self.often_on_critical_path(),
        ];
        found.into_iter().flatten().collect()
    }

    fn slow_workflow(&self) -> Option<Bottleneck> {
        let Thresholds { slow_workflow_s, very_slow_workflow_s, .. } = *self.thresholds;
        let mean = self.report.total_s.mean?;
        let Crossed { severity, threshold } = crossed(mean, slow_workflow_s, very_slow_workflow_s)?;
        let advice = match (self.mostly_waits_for(), self.longest_on_path()) {
            (Some((what, share)), _) => {
                format!("Begin with its waits: {} of its time is waiting for {what}", rate(share))
            }
            (None, Some(job)) if severity == HIGH => {
                format!("Split it: begin with job {}{}", quoted(&job.name), slowest_step_text(job))
            }
            (None, Some(job)) => {
                let job = format!("{}{}", quoted(&job.name), slowest_step_text(job));
                format!("Shorten its critical path: job {job}")
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
            saves_s: Some(saving(saves)),
            recommendation: format!(
                "{advice}. A run takes {} on average; {} less would bring it to {}.",
                duration(mean),
                duration(saves),
                duration(slow_workflow_s)
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

    /// If the slow runs were usual ones, the mean would come down to the median.
    fn high_p95(&self) -> Option<Bottleneck> {
        let total = &self.report.total_s;
        let (p95, p50, mean) = (total.p95?, total.p50?, total.mean?);
        let threshold = self.thresholds.p95_s;
        (p95 > threshold).then(|| Bottleneck {
            kind: "high_p95",
            severity: MEDIUM,
            job: None,
            step: None,
            value: p95,
            threshold,
            saves_s: Some(saving(mean - p50)),
            recommendation: format!(
                "One run in twenty takes {} or more where half take at most {}. Compare a slow run \
                 with a usual one: the slow ones add {} to an average run.",
                duration(p95),
                duration(p50),
                duration((mean - p50).max(0.0))
            ),
        })
    }

    /// High only when even the upper bound of the interval is too low.
    fn low_success_rate(&self) -> Option<Bottleneck> {
        let (won, [low, high]) = (self.report.success_rate?, self.report.success_rate_interval?);
        let threshold = self.thresholds.success_rate;
        if won >= threshold {
            return None;
        }
        let worst = self.report.jobs.iter().max_by_key(|job| failures(job));
        let worst = worst.filter(|job| failures(job) > 0);
        let step = worst.and_then(most_failing_step);
        let chance = if high < threshold {
            String::new()
        } else {
            format!(" With so few runs that may be chance ({} to {}).", rate(low), rate(high))
        };
        let wasted = self.spent_on_failures();
        Some(Bottleneck {
            kind: "low_success_rate",
            severity: if high < threshold { HIGH } else { MEDIUM },
            job: worst.map(|job| job.name.clone()),
            step: step.map(|step| step.name.clone()),
            value: won,
            threshold,
            saves_s: Some(saving(wasted)),
            recommendation: format!(
                "{} of runs succeed.{chance} {} Failed runs cost {} per run.",
                rate(won),
                where_to_begin(worst, step),
                duration(wasted)
            ),
        })
    }

    /// Seconds of failed runs, spread over all runs.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    fn spent_on_failures(&self) -> f64 {
        let failed = &self.report.failed_s;
        let runs = self.report.attempts.max(1) as f64;
        failed.mean.unwrap_or_default() * failed.count as f64 / runs
    }

    fn often_on_critical_path(&self) -> Option<Bottleneck> {
        let job = self.longest_on_path()?;
        let share = job.on_critical_path?;
        let threshold = self.thresholds.critical_path_share;
        let ran = self.report.jobs.iter().filter(|job| job.ran_s.count > 0).count();
        let step = slowest_step(job)?;
        let saves = step.ran_s.mean? * self.weight(job);
        if share < threshold || ran < 2 || saves < WORTH_S {
            return None;
        }
        Some(Bottleneck {
            kind: "critical_path",
            severity: MEDIUM,
            job: Some(job.name.clone()),
            step: Some(step.name.clone()),
            value: share,
            threshold,
            saves_s: Some(saving(saves)),
            recommendation: format!(
                "Job {} is on the critical path of {} of its runs. Its longest step is {}: \
                 doing it elsewhere or in parallel would end an average run up to {} sooner.",
                quoted(&job.name),
                rate(share),
                quoted(&step.name),
                duration(saves)
            ),
        })
    }

    /// The job that keeps runs waiting longest: its weight times its mean.
    fn longest_on_path(&self) -> Option<&JobReport> {
        let held_up = |job: &JobReport| self.weight(job) * job.ran_s.mean.unwrap_or_default();
        let jobs = self.report.jobs.iter().filter(|job| held_up(job) > 0.0);
        jobs.max_by(|a, b| held_up(a).total_cmp(&held_up(b)).then_with(|| b.name.cmp(&a.name)))
    }
}

fn where_to_begin(job: Option<&JobReport>, step: Option<&StepReport>) -> String {
    let Some(job) = job else {
        return "No job failed: look at the run's own page for start-up failures.".to_owned();
    };
    let (times, mostly) = match failures(job) {
        1 => ("it failed once".to_owned(), ""),
        times => (format!("it failed {times} times"), "mostly "),
    };
    let step =
        step.map(|step| format!(", {mostly}in step {}", quoted(&step.name))).unwrap_or_default();
    format!("Begin with job {}: {times}{step}.", quoted(&job.name))
}

fn most_failing_step(job: &JobReport) -> Option<&StepReport> {
    let failed = |step: &StepReport| step.outcomes.get("failure").copied().unwrap_or_default();
    job.steps.iter().filter(|step| failed(step) > 0).max_by_key(|step| failed(step))
}

fn failures(job: &JobReport) -> u64 {
    let failed = job.outcomes.iter().filter(|(conclusion, _)| Outcomes::is_failure(conclusion));
    failed.map(|(_, times)| times).sum()
}
