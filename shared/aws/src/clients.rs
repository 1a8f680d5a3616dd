//! Clients of the AWS services, made once per process.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};

use crate::said::causes;
use crate::settings::Settings;
use crate::{Store, roots};

/// A whole call with its retries. GitHub gives up on a delivery after 10 s.
const CALL: Duration = Duration::from_secs(7);

/// One try of a call.
const TRY: Duration = Duration::from_secs(3);

/// The same for all, so that clients share their connections; a try ends before, where it is shorter.
const CONNECT: Duration = Duration::from_secs(2);

/// What is needed to make clients.
#[derive(Debug, Clone)]
pub struct Clients {
    config: SdkConfig,
}

impl Clients {
    /// Region, credentials and endpoint from wherever the AWS tools look for them.
    pub async fn from_env() -> Self {
        Self { config: Self::loader().load().await }
    }

    /// Region, credentials and endpoint as Lambda sets them. The chain of files and services that
    /// other programs need is not linked, and only the roots that AWS uses are read.
    pub fn on_lambda(settings: &mut Settings) -> Option<Self> {
        let region = settings.needed("AWS_REGION", "the region of the table");
        let key = settings.needed("AWS_ACCESS_KEY_ID", "set by Lambda");
        let secret = settings.needed("AWS_SECRET_ACCESS_KEY", "set by Lambda");
        let token = settings.text("AWS_SESSION_TOKEN");
        let (region, key, secret) = (region?, key?, secret?);
        let trusted = roots::for_region(&region, |name| settings.text(name).is_some());
        let credentials = Credentials::new(key, secret, token, None, "Lambda");
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http_client(trusted))
            .retry_config(RetryConfig::standard())
            .timeout_config(timeouts(CALL, TRY))
            .sleep_impl(TokioSleep::new())
            .time_source(SystemTimeSource::new());
        config.set_endpoint_url(settings.text("AWS_ENDPOINT_URL"));
        config.set_use_fips(settings.switch("AWS_USE_FIPS_ENDPOINT"));
        config.set_use_dual_stack(settings.switch("AWS_USE_DUALSTACK_ENDPOINT"));
        Some(Self { config: config.build() })
    }

    /// Whether there is a region to ask in and somebody to ask as; or what is missing, and what to do.
    ///
    /// # Errors
    /// When one of them is.
    pub async fn check(&self) -> Result<(), String> {
        if self.config.region().is_none() {
            return Err("no AWS region is set: set AWS_REGION, or run `aws configure`".to_owned());
        }
        let Some(provider) = self.config.credentials_provider() else { return Ok(()) };
        provider.provide_credentials().await.map(drop).map_err(|error| {
            let why = causes(&error);
            format!("there are no AWS credentials ({why}): set AWS_PROFILE, or run `aws configure`")
        })
    }

    /// With a configuration made from [`Clients::loader`].
    pub const fn new(config: SdkConfig) -> Self {
        Self { config }
    }

    /// Our HTTP client, time-outs and retries, and the rest from the environment.
    pub fn loader() -> ConfigLoader {
        aws_config::defaults(BehaviorVersion::latest())
            .http_client(http_client(TrustStore::default()))
            .retry_config(RetryConfig::standard())
            .timeout_config(timeouts(CALL, TRY))
    }

    /// The store on a table.
    pub fn store(&self, table: &str, retention_days: u16) -> Store {
        Store::new(&self.config, table, retention_days)
    }

    /// What clients are made from.
    pub const fn config(&self) -> &SdkConfig {
        &self.config
    }
}

/// Limits for a whole call and for one try of it.
pub(crate) fn timeouts(call: Duration, one_try: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(one_try)
        .operation_timeout(call)
        .build()
}

#[expect(clippy::expect_used, reason = "it hands on what it was given; other roots would be wrong")]
fn http_client(trusted: TrustStore) -> aws_sdk_dynamodb::config::SharedHttpClient {
    let context = TlsContext::builder().with_trust_store(trusted).build();
    Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(context.expect("a trust store is a context"))
        .build_https()
}
