//! `laptime status`: what the store holds.

use laptime_core::port::{Library, Standing};
use laptime_core::render::counted;
use laptime_local::Store;
use serde_json::json;

use crate::args::{Format, StatusArgs};
use crate::command::{Outcome, block_on};
use crate::output;

pub(crate) fn run(args: &StatusArgs) -> anyhow::Result<Outcome> {
    let snapshot = Store::open_existing(&args.data)?.snapshot()?;
    let standing = block_on(snapshot.standing())??;
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
    let lines = [
        ("last delivery", time(standing.last_received)),
        ("last pass", time(standing.last_pass)),
        ("events kept", standing.events.to_string()),
        ("events waiting for a pass", standing.events_waiting.to_string()),
        ("attempts not completed", standing.attempts_open.to_string()),
        ("attempts completed", standing.attempts_filed.to_string()),
        ("attempts in sealed days", standing.attempts_sealed.to_string()),
        ("attempts refused (day sealed)", standing.attempts_refused.to_string()),
        ("days", standing.days.to_string()),
        ("days to roll up", standing.days_touched.to_string()),
        ("days sealed", standing.days_sealed.to_string()),
    ];
    let lines = lines.iter().map(|(what, value)| format!("{what:<30} {value}"));
    lines.chain([verdict(standing)]).collect::<Vec<_>>().join("\n") + "\n"
}

/// Whether passes keep up.
fn verdict(standing: &Standing) -> String {
    if standing.events_waiting + standing.days_touched == 0 {
        return "everything is aggregated".to_owned();
    }
    format!(
        "{} and {} wait for a pass: `laptime serve` makes one a minute, `laptime aggregate` at once",
        counted(standing.events_waiting, "event"),
        counted(standing.days_touched, "day")
    )
}
