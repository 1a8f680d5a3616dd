//! `laptime status`: what the store holds.

use laptime_core::config::Policy;
use laptime_core::port::{Library, Standing};
use laptime_core::render::counted;
use laptime_local::Store;
use serde_json::json;

use crate::args::{Format, StatusArgs};
use crate::command::{Outcome, block_on};
use crate::output;
use crate::place::Place;

pub(crate) fn run(args: &StatusArgs) -> anyhow::Result<Outcome> {
    let standing = match Place::named(&args.data, Policy::default().retention.raw_days)? {
        Place::Folder(folder) => block_on(Store::open_existing(&folder)?.snapshot()?.standing())??,
        #[cfg(feature = "aws")]
        Place::Table(store) => block_on(store.standing())??,
    };
    let text = match args.format.format {
        Format::Text => text(&standing),
        Format::Json => format!("{}\n", json(&standing)?),
    };
    output::emit(&text, args.format.out.as_deref())?;
    Ok(Outcome::Fine)
}

fn json(standing: &Standing) -> anyhow::Result<serde_json::Value> {
    let mut value = serde_json::to_value(standing)?;
    for (key, time) in
        [("last_received", standing.last_received), ("last_pass", standing.last_pass)]
    {
        if let Some(field) = value.get_mut(key) {
            *field = json!(time.map(|time| time.to_string()));
        }
    }
    Ok(value)
}

fn text(standing: &Standing) -> String {
    let time = |time: Option<laptime_core::time::Time>| {
        time.map_or_else(|| "never".to_owned(), |time| time.to_string())
    };
    let count =
        |count: Option<u64>| count.map_or_else(|| "not counted".to_owned(), |n| n.to_string());
    let lines = [
        ("last delivery", time(standing.last_received)),
        ("last pass", time(standing.last_pass)),
        ("events kept", count(standing.events)),
        ("events waiting for a pass", count(standing.events_waiting)),
        ("attempts not completed", count(standing.attempts_open)),
        ("attempts completed", count(standing.attempts_filed)),
        ("attempts in sealed days", count(standing.attempts_sealed)),
        ("attempts refused (day sealed)", standing.attempts_refused.to_string()),
        ("attempts set aside (unreadable)", standing.attempts_set_aside.to_string()),
        ("days", count(standing.days)),
        ("days to roll up", standing.days_touched.to_string()),
        ("days sealed", count(standing.days_sealed)),
    ];
    let lines = lines.iter().map(|(what, value)| format!("{what:<32} {value}"));
    lines.chain([verdict(standing)]).collect::<Vec<_>>().join("\n") + "\n"
}

/// Whether passes keep up.
fn verdict(standing: &Standing) -> String {
    let waiting = standing.events_waiting.unwrap_or_default();
    if waiting + standing.days_touched == 0 {
        return "everything is aggregated".to_owned();
    }
    format!(
        "{} and {} wait for a pass: `laptime serve` makes one a minute, `laptime aggregate` at once",
        counted(waiting, "event"),
        counted(standing.days_touched, "day")
    )
}
