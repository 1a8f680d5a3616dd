//! `laptime findings`: what changed, and what other settings would say.

use laptime_core::config::Policy;
use laptime_core::flow::{findings, what_if};
use laptime_core::port::{Library, Stored};
use laptime_core::render;
use laptime_core::report::{Difference, FINDINGS_SCHEMA, Finding};
use laptime_local::Store;
use serde_json::{Value, json};

use crate::args::{FindingsArgs, Format};
use crate::command::{Outcome, block_on};
use crate::output;
use crate::place::Place;
use crate::settings::policy;

pub(crate) fn run(args: &FindingsArgs) -> anyhow::Result<Outcome> {
    let present = policy(args.store.config.as_ref())?;
    let other = args.what_if.as_ref().map(|file| policy(Some(file))).transpose()?;
    let mut found = match Place::named(&args.store.data, present.retention.raw_days)? {
        Place::Folder(folder) => {
            let snapshot = Store::open_existing(&folder)?.snapshot()?;
            block_on(find(&snapshot, &present, other.as_ref()))??
        }
        #[cfg(feature = "aws")]
        Place::Table(store) => block_on(find(&*store, &present, other.as_ref()))??,
    };
    if let Some(wanted) = &args.repo {
        found.keep(|finding| finding.repository.eq_ignore_ascii_case(wanted));
    }
    let text = match args.format.format {
        Format::Text => found.text(),
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&found.json())?),
    };
    output::emit(&text, args.format.out.as_deref())?;
    let is_bad = args.fail_on_regression && found.has_regression();
    Ok(if is_bad { Outcome::Found } else { Outcome::Fine })
}

/// What is to be shown.
enum Found {
    Known(Vec<Finding>),
    Compared(Difference),
}

async fn find(library: &impl Library, present: &Policy, other: Option<&Policy>) -> Stored<Found> {
    Ok(match other {
        None => Found::Known(findings(library).await?),
        Some(other) => Found::Compared(what_if(library, &present.judging, &other.judging).await?),
    })
}

impl Found {
    fn keep(&mut self, is_wanted: impl Fn(&Finding) -> bool) {
        match self {
            Self::Known(findings) => findings.retain(is_wanted),
            Self::Compared(Difference { added, removed, kept }) => {
                for findings in [added, removed, kept] {
                    findings.retain(&is_wanted);
                }
            }
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Known(findings) => render::findings_text(findings, output::width()),
            Self::Compared(difference) => render::difference_text(difference, output::width()),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Known(findings) => json!({ "schema": FINDINGS_SCHEMA, "findings": findings }),
            Self::Compared(Difference { added, removed, kept }) => json!({
                "schema": FINDINGS_SCHEMA, "added": added, "removed": removed, "kept": kept
            }),
        }
    }

    fn has_regression(&self) -> bool {
        let findings = match self {
            Self::Known(findings) => findings,
            Self::Compared(difference) => &difference.added,
        };
        let is_open = |one: &Finding| one.direction == "regression" && one.state == "confirmed";
        findings.iter().any(is_open)
    }
}
