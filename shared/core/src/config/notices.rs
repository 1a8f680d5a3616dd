//! What is told to a chat or by mail.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is told to a chat or by mail, where one is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Notices {
    /// Whether findings are told that are worth an issue, and when they are over.
    pub findings: bool,
    /// Which failed runs on the default branch are told.
    pub failed_runs: FailedRuns,
}

/// Which failed runs are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailedRuns {
    /// None.
    Off,
    /// Those before which the workflow did not fail: a branch that stays red is told once.
    #[default]
    First,
    /// Each.
    Every,
}

impl Default for Notices {
    fn default() -> Self {
        Self { findings: true, failed_runs: FailedRuns::First }
    }
}

impl Notices {
    /// Whether there is nothing to tell.
    pub(crate) fn is_nothing(self) -> bool {
        !self.findings && self.failed_runs == FailedRuns::Off
    }
}
