//! `laptime notify`: one pass of the reporter.

use std::fmt::Write;

use anyhow::bail;
use laptime_core::config::Policy;
use laptime_core::flow::{Notified, Reporter};
use laptime_core::port::{Findings, Library};
use laptime_core::render::counted;
use laptime_core::time::Time;
use laptime_local::Store;

use crate::args::{Format, NotifyArgs};
use crate::command::{Outcome, block_on};
use crate::output;
use crate::place::Place;
use crate::settings::{clock, github, github_place, policy};

pub(crate) fn run(args: &NotifyArgs) -> anyhow::Result<Outcome> {
    let policy = policy(args.store.config.as_ref())?;
    match Place::named(&args.store.data, policy.retention.raw_days)? {
        Place::Folder(folder) => {
            let store = Store::open_existing(&folder)?;
            let snapshot = store.snapshot()?;
            block_on(pass(args, &policy, &snapshot, &store))?
        }
        #[cfg(feature = "aws")]
        Place::Table(store) => block_on(pass(args, &policy, &*store, &*store))?,
    }
}

async fn pass(
    args: &NotifyArgs,
    policy: &Policy,
    library: &impl Library,
    findings: &impl Findings,
) -> anyhow::Result<Outcome> {
    let server = github_place()?.server;
    let reporter = Reporter { library, findings, policy, server: &server };
    let out = args.format.out.as_deref();
    if args.dry_run {
        let planning = reporter.planned(args.now.unwrap_or_else(clock)).await?;
        let text = match args.format.format {
            Format::Text => planning.to_string(),
            Format::Json => format!("{}\n", serde_json::to_string_pretty(&planning)?),
        };
        output::emit(&text, out)?;
        return Ok(Outcome::Fine);
    }
    let forge = github(policy)?;
    let given = args.now;
    let notified = reporter.notify(&forge, || given.unwrap_or_else(clock), || true).await?;
    let text = match args.format.format {
        Format::Text => text(&notified)?,
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&notified)?),
    };
    output::emit(&text, out)?;
    let spent = forge.spent();
    tracing::info!(
        github.requests = spent.requests,
        github.writes = spent.writes,
        github.retries = spent.retries,
        "GitHub was asked"
    );
    match notified.problems.len() as u64 {
        0 => Ok(Outcome::Fine),
        count => bail!(
            "{}, see above; the next pass tries again",
            counted(count, "thing that could not be done")
        ),
    }
}

fn text(notified: &Notified) -> anyhow::Result<String> {
    let mut text = String::new();
    for act in &notified.done {
        write!(text, "{act}")?;
    }
    for problem in &notified.problems {
        writeln!(text, "not done: {problem}")?;
    }
    if notified.left > 0 {
        writeln!(text, "{} left to the next pass", counted(notified.left, "thing"))?;
    }
    if text.is_empty() {
        writeln!(text, "nothing to do")?;
    }
    Ok(text)
}

/// What a reader of the log is to know.
pub(crate) fn log(notified: &Notified, now: Time) {
    for act in &notified.done {
        let (repo, finding) = (act.repository.as_str(), act.finding.as_str());
        tracing::info!(repo, issue.number = act.number, finding, "{}", act.act);
    }
    for problem in &notified.problems {
        tracing::error!(error = %problem, "people could not be told; the next pass tries again");
    }
    if notified.left > 0 {
        tracing::info!(left = notified.left, at = %now, "some of it is left to the next pass");
    }
}
