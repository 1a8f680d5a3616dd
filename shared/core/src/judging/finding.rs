//! Findings: what a person is to know.

use serde::{Deserialize, Serialize};

use crate::judging::carrier::Carriers;
use crate::judging::series::SeriesKey;
use crate::model::AttemptId;
use crate::time::Time;
use crate::track::Lap;

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
    /// The last attempt before the change.
    pub last_good: AttemptRef,
    /// The first attempt after the change.
    pub first_bad: AttemptRef,
    /// The attempt with which it was beyond doubt.
    pub confirmed: AttemptRef,
    /// Samples after the change that it took.
    pub samples: u32,
    /// Who carries a change of the run's duration.
    pub carriers: Option<Carriers>,
    /// Why the code may not be to blame.
    pub cause: Option<Cause>,
    /// All series that changed with it, the telling one included.
    pub members: Vec<(SeriesKey, Level)>,
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
