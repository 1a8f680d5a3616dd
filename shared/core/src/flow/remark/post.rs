//! One remark: made once, edited in place, left alone when a person took it away.

use super::Teller;
use super::heads::Head;
use crate::flow::notify::Trouble;
use crate::life::{digest, is_young};
use crate::port::{Check, Forge, Forged, Library, Posted, PullRequest, Pulls, Remarks, Said, Spot};
use crate::pulls::{Call, Remark};
use crate::render::{self, IssueText};
use crate::time::{MS_PER_HOUR, Time};

/// Where a remark goes: to a comment on a pull request, or to a check-run on its head.
pub(super) struct Outlet(pub(super) Spot);

/// What goes there.
pub(super) struct Telling<'a> {
    pub(super) repository: &'a str,
    pub(super) head: &'a Head,
    pub(super) remark: &'a Remark,
    pub(super) text: &'a IssueText,
    /// When GitHub was asked whether this is the newest commit.
    pub(super) asked: Time,
}

/// What came of it.
pub(super) enum Posting {
    /// It was said.
    Said(&'static str),
    /// There was nothing to say.
    Same,
    /// Somebody else is at it.
    Left,
}

impl<L, F, G, C> Teller<'_, L, F, G, C>
where
    L: Library,
    F: Remarks,
    G: Forge + Pulls,
    C: Fn() -> Time + Send + Sync,
{
    pub(super) async fn post(
        &self,
        outlet: &Outlet,
        telling: &Telling<'_>,
    ) -> Result<Posting, Trouble> {
        let said = self.reporter.findings.said(&outlet.0).await?;
        let Some((said, posted)) = said.as_ref().and_then(|said| Some((said, said.posted?))) else {
            return self.make(outlet, telling, said).await;
        };
        if posted.muted {
            return Ok(Posting::Same);
        }
        if posted.asked > telling.asked {
            return Ok(Posting::Left);
        }
        match (posted.claim, posted.id) {
            (Some(claim), _) if is_young(claim, (self.clock)()) => Ok(Posting::Left),
            (None, Some(_)) if posted.says == says(telling.text) => Ok(Posting::Same),
            (_, Some(id)) => self.edit(outlet, telling, (said, posted, id)).await,
            (_, None) => self.settle(outlet, telling, (said, posted)).await,
        }
    }

    /// Whoever made it never said whether it arrived.
    async fn settle(
        &self,
        outlet: &Outlet,
        telling: &Telling<'_>,
        (said, posted): (&Said, Posted),
    ) -> Result<Posting, Trouble> {
        let found = self.find(outlet, telling, posted.made).await?;
        let after = found.map(|id| Posted { id: Some(id), claim: None, ..posted });
        let Some(said) = self.put(outlet, Some(said), after).await? else {
            return Ok(Posting::Left);
        };
        match after.zip(found) {
            Some((posted, _)) if posted.says == says(telling.text) => Ok(Posting::Same),
            Some((posted, id)) => self.edit(outlet, telling, (&said, posted, id)).await,
            None => self.make(outlet, telling, Some(said)).await,
        }
    }

    /// Claimed, sent once, noted.
    async fn make(
        &self,
        outlet: &Outlet,
        telling: &Telling<'_>,
        said: Option<Said>,
    ) -> Result<Posting, Trouble> {
        // Nobody is to be disturbed by a failure.
        if !telling.remark.has_time() {
            return Ok(Posting::Same);
        }
        let made = (self.clock)();
        let says = says(telling.text);
        let asked = telling.asked;
        let posted = Posted { made, asked, claim: Some(made), id: None, says, muted: false };
        let Some(said) = self.put(outlet, said.as_ref(), Some(posted)).await? else {
            return Ok(Posting::Left);
        };
        let (sent, act) = match outlet.0 {
            Spot::Pull { number, .. } => {
                let body = render::marked(&telling.text.body, &mark(outlet, made));
                (self.forge.comment(telling.repository, number, &body).await, "comment on it")
            }
            Spot::Head { .. } => {
                let check = check(outlet, telling, made);
                (self.forge.check(telling.repository, &check).await, "make its check-run")
            }
        };
        match sent {
            Ok(id) => {
                let posted = Posted { id: Some(id), claim: None, ..posted };
                self.put(outlet, Some(&said), Some(posted)).await?;
                Ok(Posting::Said(act))
            }
            Err(error) => {
                if !error.kind.is_unsure() {
                    self.put(outlet, Some(&said), None).await?;
                }
                Err(error.into())
            }
        }
    }

    /// Claimed too, so that of two who have something else to say the later one knows it.
    async fn edit(
        &self,
        outlet: &Outlet,
        telling: &Telling<'_>,
        (said, posted, id): (&Said, Posted, u64),
    ) -> Result<Posting, Trouble> {
        let posted = Posted { asked: telling.asked, ..posted };
        let claimed = Posted { claim: Some((self.clock)()), ..posted };
        let Some(said) = self.put(outlet, Some(said), Some(claimed)).await? else {
            return Ok(Posting::Left);
        };
        let (sent, act): (Forged<bool>, _) = match outlet.0 {
            Spot::Pull { .. } => {
                let body = render::marked(&telling.text.body, &mark(outlet, posted.made));
                (self.forge.edit_comment(telling.repository, id, &body).await, "edit its comment")
            }
            Spot::Head { .. } => {
                let check = check(outlet, telling, posted.made);
                (self.forge.edit_check(telling.repository, id, &check).await, "edit its check-run")
            }
        };
        let (after, came) = match sent {
            Ok(true) => {
                let says = says(telling.text);
                (Posted { says, claim: None, ..posted }, Ok(Posting::Said(act)))
            }
            // A person took it away, as the repository was there a moment ago.
            Ok(false) => (Posted { muted: true, claim: None, ..posted }, Ok(Posting::Same)),
            Err(error) if error.kind.is_unsure() => return Err(error.into()),
            Err(error) => (Posted { claim: None, ..posted }, Err(error.into())),
        };
        self.put(outlet, Some(&said), Some(after)).await?;
        came
    }

    async fn find(
        &self,
        outlet: &Outlet,
        telling: &Telling<'_>,
        made: Time,
    ) -> Forged<Option<u64>> {
        let (repository, mark) = (telling.repository, mark(outlet, made));
        match &outlet.0 {
            Spot::Pull { number, .. } => {
                // GitHub's clock may be behind ours.
                let since = made.plus_millis(-MS_PER_HOUR);
                self.forge.found_comment(repository, *number, since, &mark).await
            }
            Spot::Head { sha, .. } => self.forge.found_check(repository, sha, &mark).await,
        }
    }

    /// Stores what is posted over what was known. Answers the record that holds then; none where
    /// somebody else was first.
    async fn put(
        &self,
        outlet: &Outlet,
        before: Option<&Said>,
        posted: Option<Posted>,
    ) -> Result<Option<Said>, Trouble> {
        let said = Said { posted, ..Said::after(before, (self.clock)()) };
        let is_stored = self.reporter.findings.put_said(&outlet.0, &said).await?;
        Ok(is_stored.then_some(said))
    }

    /// Notes that all of a head was told.
    pub(super) async fn note(
        &self,
        head: &Head,
        pulls: Vec<PullRequest>,
        asked: Time,
    ) -> Result<(), Trouble> {
        let findings = self.reporter.findings;
        let before = findings.said(&head.spot()).await?;
        let mut seen = head.told(pulls, asked);
        // Another start may have told of workflows that this one did not look at.
        let known = before.iter().filter_map(|said| said.seen.as_ref());
        seen.days.extend(known.flat_map(|seen| &seen.days));
        seen.days.sort_unstable();
        seen.days.dedup();
        let said = Said { seen: Some(seen), ..Said::after(before.as_ref(), (self.clock)()) };
        // Whoever was first noted no less.
        findings.put_said(&head.spot(), &said).await?;
        Ok(())
    }
}

fn mark(outlet: &Outlet, made: Time) -> String {
    let Outlet(spot) = outlet;
    render::mark(&format!("remark {} {}", spot.repository(), spot.name()), made)
}

fn check(outlet: &Outlet, telling: &Telling<'_>, made: Time) -> Check {
    Check {
        sha: telling.head.sha.clone(),
        mark: mark(outlet, made),
        title: telling.text.title.clone(),
        summary: render::marked(&telling.text.body, &mark(outlet, made)),
        is_neutral: !matches!(telling.remark.call(), Call::Usual | Call::Faster),
    }
}

fn says(text: &IssueText) -> [u8; 8] {
    digest([&text.title, &text.body].into_iter())
}
