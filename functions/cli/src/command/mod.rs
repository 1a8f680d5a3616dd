//! The commands, each a thin shell around a flow.

pub(crate) mod aggregate;
pub(crate) mod check;
pub(crate) mod demo;
pub(crate) mod detect;
pub(crate) mod findings;
pub(crate) mod limits;
pub(crate) mod notify;
pub(crate) mod plan;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod serve;
pub(crate) mod status;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Args;

/// How a command ended, when it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing to complain about.
    Fine,
    /// It found what `--fail-on` names, or a regression.
    Found,
}

pub(crate) fn completions(shell: Shell) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "laptime", &mut script);
    crate::output::emit(&String::from_utf8_lossy(&script), None)?;
    Ok(Outcome::Fine)
}

/// Runs a future on this thread.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> anyhow::Result<T> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future))
}
