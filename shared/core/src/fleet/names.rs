//! Names of metrics and of what tells their series apart: what is sent bears them, and dashboards
//! ask for them.

/// `total` of an attempt.
pub const RUN_DURATION: &str = "RunDuration";
/// `queued` of an attempt.
pub const RUN_QUEUE_TIME: &str = "RunQueueTime";
/// `ran` of a job.
pub const JOB_DURATION: &str = "JobDuration";
/// `queued` of a job.
pub const JOB_QUEUE_TIME: &str = "JobQueueTime";
/// 1 for a job that succeeded, 0 for one that failed.
pub const JOB_SUCCESS_RATE: &str = "JobSuccessRate";
/// How long a step took.
pub const STEP_DURATION: &str = "StepDuration";
/// Attempts that succeeded.
pub const RUNS_SUCCEEDED: &str = "RunsSucceeded";
/// Attempts that failed.
pub const RUNS_FAILED: &str = "RunsFailed";
/// Attempts that did neither.
pub const RUNS_NEITHER: &str = "RunsNeither";
/// 1 for a success, 0 for a failure.
pub const SUCCESS_RATE: &str = "SuccessRate";

/// Change of a workflow's median, per cent.
pub const DURATION_TREND: &str = "DurationTrend";

/// Passes that ended.
pub const PASSES: &str = "Passes";
/// Workflows that are slow now.
pub const WORKFLOWS_OVER_P95: &str = "WorkflowsOverP95";
/// Workflows that fail often now.
pub const WORKFLOWS_UNDER_SUCCESS_RATE: &str = "WorkflowsUnderSuccessRate";
/// Workflows that wait long for runners now.
pub const WORKFLOWS_QUEUEING: &str = "WorkflowsQueueing";
/// Attempts now listed as set aside.
pub const ATTEMPTS_SET_ASIDE: &str = "AttemptsSetAside";
/// Attempts whose samples were sent.
pub const ATTEMPTS_MEASURED: &str = "AttemptsMeasured";
/// Attempts now listed as refused.
pub const ATTEMPTS_REFUSED: &str = "AttemptsRefused";
/// Segments of workflows that share the metrics of `other`.
pub const WITHOUT_SERIES: &str = "WithoutSeries";
/// Samples too old, or without room.
pub const SAMPLES_SKIPPED: &str = "SamplesSkipped";
/// Samples not known to have arrived.
pub const SAMPLES_LOST: &str = "SamplesLost";
/// How long the latest event of an attempt waited to be filed.
pub const FILING_LAG: &str = "FilingLag";

/// Dimension: `owner/name`.
pub const REPOSITORY: &str = "Repository";
/// Dimension: the workflow's name.
pub const WORKFLOW: &str = "Workflow";
/// Dimension: the segment.
pub const BRANCH: &str = "Branch";
/// Dimension: the job's name.
pub const JOB: &str = "Job";
/// Dimension: the step's name.
pub const STEP: &str = "Step";

/// Metrics of each segment of a workflow.
const OF_SEGMENTS: [&str; 8] = [
    RUN_DURATION,
    RUN_QUEUE_TIME,
    JOB_DURATION,
    JOB_QUEUE_TIME,
    RUNS_SUCCEEDED,
    RUNS_FAILED,
    RUNS_NEITHER,
    SUCCESS_RATE,
];

/// The dimensions of a metric.
pub fn dimensions_of(metric: &str) -> &'static [&'static str] {
    match metric {
        DURATION_TREND => &[REPOSITORY, WORKFLOW],
        name if OF_SEGMENTS.contains(&name) => &[REPOSITORY, WORKFLOW, BRANCH],
        _ => &[],
    }
}

/// The dimensions of a metric of single jobs or steps.
pub fn dimensions_of_job(metric: &str) -> &'static [&'static str] {
    match metric {
        STEP_DURATION => &[REPOSITORY, WORKFLOW, BRANCH, JOB, STEP],
        JOB_DURATION | JOB_QUEUE_TIME | JOB_SUCCESS_RATE => &[REPOSITORY, WORKFLOW, BRANCH, JOB],
        _ => &[],
    }
}

/// How many metrics a segment of a workflow takes at most: its own, and the trend.
#[cfg(test)]
pub(super) const fn per_segment() -> usize {
    OF_SEGMENTS.len() + 1
}
