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

/// Who makes the passes.
const SERVED: &str = "`laptime serve` makes one a minute, `laptime aggregate` at once";
#[cfg(feature = "aws")]
const DEPLOYED: &str = "the deployed aggregator makes one on its schedule";

pub(crate) fn run(args: &StatusArgs) -> anyhow::Result<Outcome> {
    let (standing, who) = match Place::named(&args.data, Policy::default().retention.raw_days)? {
        Place::Folder(folder) => {
            let store = Store::open_existing(&folder)?;
            (block_on(store.snapshot()?.standing())??, SERVED)
        }
        #[cfg(feature = "aws")]
        Place::Table(store) => (block_on(store.standing())??, DEPLOYED),
    };
    let text = match args.format.format {
        Format::Text => text(&standing, who),
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

fn text(standing: &Standing, who: &str) -> String {
    let time = |time: Option<laptime_core::time::Time>| {
        time.map_or_else(|| "never".to_owned(), |time| time.to_string())
    };
    let count = |count: u64| count.to_string();
    let lines = [
        ("last delivery", standing.events.map(|_| time(standing.last_received))),
        ("last pass", Some(time(standing.last_pass))),
        ("events kept", standing.events.map(count)),
        ("events waiting for a pass", standing.events_waiting.map(count)),
        ("attempts not completed", standing.attempts_open.map(count)),
        ("attempts completed", standing.attempts_filed.map(count)),
        ("attempts in sealed days", standing.attempts_sealed.map(count)),
        ("attempts refused (day sealed)", Some(count(standing.attempts_refused))),
        ("attempts set aside (unreadable)", Some(count(standing.attempts_set_aside))),
        ("days", standing.days.map(count)),
        ("days to roll up", Some(count(standing.days_touched))),
        ("days sealed", standing.days_sealed.map(count)),
    ];
    // What only reading all of a store could tell is left out.
    let lines = lines.iter().filter_map(|(what, value)| Some((what, value.as_ref()?)));
    let lines = lines.map(|(what, value)| format!("{what:<32} {value}"));
    lines.chain([verdict(standing, who)]).collect::<Vec<_>>().join("\n") + "\n"
}

/// Whether passes keep up.
fn verdict(standing: &Standing, who: &str) -> String {
    let days = counted(standing.days_touched, "day");
    match standing.events_waiting {
        Some(0) if standing.days_touched == 0 => "everything is aggregated".to_owned(),
        Some(events) => format!("{} and {days} wait for a pass: {who}", counted(events, "event")),
        None if standing.last_pass.is_none() => format!("no pass has ended yet: {who}"),
        None if standing.days_touched == 0 => {
            "all that is filed is rolled up; events that no batch has brought yet are not counted"
                .to_owned()
        }
        None => format!("{days} wait for a pass: {who}"),
    }
}
