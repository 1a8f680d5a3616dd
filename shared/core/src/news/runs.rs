//! Failed runs on the default branch.

use crate::port::{Announced, Topic};
use crate::row::{Row, Segment};
use crate::stats::Outcomes;
use crate::time::{MS_PER_DAY, Time};

/// Days back in which it is looked for how a workflow did before.
pub(crate) const BACK_DAYS: i32 = 14;

/// Days after its end in which a failed run is news.
const NEWS_DAYS: i64 = 1;

/// Attempts of one workflow on the default branch that succeeded or failed, by their ends.
#[derive(Debug, Default)]
pub(crate) struct Runs(Vec<Row>);

impl Runs {
    /// Takes up the rows of a day.
    pub(crate) fn add(&mut self, rows: Vec<Row>) {
        let counts = |row: &Row| {
            row.segment == Segment::DefaultBranch
                && (row.conclusion == "success" || has_failed(row))
        };
        self.0.extend(rows.into_iter().filter(counts).map(|mut row| {
            // All that is told of a run.
            row.jobs.retain(|job| Outcomes::is_failure(&job.conclusion));
            row.jobs.iter_mut().for_each(|job| job.steps.clear());
            row
        }));
        self.0.sort_by_key(|row| (row.end, row.id));
    }

    /// Runs that failed lately, in their latest attempt, and were not told; by end.
    pub(crate) fn failed(&self, announced: &Announced, now: Time) -> impl Iterator<Item = &Row> {
        let since = announced.since;
        self.0.iter().filter(move |row| {
            has_failed(row)
                && row.end > since
                && now.since(row.end) <= NEWS_DAYS * MS_PER_DAY
                && self.is_latest(row)
                && !announced.knows(&Topic::of_run(row))
        })
    }

    /// Whether nobody has heard yet that the workflow fails: the run that ended before this one did
    /// not fail. One that failed and was repeated with success does not count, unless it was told.
    /// None where what is taken up does not tell.
    pub(crate) fn is_first(&self, row: &Row, announced: &Announced) -> Option<bool> {
        let of_run = |other: &&Row| other.id.run == row.id.run;
        let began = self.0.iter().filter(of_run).find(|other| has_failed(other))?;
        let before = self.0.iter().rev().filter(|other| {
            (other.end, other.id) < (began.end, began.id) && other.id.run != row.id.run
        });
        for other in before {
            if !has_failed(other) {
                return Some(true);
            }
            if !self.is_mended(other) || announced.knows(&Topic::of_run(other)) {
                return Some(false);
            }
        }
        None
    }

    fn is_latest(&self, row: &Row) -> bool {
        let later = |other: &Row| other.id.run == row.id.run && other.id.attempt > row.id.attempt;
        !self.0.iter().any(later)
    }

    fn is_mended(&self, row: &Row) -> bool {
        let of_run = self.0.iter().filter(|other| other.id.run == row.id.run);
        of_run.max_by_key(|other| other.id.attempt).is_some_and(|latest| !has_failed(latest))
    }
}

fn has_failed(row: &Row) -> bool {
    Outcomes::is_failure(&row.conclusion)
}

impl Topic {
    /// A run, whatever its attempts.
    pub(crate) const fn of_run(row: &Row) -> Self {
        Self::Run { repository: row.id.repository, run: row.id.run }
    }
}
