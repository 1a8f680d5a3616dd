//! `laptime limits`: what GitHub's rate limits leave.

use laptime_github::{Limit, Limits};

use crate::args::{Format, LimitsArgs};
use crate::command::{Outcome, block_on};
use crate::output;
use crate::settings::{github, policy};

pub(crate) fn run(args: &LimitsArgs) -> anyhow::Result<Outcome> {
    let policy = policy(args.config.as_ref())?;
    let limits = block_on(async { anyhow::Ok(github(&policy)?.limits().await?) })??;
    let text = match args.format.format {
        Format::Text => text(&limits),
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&limits)?),
    };
    output::emit(&text, args.format.out.as_deref())?;
    Ok(Outcome::Fine)
}

fn text(limits: &Limits) -> String {
    limits.accounts.iter().map(line).collect()
}

fn line(one: &Limit) -> String {
    let Limit { account, used, remaining, reserved, .. } = one;
    let Some(limit) = one.limit else { return format!("{account}: this GitHub has no limit\n") };
    let free = remaining.saturating_sub(*reserved);
    let reset = one.reset.as_deref().unwrap_or("an unknown time");
    format!(
        "{account}: {used} of {limit} requests used this hour, {remaining} left; Laptime may make \
         {free} of them and leaves {reserved} to others; whole again at {reset}\n"
    )
}
