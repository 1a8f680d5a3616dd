//! Names of what `/metrics` shows, as dashboards ask for them. Those of runs follow OpenTelemetry's
//! conventions for CI/CD, in the form that Prometheus takes.

/// Histogram of what attempts took, in seconds.
pub const RUN_DURATION: &str = "cicd_pipeline_run_duration_seconds";

/// Histogram of what jobs took from their start to their completion, in seconds.
pub const JOB_DURATION: &str = "laptime_job_duration_seconds";
/// Histogram of what jobs waited from their creation to their start, in seconds.
pub const JOB_QUEUE: &str = "laptime_job_queue_seconds";
/// Counter of completed jobs, by [`JOB_RESULT`].
pub const JOBS: &str = "laptime_jobs_total";
/// Summary of what steps took, in seconds; it has no quantiles.
pub const STEP_DURATION: &str = "laptime_step_duration_seconds";

/// Label: `owner/name`.
pub const REPOSITORY: &str = "repository";
/// Label: the workflow's name.
pub const PIPELINE: &str = "cicd_pipeline_name";
/// Label: the job's name.
pub const TASK: &str = "cicd_pipeline_task_name";
/// Label: the step's name.
pub const STEP: &str = "step";
/// Label: how the job ended.
pub const JOB_RESULT: &str = "cicd_pipeline_task_run_result";
/// Label: what the time was spent on.
pub const STATE: &str = "cicd_pipeline_run_state";
/// Label: how the attempt ended.
pub const RESULT: &str = "cicd_pipeline_result";
/// Label: the segment.
pub const SEGMENT: &str = "segment";

/// State: waiting for a runner.
pub const PENDING: &str = "pending";
/// State: jobs run.
pub const EXECUTING: &str = "executing";

/// Result of a success.
pub const SUCCESS: &str = "success";
/// What an attempt ended in that counts for or against the success rate.
pub const JUDGED: [&str; 4] = [SUCCESS, "failure", "error", "timeout"];

/// Counter of completed attempts, by result.
pub const ATTEMPTS: &str = "laptime_attempts_total";

/// Gauge: events that no pass has taken up.
pub const EVENTS_WAITING: &str = "laptime_events_waiting";
/// Gauge: when the last pass ended, in seconds since the epoch.
pub const LAST_PASS: &str = "laptime_last_pass_timestamp_seconds";
/// Gauge: attempts in the store, by [`WHERE`] they are filed.
pub const ATTEMPTS_HELD: &str = "laptime_attempts";
/// Label: where attempts are filed.
pub const WHERE: &str = "state";
/// Attempts set aside.
pub const SET_ASIDE: &str = "set_aside";
/// Attempts refused.
pub const REFUSED: &str = "refused";
/// Gauge: days whose rollup is out of date.
pub const ROLLUPS_STALE: &str = "laptime_rollups_stale";
/// Gauge: jobs that ran lately and have no series of their own.
pub const JOBS_WITHOUT_SERIES: &str = "laptime_jobs_without_series";
/// Gauge: findings beyond doubt that are not over, by [`DIRECTION`].
pub const FINDINGS_OPEN: &str = "laptime_findings_open";
/// Label: whether a finding is good or bad news.
pub const DIRECTION: &str = "direction";
/// Bad news.
pub const REGRESSION: &str = "regression";
