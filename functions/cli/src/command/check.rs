//! `laptime check`: two files of benchmark timings against each other.

mod files;

use std::path::Path;

use anyhow::ensure;
use laptime_core::check::{self, Suite, Unreadable};

use crate::args::{CheckArgs, Format};
use crate::command::Outcome;
use crate::output;

pub(crate) fn run(args: &CheckArgs) -> anyhow::Result<Outcome> {
    let (baseline, current) = sides(&args.baseline, &args.current)?;
    let check = check::check(&baseline, &current, args.threshold)?;
    let text = match args.format.format {
        Format::Text => check::text(&check, output::width()),
        Format::Json => check.json(),
    };
    output::emit(&text, args.format.out.as_deref())?;
    Ok(if check.counts.regression > 0 { Outcome::Found } else { Outcome::Fine })
}

/// Both sides, or all that is wrong with both.
fn sides(baseline: &Path, current: &Path) -> anyhow::Result<(Suite, Suite)> {
    let piped = [baseline, current].iter().all(|path| files::is_standard_input(path));
    ensure!(!piped, "standard input can be one side only: name a file for --baseline or --current");
    match (files::load(baseline), files::load(current)) {
        (Ok(baseline), Ok(current)) => Ok((baseline, current)),
        (before, after) => {
            let wrong = [(baseline, before.err()), (current, after.err())];
            let told = wrong
                .into_iter()
                .filter_map(|(path, problems)| Some((path.display().to_string(), problems?)));
            Err(Unreadable(told.collect()).into())
        }
    }
}
