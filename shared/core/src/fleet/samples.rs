//! From rows to the figures of metrics.

use crate::fleet::jobs::{JobSteps, job_label, step_label};
use crate::fleet::names::{
    BRANCH, JOB, JOB_DURATION, JOB_QUEUE_TIME, JOB_SUCCESS_RATE, REPOSITORY, RUN_DURATION,
    RUN_QUEUE_TIME, RUNS_FAILED, RUNS_NEITHER, RUNS_SUCCEEDED, STEP, STEP_DURATION, SUCCESS_RATE,
    WORKFLOW,
};
use crate::port::Unit;
use crate::row::{JobRow, Names, Row, Segment};
use crate::stats::Outcomes;
use crate::time::{Millis, Time};

/// Metrics of one workflow and segment: those of [`samples`], and the trend.
pub(super) const PER_REACH: usize = 9;

/// Namespace of the names that other programs use.
pub(crate) const COMPATIBILITY: &str = "CI/CD/Performance";

/// Seconds of the steps in which samples are put together.
const STEP_MS: i64 = 60_000;

/// Samples older than this are not taken.
const OLDEST_DAYS: i64 = 14;

/// Samples further in the future than this are not taken.
const AHEAD_HOURS: i64 = 2;

/// Bytes of a dimension's value at most.
const DIMENSION_BYTES: usize = 255;

/// Whose metrics they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reach {
    pub(super) repository: String,
    pub(super) workflow: String,
    pub(super) branch: &'static str,
    pub(super) job: Option<String>,
    pub(super) step: Option<String>,
}

/// One number measured on one attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sample {
    pub(super) name: &'static str,
    pub(super) unit: Unit,
    /// In thousandths.
    pub(super) value: u64,
}

impl Reach {
    pub(super) fn own(names: &Names, segment: Segment) -> Self {
        Self {
            repository: dimension(&names.repository),
            workflow: dimension(&names.workflow),
            branch: segment.name(),
            job: None,
            step: None,
        }
    }

    /// All that have none of their own.
    pub(super) fn other() -> Self {
        let other = || "other".to_owned();
        Self { repository: other(), workflow: other(), branch: "all", job: None, step: None }
    }

    fn job(&self, name: &str) -> Self {
        Self { job: Some(job_label(name)), ..self.clone() }
    }

    fn parts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let parts = [
            (REPOSITORY, Some(self.repository.as_str())),
            (WORKFLOW, Some(&self.workflow)),
            (BRANCH, Some(self.branch)),
            (JOB, self.job.as_deref()),
            (STEP, self.step.as_deref()),
        ];
        parts.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }

    /// Bytes of its dimensions.
    pub(super) fn width(&self) -> usize {
        self.parts().map(|(name, value)| name.len() + value.len()).sum()
    }

    /// As dimensions.
    pub fn dimensions(&self) -> Vec<(&'static str, String)> {
        self.parts().map(|(name, value)| (name, value.to_owned())).collect()
    }
}

/// What `CloudWatch` takes for the value of a dimension: printable ASCII, not blank, no colon first.
pub(crate) fn dimension(name: &str) -> String {
    let printable = |c: char| if c.is_ascii_graphic() || c == ' ' { c } else { '?' };
    let text: String = name.chars().take(DIMENSION_BYTES).map(printable).collect();
    let text = text.trim();
    match text.strip_prefix(':') {
        Some(rest) => format!("?{rest}"),
        None if text.is_empty() => "?".to_owned(),
        None => text.to_owned(),
    }
}

/// All numbers of a row but those of single jobs.
pub(super) fn samples(row: &Row) -> Vec<Sample> {
    let mut samples: Vec<Sample> = Vec::with_capacity(6 + 2 * row.jobs.len());
    samples.extend(seconds(RUN_DURATION, row.times.total));
    samples.extend(seconds(RUN_QUEUE_TIME, row.times.queued));
    for job in &row.jobs {
        samples.extend(seconds(JOB_DURATION, job.ran));
        samples.extend(seconds(JOB_QUEUE_TIME, job.queued));
    }
    let outcome = match row.conclusion.as_str() {
        "success" => RUNS_SUCCEEDED,
        failure if Outcomes::is_failure(failure) => RUNS_FAILED,
        _ => RUNS_NEITHER,
    };
    samples.push(plain(outcome, Unit::Count, 1));
    samples.extend(success(SUCCESS_RATE, &row.conclusion));
    samples
}

/// Numbers of the jobs and steps of a row that have metrics of their own, within those of `reach`.
pub(super) fn job_samples(row: &Row, own: &JobSteps, reach: &Reach) -> Vec<(Reach, Sample)> {
    let mut samples = Vec::new();
    for job in &row.jobs {
        let Some(steps) = own.get(&job.name) else { continue };
        let reach = reach.job(&job.name);
        samples.extend(of_job(job).map(|sample| (reach.clone(), sample)));
        for step in &job.steps {
            let key = (step.name.clone(), step.occurrence);
            let Some(sample) = seconds(STEP_DURATION, step.ran) else { continue };
            if steps.contains(&key) {
                let step = Some(step_label(&key));
                samples.push((Reach { step, ..reach.clone() }, sample));
            }
        }
    }
    samples
}

fn of_job(job: &JobRow) -> impl Iterator<Item = Sample> {
    let ran = seconds(JOB_DURATION, job.ran);
    // Whether what never ran succeeded says nothing about it.
    let success = ran.and(success(JOB_SUCCESS_RATE, &job.conclusion));
    [ran, seconds(JOB_QUEUE_TIME, job.queued), success].into_iter().flatten()
}

fn seconds(name: &'static str, ms: Option<Millis>) -> Option<Sample> {
    ms.map(|ms| Sample { name, unit: Unit::Seconds, value: ms.0 })
}

const fn plain(name: &'static str, unit: Unit, value: u64) -> Sample {
    Sample { name, unit, value: value * 1_000 }
}

/// 1 for a success, 0 for a failure; none for what is neither.
fn success(name: &'static str, conclusion: &str) -> Option<Sample> {
    let is_success = conclusion == "success";
    let is_judged = is_success || Outcomes::is_failure(conclusion);
    is_judged.then(|| plain(name, Unit::Plain, u64::from(is_success)))
}

/// The step an end lies in; none where no metrics service takes it any more, or yet.
pub(super) fn step(end: Time, now: Time) -> Option<Time> {
    let taken = now.plus_days(-OLDEST_DAYS).plus_millis(STEP_MS) <= end
        && end <= now.plus_millis(AHEAD_HOURS * 3_600_000);
    taken.then(|| Time::from_millis(end.as_millis().div_euclid(STEP_MS) * STEP_MS))
}
