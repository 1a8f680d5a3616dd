//! The calls that get a secret.

use std::error::Error;
use std::time::Duration;

use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::operation::get_parameter::GetParameterError;
use secrecy::SecretString;

use super::{NoSecretNow, Place, Source};
use crate::Clients;
use crate::clients::timeouts;

/// A whole call, retries included. The write that follows needs its own share of the 10 s.
const CALL: Duration = Duration::from_secs(3);

const TRY: Duration = Duration::from_millis(1_400);

/// A place with the client that reaches it.
#[derive(Debug)]
pub struct Vault {
    place: Place,
    client: Client,
}

#[derive(Debug)]
enum Client {
    Ssm(aws_sdk_ssm::Client),
    SecretsManager(aws_sdk_secretsmanager::Client),
}

impl Vault {
    pub(super) fn new(clients: &Clients, place: Place) -> Self {
        let config = clients.config();
        let client = match &place {
            Place::Ssm(_) => {
                let config = aws_sdk_ssm::config::Builder::from(config);
                let config = config.timeout_config(timeouts(CALL, TRY)).build();
                Client::Ssm(aws_sdk_ssm::Client::from_conf(config))
            }
            Place::SecretsManager(_) => {
                let config = aws_sdk_secretsmanager::config::Builder::from(config);
                let config = config.timeout_config(timeouts(CALL, TRY)).build();
                Client::SecretsManager(aws_sdk_secretsmanager::Client::from_conf(config))
            }
        };
        Self { place, client }
    }

    fn failed<E>(&self, error: &SdkError<E>, is_missing: bool) -> NoSecretNow
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let advice = if is_missing {
            "make it with the secret of the GitHub webhook in it, or name another in LAPTIME_SECRET"
        } else if error.code().is_some_and(|code| code.contains("AccessDenied")) {
            "let the function's role read it"
        } else {
            "it is tried again with the next delivery"
        };
        let why = told(error);
        NoSecretNow(format!(
            "the webhook secret in {} cannot be read ({why}): {advice}",
            self.place
        ))
    }
}

impl Source for Vault {
    async fn fetch(&self) -> Result<SecretString, NoSecretNow> {
        let value = match (&self.client, &self.place) {
            (Client::Ssm(client), Place::Ssm(name) | Place::SecretsManager(name)) => {
                let call = client.get_parameter().name(name).with_decryption(true);
                let got = call.send().await.map_err(|error| {
                    let is_missing = matches!(
                        error.as_service_error(),
                        Some(GetParameterError::ParameterNotFound(_))
                    );
                    self.failed(&error, is_missing)
                })?;
                got.parameter.and_then(|parameter| parameter.value)
            }
            (Client::SecretsManager(client), Place::SecretsManager(id) | Place::Ssm(id)) => {
                let call = client.get_secret_value().secret_id(id);
                let got = call.send().await.map_err(|error| {
                    let is_missing = matches!(
                        error.as_service_error(),
                        Some(GetSecretValueError::ResourceNotFoundException(_))
                    );
                    self.failed(&error, is_missing)
                })?;
                got.secret_string
            }
        };
        Ok(SecretString::from(value.unwrap_or_default()))
    }

    fn empty(&self) -> NoSecretNow {
        let place = &self.place;
        NoSecretNow(format!(
            "{place} is empty: put the secret of the GitHub webhook into it, as plain text"
        ))
    }
}

/// Code and message of the service, or what was in the way of an answer.
fn told<E: ProvideErrorMetadata + Error + 'static>(error: &SdkError<E>) -> String {
    if let Some(code) = error.code() {
        return error.message().map_or(code.to_owned(), |message| format!("{code}: {message}"));
    }
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}
