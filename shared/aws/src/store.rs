//! The store on one `DynamoDB` table.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use aws_config::SdkConfig;
use laptime_core::port::{Fence, Stored};
use laptime_core::row::WorkflowId;
use laptime_core::time::Time;

use crate::key;
use crate::stream::Stream;
use crate::table::Table;
use crate::table::error::fenced;
use crate::table::units::Units;

/// Calls under way at once, of those that do not depend on each other.
pub(crate) const AT_ONCE: usize = 16;

/// Raw items outlive their retention by this many days, then the table drops them by itself.
const GRACE_DAYS: i64 = 15;

/// A day is sealed at the latest this many days before the first of its facts is dropped.
const SEALED_AHEAD_DAYS: i64 = 3;

/// What is kept of an installation, in one table.
#[derive(Debug)]
pub struct Store {
    pub(crate) table: Table,
    pub(crate) stream: Stream,
    retention_days: i64,
    listed: Mutex<BTreeSet<(String, WorkflowId)>>,
}

impl Store {
    /// On a table that exists. No call is made yet.
    pub(crate) fn new(config: &SdkConfig, table: &str, retention_days: u16) -> Self {
        Self {
            table: Table::new(aws_sdk_dynamodb::Client::new(config), table.to_owned()),
            stream: Stream::new(config.clone()),
            retention_days: i64::from(retention_days),
            listed: Mutex::default(),
        }
    }

    /// With the stream's ARN, which otherwise is asked for.
    #[must_use]
    pub fn with_stream(self, arn: String) -> Self {
        Self { stream: self.stream.named(arn), ..self }
    }

    /// Calls and capacity units so far.
    pub fn units(&self) -> Units {
        self.table.meter.units()
    }

    /// When the table drops a raw item whose latest fact was received then: seconds.
    pub(crate) fn expires(&self, received: Time) -> i64 {
        received.plus_days(self.retention_days + GRACE_DAYS).as_millis() / 1_000
    }

    /// When a day is sealed at the latest whose first fact is dropped then.
    pub(crate) fn last_call(dropped: Time) -> Time {
        dropped.plus_days(-SEALED_AHEAD_DAYS)
    }

    /// One retention later.
    pub(crate) fn later(&self, than: Time) -> Time {
        than.plus_days(self.retention_days)
    }

    pub(crate) const fn retention_days(&self) -> i64 {
        self.retention_days
    }

    /// With the retention of the installation, as its passes have it, if there has been one.
    pub async fn as_deployed(self) -> Stored<Self> {
        let pass = self.table.get("reading the last pass", key::pass()).await?;
        let deployed = pass.and_then(|pass| pass.get_number("d"));
        Ok(Self { retention_days: deployed.unwrap_or(self.retention_days), ..self })
    }

    /// Whether a later pass holds the lease.
    pub(crate) async fn check(&self, doing: &str, fence: Fence) -> Stored<()> {
        let pass = self.table.get(doing, key::pass()).await?;
        let latest = pass.and_then(|pass| pass.get_number("f"));
        if latest == Some(fence.0) { Ok(()) } else { Err(fenced(&self.table.name)) }
    }

    /// Whether this process has listed the workflow in that bucket of days before.
    pub(crate) fn has_listed(&self, bucket: &str, id: WorkflowId) -> bool {
        let listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        listed.contains(&(bucket.to_owned(), id))
    }

    pub(crate) fn note_listed(&self, bucket: String, id: WorkflowId) {
        self.listed.lock().unwrap_or_else(PoisonError::into_inner).insert((bucket, id));
    }
}
