//! Telling people of what is known: on GitHub and in Grafana, in one pass.
//!
//! One place that cannot be told does not keep the others from being told.

use serde::Serialize;

use crate::config::Source;
use crate::flow::{Grafana, GrafanaWritten, Notified, Remarked, Reporter, update_grafana};
use crate::port::{Dashboards, Findings, Forge, Library, Pulls, Remarks, Stored};
use crate::time::Time;

/// Who is to be told.
#[derive(Debug)]
pub struct Audience<'a, G, D> {
    /// Repositories, by issues and on pull requests.
    pub forge: Option<&'a G>,
    /// Whoever looks at graphs.
    pub dashboards: Option<&'a D>,
    /// The source of figures that this installation feeds.
    pub feeds: Source,
}

/// What came of telling each of them; none where they are not to be told.
#[derive(Debug, Default, Serialize)]
pub struct Heard {
    /// On GitHub.
    pub github: Option<Notified>,
    /// On pull requests there.
    pub pulls: Option<Remarked>,
    /// In Grafana.
    pub grafana: Option<GrafanaWritten>,
}

impl Heard {
    /// What could not be done and why, in words; the next pass tries again.
    pub fn problems(&self) -> impl Iterator<Item = &str> {
        let github = self.github.iter().flat_map(|notified| &notified.problems);
        let grafana = self.grafana.iter().flat_map(|written| &written.problems);
        let pulls = self.pulls.iter().flat_map(|remarked| &remarked.problems);
        github.chain(pulls).chain(grafana).map(String::as_str)
    }

    /// Whether somebody heard nothing at all, or not all of it, for a reason that does not lie in
    /// one repository: time alone will not mend it.
    pub fn is_amiss(&self) -> bool {
        self.github.as_ref().is_some_and(|notified| notified.shut_out)
            || self.pulls.as_ref().is_some_and(|remarked| remarked.shut_out)
            || self.grafana.as_ref().is_some_and(|written| !written.problems.is_empty())
    }
}

/// Tells them, as long as there is time.
///
/// # Errors
/// Only of the store: what the others do not take is told in the answer.
pub async fn tell<L: Library, F: Findings + Remarks, G: Forge + Pulls, D: Dashboards>(
    reporter: &Reporter<'_, L, F>,
    audience: &Audience<'_, G, D>,
    clock: impl Fn() -> Time + Send + Sync,
    has_time: impl Fn() -> bool + Send + Sync,
) -> Stored<Heard> {
    let mut heard = Heard::default();
    if let Some(forge) = audience.forge {
        let notified = reporter.notify(forge, &clock, &has_time).await?;
        if notified.limited_until.is_none() && !notified.shut_out {
            heard.pulls = Some(reporter.remark(forge, &clock, &has_time).await?);
        }
        heard.github = Some(notified);
    }
    if let Some(dashboards) = audience.dashboards.filter(|_| has_time()) {
        let Reporter { library, policy, .. } = *reporter;
        let at = Grafana { library, dashboards, policy, feeds: audience.feeds };
        heard.grafana = Some(update_grafana(&at, clock()).await?);
    }
    Ok(heard)
}
