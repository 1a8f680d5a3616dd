//! Bottlenecks of single jobs and steps.

use super::{
    Crossed, HIGH, MEDIUM, Search, crossed, duration, round, saving, slowest_step,
    slowest_step_text,
};
use crate::config::Thresholds;
use crate::hostile::quoted;
use crate::report::{Bottleneck, JobReport, StepReport};

impl Search<'_> {
    pub(super) fn in_job(&self, job: &JobReport) -> Vec<Bottleneck> {
        let mut found: Vec<Bottleneck> = Vec::new();
        found.extend(self.slow_job(job));
        found.extend(self.long_queue(job));
        found.extend(self.degrading_job(job));
        found.extend(job.steps.iter().filter_map(|step| self.slow_step(job, step)));
        found
    }

    /// Share of all runs of the workflow in which this job was on the critical path: a second of
    /// the job is this many seconds of an average run.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub(super) fn weight(&self, job: &JobReport) -> f64 {
        let ran = job.outcomes.values().sum::<u64>() as f64;
        let runs = self.report.attempts.max(1) as f64;
        job.on_critical_path.unwrap_or_default() * ran / runs
    }

    fn slow_job(&self, job: &JobReport) -> Option<Bottleneck> {
        let step = slowest_step(job).map(|step| step.name.clone());
        let what = format!("Split or speed up job {}{}", quoted(&job.name), slowest_step_text(job));
        self.slow("slow_job", job, step, job.ran_s.mean?, &what)
    }

    fn slow_step(&self, job: &JobReport, step: &StepReport) -> Option<Bottleneck> {
        let what = format!(
            "Cache, shard or shorten step {} of job {}",
            quoted(&step.name),
            quoted(&job.name)
        );
        self.slow("slow_step", job, Some(step.name.clone()), step.ran_s.mean?, &what)
    }

    fn slow(
        &self,
        kind: &'static str,
        job: &JobReport,
        step: Option<String>,
        mean: f64,
        what: &str,
    ) -> Option<Bottleneck> {
        let Thresholds { slow_job_s, very_slow_job_s, .. } = *self.thresholds;
        let Crossed { severity, threshold } = crossed(mean, slow_job_s, very_slow_job_s)?;
        let saves = (mean - slow_job_s) * self.weight(job);
        Some(Bottleneck {
            kind,
            severity,
            job: Some(job.name.clone()),
            step,
            value: mean,
            threshold,
            saves_s: Some(saving(saves)),
            recommendation: format!(
                "{what}: it runs {} on average. At {} an average run would end {} sooner.",
                duration(mean),
                duration(slow_job_s),
                duration(saves)
            ),
        })
    }

    /// Waiting for a runner: an approval is no queue.
    fn long_queue(&self, job: &JobReport) -> Option<Bottleneck> {
        let Thresholds { long_queue_s, very_long_queue_s, .. } = *self.thresholds;
        let mean = round(job.queued_s.mean? - job.approval_s?, 3);
        let Crossed { severity, threshold } = crossed(mean, long_queue_s, very_long_queue_s)?;
        let saves = mean * self.weight(job);
        Some(Bottleneck {
            kind: "long_queue",
            severity,
            job: Some(job.name.clone()),
            step: None,
            value: mean,
            threshold,
            saves_s: Some(saving(saves)),
            recommendation: format!(
                "Job {} waits {} on average before it starts on {}: add runners of this class, \
                 or free them. An average run would end up to {} sooner.",
                quoted(&job.name),
                duration(mean),
                job.runner_classes
                    .iter()
                    .map(|class| quoted(class))
                    .collect::<Vec<_>>()
                    .join(" or "),
                duration(saves)
            ),
        })
    }

    fn degrading_job(&self, job: &JobReport) -> Option<Bottleneck> {
        let what = format!("Job {}{}", quoted(&job.name), slowest_step_text(job));
        let mut found = self.degrading(&job.trend, &what, self.weight(job))?;
        found.job = Some(job.name.clone());
        found.step = slowest_step(job).map(|step| step.name.clone());
        Some(found)
    }

    /// Only when the interval of the change lies above zero: a wide one says nothing.
    pub(super) fn degrading(
        &self,
        trend: &crate::report::Trend,
        what: &str,
        weight: f64,
    ) -> Option<Bottleneck> {
        let halves = &trend.halves;
        let (pct, [low, _]) = (halves.change_pct?, halves.interval_pct?);
        let threshold = self.thresholds.degrading_pct;
        if pct <= threshold || low <= 0.0 {
            return None;
        }
        let (before, risen) = (halves.before_s?, halves.after_s? - halves.before_s?);
        Some(Bottleneck {
            kind: "degrading",
            severity: if pct > 2.0 * threshold { HIGH } else { MEDIUM },
            job: None,
            step: None,
            value: round(risen, 3),
            threshold: round(before * threshold / 100.0, 3),
            saves_s: Some(saving(risen * weight)),
            recommendation: format!(
                "{what} became {pct:.0} % slower in the second half of the period (at least \
                 {low:.0} %), by {}: look at what changed then. It adds {} to an average run.",
                duration(risen),
                duration(risen * weight)
            ),
        })
    }
}
