//! Scheduled reports: of every day and every week that has ended, for each repository and for all.
//! Each object is put once and stays; beside them lies a copy of the latest.

mod putting;
mod term;

use std::collections::BTreeSet;

use crate::config::Policy;
use crate::flow::{Period, ReportError, report};
use crate::port::{Library, Objects, StoreError};
use crate::render::{self, HtmlError};
use crate::time::Time;
use putting::{Putting, Renders};
use term::{Term, terms};

/// What was put.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Published {
    /// Periods that were complete before.
    pub complete: u64,
    /// Periods completed now.
    pub periods: Vec<String>,
    /// Objects put for them.
    pub objects: u64,
    /// Objects that were there before.
    pub known: u64,
    /// What is missing and why, in words. The next start tries again.
    pub problems: Vec<String>,
}

/// Why something of a period is missing. Reads on from the period's name.
#[derive(Debug, thiserror::Error)]
enum Missing {
    /// Nobody can tell yet that all of it has been filed.
    #[error("waits for a pass that ends at {settled} or later: {last}")]
    Unsettled { settled: Time, last: String },
    #[error("is left for the next start: the time is up")]
    NoTime,
    #[error("is missing: {0}")]
    Report(#[from] ReportError),
    #[error("is missing: {0}")]
    Store(#[from] StoreError),
    #[error("is missing: {0}")]
    Page(#[from] HtmlError),
    #[error("is missing: its latest copy is replaced by others all the time")]
    Contested,
    /// The bucket is down, most likely for all others too.
    #[error("and what comes after it are left for the next start: {0}")]
    OutOfReach(StoreError),
    #[error("is missing for {count} of {of} repositories; one of them {one}")]
    Some { count: usize, of: usize, one: Box<Missing> },
}

/// Publishes what has ended by now and is missing, oldest first. Nothing is begun at `deadline`.
pub async fn publish(
    library: &impl Library,
    objects: &impl Objects,
    policy: &Policy,
    deadline: Time,
    clock: impl Fn() -> Time,
) -> Published {
    let now = clock();
    // Asked first: all that this pass filed is in what is read after it.
    let last_pass = match library.standing().await {
        Ok(standing) => standing.last_pass,
        Err(error) => {
            return Published { problems: vec![error.to_string()], ..Published::default() };
        }
    };
    let putting = Putting { objects, page: render::html, has_time: || clock() < deadline };
    let published = Published::default();
    let begun = BTreeSet::new();
    let mut work = Work { library, policy, now, last_pass, putting, begun, published };
    for term in terms(now.day()) {
        let Err(why) = work.publish(&term).await else { continue };
        work.published.problems.push(format!("{term} {why}"));
        if matches!(why, Missing::OutOfReach(_)) {
            break;
        }
    }
    work.published
}

struct Work<'a, L, O, P, T> {
    library: &'a L,
    policy: &'a Policy,
    now: Time,
    last_pass: Option<Time>,
    putting: Putting<'a, O, P, T>,
    /// Kinds of terms with reports.
    begun: BTreeSet<&'static str>,
    published: Published,
}

impl<L: Library, O: Objects, P: Renders, T: Fn() -> bool> Work<'_, L, O, P, T> {
    async fn publish(&mut self, term: &Term) -> Result<(), Missing> {
        self.putting.check_time()?;
        if self.putting.has_all(term).await.map_err(Missing::OutOfReach)? {
            self.published.complete += 1;
            self.begun.insert(term.kind);
            return Ok(());
        }
        term.check_settled(self.last_pass)?;
        let period =
            Period { from: Some(term.from.start()), to: Some(term.to.start()), repository: None };
        let whole = report(self.library, &period, self.policy, self.now).await?;
        // Of the time before the first attempt that is known there is nothing to report.
        if whole.workflows.is_empty() && !self.begun.contains(term.kind) {
            return Ok(());
        }
        self.begun.insert(term.kind);
        let (put, done) = self.putting.put(term, &whole).await;
        self.published.objects += put.objects;
        self.published.known += put.known;
        done?;
        self.published.periods.push(term.to_string());
        Ok(())
    }
}
