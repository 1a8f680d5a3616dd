//! How much CI a store has seen lately, for planning.

use std::collections::BTreeSet;

use crate::flow::aggregate::judged_rows;
use crate::plan::Usage;
use crate::port::{Library, Stored};
use crate::rollup::Rollup;
use crate::row::{DayKey, WorkflowId};
use crate::time::Day;

/// Whole days that are counted.
pub const USAGE_DAYS: i32 = 30;

/// Counts what ended in the days before `today`.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub async fn usage(library: &impl Library, today: Day) -> Stored<Usage> {
    let mut repositories = BTreeSet::new();
    let (mut workflows, mut runs, mut jobs, mut steps) = (0_u64, 0, 0, 0);
    for workflow in library.workflows(Day(today.0.saturating_sub(USAGE_DAYS))..today).await? {
        let whole = whole(library, workflow, today).await?;
        let attempts = whole.segments.values().map(|segment| segment.outcomes.total()).sum::<u64>();
        if attempts == 0 {
            continue;
        }
        repositories.insert(workflow.repository);
        workflows += 1;
        runs += attempts;
        for job in whole.jobs.values().chain([&whole.other_jobs]) {
            jobs += job.skipped + job.not_started + job.carried_over;
            for series in job.series.values() {
                jobs += series.outcomes.total();
                steps += series.steps.values().map(|step| step.outcomes.total()).sum::<u64>();
            }
        }
    }
    Ok(Usage {
        repositories: repositories.len() as f64,
        workflows: workflows as f64,
        runs: runs as f64,
        jobs: jobs as f64,
        steps_per_job: steps as f64 / jobs.max(1) as f64,
    })
}

async fn whole(library: &impl Library, workflow: WorkflowId, today: Day) -> Stored<Rollup> {
    let mut whole = Rollup::default();
    for stored in library.days(workflow, Day(today.0.saturating_sub(USAGE_DAYS))..today).await? {
        let of_day = if let Some(rollup) = stored.rollup {
            rollup
        } else {
            let day = DayKey { workflow, day: stored.day };
            Rollup::of(&judged_rows(library, day).await?)
        };
        whole.merge(of_day);
    }
    Ok(whole)
}
