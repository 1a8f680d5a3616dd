//! What became of an issue whose filing never ended.

use super::carry::Courier;
use super::{Came, Trouble};
use crate::life::Planned;
use crate::port::{Claimed, Deeds, Findings, Forge, Issue, Library};
use crate::render;
use crate::time::Time;

/// Numbers read beyond the newest one that GitHub lists, or that is found, as lists lag.
const BEYOND: u64 = 5;

/// Numbers read in one pass; the next one goes on behind them.
const READ_MAX: u64 = 200;

impl<L, F, G, C> Courier<'_, L, F, G, C>
where
    L: Library,
    F: Findings,
    G: Forge,
    C: Fn() -> Time + Send + Sync,
{
    /// Reads issue by issue from the number that was known when it was claimed.
    pub(super) async fn settle(
        &self,
        planned: &Planned,
        issue: &Issue,
        deeds: Deeds,
    ) -> Result<Came, Trouble> {
        let Some(Claimed::Issue { after }) = issue.claim.as_ref().map(|claim| &claim.what) else {
            return Ok(Came::Left);
        };
        let (forge, repository) = (self.forge, &issue.repository);
        let newest = forge.newest(repository).await?;
        let mark = render::mark(&issue.finding, issue.filed);
        let mut last = newest.max(*after).saturating_add(BEYOND);
        let upto = after.saturating_add(READ_MAX);
        let mut number = *after;
        while number < last.min(upto) {
            number += 1;
            let Some(seen) = forge.issue(repository, number).await? else { continue };
            if seen.body.contains(&mark) {
                self.put(planned, &deeds.filed(&issue.finding, number, (self.clock)())).await?;
                return Ok(Came::Anew);
            }
            // The list lags by more than that.
            last = last.max(number.saturating_add(BEYOND));
        }
        if upto < last {
            self.put(planned, &deeds.searched(&issue.finding, upto, (self.clock)())).await?;
            return Ok(Came::Left);
        }
        self.put(planned, &deeds.not_filed(&issue.finding, (self.clock)())).await?;
        Ok(Came::Anew)
    }
}
