//! Links to runs and commits: only what is well-formed becomes part of an address.

use crate::report::FindingAttempt;

/// Digits of a commit that are shown.
const SHOWN: usize = 10;

/// Addresses within a repository.
pub(super) struct Links {
    base: String,
}

impl Links {
    /// None if the name is none that GitHub gives: nothing is linked then.
    pub(super) fn of(server: &str, repository: &str) -> Option<Self> {
        let (owner, name) = repository.split_once('/')?;
        let fits = |part: &str| {
            !part.is_empty()
                && part.len() <= 100
                && !part.chars().all(|c| c == '.')
                && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        };
        let server = server.trim_end_matches('/');
        (fits(owner) && fits(name)).then(|| Self { base: format!("{server}/{repository}") })
    }

    /// A run, linked if it can be.
    pub(super) fn run(links: Option<&Self>, run: &FindingAttempt) -> String {
        let told = match run.run_number {
            Some(number) => format!("run {number}"),
            None => format!("run with id {}", run.run_id),
        };
        let again =
            if run.attempt > 1 { format!(", attempt {}", run.attempt) } else { String::new() };
        match links {
            Some(Self { base }) => {
                let FindingAttempt { run_id, attempt, .. } = run;
                format!("[{told}{again}]({base}/actions/runs/{run_id}/attempts/{attempt})")
            }
            None => format!("{told}{again}"),
        }
    }

    /// The commits from one run to another, if they are two and known.
    pub(super) fn compare(
        links: Option<&Self>,
        last: &FindingAttempt,
        first: &FindingAttempt,
    ) -> Option<String> {
        let (from, to) = (sha(last)?, sha(first)?);
        if from == to {
            return None;
        }
        let short = |sha: &str| sha.chars().take(SHOWN).collect::<String>();
        let shown = format!("`{}..{}`", short(from), short(to));
        Some(match links {
            Some(Self { base }) => format!("[{shown}]({base}/compare/{from}...{to})"),
            None => shown,
        })
    }
}

fn sha(run: &FindingAttempt) -> Option<&str> {
    let sha = run.head_sha.as_deref()?;
    let is_sha = (7..=64).contains(&sha.len()) && sha.chars().all(|c| c.is_ascii_hexdigit());
    is_sha.then_some(sha)
}
