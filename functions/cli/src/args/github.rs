//! Commands that speak with GitHub.

use clap::Args as ClapArgs;
use laptime_core::time::Time;

use super::{FormatArgs, StoreArgs};

/// File, edit and close issues about findings, keep Grafana up to date, tell a chat: one pass.
///
/// With GRAFANA_URL and GRAFANA_TOKEN, dashboards and annotations are written to Grafana, where they
/// are not what they are to be. For issues it needs a token that may write issues in GITHUB_TOKEN, or
/// an App in GITHUB_APP_ID and GITHUB_APP_KEY; GITHUB_API_URL names another GitHub than github.com.
/// `laptime serve` does the same by itself when they are set. Where the policy asks for remarks on
/// pull requests, these are made too. With SLACK_WEBHOOK_URL a chat is told of findings and of failed
/// runs on the default branch. Each finding has one issue, whatever fails in between; a pass that dies
/// is made good by the next one, ten minutes later.
#[derive(Debug, ClapArgs)]
#[expect(clippy::doc_markdown, reason = "help is shown as it is")]
pub(crate) struct NotifyArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Print what would be done, and what would be said, and do nothing; needs no token. What people
    /// did to the issues meanwhile is not seen.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The present: RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = crate::settings::time_or_day)]
    pub(crate) now: Option<Time>,
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// Say what GitHub's rate limits leave, and how much of it Laptime leaves to others.
#[derive(Debug, ClapArgs)]
pub(crate) struct LimitsArgs {
    /// Policy file; without it `laptime.toml` in the current folder is read if there is one.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<std::path::PathBuf>,
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}
