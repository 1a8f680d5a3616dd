//! Who Laptime is on GitHub.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A token, or the key of a GitHub App.
#[derive(Clone)]
pub enum Credentials {
    /// A token of a user, or of a workflow.
    Token(SecretString),
    /// An App, installed where issues are to be filed.
    App {
        /// Its id.
        id: u64,
        /// Its private key, PEM.
        key: SecretString,
    },
}

/// Why there are no credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoCredentials {
    /// None are given.
    #[error(
        "no token: set GITHUB_TOKEN to one that may write issues, or GITHUB_APP_ID and GITHUB_APP_KEY"
    )]
    Missing,
    /// Half of an App.
    #[error("of GITHUB_APP_ID and GITHUB_APP_KEY only one is set: an App needs both")]
    Half,
    /// Two at once.
    #[error("GITHUB_TOKEN and GITHUB_APP_ID are both set: use one of them")]
    Both,
    /// Not a number.
    #[error("GITHUB_APP_ID is not a number; it stands on the App's page")]
    Id,
    /// Not a key.
    #[error("GITHUB_APP_KEY is not a private key: it begins with -----BEGIN RSA PRIVATE KEY-----")]
    Key,
    /// Signs that no token has.
    #[error("GITHUB_TOKEN has signs that no token has: is there a line end or a blank in it?")]
    Token,
}

impl Credentials {
    /// Through a lookup of variables; an empty one is not set.
    pub fn from(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, NoCredentials> {
        let set = |name| lookup(name).filter(|value| !value.trim().is_empty());
        let token = set("GITHUB_TOKEN").map(SecretString::from);
        match (token, set("GITHUB_APP_ID"), set("GITHUB_APP_KEY").map(SecretString::from)) {
            (None, None, None) => Err(NoCredentials::Missing),
            (None, Some(_), None) | (_, None, Some(_)) => Err(NoCredentials::Half),
            (Some(_), Some(_), _) => Err(NoCredentials::Both),
            (Some(token), None, None) => Self::token(token),
            (None, Some(id), Some(key)) => Self::app(&id, &key),
        }
    }

    /// Whether it may be one of an App, which alone can make check-runs: tokens of people tell by
    /// how they begin.
    pub fn may_check(&self) -> bool {
        match self {
            Self::App { .. } => true,
            Self::Token(token) => {
                let of_people = ["ghp_", "github_pat_", "gho_"];
                !of_people.iter().any(|begins| token.expose_secret().starts_with(begins))
            }
        }
    }

    fn token(token: SecretString) -> Result<Self, NoCredentials> {
        let fits = token.expose_secret().chars().all(|c| c.is_ascii_graphic());
        if fits { Ok(Self::Token(token)) } else { Err(NoCredentials::Token) }
    }

    fn app(id: &str, key: &SecretString) -> Result<Self, NoCredentials> {
        let id = id.trim().parse().map_err(|_| NoCredentials::Id)?;
        // Variables seldom hold line ends, so they are often written like this.
        let key = SecretString::from(key.expose_secret().replace("\\n", "\n"));
        if key.expose_secret().contains("PRIVATE KEY-----") {
            Ok(Self::App { id, key })
        } else {
            Err(NoCredentials::Key)
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(_) => f.write_str("a token"),
            Self::App { id, .. } => write!(f, "App {id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<String, NoCredentials> {
        let lookup = |name: &str| {
            let found = variables.iter().find(|(one, _)| *one == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Credentials::from(lookup).map(|credentials| format!("{credentials:?}"))
    }

    #[test]
    fn tokens_of_people_make_no_checks() {
        let may = |token: &str| {
            Credentials::from(|name| (name == "GITHUB_TOKEN").then(|| token.to_owned()))
                .is_ok_and(|who| who.may_check())
        };
        assert!(may("ghs_of_an_installation") && may("something_else"));
        assert!(!may("ghp_classic") && !may("github_pat_fine") && !may("gho_oauth"));
    }

    #[test]
    fn a_token_or_a_whole_app() {
        let key = ("GITHUB_APP_KEY", "-----BEGIN RSA PRIVATE KEY-----\\nMII=\\n");
        assert_eq!(of(&[("GITHUB_TOKEN", "ghp_secret")]), Ok("a token".to_owned()));
        assert_eq!(of(&[("GITHUB_APP_ID", "12"), key]), Ok("App 12".to_owned()));
        assert_eq!(of(&[("GITHUB_TOKEN", "")]), Err(NoCredentials::Missing));
        assert_eq!(of(&[("GITHUB_TOKEN", "a\nb")]), Err(NoCredentials::Token));
        assert_eq!(of(&[("GITHUB_APP_ID", "12")]), Err(NoCredentials::Half));
        assert_eq!(of(&[key]), Err(NoCredentials::Half));
        assert_eq!(of(&[("GITHUB_APP_ID", "x"), key]), Err(NoCredentials::Id));
        let wrong = [("GITHUB_APP_ID", "12"), ("GITHUB_APP_KEY", "key.pem")];
        assert_eq!(of(&wrong), Err(NoCredentials::Key));
        let both = [("GITHUB_TOKEN", "t"), ("GITHUB_APP_ID", "12"), key];
        assert_eq!(of(&both), Err(NoCredentials::Both));
    }
}
