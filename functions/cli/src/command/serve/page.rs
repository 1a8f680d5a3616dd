//! The pages: each made from a snapshot of the store when it is asked for, and shown again while it
//! is fresh.

use std::sync::{Mutex, PoisonError};

use hyper::body::Bytes;
use laptime_core::config::Policy;
use laptime_core::flow::{Board, View, workflow};
use laptime_core::model::AttemptId;
use laptime_core::port::Library;
use laptime_core::render::Server;
use laptime_core::render::live::{self, Address, Site};
use laptime_core::row::WorkflowId;
use laptime_core::time::Time;
use laptime_core::timeline::Timeline;
use laptime_local::{Kept, Snapshot, Store};

use crate::command::block_on;
use crate::command::serve::query::{Unfit, Wanted};
use crate::settings::clock;

/// A page younger than this is shown again.
const FRESH_MS: i64 = 5_000;

/// Pages that are kept, and their bytes in all: whatever is asked for, memory is bounded.
const MOST_KEPT: usize = 16;
const MOST_KEPT_BYTES: usize = 4 * 1_024 * 1_024;

/// Attempts of one run that a page leads to.
const MOST_ATTEMPTS: usize = 50;

/// The pages of a server.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    pub(crate) server: Server,
    kept: Mutex<Vec<Fresh>>,
}

#[derive(Debug)]
struct Fresh {
    wanted: Wanted,
    made: Time,
    html: Bytes,
}

/// A page, or why there is none.
pub(super) type Made = Result<Bytes, Unfit>;

impl Pages {
    pub(crate) fn new(server: Server) -> Self {
        Self { server, kept: Mutex::default() }
    }

    /// A page that was made a moment ago.
    pub(super) fn fresh(&self, wanted: &Wanted) -> Option<Bytes> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock();
        kept.retain(|one| (0..FRESH_MS).contains(&now.since(one.made)));
        kept.iter().find(|one| one.wanted == *wanted).map(|one| one.html.clone())
    }

    /// Makes a page, and keeps it for a moment.
    pub(super) fn make(
        &self,
        wanted: &Wanted,
        store: &Store,
        policy: &Policy,
    ) -> anyhow::Result<Made> {
        if let Some(html) = self.fresh(wanted) {
            return Ok(Ok(html));
        }
        let (snapshot, now) = (store.snapshot()?, clock());
        let site = Site { server: &self.server, now, pulse: snapshot.pulse()? };
        let made = match wanted {
            Wanted::Home(at) => home(&snapshot, at, policy, &site)?,
            Wanted::Workflow(id, view) => in_depth(&snapshot, *id, view, policy, &site)?,
            Wanted::Run(id) => run(&snapshot, *id, &site)?,
            // These two are answered without a store.
            Wanted::Style | Wanted::Metrics => Err(Unfit::Missing(String::new())),
        };
        let made = made.map(Bytes::from);
        if let Ok(html) = &made {
            self.keep(Fresh { wanted: wanted.clone(), made: now, html: html.clone() });
        }
        Ok(made)
    }

    fn keep(&self, fresh: Fresh) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(fresh);
        let bytes = |kept: &[Fresh]| kept.iter().map(|one| one.html.len()).sum::<usize>();
        while kept.len() > MOST_KEPT || bytes(&kept) > MOST_KEPT_BYTES {
            kept.remove(0);
        }
    }
}

fn home(
    snapshot: &Snapshot,
    at: &Address,
    policy: &Policy,
    site: &Site<'_>,
) -> anyhow::Result<Result<String, Unfit>> {
    let mut board = Board::new(at.view.clone(), policy, site.now);
    let days = board.days();
    block_on(snapshot.heads(days, |id, days| board.add(id, days)))??;
    let home = board.finish(&block_on(snapshot.judgements())??);
    if let Some(wanted) = &at.view.repository
        && !home.repositories.iter().any(|name| name.eq_ignore_ascii_case(wanted))
    {
        let days = at.view.days;
        return Ok(Err(Unfit::Missing(format!(
            "No attempt of the repository `{wanted}` has ended in the last {days} days."
        ))));
    }
    Ok(Ok(live::home(&home, at, site)?))
}

fn in_depth(
    snapshot: &Snapshot,
    id: WorkflowId,
    view: &View,
    policy: &Policy,
    site: &Site<'_>,
) -> anyhow::Result<Result<String, Unfit>> {
    if let Some(report) = block_on(workflow(snapshot, id, view, policy, site.now))?? {
        return Ok(Ok(live::workflow(&report, view, site)?));
    }
    if snapshot.knows(id)? {
        return Ok(Ok(live::quiet_workflow(id, view, site)?));
    }
    let WorkflowId { repository, workflow } = id;
    Ok(Err(Unfit::Missing(format!(
        "No attempt of a workflow {workflow} in a repository {repository} was ever filed."
    ))))
}

fn run(
    snapshot: &Snapshot,
    id: AttemptId,
    site: &Site<'_>,
) -> anyhow::Result<Result<String, Unfit>> {
    let attempts = snapshot.attempts_of(id.repository, id.run, MOST_ATTEMPTS)?;
    match snapshot.kept(id)? {
        Some(Kept::Sealed(sealed)) => Ok(Ok(live::sealed_run(&sealed, &attempts, site)?)),
        Some(Kept::Events(events)) => match Timeline::of(id, &events, site.now) {
            Some(timeline) => Ok(Ok(live::run(&timeline, &attempts, site)?)),
            None => Ok(Err(unknown(id))),
        },
        None => Ok(Err(unknown(id))),
    }
}

fn unknown(id: AttemptId) -> Unfit {
    Unfit::Missing(format!(
        "Nothing is known of {id}. It never came, or it never completed and was forgotten when its \
         retention was over."
    ))
}
