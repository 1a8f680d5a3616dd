//! `laptime plan`: what an installation on AWS costs a month.

use std::path::Path;

use anyhow::ensure;
use laptime_core::config::Policy;
use laptime_core::flow::{USAGE_DAYS, usage};
use laptime_core::plan::{self, Counted, Setting, Usage};
use laptime_core::time::Time;
use laptime_local::Store;

use crate::args::{Format, PlanArgs, Processor};
use crate::command::{Outcome, block_on};
use crate::output;
use crate::place::Place;
use crate::settings::clock;

/// Jobs of a run, where only one of the two is named; and of all runs, where neither is.
const JOBS_PER_RUN: f64 = 5.0;
const JOBS: f64 = 20_000.0;

pub(crate) fn run(args: &PlanArgs) -> anyhow::Result<Outcome> {
    let month = match &args.data {
        Some(data) => stored(data, args.now.unwrap_or_else(clock))?,
        None => asked(args),
    };
    let mut setting = Setting {
        pass_minutes: f64::from(args.pass_minutes),
        batch_seconds: f64::from(args.batch_seconds),
        architecture: match args.architecture {
            Processor::Arm64 => plan::Architecture::Arm64,
            Processor::X86_64 => plan::Architecture::X86_64,
        },
        tells: args.tell,
        remarks: args.remarks,
        notices: args.notices,
        ..Setting::default()
    };
    if let Some(max_series) = args.max_series {
        setting.metrics.max_series = max_series;
    }
    if let Some(max_job_series) = args.max_job_series {
        setting.metrics.max_job_series = max_job_series;
    }
    let plan = plan::plan(month, &setting, &Counted::committed()?);
    let text = match args.format.format {
        Format::Text => plan::text(&plan),
        Format::Json => format!("{}\n", serde_json::to_string(&plan)?),
    };
    output::emit(&text, args.format.out.as_deref())?;
    Ok(Outcome::Fine)
}

fn asked(args: &PlanArgs) -> Usage {
    let repositories = f64::from(args.repositories);
    let (jobs, runs) = match (args.jobs, args.runs) {
        (Some(jobs), Some(runs)) => (f64::from(jobs), f64::from(runs)),
        (None, Some(runs)) => (f64::from(runs) * JOBS_PER_RUN, f64::from(runs)),
        (Some(jobs), None) => (f64::from(jobs), f64::from(jobs) / JOBS_PER_RUN),
        (None, None) => (JOBS, JOBS / JOBS_PER_RUN),
    };
    Usage {
        repositories,
        workflows: repositories * f64::from(args.workflows_per_repository),
        runs,
        jobs,
        steps_per_job: f64::from(args.steps),
    }
}

/// What a store has of the last days.
fn stored(data: &Path, now: Time) -> anyhow::Result<Usage> {
    let month = match Place::named(data, Policy::default().retention.raw_days)? {
        Place::Folder(folder) => {
            let snapshot = Store::open_existing(&folder)?.snapshot()?;
            block_on(usage(&snapshot, now.day()))??
        }
        #[cfg(feature = "aws")]
        Place::Table(store) => block_on(usage(&*store, now.day()))??,
    };
    ensure!(
        month.runs > 0.0,
        "{} has no attempt of the {USAGE_DAYS} days before {}: name figures instead, as --jobs",
        data.display(),
        now.day()
    );
    Ok(month)
}
