//! What is said on GitHub, and to whom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What issues about findings look like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Issues {
    /// Issues filed for a repository on a UTC day; what is beyond is gathered in one more.
    #[schemars(range(max = 100))]
    pub per_day: u16,
    /// Whether a workflow that is beyond `p95_s` or `success_rate` of `[thresholds]` gets an issue,
    /// whatever it was before.
    pub thresholds: bool,
    /// Labels of issues. GitHub makes those that are not there.
    pub labels: Vec<String>,
    /// Logins of those who are assigned; GitHub takes ten.
    #[schemars(length(max = 10))]
    pub assignees: Vec<String>,
    /// Who is mentioned in every issue, without the @: a login, or `org/team`.
    #[schemars(length(max = 10))]
    pub mention: Vec<String>,
}

/// How much of GitHub's API is used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Github {
    /// Per cent of the requests an hour that are left to others with the same token.
    #[schemars(range(min = 0, max = 95))]
    pub reserve_pct: f64,
}

impl Default for Issues {
    fn default() -> Self {
        Self {
            per_day: 5,
            thresholds: false,
            labels: vec!["performance".to_owned(), "ci-cd".to_owned()],
            assignees: Vec::new(),
            mention: Vec::new(),
        }
    }
}

impl Default for Github {
    fn default() -> Self {
        Self { reserve_pct: 20.0 }
    }
}

impl Issues {
    /// Why the first setting that cannot be is refused.
    pub(super) fn out_of_range(&self) -> Option<&'static str> {
        let logins = || self.assignees.iter().chain(&self.mention);
        if self.per_day > 100 {
            Some("must be 0 to 100 issues")
        } else if self.labels.iter().any(|label| !(1..=50).contains(&label.chars().count())) {
            Some("a label has 1 to 50 characters")
        } else if self.labels.iter().flat_map(|label| label.chars()).any(char::is_control) {
            Some("a label is one line of text")
        } else if self.assignees.len() > 10 || self.mention.len() > 10 {
            Some("must be 10 at most")
        } else if !logins().all(|login| is_login(login)) {
            Some("write logins without the @, as in octocat, or a team as in acme/platform")
        } else if self.assignees.iter().any(|login| login.contains('/')) {
            Some("a team cannot be assigned; name it under mention")
        } else {
            None
        }
    }
}

impl Github {
    pub(super) fn out_of_range(self) -> Option<&'static str> {
        (!(0.0..=95.0).contains(&self.reserve_pct)).then_some("must be 0 to 95 per cent")
    }
}

fn is_login(text: &str) -> bool {
    let fits = |part: &str| {
        (1..=100).contains(&part.len())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_[]".contains(c))
    };
    let mut parts = text.splitn(2, '/');
    parts.all(fits)
}
