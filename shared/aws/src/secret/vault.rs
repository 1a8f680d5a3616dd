//! The calls that get a secret.

use std::error::Error;
use std::sync::OnceLock;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ssm::operation::get_parameter::GetParameterError;
use secrecy::{ExposeSecret, SecretString};

use super::{NoSecretNow, Place, Purpose, Source};
use crate::Clients;
use crate::clients::timeouts;
use crate::said::said;

/// A whole call, retries included. The write that follows needs its own share of the 10 s.
const CALL: Duration = Duration::from_secs(3);

/// One try of it.
const TRY: Duration = Duration::from_millis(1_400);

/// A place and how to reach it. The client is made with the first call: making one takes a tenth
/// of a cold start.
#[derive(Debug)]
pub struct Vault {
    place: Place,
    purpose: Purpose,
    config: SdkConfig,
    ssm: OnceLock<aws_sdk_ssm::Client>,
    secrets_manager: OnceLock<aws_sdk_secretsmanager::Client>,
}

impl Vault {
    /// Of a place. No call is made yet.
    pub fn new(clients: &Clients, place: Place, purpose: Purpose) -> Self {
        let timeouts = timeouts(CALL, TRY);
        let config = clients.config().to_builder().timeout_config(timeouts).build();
        let (ssm, secrets_manager) = Default::default();
        Self { place, purpose, config, ssm, secrets_manager }
    }

    /// The value, as it is now.
    ///
    /// # Errors
    /// When it cannot be had, or is empty.
    pub async fn value(&self) -> Result<SecretString, NoSecretNow> {
        let value = self.fetch().await?;
        if value.expose_secret().trim().is_empty() { Err(self.empty()) } else { Ok(value) }
    }

    async fn parameter(&self, name: &str) -> Result<Option<String>, NoSecretNow> {
        let client = self.ssm.get_or_init(|| aws_sdk_ssm::Client::new(&self.config));
        let got = client.get_parameter().name(name).with_decryption(true).send().await;
        let got = got.map_err(|error| {
            let refused = error.as_service_error();
            let is_missing = refused.is_some_and(GetParameterError::is_parameter_not_found);
            self.failed(&error, is_missing)
        })?;
        Ok(got.parameter.and_then(|parameter| parameter.value))
    }

    async fn secret(&self, id: &str) -> Result<Option<String>, NoSecretNow> {
        let make = || aws_sdk_secretsmanager::Client::new(&self.config);
        let client = self.secrets_manager.get_or_init(make);
        let got = client.get_secret_value().secret_id(id).send().await;
        let got = got.map_err(|error| {
            let refused = error.as_service_error();
            let is_missing =
                refused.is_some_and(GetSecretValueError::is_resource_not_found_exception);
            self.failed(&error, is_missing)
        })?;
        Ok(got.secret_string)
    }

    fn failed<E>(&self, error: &SdkError<E>, is_missing: bool) -> NoSecretNow
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let Purpose { what, holds, setting } = self.purpose;
        let advice = if is_missing {
            format!("make it with {holds} in it, or name another in {setting}")
        } else if error.code().is_some_and(|code| code.contains("AccessDenied")) {
            "let the function's role read it".to_owned()
        } else {
            "it is tried again when it is needed next".to_owned()
        };
        let why = said(error);
        NoSecretNow(format!("{what} in {} cannot be read ({why}): {advice}", self.place))
    }
}

impl Source for Vault {
    async fn fetch(&self) -> Result<SecretString, NoSecretNow> {
        let value = match &self.place {
            Place::Ssm(name) => self.parameter(name).await?,
            Place::SecretsManager(id) => self.secret(id).await?,
        };
        Ok(SecretString::from(value.unwrap_or_default()))
    }

    fn empty(&self) -> NoSecretNow {
        let (place, Purpose { holds, .. }) = (&self.place, self.purpose);
        NoSecretNow(format!("{place} is empty: put {holds} into it, as plain text"))
    }
}
