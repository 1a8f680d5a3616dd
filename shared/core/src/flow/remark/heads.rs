//! Heads with attempts that nothing was said of, and what they are compared with.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{StreamExt, iter};

use crate::flow::{Matter, Reporter};
use crate::life::digest;
use crate::port::{Library, Remarks, Said, Seen, Spot, Stored};
use crate::pulls::{Earlier, Entry, Lap, Remark, Sought, compare, runs_for};
use crate::render;
use crate::row::{DayKey, Row, Segment, WorkflowId};
use crate::stored::to_bytes;
use crate::time::{Day, Time};

/// Workflows read at once.
const AT_ONCE: usize = 8;

/// Days before a head, in which runs tell what is usual.
const BASE_DAYS: i32 = 35;

/// Days after which a workflow that has not run on the base branch is taken not to run there.
const NO_BASE_DAYS: i32 = 7;

/// Days before yesterday in which attempts of a head may have been, to be told again.
const LASTING_DAYS: i32 = 14;

/// Changes when remarks say something else of the same attempts.
const VERSION: u8 = 1;

/// A commit that pull requests ran on.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) repository: u64,
    pub(super) sha: String,
    /// Its attempts; one at least.
    laps: Vec<Lap>,
    /// Digest of them.
    print: [u8; 8],
    said: Option<Said>,
}

impl Head {
    pub(super) fn spot(&self) -> Spot {
        Spot::Head { repository: self.repository, sha: self.sha.clone() }
    }

    pub(super) fn seen(&self) -> Option<&Seen> {
        self.said.as_ref()?.seen.as_ref()
    }

    /// `owner/name` of the repository.
    pub(super) fn name(&self) -> &str {
        self.latest().map_or("", |lap| &lap.names.repository)
    }

    fn latest(&self) -> Option<&Lap> {
        self.laps.iter().max_by_key(|lap| (lap.end, lap.id))
    }

    /// What is to be noted when all of it was told.
    pub(super) fn told(&self, pulls: Vec<crate::port::PullRequest>, asked: Time) -> Seen {
        let days = self.laps.iter().map(|lap| (lap.workflow.workflow, lap.end.day()));
        let days: BTreeSet<(u64, Day)> = days.collect();
        Seen { print: self.print, asked, pulls, days: days.into_iter().collect() }
    }
}

impl<L: Library, F: Remarks> Reporter<'_, L, F> {
    /// Heads that ran today or yesterday and have attempts that nothing was said of, oldest first.
    pub(super) async fn news(&self, matter: Matter<'_>, now: Time) -> Stored<Vec<Head>> {
        let recent = Day(now.day().0.saturating_sub(1))..now.day().next();
        let ids = matter.workflows(self.library, recent.clone()).await?;
        let read: BTreeSet<DayKey> = ids
            .into_iter()
            .flat_map(|workflow| {
                (recent.start.0..recent.end.0).map(move |day| DayKey { workflow, day: Day(day) })
            })
            .collect();
        let keys = read.iter().copied();
        let mut rows = iter(keys.map(|key| self.library.rows(key))).buffered(AT_ONCE);
        let mut heads: BTreeMap<(u64, String), Vec<Lap>> = BTreeMap::new();
        while let Some(rows) = rows.next().await {
            for (sha, lap) in rows?.iter().filter_map(of_a_pull) {
                heads.entry((lap.workflow.repository, sha)).or_default().push(lap);
            }
        }
        heads.retain(|_, laps| matter.is_about(laps.iter().map(|lap| (lap.workflow, lap.id))));
        let oldest = Day(recent.start.0.saturating_sub(LASTING_DAYS));
        let is_left = |key: &DayKey| key.day >= oldest && !read.contains(key);
        let heads = heads.into_iter().map(|(key, laps)| self.head(key, laps, is_left));
        let mut heads = iter(heads).buffered(AT_ONCE);
        let mut news = Vec::new();
        while let Some(head) = heads.next().await {
            let head = head?;
            if head.seen().is_none_or(|seen| seen.print != head.print) {
                news.push(head);
            }
        }
        news.sort_by_key(|head| head.latest().map(|lap| (lap.end, lap.id)));
        Ok(news)
    }

    /// With what is known of it, and its attempts from where nobody has looked yet.
    async fn head(
        &self,
        (repository, sha): (u64, String),
        laps: Vec<Lap>,
        is_left: impl Fn(&DayKey) -> bool,
    ) -> Stored<Head> {
        let spot = Spot::Head { repository, sha: sha.clone() };
        let said = self.findings.said(&spot).await?;
        let mut head = Head { repository, sha, laps, print: [0; 8], said };
        let keys = head.seen().map(|seen| seen.keys(repository).collect::<Vec<_>>());
        let earlier = keys.unwrap_or_default().into_iter();
        for key in earlier.filter(is_left) {
            let rows = self.library.rows(key).await?;
            let of_it = rows.iter().filter_map(of_a_pull).filter(|(sha, _)| *sha == head.sha);
            head.laps.extend(of_it.map(|(_, lap)| lap));
        }
        head.print = self.print(&head);
        Ok(head)
    }

    fn print(&self, head: &Head) -> [u8; 8] {
        let mut laps: Vec<_> = head.laps.iter().map(|lap| (lap.id, lap)).collect();
        laps.sort_unstable_by_key(|(id, _)| *id);
        let facts = laps.iter().map(|(id, lap)| (id, &lap.conclusion, lap.ran, lap.end));
        let facts: Vec<_> = facts.collect();
        // Writing to memory does not fail.
        let bytes = to_bytes(&(VERSION, self.policy.pulls, facts)).unwrap_or_default();
        digest(std::iter::once(bytes))
    }

    /// A head against what is usual on a branch, the default one if none is given.
    pub(super) async fn compared(&self, head: &Head, base: Option<&str>) -> Stored<Remark> {
        let mut workflows: BTreeMap<WorkflowId, Vec<Lap>> = BTreeMap::new();
        for lap in &head.laps {
            workflows.entry(lap.workflow).or_default().push(lap.clone());
        }
        let timed = workflows.values().filter(|laps| Entry::counted(laps).is_some()).count();
        let mut entries = Vec::new();
        for (workflow, laps) in workflows {
            let before = Entry::before(&laps).unwrap_or(Time::from_millis(i64::MIN));
            let base = base.map(str::to_owned);
            let sought = Sought { workflow, base, before, runs: runs_for(timed) };
            let earlier = match Entry::counted(&laps) {
                Some(of) => self.earlier(&sought, of).await?,
                None => Earlier::default(),
            };
            entries.push(Entry { laps, sought, earlier });
        }
        Ok(compare(&head.sha, entries, &self.policy.pulls))
    }

    /// Day by day backwards, until there are enough.
    async fn earlier(&self, sought: &Sought, of: &Lap) -> Stored<Earlier> {
        let mut earlier = Earlier::default();
        for back in 0..BASE_DAYS {
            let day = Day(sought.before.day().0.saturating_sub(back));
            let rows = self.library.rows(DayKey { workflow: sought.workflow, day }).await?;
            earlier.take(sought, of, rows.iter().map(Lap::of).collect());
            let runs_elsewhere = back + 1 >= NO_BASE_DAYS
                && earlier.base.is_empty()
                && earlier.others.len() >= sought.runs;
            if earlier.base.len() >= sought.runs || runs_elsewhere {
                break;
            }
        }
        Ok(earlier)
    }
}

/// The commit of an attempt that a pull request triggered.
fn of_a_pull(row: &Row) -> Option<(String, Lap)> {
    let sha = row.head_sha.as_deref().and_then(render::commit)?;
    (row.segment == Segment::PullRequest).then(|| (sha.to_owned(), Lap::of(row)))
}
