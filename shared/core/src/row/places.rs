//! Where an attempt may have been filed before, told from its events alone.

use std::collections::BTreeSet;

use crate::model::{AttemptId, Event, Fact};
use crate::row::{DayKey, Row, WorkflowId};

impl Row {
    /// Every place at which a fold of some of these events may have filed the attempt: the row of
    /// any subset of them has one of these keys.
    pub fn places(id: AttemptId, events: &[Event]) -> BTreeSet<DayKey> {
        let (mut workflows, mut days) = (BTreeSet::new(), BTreeSet::new());
        for event in events {
            match &event.fact {
                Fact::Run(run) => {
                    workflows.insert(run.workflow_id);
                    let times = [run.updated_at, run.run_started_at, run.created_at];
                    days.extend(times.into_iter().flatten().map(crate::time::Time::day));
                }
                Fact::Job(job) => days.extend(job.completed_at.map(crate::time::Time::day)),
            }
        }
        let keys = workflows.iter().flat_map(|workflow| {
            let workflow = WorkflowId { repository: id.repository, workflow: *workflow };
            days.iter().map(move |day| DayKey { workflow, day: *day })
        });
        keys.collect()
    }
}
