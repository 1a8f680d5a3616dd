//! From rows to the figures of metrics.

use crate::fleet::names::{
    BRANCH, JOB_DURATION, JOB_QUEUE_TIME, REPOSITORY, RUN_DURATION, RUN_QUEUE_TIME, RUNS_FAILED,
    RUNS_NEITHER, RUNS_SUCCEEDED, SUCCESS_RATE, WORKFLOW,
};
use crate::port::Unit;
use crate::row::{Names, Row, Segment};
use crate::stats::Outcomes;
use crate::time::Time;

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
        }
    }

    /// All that have none of their own.
    pub(super) fn other() -> Self {
        Self { repository: "other".to_owned(), workflow: "other".to_owned(), branch: "all" }
    }

    /// As dimensions.
    pub fn dimensions(&self) -> Vec<(&'static str, String)> {
        vec![
            (REPOSITORY, self.repository.clone()),
            (WORKFLOW, self.workflow.clone()),
            (BRANCH, self.branch.to_owned()),
        ]
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

/// All numbers of a row.
pub(super) fn samples(row: &Row) -> Vec<Sample> {
    let seconds = |name, ms: Option<crate::time::Millis>| {
        ms.map(|ms| Sample { name, unit: Unit::Seconds, value: ms.0 })
    };
    let plain = |name, unit, value: u64| Sample { name, unit, value: value * 1_000 };
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
    if outcome != RUNS_NEITHER {
        let success = u64::from(outcome == RUNS_SUCCEEDED);
        samples.push(plain(SUCCESS_RATE, Unit::Plain, success));
    }
    samples
}

/// The step an end lies in; none where no metrics service takes it any more, or yet.
pub(super) fn step(end: Time, now: Time) -> Option<Time> {
    let taken = now.plus_days(-OLDEST_DAYS).plus_millis(STEP_MS) <= end
        && end <= now.plus_millis(AHEAD_HOURS * 3_600_000);
    taken.then(|| Time::from_millis(end.as_millis().div_euclid(STEP_MS) * STEP_MS))
}
