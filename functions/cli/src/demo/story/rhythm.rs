//! The rhythm of six weeks: who pushes what and when. Knows nothing of workflows.

use super::dice::{DAY, Dice, HOUR, MINUTE, SECOND};
use crate::demo::cast::{self, Cause, Repo};
use crate::demo::schedule::{Fork, Source};

/// Something that may set workflows off.
#[derive(Debug, Clone)]
pub(super) struct Launch {
    /// When.
    pub(super) at: i64,
    /// Where.
    pub(super) repo: &'static Repo,
    /// Why.
    pub(super) cause: Cause,
    /// On what.
    pub(super) source: Source,
}

/// People who push. Nobody in particular.
const PEOPLE: [&str; 7] =
    ["acme-ada", "acme-bo", "acme-chidi", "acme-dana", "acme-eun", "acme-farid", "acme-greta"];

/// Owners of forks, with the id of theirs.
const FORKS: [(&str, u64); 3] =
    [("octo-visitor", 700_300_001), ("pixel-neighbour", 700_300_002), ("passer-by", 700_300_003)];

/// What pull requests are about.
const TOPICS: [&str; 12] = [
    "Fix the date picker",
    "Bump dependencies",
    "Faster start page",
    "Retry on timeout",
    "Drop the old endpoint",
    "Dark mode for tables",
    "Explain the roll-out",
    "Cache the avatar",
    "Handle empty baskets",
    "Sort by price",
    "Rate limits per key",
    "Tidy the settings",
];

/// Everything that happens in `days` days before `end`, sorted by time.
pub(super) fn launches(seed: u64, end: i64, days: i64) -> Vec<Launch> {
    let last = end.div_euclid(DAY);
    let jam = super::jam_day(end);
    let mut book = Book { dice: Dice::new(seed, 1), pulls: 0, launches: Vec::new() };
    for day in (last - days)..=last {
        for repo in cast::repos() {
            book.day(repo, day);
            if day == jam {
                book.rush(repo, day);
            }
        }
    }
    book.merge_train(jam * DAY + 13 * HOUR);
    for days_ago in [9, 16, 23] {
        book.midnight((last - days_ago) * DAY);
    }
    book.last_minute(end);
    let mut launches = book.launches;
    launches.retain(|launch| launch.at < end);
    launches.sort_by_key(|launch| launch.at);
    launches
}

/// Whether a day (counted from 1970-01-01, a Thursday) is a Saturday or a Sunday.
pub(super) fn is_weekend(day: i64) -> bool {
    matches!((day + 4).rem_euclid(7), 0 | 6)
}

/// The launches so far.
struct Book {
    dice: Dice,
    pulls: u64,
    launches: Vec<Launch>,
}

impl Book {
    /// One repository's day.
    fn day(&mut self, repo: &'static Repo, day: i64) {
        let start = day * DAY;
        let cron_at = start + 2 * HOUR + 17 * MINUTE + self.dice.seconds(5, 540);
        let source = self.source("schedule", "main");
        self.push(cron_at, repo, Cause::Cron, source);
        let busy = if is_weekend(day) { 3 } else { 20 };
        let pulls = (repo.pulls_per_ten_days * self.dice.number(0, busy) + 50) / 100;
        for _ in 0..pulls {
            let opened = start + self.office_hour();
            self.pull(repo, opened);
        }
        // Releases are cut on Wednesdays.
        if repo.releases && (day + 4).rem_euclid(7) == 3 {
            let branch = format!("release/{}", day / 7 - 2_880);
            for _ in 0..self.dice.number(1, 3) {
                let source = self.source("push", &branch);
                let at = start + 11 * HOUR + self.dice.seconds(0, 4 * 3_600);
                self.push(at, repo, Cause::Release, source);
            }
        }
    }

    /// An afternoon on which everybody wants to be done by the evening.
    fn rush(&mut self, repo: &'static Repo, day: i64) {
        for _ in 0..5 {
            let opened = day * DAY + 13 * HOUR + self.dice.seconds(0, 9_000);
            self.pull(repo, opened);
        }
    }

    /// A time of day with a peak in the morning and one in the afternoon.
    fn office_hour(&mut self) -> i64 {
        let peak = if self.dice.chance(550) { 9 * HOUR } else { 14 * HOUR };
        peak - 90 * MINUTE + self.dice.seconds(0, 5_400) + self.dice.seconds(0, 5_400)
    }

    /// A pull request: pushes, edits, and usually a merge.
    fn pull(&mut self, repo: &'static Repo, opened: i64) {
        self.pulls += 1;
        let mut source = self.source("pull_request", "");
        source.pull = Some(1_400 + self.pulls);
        source.branch = format!("{}/{}", source.actor, slug(&source.title));
        if self.pulls % 12 == 3 {
            self.fork(&mut source);
        }
        let mut at = opened;
        for _ in 0..self.dice.number(1, 4) {
            source.sha = self.dice.hex(40);
            self.push(at, repo, Cause::Pull, source.clone());
            for _ in 0..self.dice.number(1, 3) {
                let edited = at + self.dice.seconds(20, 900);
                self.push(edited, repo, Cause::Edit, source.clone());
            }
            let soon = self.dice.chance(380);
            at += if soon { self.dice.seconds(70, 300) } else { self.dice.seconds(1_200, 9_000) };
        }
        if self.dice.chance(820) {
            let merged = self.merge(&source);
            let merged_at = at + self.dice.seconds(600, 5_400);
            self.push(merged_at, repo, Cause::Merge, merged);
        }
    }

    /// Two forks may have a branch of one name, and a fork's `main` is not the default branch.
    fn fork(&mut self, source: &mut Source) {
        if let Some((owner, id)) = self.dice.pick(&FORKS) {
            let branch = if self.dice.chance(500) { "main" } else { "patch-1" };
            branch.clone_into(&mut source.branch);
            source.actor = owner;
            source.fork = Some(Fork { id, owner });
        }
    }

    /// Five merges in a row on the busiest afternoon: deployments wait for each other.
    fn merge_train(&mut self, start: i64) {
        let [web, ..] = cast::repos();
        for minutes in [0, 6, 11, 16, 24] {
            let source = self.source("push", "main");
            let at = start + minutes * MINUTE + self.dice.seconds(0, 40);
            self.push(at, web, Cause::Merge, source);
        }
    }

    /// A run replaced seconds before midnight by one that ends on the next day.
    fn midnight(&mut self, midnight: i64) {
        let mut source = self.source("pull_request", "");
        "acme-ada/late-night".clone_into(&mut source.branch);
        source.pull = Some(1_399);
        let [web, ..] = cast::repos();
        for before in [170 * SECOND, 20 * SECOND] {
            source.sha = self.dice.hex(40);
            self.push(midnight - before, web, Cause::Pull, source.clone());
        }
    }

    /// Something is always in flight: these deliveries end in the middle of a deployment.
    fn last_minute(&mut self, end: i64) {
        let [web, ..] = cast::repos();
        let source = self.source("push", "main");
        self.push(end - 4 * MINUTE, web, Cause::Merge, source);
    }

    /// The merge of a pull request.
    fn merge(&mut self, pull: &Source) -> Source {
        let mut merged = self.source("push", "main");
        merged.title = format!("{} (#{})", pull.title, pull.pull.unwrap_or_default());
        merged
    }

    /// A new commit of somebody.
    fn source(&mut self, event: &'static str, branch: &str) -> Source {
        Source {
            event,
            branch: branch.to_owned(),
            sha: self.dice.hex(40),
            fork: None,
            pull: None,
            title: self.dice.pick(&TOPICS).unwrap_or("Tidy up").to_owned(),
            actor: self.dice.pick(&PEOPLE).unwrap_or("acme-bot"),
        }
    }

    /// Writes a launch down.
    fn push(&mut self, at: i64, repo: &'static Repo, cause: Cause, source: Source) {
        self.launches.push(Launch { at, repo, cause, source });
    }
}

/// `Fix the date picker` → `fix-the-date-picker`.
fn slug(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}
