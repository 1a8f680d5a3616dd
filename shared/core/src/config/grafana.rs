//! What is written to Grafana.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is written to Grafana, where `GRAFANA_URL` and `GRAFANA_TOKEN` are set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Grafana {
    /// Begins the uids of the folder and of its dashboards, and the tags of annotations. A second
    /// installation that writes to the same Grafana needs another one.
    #[schemars(regex(pattern = r"^[A-Za-z0-9_-]{1,20}$"))]
    pub uid: String,
    /// Title of the folder.
    #[schemars(length(min = 1, max = 100))]
    pub folder: String,
    /// Data sources that dashboards are written for; none for the one that this installation feeds.
    pub sources: Vec<Source>,
    /// uid of the `CloudWatch` data source; empty to choose it in each dashboard.
    #[schemars(regex(pattern = r"^[A-Za-z0-9_-]{0,40}$"))]
    pub cloudwatch: String,
    /// uid of the Prometheus data source; empty to choose it in each dashboard.
    #[schemars(regex(pattern = r"^[A-Za-z0-9_-]{0,40}$"))]
    pub prometheus: String,
    /// Which dashboards are written, as far as a data source has figures for them.
    pub dashboards: Vec<Board>,
    /// Whether findings become annotations.
    pub annotations: bool,
}

/// Where dashboards get their figures.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Metrics of the functions on AWS.
    #[serde(rename = "cloudwatch")]
    CloudWatch,
    /// What Prometheus scrapes from `laptime serve`.
    Prometheus,
}

/// A dashboard.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Board {
    /// All workflows.
    Overview,
    /// One workflow.
    Workflow,
    /// The jobs of a workflow.
    Jobs,
    /// Laptime itself.
    Health,
}

impl Default for Grafana {
    fn default() -> Self {
        Self {
            uid: "laptime".to_owned(),
            folder: "Laptime".to_owned(),
            sources: Vec::new(),
            cloudwatch: String::new(),
            prometheus: String::new(),
            dashboards: vec![Board::Overview, Board::Workflow, Board::Jobs, Board::Health],
            annotations: true,
        }
    }
}

impl Grafana {
    /// Why the first setting that cannot be is refused.
    pub(super) fn out_of_range(&self) -> Option<&'static str> {
        let is_uid = |text: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
            text.chars().all(fits)
        };
        let folder = self.folder.trim();
        if !is_uid(&self.uid) || !(1..=20).contains(&self.uid.len()) {
            Some("must be 1 to 20 letters, digits and - _")
        } else if folder.is_empty() || folder.chars().count() > 100 {
            Some("must be a title of 1 to 100 characters")
        } else if ![&self.cloudwatch, &self.prometheus].iter().all(|uid| is_uid(uid))
            || self.cloudwatch.len().max(self.prometheus.len()) > 40
        {
            Some("must be the uid of a data source: at most 40 letters, digits and - _, or empty")
        } else {
            None
        }
    }
}
