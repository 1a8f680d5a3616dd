//! `laptime.toml`: every field has a default, unknown ones are refused, and all problems are told
//! at once.

mod grafana;
mod issues;
mod metrics;
mod notices;
mod pulls;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, generate::SchemaSettings};
use serde::{Deserialize, Serialize};

use crate::ingest::Progress;
use crate::row::runner_class;

pub use grafana::{Board, Grafana, Source};
pub use issues::{Github, Issues};
pub use metrics::Metrics;
pub use notices::{FailedRuns, Notices};
pub use pulls::{Pulls, RemarkAs};

/// The policy of an installation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// What is kept of deliveries.
    pub ingest: Ingest,
    /// How long raw facts are kept.
    pub retention: Retention,
    /// What `laptime serve` does by itself.
    pub serve: Serve,
    /// What a report calls slow, long or low.
    pub thresholds: Thresholds,
    /// What is sent to `CloudWatch`, on AWS.
    pub metrics: Metrics,
    /// When a change is a finding.
    pub judging: Judging,
    /// Dollars a minute of each class of runner, by the labels that jobs ask for.
    pub prices: Prices,
    /// What issues about findings look like.
    pub issues: Issues,
    /// What is said on pull requests.
    pub pulls: Pulls,
    /// What is told to a chat or by mail.
    pub notices: Notices,
    /// How much of GitHub's API is used.
    pub github: Github,
    /// What is written to Grafana.
    pub grafana: Grafana,
}

impl Prices {
    /// Dollars a minute of a class; labels may be in any order and case.
    pub fn of(&self, class: &str) -> Option<f64> {
        let labels = |key: &str| -> Vec<String> {
            key.split(',').map(|label| label.trim().to_owned()).collect()
        };
        let is_it = |key: &&String| runner_class(&labels(key)) == class;
        let key = self.0.keys().find(is_it)?;
        self.0.get(key).copied()
    }
}

/// Dollars a minute of each class of runner, by its labels with commas between them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Prices(
    #[schemars(extend("additionalProperties" = {"type": "number", "minimum": 0}))]
    pub  BTreeMap<String, f64>,
);

/// What is kept of deliveries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ingest {
    /// Whether deliveries that only report progress are kept. Reports do not depend on it.
    pub progress: Progress,
}

/// How long raw facts are kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Days after the last fact of a workflow and day until the day is sealed: its raw events and
    /// rows are dropped, its rollup stays. GitHub redelivers for 3 days.
    #[schemars(range(min = 4, max = 3650))]
    pub raw_days: u16,
}

/// What `laptime serve` does by itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Serve {
    /// Seconds between two aggregations.
    #[schemars(range(min = 1, max = 86400))]
    pub aggregate_every_s: u32,
}

/// When a change is a finding.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Judging {
    /// False alarms allowed in thirty days, over all series of the installation.
    #[schemars(range(min = 0.01, max = 100))]
    pub alarms_per_month: f64,
    /// Least change of a duration, in per cent.
    #[schemars(range(min = 0))]
    pub min_change_pct: f64,
    /// Least change of a duration, in seconds.
    #[schemars(range(min = 0))]
    pub min_change_s: f64,
    /// Least change of a wait for runners, in seconds.
    #[schemars(range(min = 0))]
    pub min_change_wait_s: f64,
    /// Least change of a share of runs, from 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    pub min_change_rate: f64,
    /// Samples after a change, all of which must agree.
    #[schemars(range(min = 3, max = 50))]
    pub confirm_samples: u16,
    /// Hours that a change must have lasted.
    #[schemars(range(min = 0, max = 720))]
    pub confirm_hours: u16,
}

/// What a report calls slow, long or low.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// Mean seconds above which a job or step is slow.
    #[schemars(range(min = 0))]
    pub slow_job_s: f64,
    /// Mean seconds above which it is very slow.
    #[schemars(range(min = 0))]
    pub very_slow_job_s: f64,
    /// Mean seconds above which a workflow is slow.
    #[schemars(range(min = 0))]
    pub slow_workflow_s: f64,
    /// Mean seconds above which a workflow should be split.
    #[schemars(range(min = 0))]
    pub very_slow_workflow_s: f64,
    /// Mean seconds a job waits for a runner above which that is long.
    #[schemars(range(min = 0))]
    pub long_queue_s: f64,
    /// Mean seconds above which it is very long.
    #[schemars(range(min = 0))]
    pub very_long_queue_s: f64,
    /// 95th percentile of a workflow's total, in seconds, above which it is high.
    #[schemars(range(min = 0))]
    pub p95_s: f64,
    /// Success rate, 0 to 1, below which it is low.
    #[schemars(range(min = 0, max = 1))]
    pub success_rate: f64,
    /// Median change in per cent, either way, up to which a trend is stable.
    #[schemars(range(min = 0))]
    pub stable_pct: f64,
    /// Median rise in per cent above which something degrades.
    #[schemars(range(min = 0))]
    pub degrading_pct: f64,
    /// Share of runs, 0 to 1, from which on a job is often on the critical path.
    #[schemars(range(min = 0, max = 1))]
    pub critical_path_share: f64,
}

impl Default for Retention {
    fn default() -> Self {
        Self { raw_days: 35 }
    }
}

impl Default for Serve {
    fn default() -> Self {
        Self { aggregate_every_s: 60 }
    }
}

impl Default for Judging {
    fn default() -> Self {
        Self {
            alarms_per_month: 1.0,
            min_change_pct: 6.0,
            min_change_s: 10.0,
            min_change_wait_s: 30.0,
            min_change_rate: 0.1,
            confirm_samples: 5,
            confirm_hours: 16,
        }
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            slow_job_s: 300.0,
            very_slow_job_s: 600.0,
            slow_workflow_s: 600.0,
            very_slow_workflow_s: 1800.0,
            long_queue_s: 60.0,
            very_long_queue_s: 300.0,
            p95_s: 1800.0,
            success_rate: 0.9,
            stable_pct: 10.0,
            degrading_pct: 15.0,
            critical_path_share: 0.5,
        }
    }
}

/// Everything that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl Policy {
    /// The same without issues about thresholds: those take reading a week of every workflow, and are
    /// about days that are over.
    #[must_use]
    pub fn without_thresholds(&self) -> Self {
        let issues = Issues { thresholds: false, ..self.issues.clone() };
        Self { issues, ..self.clone() }
    }

    /// Whether anybody is to be told of single runs.
    pub fn tells_of_runs(&self) -> bool {
        self.pulls.remark != RemarkAs::Off || self.notices.failed_runs != FailedRuns::Off
    }

    /// Reads the text of a `laptime.toml`.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        Self::with_tables(text, &[])
    }

    /// The same with these tables instead of those it has: names, and inline tables as in
    /// `{per_day = 3}`.
    pub fn with_tables(text: &str, tables: &[(&str, String)]) -> Result<Self, Problems> {
        let unread = |error: toml::de::Error| Problems(vec![error.to_string()]);
        let mut table: toml::Table = text.parse().map_err(unread)?;
        for (name, inline) in tables {
            match format!("{name} = {inline}").parse::<toml::Table>() {
                Ok(one) if one.len() == 1 && one.values().all(toml::Value::is_table) => {
                    table.extend(one);
                }
                Ok(_) | Err(_) => {
                    let what = "is not an inline table; write it as in {per_day = 3}";
                    return Err(Problems(vec![format!("`{name}`: {what}")]));
                }
            }
        }
        let problems = problems(&table);
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        let policy: Self = table.try_into().map_err(unread)?;
        let crossed = policy.thresholds.crossed();
        if crossed.is_empty() { Ok(policy) } else { Err(Problems(crossed)) }
    }
}

impl Thresholds {
    /// Pairs whose lower threshold lies above the higher one.
    fn crossed(&self) -> Vec<String> {
        let pairs = [
            ("slow_job_s", self.slow_job_s, "very_slow_job_s", self.very_slow_job_s),
            (
                "slow_workflow_s",
                self.slow_workflow_s,
                "very_slow_workflow_s",
                self.very_slow_workflow_s,
            ),
            ("long_queue_s", self.long_queue_s, "very_long_queue_s", self.very_long_queue_s),
        ];
        let crossed = pairs.iter().filter(|(_, low, _, high)| low > high);
        let told = crossed.map(|(low_name, low, high_name, high)| {
            format!("`thresholds.{low_name}`: {low} is above `{high_name}`, which is {high}")
        });
        told.collect()
    }
}

/// JSON Schema of a `laptime.toml`, for editors, as kept in `docs/laptime.schema.json`.
pub fn schema() -> String {
    let schema = SchemaSettings::draft2020_12()
        .for_deserialize()
        .into_generator()
        .into_root_schema_for::<Policy>();
    // Its keys are strings and writing is to memory: nothing can fail.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// Reads every setting on its own, so that one mistake does not hide the next.
fn problems(table: &toml::Table) -> Vec<String> {
    let mut found = Vec::new();
    for (section, value) in table {
        let Some(settings) = value.as_table() else {
            found.push(format!("`{section}`: not a section; write `[{section}]`"));
            continue;
        };
        for (key, value) in settings {
            let one = toml::Table::from_iter([(key.clone(), value.clone())]);
            let whole = toml::Table::from_iter([(section.clone(), toml::Value::Table(one))]);
            match whole.try_into::<Policy>() {
                Ok(policy) => found
                    .extend(policy.out_of_range().map(|why| format!("`{section}.{key}`: {why}"))),
                Err(error) => found.push(format!("`{section}.{key}`: {}", error.message())),
            }
        }
        if settings.is_empty()
            && toml::Table::from_iter([(section.clone(), value.clone())])
                .try_into::<Policy>()
                .is_err()
        {
            found.push(format!("`{section}`: no such section"));
        }
    }
    found
}

impl Policy {
    /// Why the first number that cannot be is refused.
    fn out_of_range(&self) -> Option<&'static str> {
        let (t, j) = (&self.thresholds, &self.judging);
        let seconds = [
            t.slow_job_s,
            t.very_slow_job_s,
            t.slow_workflow_s,
            t.very_slow_workflow_s,
            t.long_queue_s,
            t.very_long_queue_s,
            t.p95_s,
            t.stable_pct,
            t.degrading_pct,
            j.min_change_pct,
            j.min_change_s,
            j.min_change_wait_s,
            self.pulls.min_change_pct,
            self.pulls.min_change_s,
        ];
        let prices = self.prices.0.values();
        let shares = [t.success_rate, t.critical_path_share, j.min_change_rate];
        if !(4..=3650).contains(&self.retention.raw_days) {
            Some("must be 4 to 3650 days")
        } else if !(1..=86_400).contains(&self.serve.aggregate_every_s) {
            Some("must be 1 to 86400 seconds")
        } else if prices.clone().any(|price| !(0.0..=1_000.0).contains(price)) {
            Some("must be 0 to 1000 dollars a minute")
        } else if !seconds.iter().all(|value| value.is_finite() && *value >= 0.0) {
            Some("must be 0 or more")
        } else if !(0.01..=100.0).contains(&j.alarms_per_month) {
            Some("must be 0.01 to 100")
        } else if !(3..=50).contains(&j.confirm_samples) {
            Some("must be 3 to 50 samples")
        } else if j.confirm_hours > 720 {
            Some("must be 0 to 720 hours")
        } else if !shares.iter().all(|share| (0.0..=1.0).contains(share)) {
            Some("must be a share from 0 to 1")
        } else {
            let (issues, github) = (self.issues.out_of_range(), self.github.out_of_range());
            let (metrics, grafana) = (self.metrics.out_of_range(), self.grafana.out_of_range());
            issues.or(github).or(metrics).or(grafana)
        }
    }
}
