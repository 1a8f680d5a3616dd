//! Whom the reporter tells, and with which secrets: they are fetched anew for each invocation, so
//! they can change while it runs. Clients live on, as they know what they may ask and when.

use laptime_aws::{
    Clients, NoSecretNow, PLACE_FORM, Place, Purpose, Settings, TOPIC_FORM, Topic, TopicArn, Vault,
    clock,
};
use laptime_core::config::{Policy, RemarkAs};
use laptime_core::port::ForgeError;
use laptime_core::render::Server;
use laptime_github::{Credentials, GitHub, NoCredentials};
use laptime_web::{Grafana, Hook, NotAHook, NotGrafana};
use secrecy::{ExposeSecret, SecretString};

use crate::channels::Way;

const TOKEN: Purpose = Purpose {
    what: "the token for GitHub",
    holds: "a token that may write issues",
    setting: "LAPTIME_GITHUB_TOKEN",
};

const KEY: Purpose = Purpose {
    what: "the key of the GitHub App",
    holds: "the private key of the App, PEM",
    setting: "LAPTIME_GITHUB_APP_KEY",
};

const GRAFANA: Purpose = Purpose {
    what: "the token for Grafana",
    holds: "a token of a service account",
    setting: "LAPTIME_GRAFANA_TOKEN",
};

const CHAT: Purpose = Purpose {
    what: "the webhook of the chat",
    holds: "the address of a webhook, all of it",
    setting: "LAPTIME_SLACK_WEBHOOK",
};

/// What of the settings is about people.
pub(crate) struct People {
    place: laptime_github::Place,
    app_id: Option<String>,
    /// The token, or the key of the App.
    github: Option<Vault>,
    grafana: Option<(String, Vault)>,
    chat: Option<Vault>,
    topic: Option<Topic>,
    reserve: f64,
    makes_checks: bool,
    known: tokio::sync::Mutex<Known>,
}

/// Clients, and the secret that each was made with.
#[derive(Default)]
pub(crate) struct Known {
    github: Option<(SecretString, GitHub)>,
    grafana: Option<(SecretString, Grafana)>,
    chat: Option<(SecretString, Hook)>,
    topic: Option<Topic>,
}

/// Why somebody cannot be told. Holds no part of a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Untold {
    #[error(transparent)]
    Secret(#[from] NoSecretNow),
    #[error("what is stored as the secret for GitHub cannot be used: {0}")]
    Credentials(#[from] NoCredentials),
    #[error(
        "only an App can make check-runs: set GitHubAppId and GitHubAppKeyName instead of \
         GitHubTokenName, or remark = 'comment' in PullSettings"
    )]
    Checks,
    #[error(transparent)]
    GitHub(#[from] ForgeError),
    #[error(transparent)]
    Grafana(#[from] NotGrafana),
    #[error(transparent)]
    Chat(#[from] NotAHook),
}

impl People {
    /// Nothing is fetched yet.
    pub(crate) fn of(settings: &mut Settings, clients: &Clients, policy: &Policy) -> Option<Self> {
        let vault = |purpose: Purpose, settings: &mut Settings| {
            let place: Option<Place> = settings.optional(purpose.setting, PLACE_FORM);
            place.map(|place| Vault::new(clients, place, purpose))
        };
        let (token, key) = (vault(TOKEN, settings), vault(KEY, settings));
        let app_id = settings.text("LAPTIME_GITHUB_APP_ID");
        if key.is_some() != app_id.is_some() || token.is_some() && key.is_some() {
            settings.refuse(
                "set LAPTIME_GITHUB_TOKEN, or LAPTIME_GITHUB_APP_ID and LAPTIME_GITHUB_APP_KEY",
            );
        }
        let grafana = match (settings.text("GRAFANA_URL"), vault(GRAFANA, settings)) {
            (None, None) => None,
            (Some(url), Some(vault)) => Some((url, vault)),
            _ => {
                settings.refuse("Grafana needs both GRAFANA_URL and LAPTIME_GRAFANA_TOKEN");
                None
            }
        };
        let chat = vault(CHAT, settings);
        let arn: Option<TopicArn> = settings.optional("LAPTIME_TOPIC", TOPIC_FORM);
        let topic = arn.map(|arn| clients.topic(arn));
        let place = laptime_github::Place::from(|name| settings.text(name));
        let place = place.map_err(|error| settings.refuse(error)).ok()?;
        let (github, reserve) = (token.or(key), policy.github.reserve_pct / 100.0);
        let known = tokio::sync::Mutex::default();
        let makes_checks = policy.pulls.remark == RemarkAs::Check;
        let people =
            Self { place, app_id, github, grafana, chat, topic, reserve, makes_checks, known };
        settings.are_fine().then_some(people)
    }

    /// Whether there is anybody.
    pub(crate) const fn is_nobody(&self) -> bool {
        self.github.is_none()
            && self.grafana.is_none()
            && self.chat.is_none()
            && self.topic.is_none()
    }

    /// Where people look at runs.
    pub(crate) const fn server(&self) -> &Server {
        &self.place.server
    }

    /// The clients, with secrets as they are now. Who cannot be told, and why, goes to `untold`.
    pub(crate) async fn clients(
        &self,
        untold: &mut Vec<Untold>,
    ) -> tokio::sync::MutexGuard<'_, Known> {
        let mut known = self.known.lock().await;
        if let Some(vault) = &self.github {
            let held = known.github.take();
            let made = renewed(held, vault, |secret| self.made_github(secret)).await;
            known.github = made.map_err(|error| untold.push(error)).ok();
        }
        if let Some((url, vault)) = &self.grafana {
            let held = known.grafana.take();
            let new = |secret: &SecretString| Ok(Grafana::new(url, secret.clone())?);
            let made = renewed(held, vault, new).await;
            known.grafana = made.map_err(|error| untold.push(error)).ok();
        }
        if let Some(vault) = &self.chat {
            let held = known.chat.take();
            let made = renewed(held, vault, |secret| Ok(Hook::new(secret)?)).await;
            known.chat = made.map_err(|error| untold.push(error)).ok();
        }
        known.topic.clone_from(&self.topic);
        known
    }

    fn made_github(&self, secret: &SecretString) -> Result<GitHub, Untold> {
        let secret = || Some(secret.expose_secret().to_owned());
        let credentials = Credentials::from(|name| match (name, &self.app_id) {
            ("GITHUB_APP_ID", Some(id)) => Some(id.clone()),
            ("GITHUB_TOKEN", None) | ("GITHUB_APP_KEY", Some(_)) => secret(),
            _ => None,
        })?;
        if self.makes_checks && !credentials.may_check() {
            return Err(Untold::Checks);
        }
        Ok(GitHub::new(&credentials, self.place.clone(), self.reserve, clock)?)
    }
}

impl Known {
    pub(crate) fn github(&self) -> Option<&GitHub> {
        self.github.as_ref().map(|(_, github)| github)
    }

    pub(crate) fn grafana(&self) -> Option<&Grafana> {
        self.grafana.as_ref().map(|(_, grafana)| grafana)
    }

    pub(crate) fn channels(&self) -> Vec<Way<'_>> {
        let chat = self.chat.iter().map(|(_, hook)| Way::Chat(hook));
        chat.chain(self.topic.iter().map(Way::Topic)).collect()
    }
}

/// The client that is there, unless its secret has changed.
async fn renewed<C>(
    held: Option<(SecretString, C)>,
    vault: &Vault,
    make: impl Fn(&SecretString) -> Result<C, Untold>,
) -> Result<(SecretString, C), Untold> {
    let secret = vault.value().await?;
    let is_same = |held: &SecretString| held.expose_secret() == secret.expose_secret();
    match held {
        Some((with, client)) if is_same(&with) => Ok((with, client)),
        _ => make(&secret).map(|client| (secret, client)),
    }
}
