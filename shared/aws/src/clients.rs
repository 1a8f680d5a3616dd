//! Clients of the AWS services, made once per process.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};

use crate::Store;

/// A whole call with its retries. GitHub gives up on a delivery after 10 s.
const CALL: Duration = Duration::from_secs(7);

/// One try of a call.
const TRY: Duration = Duration::from_secs(3);

const CONNECT: Duration = Duration::from_secs(2);

/// What is needed to make clients.
#[derive(Debug, Clone)]
pub struct Clients {
    config: SdkConfig,
}

impl Clients {
    /// Region, credentials and endpoint as the environment has them.
    pub async fn from_env() -> Self {
        Self { config: Self::loader().load().await }
    }

    /// With a configuration made from [`Clients::loader`].
    pub const fn new(config: SdkConfig) -> Self {
        Self { config }
    }

    /// Our HTTP client, time-outs and retries, and the rest from the environment.
    pub fn loader() -> ConfigLoader {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(TRY)
            .operation_timeout(CALL)
            .build();
        aws_config::defaults(BehaviorVersion::latest())
            .http_client(http_client())
            .retry_config(RetryConfig::standard())
            .timeout_config(timeouts)
    }

    /// The store on a table.
    pub fn store(&self, table: &str, retention_days: u16) -> Store {
        let client = aws_sdk_dynamodb::Client::new(&self.config);
        let streams = aws_sdk_dynamodbstreams::Client::new(&self.config);
        Store::new(client, streams, table, retention_days)
    }

    /// What clients are made from.
    pub const fn config(&self) -> &SdkConfig {
        &self.config
    }
}

fn http_client() -> aws_sdk_dynamodb::config::SharedHttpClient {
    let trusted = TrustStore::default();
    let context = TlsContext::builder().with_trust_store(trusted).build();
    let builder = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    match context {
        Ok(context) => builder.tls_context(context).build_https(),
        Err(_) => builder.build_https(),
    }
}
