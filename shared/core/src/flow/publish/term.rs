//! The periods that are reported: days and weeks.

use std::fmt;

use super::Missing;
use crate::time::{Day, Time};

/// Days and weeks looked back at for reports that are missing.
const DAYS_BACK: i32 = 7;
const WEEKS_BACK: i32 = 2;

/// How long after the end of a period the last pass has to end. Before that, what happened in its
/// last minutes may still be on its way from GitHub.
const SETTLED_MS: i64 = 15 * 60_000;

/// A day or a week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) from: Day,
    pub(super) to: Day,
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

impl Term {
    /// The key of its report on a scope, which stays.
    pub(super) fn key(&self, scope: &str, extension: &str) -> String {
        format!("reports/{}/{scope}/{}.{extension}", self.kind, self.name)
    }

    /// The key of the copy of the latest.
    pub(super) fn latest(&self, scope: &str, extension: &str) -> String {
        format!("reports/{}/{scope}/latest.{extension}", self.kind)
    }

    /// Whether all of it has been filed, as far as one can tell.
    pub(super) fn check_settled(&self, last_pass: Option<Time>) -> Result<(), Missing> {
        let settled = self.to.start().plus_millis(SETTLED_MS);
        let last = match last_pass {
            Some(last) if last >= settled => return Ok(()),
            Some(last) => format!("the last one ended at {last}"),
            None => "none has ended yet".to_owned(),
        };
        Err(Missing::Unsettled { settled, last })
    }
}

/// Days and weeks that ended before `today` began, oldest first.
pub(super) fn terms(today: Day) -> Vec<Term> {
    let this_week = today.week();
    let days = (1..=DAYS_BACK).rev().map(|back| {
        let from = Day(today.0 - back);
        Term { kind: "daily", name: from.to_string(), from, to: from.next() }
    });
    let weeks = (1..=WEEKS_BACK).rev().map(|back| {
        let from = Day(this_week.0 - 7 * back);
        Term { kind: "weekly", name: from.iso_week(), from, to: Day(from.0 + 7) }
    });
    days.chain(weeks).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_mondays_and_go_by_their_iso_names() {
        let today = |text: &str| text.parse::<Time>().unwrap().day();
        let names = |day: Day| terms(day).into_iter().map(|term| term.key("all", "md"));
        // 2027-01-04 is a Monday; the week before began in the old year and bears its name.
        let monday: Vec<String> = names(today("2027-01-04T00:10:00Z")).collect();
        assert_eq!(monday[6], "reports/daily/all/2027-01-03.md");
        assert_eq!(
            &monday[7..],
            ["reports/weekly/all/2026-W52.md", "reports/weekly/all/2026-W53.md"]
        );
        let sunday: Vec<String> = names(today("2027-01-03T23:59:59Z")).collect();
        assert_eq!(
            &sunday[7..],
            ["reports/weekly/all/2026-W51.md", "reports/weekly/all/2026-W52.md"]
        );
    }
}
