//! Secrets in SSM or Secrets Manager. That of the webhook is fetched on first use, kept for five
//! minutes, and fetched anew when a signature does not fit, so it can change while functions run.

mod vault;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use laptime_core::ingest::Secrets;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::time::Instant;

pub use self::vault::Vault;
use crate::Clients;

/// How long a value is used without asking again.
const KEPT: Duration = Duration::from_mins(5);

/// Between two calls while a value is held: whoever sends wrong signatures causes no more.
const PAUSE: Duration = Duration::from_mins(1);

/// Between two calls while none is held. Each delivery in it is answered 503, so it is short.
const PAUSE_WITHOUT: Duration = Duration::from_secs(5);

/// Where the secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A `SecureString` in the parameter store of SSM.
    Ssm(String),
    /// A secret of Secrets Manager, as plain text.
    SecretsManager(String),
}

/// How a place is written.
pub const PLACE_FORM: &str = "ssm:NAME or secretsmanager:ID";

/// The text is none of [`PLACE_FORM`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoPlace;

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        match text.split_once(':') {
            Some((_, "")) | None => Err(NoPlace),
            Some(("ssm", name)) => Ok(Self::Ssm(name.to_owned())),
            Some(("secretsmanager", id)) => Ok(Self::SecretsManager(id.to_owned())),
            Some(_) => Err(NoPlace),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ssm(name) => write!(f, "the SSM parameter {name}"),
            Self::SecretsManager(id) => write!(f, "the secret {id} of Secrets Manager"),
        }
    }
}

/// What a secret is, for whoever has to put it where it is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purpose {
    /// As in "the webhook secret".
    pub what: &'static str,
    /// What is to be in it, as in "the secret of the GitHub webhook".
    pub holds: &'static str,
    /// The variable that names its place.
    pub setting: &'static str,
}

const WEBHOOK: Purpose = Purpose {
    what: "the webhook secret",
    holds: "the secret of the GitHub webhook",
    setting: "LAPTIME_SECRET",
};

/// There is no such secret to be had now, and what to do. Holds no part of one.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct NoSecretNow(String);

/// The webhook's secret.
pub type Secret = Kept<Vault>;

impl Secret {
    /// In a place. No call is made yet.
    pub fn new(clients: &Clients, place: Place) -> Self {
        Self::of(Vault::new(clients, place, WEBHOOK))
    }
}

/// Where a value comes from.
pub trait Source {
    /// Gets it; or why not, and what to do.
    fn fetch(&self) -> impl Future<Output = Result<SecretString, NoSecretNow>> + Send;

    /// What to say about an empty value.
    fn empty(&self) -> NoSecretNow;
}

/// The secrets that are known, and how.
#[derive(Debug, Clone)]
pub struct Known {
    /// What to verify with.
    pub secrets: Arc<Secrets>,
    /// They were fetched just now, so there are no newer ones.
    is_new: bool,
}

/// A value and when it was asked for. One call at a time: others wait for its result.
#[derive(Debug)]
pub struct Kept<S> {
    source: S,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    value: Option<Arc<Secrets>>,
    fetched: Option<Instant>,
    tried: Option<Instant>,
    /// When a signature that did not fit last caused a call.
    doubted: Option<Instant>,
    failed: Option<NoSecretNow>,
}

impl<S: Source> Kept<S> {
    fn of(source: S) -> Self {
        Self { source, held: Mutex::default() }
    }

    /// The secrets to verify with. Where a newer value cannot be had, the one known before is used
    /// on.
    ///
    /// # Errors
    /// When there is none at all, or an empty one.
    pub async fn current(&self) -> Result<Known, NoSecretNow> {
        let mut held = self.held.lock().await;
        match (&held.value, &held.failed) {
            (Some(secrets), _) if within(held.fetched, KEPT) || within(held.tried, PAUSE) => {
                Ok(Known { secrets: secrets.clone(), is_new: false })
            }
            (None, Some(failed)) if within(held.tried, PAUSE_WITHOUT) => Err(failed.clone()),
            _ => self.fetch(&mut held).await,
        }
    }

    /// Newer secrets than those with which a signature did not fit. At most one call a minute.
    pub async fn newer(&self, than: &Known) -> Option<Known> {
        let mut held = self.held.lock().await;
        match &held.value {
            // Somebody else has fetched them meanwhile.
            Some(secrets) if !Arc::ptr_eq(secrets, &than.secrets) => {
                Some(Known { secrets: secrets.clone(), is_new: false })
            }
            Some(_) if than.is_new || within(held.doubted, PAUSE) => None,
            _ => {
                held.doubted = Some(Instant::now());
                self.fetch(&mut held).await.ok().filter(|known| known.is_new)
            }
        }
    }

    async fn fetch(&self, held: &mut Held) -> Result<Known, NoSecretNow> {
        held.tried = Some(Instant::now());
        match self.source.fetch().await {
            Ok(text) => {
                // An empty one is an answer, unlike no answer: what was known before is void.
                held.value = Secrets::parse(text.expose_secret()).ok().map(Arc::new);
                held.fetched = held.tried;
                held.failed = held.value.is_none().then(|| self.source.empty());
                let secrets = held.value.clone().ok_or_else(|| self.source.empty())?;
                Ok(Known { secrets, is_new: true })
            }
            Err(error) => {
                held.failed = Some(error.clone());
                let secrets = held.value.clone().ok_or_else(|| error.clone())?;
                tracing::warn!(%error, "the secret of before is used on");
                Ok(Known { secrets, is_new: false })
            }
        }
    }
}

fn within(since: Option<Instant>, span: Duration) -> bool {
    since.is_some_and(|since| since.elapsed() < span)
}

#[cfg(test)]
mod tests;
