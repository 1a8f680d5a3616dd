//! Settings of a function, from the environment. All that is wrong with them is told in one line.

use std::fmt;

use laptime_core::config::Policy;
use laptime_core::time::Time;

/// Reads settings and remembers what is wrong.
pub struct Settings {
    lookup: fn(&str) -> Option<String>,
    problems: Vec<String>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("problems", &self.problems).finish_non_exhaustive()
    }
}

impl Settings {
    /// Through a lookup of variables.
    pub const fn new(lookup: fn(&str) -> Option<String>) -> Self {
        Self { lookup, problems: Vec::new() }
    }

    /// From the environment of this process.
    #[expect(clippy::disallowed_methods, reason = "the one lookup that settings are read through")]
    pub const fn from_env() -> Self {
        Self::new(|name| std::env::var(name).ok())
    }

    /// A variable that may be missing; an empty one is.
    pub fn text(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// Whether a switch is on, where it is set.
    pub fn switch(&self, name: &str) -> Option<bool> {
        self.text(name).map(|value| value.eq_ignore_ascii_case("true"))
    }

    /// A variable that must be there, and what it means.
    pub fn needed(&mut self, name: &str, meaning: &str) -> Option<String> {
        let value = self.text(name);
        if value.is_none() {
            self.problems.push(format!("{name} is not set ({meaning})"));
        }
        value
    }

    /// The same with a form of its own. What was written is not repeated: it may be a secret.
    pub fn parsed<T: std::str::FromStr>(&mut self, name: &str, form: &str) -> Option<T> {
        let value = self.needed(name, form)?;
        let parsed = value.parse().ok();
        if parsed.is_none() {
            self.problems.push(format!("{name} is not of the form {form}"));
        }
        parsed
    }

    /// The same where it may be missing: then there is none, and nothing is wrong.
    pub fn optional<T: std::str::FromStr>(&mut self, name: &str, form: &str) -> Option<T> {
        self.text(name).and_then(|_| self.parsed(name, form))
    }

    /// Something else is wrong.
    pub fn refuse(&mut self, problem: impl fmt::Display) {
        self.problems.push(problem.to_string());
    }

    /// Whether nothing was wrong so far.
    pub const fn are_fine(&self) -> bool {
        self.problems.is_empty()
    }

    /// The policy in `LAPTIME_POLICY`, which has the text of a `laptime.toml`.
    pub fn policy(&mut self) -> Option<Policy> {
        self.policy_with(&[])
    }

    /// The same with the tables that other variables hold, as inline tables. Those are not seen by
    /// functions that have no use for them, so a mistake in one does not stop them.
    pub fn policy_with(&mut self, tables: &[(&str, &str)]) -> Option<Policy> {
        let text = self.text("LAPTIME_POLICY").unwrap_or_default();
        let held: Vec<_> =
            tables.iter().filter_map(|(name, from)| Some((*name, self.text(from)?))).collect();
        match Policy::with_tables(&text, &held) {
            Ok(policy) => Some(policy),
            Err(problems) => {
                problems.0.iter().for_each(|one| self.refuse(format_args!("policy: {one}")));
                None
            }
        }
    }

    /// All problems, in one line.
    pub fn problems(&self) -> String {
        self.problems.join("; ").replace('\n', " ")
    }
}

/// The present. The only place that asks the clock.
#[expect(clippy::disallowed_methods, reason = "a program begins by asking for the time")]
pub fn clock() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Time::from_millis(since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_told_in_one_line() {
        let mut settings = Settings::new(|name| match name {
            "LAPTIME_COUNT" => Some("some".to_owned()),
            "LAPTIME_POLICY" => Some("[retention]\nraw_days = 1\n[ingest]\ncolour = 1".to_owned()),
            "LAPTIME_EMPTY" => Some(String::new()),
            _ => None,
        });
        assert_eq!(settings.needed("LAPTIME_TABLE", "name of the table"), None);
        assert_eq!(settings.needed("LAPTIME_EMPTY", "anything"), None);
        assert_eq!(settings.parsed::<u8>("LAPTIME_COUNT", "a number"), None);
        assert!(settings.policy().is_none());
        insta::assert_snapshot!(settings.problems().replace("; ", "\n"), @r"
        LAPTIME_TABLE is not set (name of the table)
        LAPTIME_EMPTY is not set (anything)
        LAPTIME_COUNT is not of the form a number
        policy: `ingest.colour`: unknown field `colour`, expected `progress`
        policy: `retention.raw_days`: must be 4 to 3650 days
        ");
    }
}
