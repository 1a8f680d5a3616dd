//! What is said on pull requests.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is said on pull requests.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Pulls {
    /// Whether, and as what.
    pub remark: RemarkAs,
    /// Least difference from the usual median that is called slower or faster, in per cent.
    #[schemars(range(min = 0))]
    pub min_change_pct: f64,
    /// The same in seconds.
    #[schemars(range(min = 0))]
    pub min_change_s: f64,
}

/// As what something is said on a pull request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RemarkAs {
    /// Nothing is said.
    #[default]
    Off,
    /// One comment on each pull request, edited in place.
    Comment,
    /// One check-run on each commit; only an App may make them.
    Check,
}

impl Default for Pulls {
    fn default() -> Self {
        Self { remark: RemarkAs::Off, min_change_pct: 10.0, min_change_s: 30.0 }
    }
}
