//! What was asked of Grafana, and what its answer means.

use laptime_core::hostile;
use laptime_core::port::{DashboardsError, Trouble};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::{Failure, Reply};

/// Something to do, and what it takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    what: &'static str,
    id: &'a str,
    /// The permission it takes.
    needed: &'static str,
}

impl<'a> Asked<'a> {
    pub(super) const fn new(what: &'static str, id: &'a str, needed: &'static str) -> Self {
        Self { what, id, needed }
    }

    /// Whether it was done.
    pub(super) fn check(&self, reply: &Reply, token: &SecretString) -> Result<(), DashboardsError> {
        let status = reply.status;
        if status.is_success() {
            return Ok(());
        }
        let said = message(&reply.body).map_or_else(
            || {
                "it gives no reason in JSON: is GRAFANA_URL the address of Grafana itself?"
                    .to_owned()
            },
            |said| format!("it says: {}", hostile::log(&without(&said, token))),
        );
        let (trouble, why) = match status.as_u16() {
            401 => (
                Trouble::Refused,
                "it does not know the token: is GRAFANA_TOKEN that of a service account, and not \
                 expired?"
                    .to_owned(),
            ),
            403 => {
                let needed = self.needed;
                (Trouble::Refused, format!("the service account needs the permission {needed}"))
            }
            404 => (Trouble::Missing, said),
            408 | 429 | 500..=599 => (Trouble::Unavailable, said),
            300..=399 => (Trouble::Invalid, redirected(reply.leads_to.as_deref())),
            _ => (Trouble::Invalid, said),
        };
        Err(self.error(trouble, &format!("{status}: {why}")))
    }

    /// There was no answer.
    pub(super) fn unanswered(&self, failure: &Failure) -> DashboardsError {
        let trouble = match failure {
            Failure::Unconnected(_) | Failure::Unreachable(_) | Failure::Silent(_) => {
                Trouble::Unavailable
            }
            Failure::Malformed(_) | Failure::TooLarge(_) => Trouble::Invalid,
        };
        self.error(trouble, &failure.to_string())
    }

    /// The answer is not what Grafana answers.
    pub(super) fn unreadable(&self, error: &serde_json::Error) -> DashboardsError {
        let (line, column) = (error.line(), error.column());
        let why = format!(
            "the answer cannot be read (line {line}, column {column}): is GRAFANA_URL the address \
             of Grafana itself?"
        );
        self.error(Trouble::Invalid, &why)
    }

    /// What must be there is not.
    pub(super) fn missing(&self) -> DashboardsError {
        self.error(Trouble::Missing, "404: is GRAFANA_URL the address of Grafana itself?")
    }

    fn error(&self, trouble: Trouble, why: &str) -> DashboardsError {
        let what = format!("could not {} {}: {why}", self.what, hostile::log(self.id));
        DashboardsError { trouble, what }
    }
}

/// What an answer gives as the reason, where it is Grafana's.
pub(super) fn message(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Said {
        message: String,
    }
    serde_json::from_slice::<Said>(body).ok().map(|said| said.message)
}

/// A text without the token, should somebody send it back.
fn without(text: &str, token: &SecretString) -> String {
    let token = token.expose_secret();
    if token.is_empty() { text.to_owned() } else { text.replace(token, "[token]") }
}

fn redirected(to: Option<&str>) -> String {
    let to = to.map_or_else(|| "elsewhere".to_owned(), hostile::log);
    format!("it leads to {to}, where the token is not sent: set GRAFANA_URL to where it leads")
}
