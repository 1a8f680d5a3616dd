//! What is sent to `CloudWatch`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is sent to `CloudWatch`, on AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// Namespace of the metrics.
    #[schemars(length(min = 1, max = 255))]
    pub namespace: String,
    /// Metrics that workflows may have together, each billed by the month. The most active
    /// workflows have their own, the rest share those of `other`.
    pub max_series: u32,
    /// Metrics that single jobs may have on top, six for each, steps included. Those that take the most
    /// time have them, in workflows with metrics of their own.
    pub max_job_series: u32,
    /// Whether durations are sent as `PipelineDuration` in `CI/CD/Performance` too.
    pub compatibility: bool,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            namespace: "Laptime".to_owned(),
            max_series: 100,
            max_job_series: 0,
            compatibility: false,
        }
    }
}

impl Metrics {
    /// Why it is refused.
    pub(super) fn out_of_range(&self) -> Option<&'static str> {
        (!is_namespace(&self.namespace))
            .then_some("must be 1 to 255 letters, digits and . - _ / # : and not begin with AWS/")
    }
}

/// What `CloudWatch` takes for a namespace.
fn is_namespace(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-_/#:".contains(c);
    (1..=255).contains(&text.len()) && text.chars().all(fits) && !text.starts_with("AWS/")
}
