//! What people are told of: all there is, or what has just ended.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::model::AttemptId;
use crate::port::{Library, Stored};
use crate::row::WorkflowId;
use crate::time::Day;

/// Attempts that have ended, each with its workflow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ended(pub BTreeSet<(WorkflowId, AttemptId)>);

/// What is looked at to tell people.
#[derive(Debug, Clone, Copy)]
pub enum Matter<'a> {
    /// All that the policy asks for.
    Everything,
    /// These attempts: nothing is read of what was judged, nor of other workflows.
    Ended(&'a Ended),
}

impl Matter<'_> {
    /// The workflows whose rows in these days are looked at.
    pub(super) async fn workflows(
        self,
        library: &impl Library,
        days: Range<Day>,
    ) -> Stored<Vec<WorkflowId>> {
        match self {
            Self::Everything => library.workflows(days).await,
            Self::Ended(Ended(attempts)) => {
                let workflows: BTreeSet<_> =
                    attempts.iter().map(|(workflow, _)| *workflow).collect();
                Ok(workflows.into_iter().collect())
            }
        }
    }

    /// Whether it is about one of these.
    pub(super) fn is_about(
        self,
        mut attempts: impl Iterator<Item = (WorkflowId, AttemptId)>,
    ) -> bool {
        match self {
            Self::Everything => true,
            Self::Ended(Ended(ended)) => attempts.any(|one| ended.contains(&one)),
        }
    }

    /// Whether it is about what was judged.
    pub const fn is_everything(self) -> bool {
        matches!(self, Self::Everything)
    }
}
