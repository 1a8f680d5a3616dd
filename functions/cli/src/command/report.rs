//! `laptime report`: what a period looked like.

use laptime_core::flow::{Period, report};
use laptime_core::render;
use laptime_core::report::Report;
use laptime_local::Store;

use crate::args::{ReportArgs, ReportFormat, Severity};
use crate::command::{Outcome, block_on};
use crate::output;
use crate::place::Place;
use crate::settings::{clock, policy};

pub(crate) fn run(args: &ReportArgs) -> anyhow::Result<Outcome> {
    let policy = policy(args.store.config.as_ref())?;
    let period = Period { from: args.from, to: args.to, repository: args.repo.clone() };
    let now = args.now.unwrap_or_else(clock);
    let report = match Place::named(&args.store.data, policy.retention.raw_days)? {
        Place::Folder(folder) => {
            let snapshot = Store::open_existing(&folder)?.snapshot()?;
            block_on(report(&snapshot, &period, &policy, now))??
        }
        #[cfg(feature = "aws")]
        Place::Table(store) => block_on(report(&*store, &period, &policy, now))??,
    };
    if let (Some(wanted), true) = (&args.repo, report.workflows.is_empty()) {
        output::tell(&format!(
            "laptime: no attempt of {wanted} ended in this period; is it written owner/name?"
        ));
    }
    output::emit(&rendered(&report, args.format)?, args.out.as_deref())?;
    let found = args.fail_on.is_some_and(|least| has_bottleneck(&report, least));
    Ok(if found { Outcome::Found } else { Outcome::Fine })
}

/// The report in one of its forms.
pub(crate) fn rendered(report: &Report, format: ReportFormat) -> anyhow::Result<String> {
    Ok(match format {
        ReportFormat::Text => render::text(report, output::width()),
        ReportFormat::Md => render::markdown(report),
        ReportFormat::Brief => render::brief(report),
        ReportFormat::Html => render::html(report)?,
        ReportFormat::Json => render::json(report),
    })
}

fn has_bottleneck(report: &Report, least: Severity) -> bool {
    let counts = |severity: &str| match least {
        Severity::High => severity == "high",
        Severity::Medium => true,
    };
    report
        .workflows
        .iter()
        .flat_map(|workflow| &workflow.bottlenecks)
        .any(|bottleneck| counts(bottleneck.severity))
}
