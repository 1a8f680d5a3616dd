//! Findings: what a person is to know.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::judging::alarm::Alarm;
use crate::judging::carrier::Carriers;
use crate::judging::relevance::Relevance;
use crate::judging::series::{Scope, SeriesKey};
use crate::model::AttemptId;
use crate::row::WorkflowId;
use crate::stats::detect::Doubt;
use crate::time::{MS_PER_DAY, Time};
use crate::track::Lap;

/// Days without a sample after which a change is of no interest any more.
pub(super) const SILENT_DAYS: i64 = 30;

/// A change of a workflow with one cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Stays the same while evidence comes in: made of the workflow and the first alarm's series and
    /// first attempt.
    pub id: String,
    /// Whether it is bad news.
    pub is_regression: bool,
    /// The series that tells most of it.
    pub series: SeriesKey,
    /// How its level moved.
    pub level: Level,
    /// Where it stands.
    pub state: State,
    /// The last attempt before the change, as the member that stands out most from its noise has it.
    pub last_good: AttemptRef,
    /// The first attempt after the change.
    pub first_bad: AttemptRef,
    /// The attempt with which it was beyond doubt.
    pub confirmed: AttemptRef,
    /// Samples after the change that it took.
    pub samples: u32,
    /// How far that member moved, in standard deviations of a sample.
    pub deviations: f64,
    /// Who carries a change of the run's duration.
    pub carriers: Option<Carriers>,
    /// Why the code may not be to blame.
    pub cause: Option<Cause>,
    /// All series that changed with it, the telling one included; the first to be confirmed first.
    pub members: Vec<Member>,
    /// What it touches.
    pub relevance: Relevance,
    /// The end of the last attempt that could have had a sample of the series.
    pub last: Time,
}

/// A series that changed with others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// The series.
    pub series: SeriesKey,
    /// How its level moved.
    pub level: Level,
    /// The first attempt after its change, and the end of that.
    pub first_bad: (AttemptId, Time),
}

impl Finding {
    /// Whether it was ever confirmed.
    pub const fn is_beyond_doubt(&self) -> bool {
        !matches!(self.state, State::Candidate(_))
    }

    /// Whether it is worth a person's attention.
    pub fn is_relevant(&self) -> bool {
        self.relevance.idle(self.series.segment).is_none()
    }

    /// Whether its level is still what it changed to, as far as is known at a time.
    pub fn is_open(&self, now: Time) -> bool {
        let is_over = matches!(&self.state, State::Recovered { at, .. } if *at <= now);
        !is_over && !self.is_silent(now)
    }

    /// When the first of its series changed.
    pub fn began(&self) -> Time {
        self.members.first().map_or(self.first_bad.end, |member| member.first_bad.1)
    }

    /// What it is about, whenever it changes: workflow, series and direction.
    pub fn subject(&self, id: WorkflowId) -> String {
        digits(id, &self.series, self.is_regression, None)
    }

    /// Where it stands at a time: a series without samples says nothing any more.
    pub fn is_silent(&self, now: Time) -> bool {
        now.since(self.last) > SILENT_DAYS * MS_PER_DAY
    }
}

/// Sixteen digits that stand for the change of a series that began with this attempt.
pub(super) fn identity(id: WorkflowId, first: &Alarm) -> String {
    digits(id, &first.series, first.rose, Some(first.first_bad.id))
}

fn digits(id: WorkflowId, series: &SeriesKey, up: bool, attempt: Option<AttemptId>) -> String {
    let SeriesKey { segment, measure, scope } = series;
    let scope = match scope {
        Scope::Run => vec![],
        Scope::Job { job, class } => vec![job.clone(), class.clone()],
        Scope::Step { job, class, step, occurrence } => {
            vec![job.clone(), class.clone(), step.clone(), occurrence.to_string()]
        }
    };
    let mut hasher = Sha256::new();
    let attempt = attempt.map(|attempt| [attempt.run, u64::from(attempt.attempt)]);
    for number in [id.repository, id.workflow].into_iter().chain(attempt.into_iter().flatten()) {
        hasher.update(number.to_le_bytes());
    }
    hasher.update([*segment as u8, *measure as u8, u8::from(up)]);
    for part in scope {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part);
    }
    hex::encode(hasher.finalize().get(..8).unwrap_or_default())
}

/// How a level moved: seconds, or a share from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// Before.
    pub before: f64,
    /// After.
    pub after: f64,
    /// 95 % interval of the level after.
    pub after_interval: [f64; 2],
    /// How far beyond noise, in standard errors.
    pub errors: f64,
}

/// Where a finding stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// It is so young that it is not yet beyond doubt.
    Candidate(Doubt),
    /// It holds.
    Confirmed,
    /// The level went back.
    Recovered {
        /// The first attempt of the level it went back to.
        first_good: AttemptRef,
        /// When that was beyond doubt.
        at: Time,
    },
}

/// What may have caused it other than the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// Runs wait for runners.
    Queue,
    /// A job runs on another class of runner now.
    RunnerClass {
        /// The job.
        job: String,
        /// Its class before.
        from: String,
        /// Its class after.
        to: String,
    },
    /// Every job that ran before and after changed alike.
    AllJobs,
}

/// An attempt that a finding speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AttemptRef {
    /// Its end.
    pub end: Time,
    /// Its identity.
    pub id: AttemptId,
    /// Number of the run within its workflow.
    pub run_number: Option<u64>,
    /// Commit.
    pub head_sha: Option<String>,
}

impl From<&Lap> for AttemptRef {
    fn from(lap: &Lap) -> Self {
        Self {
            end: lap.end,
            id: lap.id,
            run_number: lap.run_number,
            head_sha: lap.head_sha.clone(),
        }
    }
}

impl Level {
    /// The change as a share of the level before; none against zero.
    pub fn change(&self) -> Option<f64> {
        let share = (self.after - self.before) / self.before;
        share.is_finite().then_some(share)
    }
}
