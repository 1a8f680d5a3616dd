//! `laptime aggregate`: one pass.

use std::time::Duration;

use anyhow::bail;
use laptime_core::flow::{Pass, Passed, aggregate};
use laptime_core::port::{Lease, Stored};
use laptime_core::render::counted;
use laptime_local::Store;

use crate::args::{AggregateArgs, Format};
use crate::command::{Outcome, block_on};
use crate::output;
use crate::place::Place;
use crate::settings::{clock, policy};

/// Waits this often, this long: past it the holder is alive and busy, and its pass does the work.
const TRIES: u32 = 80;
const PAUSE: Duration = Duration::from_millis(500);

pub(crate) fn run(args: &AggregateArgs) -> anyhow::Result<Outcome> {
    let policy = policy(args.store.config.as_ref())?;
    let holder = format!("laptime aggregate, process {}", std::process::id());
    let now = args.now.unwrap_or_else(clock);
    let pass =
        Pass { judging: policy.judging, ..Pass::new(&holder, now, policy.retention.raw_days) };
    let bar = output::bar(0, "taking up events");
    let progress = |passed: &Passed| bar.set_position(passed.events);
    let passed = match Place::named(&args.store.data, policy.retention.raw_days)? {
        Place::Folder(_) if args.everything => {
            bail!("--everything is for tables: a folder always knows what is not filed")
        }
        Place::Folder(folder) => {
            let store = Store::open_existing(&folder)?;
            block_on(wait(async || aggregate(&store, pass, clock, progress).await))??
        }
        // What is sealed there, and sent to the metrics service, is up to the deployed aggregator.
        #[cfg(feature = "aws")]
        Place::Table(store) => block_on(async {
            if args.everything {
                file_everything(&store, &holder).await?;
            }
            let pass = Pass { only_files: true, ..pass };
            wait(async || aggregate(&*store, pass, clock, progress).await).await
        })??,
    };
    bar.finish_and_clear();
    let text = match args.format.format {
        Format::Text => text(&passed),
        Format::Json => format!("{}\n", serde_json::to_string(&passed)?),
    };
    output::emit(&text, args.format.out.as_deref())?;
    Ok(Outcome::Fine)
}

/// Files what the stream no longer tells of.
#[cfg(feature = "aws")]
async fn file_everything(store: &laptime_aws::Store, holder: &str) -> anyhow::Result<()> {
    let attempts = store.attempts_by_scan().await?;
    tracing::info!(attempts = attempts.len(), "read all of the table");
    let refold = async || laptime_core::flow::refold(store, holder, &attempts, None, clock).await;
    wait(refold).await?.failed.map_or(Ok(()), |error| Err(error.into()))
}

/// A killed pass keeps its lease until it lapses: wait for that.
async fn wait<T>(call: impl AsyncFn() -> Stored<Result<T, Lease>>) -> anyhow::Result<T> {
    let mut held_by = String::new();
    for attempt in 0..TRIES {
        match call().await? {
            Ok(done) => return Ok(done),
            Err(Lease::Held { by, until }) => {
                if attempt == 0 {
                    tracing::info!(lease.holder = %by, lease.until = %until, "waiting for another pass");
                }
                held_by = by;
            }
            Err(Lease::Won(_)) => {}
        }
        tokio::time::sleep(PAUSE).await;
    }
    bail!("another pass is still running ({held_by}); it does this work, nothing is lost")
}

pub(crate) fn text(passed: &Passed) -> String {
    let counts = [
        (passed.judged, "workflow", "judged"),
        (passed.sealed, "day", "sealed"),
        (passed.refused, "attempt", "refused because the day is sealed"),
        (passed.set_aside, "attempt", "set aside because it cannot be read"),
        (passed.forgotten, "old attempt", "forgotten that never completed or was refused"),
    ];
    let mut parts = vec![
        format!("took up {}", counted(passed.events, "new event")),
        format!("rolled up {}", counted(passed.days, "day")),
    ];
    let more = counts.iter().filter(|(count, ..)| *count > 0);
    parts.extend(more.map(|(count, what, how)| format!("{} {how}", counted(*count, what))));
    parts.join(", ") + "\n"
}
