//! Links to GitHub: only from names that can be nothing but names.

use std::fmt;

/// Where people look at runs, as `https://github.com`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server(String);

/// Text that is no address of a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address of a GitHub server: write it as in https://github.com")]
pub struct NotAServer(String);

/// GitHub's own limit of a repository's name; owners have 39.
const MOST_CHARS: usize = 100;

impl Default for Server {
    fn default() -> Self {
        Self("https://github.com".to_owned())
    }
}

impl Server {
    /// Reads `https://HOST`, with a port if there is one; no path, no user, no query.
    pub fn parse(text: &str) -> Result<Self, NotAServer> {
        let base = text.trim().trim_end_matches('/');
        let host = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
        let is_fine = |host: &str| {
            let fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
            host.starts_with(|c: char| c.is_ascii_alphanumeric()) && host.chars().all(fit)
        };
        match host {
            Some(host) if is_fine(host) => Ok(Self(base.to_owned())),
            _ => Err(NotAServer(crate::hostile::log(text))),
        }
    }

    /// An attempt of a run.
    pub(crate) fn attempt(&self, repository: &str, run: u64, attempt: u32) -> Option<String> {
        let repository = well_formed(repository)?;
        Some(format!("{self}/{repository}/actions/runs/{run}/attempts/{attempt}"))
    }

    /// A job of a run.
    pub(crate) fn job(&self, repository: &str, run: u64, job: u64) -> Option<String> {
        Some(format!("{self}/{}/actions/runs/{run}/job/{job}", well_formed(repository)?))
    }

    /// An issue.
    pub(crate) fn issue(&self, repository: &str, number: u64) -> Option<String> {
        Some(format!("{self}/{}/issues/{number}", well_formed(repository)?))
    }

    /// A workflow, by its file.
    pub(crate) fn workflow(&self, repository: &str, path: &str) -> Option<String> {
        let file = path.strip_prefix(".github/workflows/").filter(|file| is_name(file))?;
        Some(format!("{self}/{}/actions/workflows/{file}", well_formed(repository)?))
    }

    /// A commit.
    pub(crate) fn commit(&self, repository: &str, sha: &str) -> Option<String> {
        Some(format!("{self}/{}/commit/{}", well_formed(repository)?, commit(sha)?))
    }

    /// What lies between two commits.
    pub(crate) fn compare(&self, repository: &str, [from, to]: [&str; 2]) -> Option<String> {
        let (from, to) = (commit(from)?, commit(to)?);
        (from != to).then_some(())?;
        Some(format!("{self}/{}/compare/{from}...{to}", well_formed(repository)?))
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `owner/name` as GitHub allows it, else none.
pub fn well_formed(repository: &str) -> Option<&str> {
    let (owner, name) = repository.split_once('/')?;
    (is_name(owner) && is_name(name)).then_some(repository)
}

/// Letters, digits, dots, dashes and underscores; not dots alone, which would climb.
fn is_name(text: &str) -> bool {
    let fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    (1..=MOST_CHARS).contains(&text.len())
        && text.chars().all(fit)
        && text.chars().any(|c| c != '.')
}

/// A whole SHA-1 or SHA-256, else none.
pub fn commit(sha: &str) -> Option<&str> {
    let is_one = matches!(sha.len(), 40 | 64) && sha.chars().all(|c| c.is_ascii_hexdigit());
    is_one.then_some(sha)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_become_links() {
        let server = Server::default();
        let link = server.attempt("acme/web.js", 7, 2);
        assert_eq!(
            link.as_deref(),
            Some("https://github.com/acme/web.js/actions/runs/7/attempts/2")
        );
        for name in ["acme", "acme/", "/web", "a/b/c", "a/..", "a/b?c", "a/\"><b", "a/b c", "a/б"]
        {
            assert_eq!(server.attempt(name, 7, 2), None, "{name}");
            assert_eq!(server.workflow(name, ".github/workflows/ci.yml"), None, "{name}");
        }
        assert_eq!(server.workflow("acme/web", "dynamic/../x"), None);
        assert_eq!(server.workflow("acme/web", ".github/workflows/../x"), None);
        assert_eq!(server.commit("acme/web", "main"), None);
        let [one, other] = ["a", "b"].map(|digit| digit.repeat(40));
        assert!(server.compare("acme/web", [&one, &other]).is_some());
        assert_eq!(server.compare("acme/web", [&one, &one]), None);
        assert_eq!(server.compare("acme/web", [&one, "b...c"]), None);
    }

    #[test]
    fn a_server_is_a_scheme_and_a_host() {
        for fine in ["https://github.com", "https://ghe.acme.test:8443/", "http://127.0.0.1:3000"] {
            assert_eq!(Server::parse(fine).unwrap().to_string(), fine.trim_end_matches('/'));
        }
        for wrong in [
            "",
            "github.com",
            "javascript:alert(1)",
            "https://",
            "https://a b",
            "https://u@h",
            "https://h/path",
            "https://h\"onclick=1",
            "https://h?x",
            "https://-h",
        ] {
            let error = Server::parse(wrong).unwrap_err().to_string();
            assert!(error.contains("https://github.com"), "{error}");
        }
    }
}
