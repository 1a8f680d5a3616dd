//! Names of what `/metrics` shows, as dashboards ask for them. Those of runs follow OpenTelemetry's
//! conventions for CI/CD, in the form that Prometheus takes.

/// Histogram of what attempts took, in seconds.
pub const RUN_DURATION: &str = "cicd_pipeline_run_duration_seconds";

/// Label: `owner/name`.
pub const REPOSITORY: &str = "repository";
/// Label: the workflow's name.
pub const PIPELINE: &str = "cicd_pipeline_name";
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
/// Results that count for or against the success rate.
pub const JUDGED: [&str; 4] = [SUCCESS, "failure", "error", "timeout"];

/// Gauge: events that no pass has taken up.
pub const EVENTS_WAITING: &str = "laptime_events_waiting";
/// Gauge: seconds since the last pass ended.
pub const LAST_PASS_AGE: &str = "laptime_last_pass_age_seconds";
/// Gauge: attempts set aside.
pub const ATTEMPTS_SET_ASIDE: &str = "laptime_attempts_set_aside";
/// Gauge: attempts refused.
pub const ATTEMPTS_REFUSED: &str = "laptime_attempts_refused";
/// Gauge: days whose rollup is out of date.
pub const DAYS_TOUCHED: &str = "laptime_days_touched";
/// Gauge: findings beyond doubt that are not over.
pub const FINDINGS_OPEN: &str = "laptime_findings_open";
