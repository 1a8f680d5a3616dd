//! Telling people of what is known: on GitHub, in Grafana, in chats and by mail, in one pass.
//!
//! One place that cannot be told does not keep the others from being told.

use serde::Serialize;

use crate::config::Source;
use crate::flow::{
    Announcement, Grafana, GrafanaWritten, Matter, Notified, Remarked, Reporter, update_grafana,
};
use crate::port::{Channel, Dashboards, Findings, Forge, Library, Notices, Pulls, Remarks, Stored};
use crate::time::Time;

/// Who is to be told.
#[derive(Debug)]
pub struct Audience<'a, G, D, C> {
    /// Repositories, by issues and on pull requests.
    pub forge: Option<&'a G>,
    /// Whoever looks at graphs.
    pub dashboards: Option<&'a D>,
    /// Whoever reads a chat or mail.
    pub channels: &'a [C],
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
    /// In chats and by mail.
    pub channels: Vec<Announcement>,
}

impl Heard {
    /// What could not be done and why, in words; the next pass tries again.
    pub fn problems(&self) -> impl Iterator<Item = &str> {
        let github = self.github.iter().flat_map(|notified| &notified.problems);
        let grafana = self.grafana.iter().flat_map(|written| &written.problems);
        let pulls = self.pulls.iter().flat_map(|remarked| &remarked.problems);
        let channels = self.channels.iter().filter_map(|one| one.problem.as_ref());
        github.chain(pulls).chain(grafana).chain(channels).map(String::as_str)
    }

    /// Whether somebody heard nothing at all, or not all of it, for a reason that does not lie in
    /// one repository: time alone will not mend it.
    pub fn is_amiss(&self) -> bool {
        self.github.as_ref().is_some_and(|notified| notified.shut_out)
            || self.pulls.as_ref().is_some_and(|remarked| remarked.shut_out)
            || self.grafana.as_ref().is_some_and(|written| !written.problems.is_empty())
            || self.channels.iter().any(|one| one.problem.is_some())
    }
}

/// Tells them, as long as there is time. Of what has just ended only pull requests, chats and mail
/// are told: the rest is about what was judged.
///
/// # Errors
/// Only of the store: what the others do not take is told in the answer.
pub async fn tell<L, F, G, D, C>(
    reporter: &Reporter<'_, L, F>,
    audience: &Audience<'_, G, D, C>,
    matter: Matter<'_>,
    clock: impl Fn() -> Time + Send + Sync,
    has_time: impl Fn() -> bool + Send + Sync,
) -> Stored<Heard>
where
    L: Library,
    F: Findings + Remarks + Notices,
    G: Forge + Pulls,
    D: Dashboards,
    C: Channel,
{
    let mut heard = Heard::default();
    if let Some(forge) = audience.forge {
        if matter.is_everything() {
            heard.github = Some(reporter.notify(forge, &clock, &has_time).await?);
        }
        let is_closed = |notified: &Notified| notified.limited_until.is_some() || notified.shut_out;
        if !heard.github.as_ref().is_some_and(is_closed) {
            heard.pulls = Some(reporter.remark(forge, matter, &clock, &has_time).await?);
        }
    }
    let dashboards = audience.dashboards.filter(|_| matter.is_everything() && has_time());
    if let Some(dashboards) = dashboards {
        let Reporter { library, policy, .. } = *reporter;
        let at = Grafana { library, dashboards, policy, feeds: audience.feeds };
        heard.grafana = Some(update_grafana(&at, clock()).await?);
    }
    // Last, so that a message can lead to the issue.
    heard.channels = reporter.announce(audience.channels, matter, &clock, &has_time).await?;
    Ok(heard)
}
