//! One act, carried out.

use std::collections::BTreeSet;

use super::{Came, Notified, Round, Trouble};
use crate::life::{Act, Planned};
use crate::port::{
    Claimed, Deeds, Findings, Forge, ForgeError, ForgeErrorKind, Issue, IssueState, Library,
    Rewrite, Stored,
};
use crate::render;
use crate::time::{MS_PER_HOUR, Time};

/// Carries a plan out.
pub(super) struct Courier<'a, L, F, G, C> {
    pub(super) round: &'a Round<'a, L, F>,
    pub(super) forge: &'a G,
    pub(super) clock: &'a C,
}

impl<L, F, G, C> Courier<'_, L, F, G, C>
where
    L: Library,
    F: Findings,
    G: Forge,
    C: Fn() -> Time + Send + Sync,
{
    /// Answers whether something is to be planned anew.
    pub(super) async fn carry_all(
        &self,
        acts: Vec<Planned>,
        has_time: &(impl Fn() -> bool + Send + Sync),
        notified: &mut Notified,
    ) -> Stored<bool> {
        let mut anew = false;
        let mut given_up: BTreeSet<u64> = BTreeSet::new();
        let mut acts = acts.into_iter();
        while let Some(planned) = acts.next() {
            let repository = planned.desk.repository();
            if !has_time() || given_up.contains(&repository) {
                notified.left += 1;
                continue;
            }
            match self.carry(&planned).await {
                Ok(Came::Done) => notified.done.push(self.round.done(&planned).await?),
                Ok(Came::Left) => notified.left += 1,
                Ok(Came::Overruled) => {}
                Ok(Came::Anew) => anew = true,
                Err(Trouble::Store(error)) => return Err(error),
                Err(trouble) => {
                    notified.problems.push(trouble.to_string());
                    given_up.insert(repository);
                    if let Trouble::Forge(ForgeError { kind, .. }) = trouble
                        && kind.is_of_all()
                    {
                        if let ForgeErrorKind::Limited(until) = kind {
                            notified.limited_until = Some(until.to_string());
                        } else {
                            notified.shut_out = true;
                        }
                        notified.left += acts.len() as u64;
                        return Ok(false);
                    }
                }
            }
        }
        Ok(anew)
    }

    async fn carry(&self, planned: &Planned) -> Result<Came, Trouble> {
        let deeds = self.round.reporter.findings.deeds(planned.desk).await?;
        let known = self.round.known.deeds.get(&planned.desk);
        let was = known.and_then(|known| known.issue(planned.about()));
        // Somebody else has been at it since the plan was made.
        if deeds.issue(planned.about()) != was {
            return Ok(Came::Left);
        }
        match (&planned.act, was) {
            (Act::File, _) => self.file(planned, deeds).await,
            (Act::Settle, Some(issue)) => self.settle(planned, issue, deeds.clone()).await,
            (_, Some(issue)) => self.change(planned, issue, deeds.clone()).await,
            (_, None) => Ok(Came::Left),
        }
    }

    /// Files an issue: claimed, sent once, noted.
    async fn file(&self, planned: &Planned, deeds: Deeds) -> Result<Came, Trouble> {
        let repository = self.round.repository(planned)?;
        let text = self.round.text(planned).await?.ok_or_else(|| gone(planned))?;
        let forge = self.forge;
        let newest = forge.newest(&repository).await?;
        let now = (self.clock)();
        let deeds = deeds.filing(planned, &repository, newest, now);
        if !self.put(planned, &deeds).await? {
            return Ok(Came::Left);
        }
        let mark = render::mark(&planned.finding, now);
        let mut draft = self.round.draft(text, &mark);
        let mut filed = forge.file(&repository, &draft).await;
        // Most likely one of those it is assigned to is not known there.
        if filed.as_ref().is_err_and(|error| error.kind == ForgeErrorKind::Invalid)
            && !std::mem::take(&mut draft.assignees).is_empty()
        {
            filed = forge.file(&repository, &draft).await;
        }
        match filed {
            Ok(number) => {
                self.put(planned, &deeds.filed(&planned.finding, number, (self.clock)())).await?;
                Ok(Came::Done)
            }
            Err(error) => {
                if !error.kind.is_unsure() {
                    self.put(planned, &deeds.not_filed(&planned.finding, (self.clock)())).await?;
                }
                Err(error.into())
            }
        }
    }

    /// Edits, opens or closes an issue, with a comment where people must hear of it.
    async fn change(
        &self,
        planned: &Planned,
        issue: &Issue,
        mut deeds: Deeds,
    ) -> Result<Came, Trouble> {
        let Some(number) = issue.number else { return Ok(Came::Left) };
        if !self.look(planned, issue, number, &deeds).await? {
            return Ok(Came::Overruled);
        }
        if let Some(comment) = self.round.comment(planned) {
            deeds = match self.say(planned, issue, deeds, &comment).await? {
                Some(deeds) => deeds,
                None => return Ok(Came::Left),
            };
        }
        let text = self.round.text(planned).await?.map(|text| {
            let mark = render::mark(&planned.finding, issue.filed);
            (text.title, render::marked(&text.body, &mark))
        });
        let open = match &planned.act {
            Act::Close(_) => Some(false),
            Act::Reopen { .. } => Some(true),
            Act::File | Act::Settle | Act::Edit { .. } | Act::Redate { .. } => None,
        };
        let rewrite = Rewrite { text, open };
        self.forge.rewrite(&issue.repository, number, &rewrite).await?;
        self.put(planned, &deeds.after(planned, (self.clock)())).await?;
        Ok(Came::Done)
    }

    /// Whether the issue is still ours to change; what a person did to it is noted.
    async fn look(
        &self,
        planned: &Planned,
        issue: &Issue,
        number: u64,
        deeds: &Deeds,
    ) -> Result<bool, Trouble> {
        let forge = self.forge;
        let state = forge.issue(&issue.repository, number).await?.map(|seen| seen.state);
        let now = (self.clock)();
        let about = planned.about();
        let noted = match (state, issue.closed) {
            (Some(IssueState::Open), _) | (Some(IssueState::Done), Some(_)) => return Ok(true),
            (Some(IssueState::Done), None) => deeds.closed_by_hand(about, now),
            (Some(IssueState::NotPlanned | IssueState::Moved), _) => deeds.muted(about, now),
            (None, _) => {
                // It was deleted, if the repository can be seen at all.
                forge.newest(&issue.repository).await?;
                deeds.muted(about, now)
            }
        };
        self.put(planned, &noted).await?;
        Ok(false)
    }

    /// Comments once. Answers the deeds that hold then; none where somebody else is at it.
    async fn say(
        &self,
        planned: &Planned,
        issue: &Issue,
        deeds: Deeds,
        comment: &str,
    ) -> Result<Option<Deeds>, Trouble> {
        let Some(number) = issue.number else { return Ok(None) };
        let (forge, about) = (self.forge, planned.about());
        let mark = mark_of(planned, issue);
        if let Some(claim) = &issue.claim
            && claim.what == Claimed::Comment(mark.clone())
        {
            // GitHub's clock may be behind ours.
            let since = claim.at.plus_millis(-MS_PER_HOUR);
            if forge.found_comment(&issue.repository, number, since, &mark).await?.is_some() {
                return Ok(Some(deeds));
            }
        }
        let deeds = deeds.saying(about, &mark, (self.clock)());
        if !self.put(planned, &deeds).await? {
            return Ok(None);
        }
        let body = render::marked(comment, &mark);
        match forge.comment(&issue.repository, number, &body).await {
            Ok(_) => Ok(Some(deeds)),
            // A locked issue, for one: the rest of the act can be done.
            Err(error) if error.kind == ForgeErrorKind::Forbidden => Ok(Some(deeds)),
            Err(error) => {
                if !error.kind.is_unsure() {
                    self.put(planned, &deeds.not_said(about, (self.clock)())).await?;
                }
                Err(error.into())
            }
        }
    }

    /// Answers whether it was stored: not where somebody else was first.
    pub(super) async fn put(&self, planned: &Planned, deeds: &Deeds) -> Result<bool, Trouble> {
        Ok(self.round.reporter.findings.put_deeds(planned.desk, deeds).await?)
    }
}

/// The same for the same thing said of the same state of an issue.
fn mark_of(planned: &Planned, issue: &Issue) -> String {
    let what = match &planned.act {
        Act::Close(_) => "closed",
        Act::Reopen { .. } => "reopened",
        Act::File | Act::Settle | Act::Edit { .. } | Act::Redate { .. } => "changed",
    };
    render::mark(&format!("{what} {} {}", planned.finding, issue.reopened), issue.said_at)
}

fn gone(planned: &Planned) -> Trouble {
    Trouble::Unknown(format!("finding {} is not there any more", planned.finding))
}
