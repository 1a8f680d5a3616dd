//! Runs and commits, linked where their names are well-formed.

use crate::render::Server;
use crate::report::FindingAttempt;

/// Digits of a commit that are shown.
const SHOWN: usize = 10;

/// A run, linked if it can be.
pub(super) fn run(server: &Server, repository: &str, run: &FindingAttempt) -> String {
    let told = match run.run_number {
        Some(number) => format!("run {number}"),
        None => format!("run with id {}", run.run_id),
    };
    let again = if run.attempt > 1 { format!(", attempt {}", run.attempt) } else { String::new() };
    match server.attempt(repository, run.run_id, run.attempt) {
        Some(address) => format!("[{told}{again}]({address})"),
        None => format!("{told}{again}"),
    }
}

/// The commits from one run to another, if they are two and known.
pub(super) fn compare(
    server: &Server,
    repository: &str,
    [last, first]: [&FindingAttempt; 2],
) -> Option<String> {
    let (from, to) = (last.head_sha.as_deref()?, first.head_sha.as_deref()?);
    let address = server.compare(repository, [from, to])?;
    let [from, to] = [from, to].map(|sha| sha.chars().take(SHOWN).collect::<String>());
    Some(format!("[`{from}..{to}`]({address})"))
}
