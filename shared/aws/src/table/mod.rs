//! The one table: calls on it, each counted, followed through its pages, and tried again where
//! another transaction was in the way.

mod ask;
mod blob;
pub(crate) mod error;
pub(crate) mod item;
mod read;
pub(crate) mod units;
mod write;

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use laptime_core::port::StoreError;

pub(crate) use self::ask::{Condition, Query, Write};
use self::error::store_error;
use self::item::Item;
use self::units::{Meter, item_bytes};

/// Tries at what another transaction stands in the way of, or what a batch left out.
const TRIES: u32 = 8;

/// The first pause between two tries is up to this long; each further one up to twice as long.
const PAUSE_MS: u64 = 20;

/// The table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    client: Client,
    pub(crate) name: String,
    pub(crate) meter: Arc<Meter>,
}

impl Table {
    pub(crate) fn new(client: Client, name: String) -> Self {
        Self { client, name, meter: Arc::default() }
    }

    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }

    #[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
    pub(crate) fn failed<E>(&self, doing: &str, error: SdkError<E>) -> StoreError
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        store_error(&self.name, doing, &error)
    }

    /// Calls again, after a pause of random length, while `worth` says so.
    async fn again<T, E, F>(
        &self,
        worth: fn(&SdkError<E>) -> bool,
        call: impl Fn() -> F,
    ) -> Result<T, SdkError<E>>
    where
        F: Future<Output = Result<T, SdkError<E>>>,
    {
        let mut tried = 0;
        loop {
            self.meter.call();
            match call().await {
                Err(error) if worth(&error) && tried < TRIES => {
                    tried += 1;
                    self.pause(tried).await;
                }
                done => return done,
            }
        }
    }

    async fn pause(&self, tried: u32) {
        let longest = PAUSE_MS << tried.min(TRIES);
        tokio::time::sleep(Duration::from_millis(fastrand::u64(0..longest))).await;
    }
}

fn bytes_of(item: Option<&Item>) -> usize {
    item.map_or(0, |item| item_bytes(&item.0))
}
