//! What changed: the table's stream, read from where the last pass left off. The stream reaches 24
//! hours back.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aws_config::SdkConfig;
use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodbstreams::operation::get_records::GetRecordsError;
use aws_sdk_dynamodbstreams::operation::get_shard_iterator::GetShardIteratorError;
use aws_sdk_dynamodbstreams::types::{OperationType, Record, Shard, ShardIteratorType};
use laptime_core::model::AttemptId;
use laptime_core::port::{StoreError, StoreErrorKind, Stored};
use tokio::sync::OnceCell;

use crate::Store;
use crate::key;
use crate::table::Condition;
use crate::table::error::store_error;
use crate::table::item::Item;

/// Empty answers of an open shard after which there is taken to be nothing more in it. The service
/// may answer some of them in the middle of a shard; a closed one is read to its end.
const IDLE_ANSWERS: u32 = 10;

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

/// A position is stored this often even if no event came, by the times of the records: else what it
/// names would be dropped by the stream, as after an outage.
const STORED_EVERY_S: i64 = 6 * 3_600;

/// How far each shard of the stream has been read: the sequence number of the last record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Position {
    shards: BTreeMap<String, String>,
    /// When the latest record was written, seconds.
    at: i64,
}

/// Event records found in the stream.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The attempts they are about, one for each record.
    pub(crate) ids: Vec<AttemptId>,
    /// Behind the last of them.
    pub(crate) position: Position,
    /// Whether the position is worth storing though there are no events.
    pub(crate) is_far: bool,
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
        let mut stored = self.position().await?;
        let shards = self.shards().await?;
        let at = stored.at;
        let mut found =
            Found { position: Position { at, ..Position::default() }, ..Found::default() };
        for shard in &shards {
            let Some(id) = shard.shard_id() else { continue };
            let at = stored.shards.remove(id);
            if at.as_deref() != Some(WHOLE) && found.ids.len() < limit {
                self.read_shard(shard, at, limit, &mut found).await?;
            } else if let Some(at) = at {
                found.position.shards.insert(id.to_owned(), at);
            }
        }
        if let Some((shard, _)) = stored.shards.iter().find(|(_, at)| *at != WHOLE) {
            gap(shard);
            found.is_far = true;
        }
        found.is_far |= found.position.at >= at + STORED_EVERY_S;
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
        let range = shard.sequence_number_range();
        let is_closed = range.is_some_and(|range| range.ending_sequence_number().is_some());
        let mut iterator = match self.iterator(id, at.as_deref()).await? {
            Reach::Reaches(iterator) => iterator,
            Reach::Gap(iterator) => {
                gap(id);
                found.is_far = true;
                iterator
            }
        };
        let mut idle = 0;
        while let Some(from) = iterator.take() {
            let some = i32::try_from(limit).unwrap_or(i32::MAX).clamp(1, RECORDS);
            let got =
                self.stream.client().get_records().shard_iterator(from).limit(some).send().await;
            let got = match got {
                Err(error) if is_too_much(&error) => {
                    tracing::warn!(
                        stream.shard = id,
                        "the stream has too many readers just now; the next pass reads on"
                    );
                    break;
                }
                got => got.map_err(|error| store_error(&self.table.name, doing, &error))?,
            };
            iterator = got.next_shard_iterator;
            let records = got.records.unwrap_or_default();
            idle = if records.is_empty() { idle + 1 } else { 0 };
            for record in &records {
                found.ids.extend(attempt_of(record));
                at = sequence_number(record).or(at);
                found.position.at = found.position.at.max(written(record));
            }
            if iterator.is_none() {
                at = Some(WHOLE.to_owned());
            }
            if !is_closed && idle >= IDLE_ANSWERS || found.ids.len() >= limit {
                break;
            }
        }
        found.position.shards.extend(at.map(|at| (id.to_owned(), at)));
        Ok(())
    }

    async fn iterator(&self, shard: &str, at: Option<&str>) -> Stored<Reach> {
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
        let failed = |error| store_error(&self.table.name, "opening the stream", &error);
        match from(kind, at).await {
            Ok(got) => Ok(Reach::Reaches(got.shard_iterator)),
            Err(SdkError::ServiceError(refused))
                if matches!(
                    refused.err(),
                    GetShardIteratorError::TrimmedDataAccessException(_)
                ) =>
            {
                let got = from(ShardIteratorType::TrimHorizon, None).await.map_err(failed)?;
                Ok(Reach::Gap(got.shard_iterator))
            }
            Err(error) => Err(failed(error)),
        }
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
        let shards = lines.collect::<Option<_>>().unwrap_or_else(|| {
            tracing::error!(
                "the position in the stream cannot be read, so all of it is read again"
            );
            BTreeMap::new()
        });
        Ok(Position { shards, at: item.get_number("t").unwrap_or_default() })
    }

    pub(crate) async fn put_position(&self, position: &Position) -> Stored<()> {
        let lines = position.shards.iter().map(|(shard, at)| format!("{shard} {at}\n"));
        let item = Item::at(key::stream()).text("j", lines.collect::<String>());
        let item = item.number("t", position.at);
        self.table.put("storing the position", item, Condition::default()).await?;
        Ok(())
    }
}

/// Where reading begins.
enum Reach {
    /// Behind what was read before.
    Reaches(Option<String>),
    /// At the oldest record there is: what came between is gone.
    Gap(Option<String>),
}

fn gap(shard: &str) {
    tracing::error!(
        stream.shard = shard,
        "the stream no longer reaches back to where the last pass left off: run \
         `laptime aggregate --everything` to file what came in between"
    );
}

/// Whether a shard answers others too often: event sources of functions read it as well.
fn is_too_much(error: &SdkError<GetRecordsError>) -> bool {
    let is_limit = |refused: &GetRecordsError| {
        refused.is_limit_exceeded_exception()
            || refused.code().is_some_and(|code| code.contains("Throughput"))
    };
    error.as_service_error().is_some_and(is_limit)
}

/// When a change was made, seconds.
fn written(record: &Record) -> i64 {
    let at = record.dynamodb().and_then(|change| change.approximate_creation_date_time());
    at.map_or(0, aws_smithy_types::DateTime::secs)
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
