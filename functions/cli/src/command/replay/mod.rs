//! `laptime replay`: recorded deliveries, sent to a server or put into a store.

mod reader;
mod sender;
mod shelf;

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use laptime_core::render::counted;
use laptime_local::Store;

use crate::args::{Format, ReplayArgs};
use crate::command::Outcome;
use crate::output;
use crate::place::Place;
use crate::settings;

pub(crate) use reader::{Record, Recorded};
pub(crate) use sender::Sender;

use shelf::Shelf;

/// What became of the deliveries, by answer.
#[derive(Debug, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Tally {
    /// How often each answer was given.
    answers: BTreeMap<&'static str, u64>,
    /// Deliveries that could not be read or were not taken, each with its place and reason.
    failed: Vec<String>,
}

/// Where deliveries go: each batch answers once per record, in its order.
pub(crate) trait Target {
    /// With [`Failure::Stops`] nothing is begun after a failure; what was not is [`Taken::NotSent`].
    fn take(&mut self, batch: &[Recorded], failure: Failure) -> anyhow::Result<Vec<Taken>>;
}

/// What a target made of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Taken {
    Stored,
    Duplicate,
    Ignored,
    Failed(String),
    NotSent,
}

/// What a delivery that is not taken means for those after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    Stops,
    IsSkipped,
}

/// Records handed over at once.
const BATCH: usize = 256;

pub(crate) fn run(args: &ReplayArgs) -> anyhow::Result<Outcome> {
    let mut target: Box<dyn Target> = match (&args.to, &args.data) {
        (Some(url), _) => {
            let secrets = settings::secrets()?;
            Box::new(Sender::new(url.clone(), secrets, args.connections))
        }
        (None, Some(folder)) => {
            let policy = settings::policy(args.config.as_ref())?;
            let now = args.now.unwrap_or_else(settings::clock);
            match Place::named(folder, policy.retention.raw_days)? {
                Place::Folder(folder) => {
                    let writer = Store::open(&folder)?.writer()?;
                    Box::new(Shelf::new(writer, policy.ingest.progress, now)?)
                }
                #[cfg(feature = "aws")]
                Place::Table(store) => Box::new(Shelf::new(*store, policy.ingest.progress, now)?),
            }
        }
        (None, None) => bail!("name --to URL or --data DIR"),
    };
    let mut tally = Tally::default();
    let played = play(args, target.as_mut(), &mut tally);
    let text = match args.format.format {
        Format::Text => tally.text(),
        Format::Json => format!("{}\n", serde_json::to_string(&tally)?),
    };
    output::emit(&text, args.format.out.as_deref())?;
    played?;
    match tally.failed.len() {
        0 => Ok(Outcome::Fine),
        1 => bail!("1 delivery was not taken"),
        many => bail!("{many} deliveries were not taken"),
    }
}

fn play(args: &ReplayArgs, target: &mut dyn Target, tally: &mut Tally) -> anyhow::Result<()> {
    let bar = output::bar(0, "replaying deliveries");
    let mut batch = Vec::with_capacity(BATCH);
    for file in &args.files {
        for record in reader::open(file)? {
            match record {
                Ok(record) => batch.push(record),
                Err(error) => {
                    // What stands before the broken line is kept, as when it is read in order.
                    hand_over(target, &mut batch, args.keep_going, tally)?;
                    tally.fail(&error, args.keep_going)?;
                }
            }
            if batch.len() == BATCH {
                hand_over(target, &mut batch, args.keep_going, tally)?;
                bar.set_position(tally.answers.values().sum());
            }
        }
    }
    hand_over(target, &mut batch, args.keep_going, tally)?;
    bar.finish_and_clear();
    Ok(())
}

fn hand_over(
    target: &mut dyn Target,
    batch: &mut Vec<Recorded>,
    keep_going: bool,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let failure = if keep_going { Failure::IsSkipped } else { Failure::Stops };
    let taken = target.take(batch, failure).context("the replay stopped")?;
    let mut refused = Vec::new();
    for (record, taken) in batch.drain(..).zip(taken) {
        let answer = match taken {
            Taken::Stored => "stored",
            Taken::Duplicate => "duplicate",
            Taken::Ignored => "ignored",
            Taken::NotSent => continue,
            Taken::Failed(why) => {
                refused.push(anyhow::anyhow!("{}: {why}", record.place));
                continue;
            }
        };
        *tally.answers.entry(answer).or_default() += 1;
    }
    refused.iter().try_for_each(|error| tally.fail(error, keep_going))
}

impl Tally {
    fn fail(&mut self, error: &anyhow::Error, keep_going: bool) -> anyhow::Result<()> {
        let told = output::chain(error);
        if !keep_going {
            bail!("{told}\n(--keep-going goes on after such a delivery)");
        }
        output::tell(&format!("laptime: {told}"));
        self.failed.push(told);
        Ok(())
    }

    fn text(&self) -> String {
        let total: u64 = self.answers.values().sum();
        let mut parts: Vec<String> =
            self.answers.iter().map(|(answer, count)| format!("{count} {answer}")).collect();
        if !self.failed.is_empty() {
            parts.push(format!("{} failed", self.failed.len()));
        }
        let parts = if parts.is_empty() { "none".to_owned() } else { parts.join(", ") };
        format!("replayed {}: {parts}\n", counted(total, "delivery"))
    }
}
