//! What changed: the table's stream, read from where the last pass left off. The stream reaches 24
//! hours back.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aws_config::SdkConfig;
use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::error::SdkError;
use aws_sdk_dynamodbstreams::operation::get_shard_iterator::GetShardIteratorError;
use aws_sdk_dynamodbstreams::types::{OperationType, Record, Shard, ShardIteratorType};
use laptime_core::model::AttemptId;
use laptime_core::port::{StoreError, StoreErrorKind, Stored};
use tokio::sync::OnceCell;

use crate::Store;
use crate::key;
use crate::table::error::store_error;
use crate::table::item::Item;
use crate::table::{Condition, error::unreadable};

/// Empty answers of an open shard after which there is taken to be nothing more in it. The service
/// may answer some of them in the middle of a shard.
const IDLE_ANSWERS: u32 = 5;

/// Records in one answer at most.
const RECORDS: i32 = 1_000;

/// How far a shard has been read that will not grow any more.
const WHOLE: &str = "*";

/// The table's stream. Its client is made when it is first read, which the webhook never does.
#[derive(Debug)]
pub(crate) struct Stream {
    config: SdkConfig,
    client: OnceLock<Client>,
    arn: OnceCell<String>,
}

/// How far each shard of the stream has been read: the sequence number of the last record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Position(BTreeMap<String, String>);

/// Event records found in the stream.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The attempts they are about, one for each record.
    pub(crate) ids: Vec<AttemptId>,
    /// Behind the last of them.
    pub(crate) position: Position,
}

impl Stream {
    pub(crate) const fn new(config: SdkConfig) -> Self {
        Self { config, client: OnceLock::new(), arn: OnceCell::const_new() }
    }

    pub(crate) fn named(self, arn: String) -> Self {
        Self { arn: OnceCell::from(arn), ..self }
    }

    fn client(&self) -> &Client {
        self.client.get_or_init(|| Client::new(&self.config))
    }
}

impl Store {
    /// Event records after the stored position, at most about `limit`.
    pub(crate) async fn stream(&self, limit: usize) -> Stored<Found> {
        let stored = self.position().await?;
        let shards = self.shards().await?;
        let mut found = Found::default();
        for shard in &shards {
            let Some(id) = shard.shard_id() else { continue };
            let at = stored.0.get(id).cloned();
            if at.as_deref() != Some(WHOLE) && found.ids.len() < limit {
                self.read_shard(shard, at, limit, &mut found).await?;
            } else if let Some(at) = at {
                found.position.0.insert(id.to_owned(), at);
            }
        }
        Ok(found)
    }

    async fn read_shard(
        &self,
        shard: &Shard,
        mut at: Option<String>,
        limit: usize,
        found: &mut Found,
    ) -> Stored<()> {
        let doing = "reading the stream";
        let id = shard.shard_id().unwrap_or_default();
        let mut iterator = self.iterator(id, at.as_deref()).await?;
        let mut idle = 0;
        while let Some(from) = iterator.take() {
            let some = i32::try_from(limit).unwrap_or(i32::MAX).clamp(1, RECORDS);
            let got =
                self.stream.client().get_records().shard_iterator(from).limit(some).send().await;
            let got = got.map_err(|error| store_error(&self.table.name, doing, &error))?;
            iterator = got.next_shard_iterator;
            let records = got.records.unwrap_or_default();
            idle = if records.is_empty() { idle + 1 } else { 0 };
            for record in &records {
                found.ids.extend(attempt_of(record));
                at = sequence_number(record).or(at);
            }
            if iterator.is_none() {
                at = Some(WHOLE.to_owned());
            }
            if idle >= IDLE_ANSWERS || found.ids.len() >= limit {
                break;
            }
        }
        found.position.0.extend(at.map(|at| (id.to_owned(), at)));
        Ok(())
    }

    async fn iterator(&self, shard: &str, at: Option<&str>) -> Stored<Option<String>> {
        let from = |kind: ShardIteratorType, at: Option<&str>| {
            let stream = self.stream.arn.get().map(String::as_str).unwrap_or_default();
            self.stream
                .client()
                .get_shard_iterator()
                .stream_arn(stream)
                .shard_id(shard)
                .shard_iterator_type(kind)
                .set_sequence_number(at.map(ToOwned::to_owned))
                .send()
        };
        let kind = if at.is_some() {
            ShardIteratorType::AfterSequenceNumber
        } else {
            ShardIteratorType::TrimHorizon
        };
        let got = match from(kind, at).await {
            Err(SdkError::ServiceError(refused))
                if matches!(
                    refused.err(),
                    GetShardIteratorError::TrimmedDataAccessException(_)
                ) =>
            {
                tracing::error!(
                    stream.shard = shard,
                    "the stream no longer reaches back to where the last pass left off: run \
                     `laptime aggregate --everything` to file what came in between"
                );
                from(ShardIteratorType::TrimHorizon, None).await
            }
            got => got,
        };
        let got =
            got.map_err(|error| store_error(&self.table.name, "opening the stream", &error))?;
        Ok(got.shard_iterator)
    }

    async fn shards(&self) -> Stored<Vec<Shard>> {
        let doing = "looking at the stream";
        let stream = self.stream.arn.get_or_try_init(|| self.find_stream()).await?;
        let (mut shards, mut from) = (Vec::new(), None);
        loop {
            let page = self.stream.client().describe_stream().stream_arn(stream);
            let page = page.set_exclusive_start_shard_id(from).send().await;
            let page = page.map_err(|error| store_error(&self.table.name, doing, &error))?;
            let Some(page) = page.stream_description else { break };
            shards.extend(page.shards.unwrap_or_default());
            from = page.last_evaluated_shard_id;
            if from.is_none() {
                break;
            }
        }
        Ok(shards)
    }

    async fn find_stream(&self) -> Stored<String> {
        let described = self.table.client().describe_table().table_name(&self.table.name).send();
        let described =
            described.await.map_err(|error| self.table.failed("looking at the stream", error))?;
        described.table.and_then(|table| table.latest_stream_arn).ok_or_else(|| StoreError {
            kind: StoreErrorKind::Missing,
            what: format!(
                "the table {} has no stream: deploy it from the template",
                self.table.name
            ),
            source: None,
        })
    }

    async fn position(&self) -> Stored<Position> {
        let Some(item) = self.table.get("reading the position", key::stream()).await? else {
            return Ok(Position::default());
        };
        let text = item.get_text("j").unwrap_or_default();
        let lines = text.lines().map(|line| {
            let (shard, at) = line.split_once(' ')?;
            Some((shard.to_owned(), at.to_owned()))
        });
        lines.collect::<Option<_>>().map(Position).ok_or_else(|| {
            unreadable(&self.table.name, "the position in the stream", &"a line has no blank in it")
        })
    }

    pub(crate) async fn put_position(&self, position: &Position) -> Stored<()> {
        let lines = position.0.iter().map(|(shard, at)| format!("{shard} {at}\n"));
        let item = Item::at(key::stream()).text("j", lines.collect::<String>());
        self.table.put("storing the position", item, Condition::default()).await?;
        Ok(())
    }
}

/// The attempt of an event that was added.
fn attempt_of(record: &Record) -> Option<AttemptId> {
    if record.event_name() == Some(&OperationType::Remove) {
        return None;
    }
    let keys = record.dynamodb()?.keys()?;
    key::attempt_of(keys.get("p")?.as_s().ok()?, keys.get("s")?.as_s().ok()?)
}

fn sequence_number(record: &Record) -> Option<String> {
    record.dynamodb()?.sequence_number().map(ToOwned::to_owned)
}
