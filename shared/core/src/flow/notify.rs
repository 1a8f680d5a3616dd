//! Telling people: issues about findings, each filed once, kept up to date, and closed when it is
//! over.
//!
//! GitHub has no way to ask for something at most once, so whatever creates is claimed in the ledger
//! before it is sent, and the claim is taken away when it is known what became of it. Whoever finds
//! an old claim looks whether the thing is there before it is sent again. Nothing is looked up by
//! search or in a list: those lag.

mod carry;
mod issue;
mod outline;
mod settle;
mod threshold;

use std::collections::BTreeMap;

use crate::config::Policy;
use crate::flow::findings::names;
use crate::judging::{Judgement, Told, told};
use crate::life::{Crossing, plan};
use crate::port::{Deeds, Desk, Findings, Forge, ForgeError, Library, StoreError, Stored};
use crate::render::Server;
use crate::report::Called;
use crate::row::WorkflowId;
use crate::time::Time;

use carry::Courier;

pub use outline::{Outline, Planning};

/// Whoever tells people.
#[derive(Debug, Clone, Copy)]
pub struct Reporter<'a, L, F> {
    /// What was judged.
    pub library: &'a L,
    /// What was done.
    pub findings: &'a F,
    /// How it is told.
    pub policy: &'a Policy,
    /// Where people look at runs, as `https://github.com`.
    pub server: &'a Server,
}

/// What came of a pass of the reporter.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Notified {
    /// What was done.
    pub done: Vec<Outline>,
    /// What could not be done and why, in words; the next pass tries again.
    pub problems: Vec<String>,
    /// Acts that were left to the next pass.
    pub left: u64,
    /// When GitHub is to be asked again, where it was asked for too much.
    pub limited_until: Option<String>,
    /// Whether GitHub could not be reached at all, or does not take the token.
    pub shut_out: bool,
}

/// What comes of one act.
#[derive(Debug)]
enum Came {
    /// It was done.
    Done,
    /// It is not to be done now: somebody was there first.
    Left,
    /// It is not to be done any more: a person did something else, which is noted.
    Overruled,
    /// What was claimed was never sent: it is to be planned anew.
    Anew,
}

/// Why an act was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Forge(#[from] ForgeError),
    #[error("{0}")]
    Unknown(String),
}

/// All that a plan is made from.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) judgements: Vec<(WorkflowId, Judgement)>,
    crossings: Vec<Crossing>,
    pub(super) deeds: BTreeMap<Desk, Deeds>,
    called: BTreeMap<WorkflowId, Called>,
}

impl<L: Library, F: Findings> Reporter<'_, L, F> {
    /// Does what is to be done, as long as there is time.
    pub async fn notify(
        &self,
        forge: &impl Forge,
        clock: impl Fn() -> Time + Send + Sync,
        has_time: impl Fn() -> bool + Send + Sync,
    ) -> Stored<Notified> {
        let mut notified = Notified::default();
        // Again once where something claimed turns out not to have been sent.
        for _ in 0..2 {
            let now = clock();
            let known = self.held_and_known(now).await?;
            let told = told(&known.judgements);
            let per_day = u32::from(self.policy.issues.per_day);
            let acts = plan(&told, &known.crossings, &known.deeds, now, per_day);
            let round = Round { reporter: self, known: &known, told: &told, now };
            let courier = Courier { round: &round, forge, clock: &clock };
            if !courier.carry_all(acts, &has_time, &mut notified).await? {
                break;
            }
        }
        Ok(notified)
    }

    /// All that issues are planned from.
    async fn held_and_known(&self, now: Time) -> Stored<Known> {
        let mut known = self.known().await?;
        let held = self.held(&known.deeds, now).await?;
        known.called.extend(held.called);
        known.crossings = held.crossings;
        Ok(known)
    }

    /// What was judged and done. Thresholds are not looked at.
    pub(super) async fn known(&self) -> Stored<Known> {
        let judgements = self.library.judgements().await?;
        let called = names(self.library, &judgements).await?;
        let deeds = self.findings.all_deeds().await?.into_iter().collect();
        Ok(Known { judgements, crossings: Vec::new(), deeds, called })
    }
}

/// One plan, and what it was made from.
pub(super) struct Round<'a, L, F> {
    pub(super) reporter: &'a Reporter<'a, L, F>,
    pub(super) known: &'a Known,
    pub(super) told: &'a [Told<'a>],
    pub(super) now: Time,
}
