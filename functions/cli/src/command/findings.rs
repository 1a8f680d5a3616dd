//! `laptime findings`: what changed, and what other settings would say.

use laptime_core::config::Policy;
use laptime_core::flow::{findings, what_if};
use laptime_core::port::{Library, Stored};
use laptime_core::render;
use laptime_core::report::{FINDINGS_SCHEMA, FindingList, Found};
use laptime_core::time::Time;
use laptime_local::Store;

use crate::args::{FindingsArgs, Format};
use crate::command::{Outcome, block_on};
use crate::output;
use crate::place::Place;
use crate::settings::{clock, policy};

pub(crate) fn run(args: &FindingsArgs) -> anyhow::Result<Outcome> {
    let present = policy(args.store.config.as_ref())?;
    let other = args.what_if.as_ref().map(|file| policy(Some(file))).transpose()?;
    let now = args.now.unwrap_or_else(clock);
    let mut found = match Place::named(&args.store.data, present.retention.raw_days)? {
        Place::Folder(folder) => {
            let snapshot = Store::open_existing(&folder)?.snapshot()?;
            block_on(find(&snapshot, &present, other.as_ref(), now))??
        }
        #[cfg(feature = "aws")]
        Place::Table(store) => block_on(find(&*store, &present, other.as_ref(), now))??,
    };
    if let Some(wanted) = &args.repo {
        found.keep(wanted);
        if found.is_empty() {
            output::tell(&format!("laptime: no finding of {wanted}; is it written owner/name?"));
        }
    }
    let is_bad = args.fail_on_regression && found.has_regression();
    let text = match args.format.format {
        Format::Text => text(&found),
        Format::Json => {
            let list = FindingList { schema: FINDINGS_SCHEMA, found };
            format!("{}\n", serde_json::to_string_pretty(&list)?)
        }
    };
    output::emit(&text, args.format.out.as_deref())?;
    Ok(if is_bad { Outcome::Found } else { Outcome::Fine })
}

async fn find(
    library: &impl Library,
    present: &Policy,
    other: Option<&Policy>,
    now: Time,
) -> Stored<Found> {
    Ok(match other {
        None => findings(library, &present.prices, now).await?,
        Some(other) => Found::Compared(what_if(library, present, other, now).await?),
    })
}

fn text(found: &Found) -> String {
    match found {
        Found::Known { series_judged, findings } => {
            render::findings_text(*series_judged, findings, output::width())
        }
        Found::Compared(difference) => render::difference_text(difference, output::width()),
    }
}
