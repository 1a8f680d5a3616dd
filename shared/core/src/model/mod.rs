//! The nouns of the spine up to the attempt: what a delivery said (`Event`), and what all events of
//! one attempt together say (`Attempt`).

mod attempt;
mod event;
mod job;

pub use attempt::{Attempt, Run};
pub use event::{
    AttemptId, Deployment, Event, EventKey, Fact, JobFact, Repository, RunFact, StepFact,
};
pub use job::{Job, Part};

/// The conclusion of an attempt, job or step for which GitHub named none.
pub const UNKNOWN: &str = "unknown";
