//! What a period looked like: a plain value, ready to be rendered. Everything in it is sorted and
//! rounded, so that two reports on the same facts are the same bytes.

mod bottleneck;
mod difference;
mod finding;
mod line;
mod sheet;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

pub use difference::{Difference, FINDINGS_SCHEMA, FindingList, Found, findings_schema};
pub(crate) use finding::{Called, Telling, doubted, short};
pub use finding::{Finding, FindingAttempt, FindingCarrier, FindingCost};
pub use line::Line;
pub(crate) use sheet::Sheet;

/// Name and version of the JSON form, as in `docs/report.schema.json`.
pub const SCHEMA: &str = "laptime.report/1";

/// One report: all workflows of an installation (or of one repository) over `[from, to)`.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct Report {
    /// Always `laptime.report/1`.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// When the report was asked for, RFC 3339 in UTC.
    pub generated_at: String,
    /// First instant of the period, RFC 3339 in UTC.
    pub from: String,
    /// First instant after the period, RFC 3339 in UTC.
    pub to: String,
    /// One entry per workflow, sorted by repository, workflow name, path and ids.
    pub workflows: Vec<WorkflowReport>,
    /// Changes that were confirmed or went back in the period, and those that are still open, latest
    /// confirmed first; then, at its end, what is not yet beyond doubt.
    pub findings: Vec<Finding>,
}

/// One workflow over the period.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct WorkflowReport {
    /// GitHub's id of the repository; names may change, this does not.
    pub repository_id: u64,
    /// GitHub's id of the workflow.
    pub workflow_id: u64,
    /// `owner/name` as last seen in the period.
    pub repository: String,
    /// The workflow's name as last seen in the period.
    pub workflow: String,
    /// Path of the workflow file, when GitHub told it.
    pub path: Option<String>,
    /// Completed attempts whose end lies in the period.
    pub attempts: u64,
    /// Attempts by GitHub's conclusion.
    pub outcomes: BTreeMap<String, u64>,
    /// Cancelled attempts that a newer run of the same branch replaced.
    pub superseded: u64,
    /// `success / (success + failure + timed_out + startup_failure)`, 0 to 1; null when none counted.
    pub success_rate: Option<f64>,
    /// 95 % Wilson interval of the success rate.
    pub success_rate_interval: Option<[f64; 2]>,
    /// Start of the attempt to the first start of a job that ran.
    pub queued_s: Figures,
    /// First start of a job that ran to the last completion.
    pub ran_s: Figures,
    /// Start of the attempt to the last completion.
    pub total_s: Figures,
    /// `total` of the successful attempts alone.
    pub green_s: Figures,
    /// `total` of the failed attempts alone.
    pub failed_s: Figures,
    /// The same figures per segment; only segments that occurred.
    pub segments: Vec<SegmentReport>,
    /// Series of it that are judged: those with a sample in the week up to its last attempt.
    pub series_judged: u64,
    /// How `total` of successful attempts moved.
    pub trend: Trend,
    /// Every job, sorted by name.
    pub jobs: Vec<JobReport>,
    /// Jobs past the series limit of a day, as one sum; null when no day was over it.
    pub other_jobs: Option<OtherJobs>,
    /// Sums over the attempts that have times, along the critical path.
    pub where_time_goes_s: WhereTimeGoes,
    /// What to look at first, most severe first.
    pub bottlenecks: Vec<Bottleneck>,
    /// One entry per UTC day on which an attempt ended, oldest first.
    pub days: Vec<DayReport>,
    /// The latest attempts, newest first; bounded.
    pub recent: Vec<RecentAttempt>,
    /// Times that ran backwards by at most two seconds and were set to zero.
    pub clamped: u64,
    /// Times that ran backwards by more and were left out.
    pub impossible: u64,
}

/// The figures of one measure. All in seconds, null where `count` is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, JsonSchema, Serialize)]
pub struct Figures {
    /// Samples.
    pub count: u64,
    /// Arithmetic mean.
    pub mean: Option<f64>,
    /// Smallest sample.
    pub min: Option<f64>,
    /// Median.
    pub p50: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
    /// Largest sample.
    pub max: Option<f64>,
}

/// One segment of a workflow: `default_branch`, `pull_request`, `schedule` or `other`.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct SegmentReport {
    /// The segment's name.
    pub segment: &'static str,
    /// Completed attempts.
    pub attempts: u64,
    /// Attempts by conclusion.
    pub outcomes: BTreeMap<String, u64>,
    /// Cancelled attempts that a newer run replaced.
    pub superseded: u64,
    /// As for the workflow.
    pub success_rate: Option<f64>,
    /// As for the workflow.
    pub success_rate_interval: Option<[f64; 2]>,
    /// As for the workflow.
    pub queued_s: Figures,
    /// As for the workflow.
    pub ran_s: Figures,
    /// As for the workflow.
    pub total_s: Figures,
    /// As for the workflow.
    pub green_s: Figures,
}

/// One job of a workflow: the figures cover the jobs that ran in completed attempts.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct JobReport {
    /// The job's name, verbatim.
    pub name: String,
    /// Runner classes it ran on: its labels, sorted.
    pub runner_classes: Vec<String>,
    /// Jobs that ran, by conclusion.
    pub outcomes: BTreeMap<String, u64>,
    /// Times it was skipped.
    pub skipped: u64,
    /// Times it was cancelled before it had a runner or a step.
    pub not_started: u64,
    /// Times a re-run showed an earlier attempt's result again.
    pub carried_over: u64,
    /// As for the workflow, over the jobs that ran.
    pub success_rate: Option<f64>,
    /// As for the workflow.
    pub success_rate_interval: Option<[f64; 2]>,
    /// Created to started, approvals included.
    pub queued_s: Figures,
    /// Of the mean of `queued_s`, what was waited for approvals.
    pub approval_s: Option<f64>,
    /// Started to completed.
    pub ran_s: Figures,
    /// `ran` of the successful ones.
    pub green_s: Figures,
    /// Share of the attempts in which it ran that had it on their critical path, 0 to 1.
    pub on_critical_path: Option<f64>,
    /// How `ran` of the successful ones moved.
    pub trend: Trend,
    /// Its steps, sorted by name and occurrence.
    pub steps: Vec<StepReport>,
}

/// Jobs beyond the series limit: total minus kept.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct OtherJobs {
    /// Jobs that ran, by conclusion.
    pub outcomes: BTreeMap<String, u64>,
    /// As for a job.
    pub skipped: u64,
    /// As for a job.
    pub not_started: u64,
    /// As for a job.
    pub carried_over: u64,
    /// Created to started.
    pub queued_s: Figures,
    /// Started to completed.
    pub ran_s: Figures,
}

/// One step of a job.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct StepReport {
    /// The step's name, verbatim.
    pub name: String,
    /// 1 for the first step of this name in its job, 2 for the second.
    pub occurrence: u32,
    /// Steps by conclusion.
    pub outcomes: BTreeMap<String, u64>,
    /// Started to completed, of the steps that were not skipped.
    pub ran_s: Figures,
}

/// A measure against its own past.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct Trend {
    /// Which measure: `green_s`.
    pub measure: &'static str,
    /// Second half of the period against its first half.
    pub halves: Change,
    /// This period against the one of the same length before it.
    pub previous: Change,
}

/// Two medians and the change between them.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct Change {
    /// Median before, seconds.
    pub before_s: Option<f64>,
    /// Median after, seconds.
    pub after_s: Option<f64>,
    /// Samples before.
    pub before_count: u64,
    /// Samples after.
    pub after_count: u64,
    /// Median after against median before, in per cent.
    pub change_pct: Option<f64>,
    /// 95 % interval of the change; null where there are too few samples.
    pub interval_pct: Option<[f64; 2]>,
    /// `stable` within the threshold; beyond it `slower` or `faster` if the interval excludes no
    /// change, else `unclear`; `unknown` where there is nothing to compare.
    #[schemars(extend("enum" = ["slower", "faster", "stable", "unclear", "unknown"]))]
    pub direction: &'static str,
}

/// Seconds of wall clock by what they were spent on, along the critical paths. The parts add up to
/// `wall_clock`.
#[derive(Debug, Clone, Copy, Default, PartialEq, JsonSchema, Serialize)]
pub struct WhereTimeGoes {
    /// Waiting for somebody's approval.
    pub approval: f64,
    /// Held back before the first job existed (a concurrency group, or GitHub itself).
    pub concurrency: f64,
    /// Waiting for a runner.
    pub runner_queue: f64,
    /// Setting the job up before its first own step.
    pub set_up: f64,
    /// The job's own steps.
    pub work: f64,
    /// Post steps and completing the job.
    pub tear_down: f64,
    /// What the events do not explain.
    pub unknown: f64,
    /// The whole, from start of the attempts to their ends.
    pub wall_clock: f64,
    /// Attempts summed.
    pub attempts: u64,
}

/// Something that costs time or trust, and what to do about it.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct Bottleneck {
    /// `slow_workflow`, `slow_job`, `slow_step`, `long_queue`, `low_success_rate`, `high_p95`,
    /// `degrading` or `critical_path`.
    #[schemars(extend("enum" = ["slow_workflow", "slow_job", "slow_step", "long_queue", "low_success_rate", "high_p95", "degrading", "critical_path"]))]
    pub kind: &'static str,
    /// `high` or `medium`.
    #[schemars(extend("enum" = ["high", "medium"]))]
    pub severity: &'static str,
    /// The job, where it is about one.
    pub job: Option<String>,
    /// The step, where it is about one.
    pub step: Option<String>,
    /// The measured value: seconds, or a share for rates.
    pub value: f64,
    /// The threshold it crossed, in the same unit.
    pub threshold: f64,
    /// Seconds an average run could end sooner or need not be run, at most; null where that
    /// cannot be told.
    pub saves_s: Option<f64>,
    /// What to do, in a sentence.
    pub recommendation: String,
}

/// One UTC day of a workflow.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct DayReport {
    /// `YYYY-MM-DD`.
    pub day: String,
    /// Completed attempts that ended on it.
    pub attempts: u64,
    /// Attempts by conclusion.
    pub outcomes: BTreeMap<String, u64>,
    /// As for the workflow.
    pub queued_s: Figures,
    /// As for the workflow.
    pub ran_s: Figures,
    /// As for the workflow.
    pub total_s: Figures,
}

/// One of the latest attempts.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct RecentAttempt {
    /// GitHub's run id.
    pub run_id: u64,
    /// Attempt of the run, from 1.
    pub attempt: u32,
    /// The run's number within its workflow, when GitHub told it.
    pub run_number: Option<u64>,
    /// Its end, RFC 3339 in UTC.
    pub ended_at: String,
    /// GitHub's conclusion.
    pub conclusion: String,
    /// Whether a newer run replaced it.
    pub superseded: bool,
    /// Its segment.
    pub segment: &'static str,
    /// Commit it ran on, when GitHub told it.
    pub head_sha: Option<String>,
    /// Start to first job start.
    pub queued_s: Option<f64>,
    /// First job start to last completion.
    pub ran_s: Option<f64>,
    /// Start to last completion.
    pub total_s: Option<f64>,
}
