//! The one table: calls on it, each counted, followed through its pages, and tried again where
//! another transaction was in the way.

mod blob;
pub(crate) mod error;
pub(crate) mod item;
pub(crate) mod units;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, ConsumedCapacity, Delete, KeysAndAttributes, Put,
    ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure, Select,
    TransactWriteItem, Update,
};
use laptime_core::port::{StoreError, StoreErrorKind, Stored};

use self::error::{Failure, is_conflict, store_error};
use self::item::{Attributes, Item};
use self::units::{Meter, item_bytes, write_units};
use crate::key::Key;

/// Keys in one `BatchGetItem`.
const BATCH: usize = 100;

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

/// What must hold for a write.
#[derive(Debug, Clone, Default)]
pub(crate) struct Condition {
    expression: &'static str,
    values: Vec<(&'static str, AttributeValue)>,
}

/// What to look for in a partition.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    partition: String,
    within: Within,
    only: Option<&'static str>,
}

#[derive(Debug, Clone)]
enum Within {
    All,
    Between([String; 2]),
    After(String),
    Before(String),
}

/// One of several writes that happen together or not at all.
#[derive(Debug, Clone)]
pub(crate) enum Write {
    Put(Item, Condition),
    Set(Key, &'static str, AttributeValue),
    Delete(Key),
    Check(Key, Condition),
}

impl Condition {
    pub(crate) fn new(
        expression: &'static str,
        values: impl IntoIterator<Item = (&'static str, AttributeValue)>,
    ) -> Self {
        Self { expression, values: values.into_iter().collect() }
    }

    fn parts(self) -> (Option<String>, Option<HashMap<String, AttributeValue>>) {
        if self.expression.is_empty() {
            return (None, None);
        }
        let values: HashMap<_, _> =
            self.values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        (Some(self.expression.to_owned()), Some(values).filter(|values| !values.is_empty()))
    }
}

impl Query {
    pub(crate) fn all(partition: impl Into<String>) -> Self {
        Self { partition: partition.into(), within: Within::All, only: None }
    }

    /// From the first bound to the second, both included.
    pub(crate) fn between(self, bounds: [String; 2]) -> Self {
        Self { within: Within::Between(bounds), ..self }
    }

    pub(crate) fn after(self, bound: Option<String>) -> Self {
        Self { within: bound.map_or(Within::All, Within::After), ..self }
    }

    pub(crate) fn before(self, bound: impl Into<String>) -> Self {
        Self { within: Within::Before(bound.into()), ..self }
    }

    /// Only these attributes, of all that is read.
    pub(crate) fn only(self, attributes: &'static str) -> Self {
        Self { only: Some(attributes), ..self }
    }

    fn parts(&self) -> (String, HashMap<String, AttributeValue>) {
        let mut values = HashMap::from([(":p".to_owned(), item::text(&self.partition))]);
        let mut bind = |name: &str, value: &String| {
            values.insert(name.to_owned(), item::text(value));
        };
        let expression = match &self.within {
            Within::All => "p = :p",
            Within::Between([low, high]) => {
                bind(":a", low);
                bind(":b", high);
                "p = :p AND s BETWEEN :a AND :b"
            }
            Within::After(bound) => {
                bind(":a", bound);
                "p = :p AND s > :a"
            }
            Within::Before(bound) => {
                bind(":a", bound);
                "p = :p AND s < :a"
            }
        };
        (expression.to_owned(), values)
    }
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
        E: aws_sdk_dynamodb::error::ProvideErrorMetadata
            + std::error::Error
            + Send
            + Sync
            + 'static,
    {
        store_error(&self.name, doing, &error)
    }

    /// Puts an item if the condition holds; the item it replaced.
    pub(crate) async fn put(
        &self,
        doing: &str,
        item: Item,
        condition: Condition,
    ) -> Result<Option<Item>, Failure> {
        let new = item_bytes(&item.0);
        let (expression, values) = condition.parts();
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item.0))
            .set_condition_expression(expression)
            .set_expression_attribute_values(values)
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let done = self.again(is_conflict, || put.clone().send()).await;
        let (was, told) = match done {
            Ok(done) => (Ok(done.attributes.map(Item)), told(done.consumed_capacity.as_ref())),
            Err(SdkError::ServiceError(refused))
                if refused.err().is_conditional_check_failed_exception() =>
            {
                let PutItemError::ConditionalCheckFailedException(refused) = refused.into_err()
                else {
                    return Err(Failure::Condition(None));
                };
                let item = refused.item;
                (Err(Failure::Condition(item.map(Item))), None)
            }
            Err(error) => (Err(Failure::Store(self.failed(doing, error))), None),
        };
        let old = match &was {
            Ok(item) | Err(Failure::Condition(item)) => bytes_of(item.as_ref()),
            Err(Failure::Store(_)) => 0,
        };
        self.meter.wrote(write_units(new.max(old)), told);
        was
    }

    /// Updates an item if the condition holds. Answers it as it is now.
    pub(crate) async fn update(
        &self,
        doing: &str,
        key: Key,
        update: &str,
        condition: Condition,
    ) -> Result<Item, Failure> {
        let Condition { expression, values } = condition;
        let values: HashMap<_, _> =
            values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let expression = Some(expression.to_owned()).filter(|text| !text.is_empty());
        let update = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .update_expression(update)
            .set_condition_expression(expression)
            .set_expression_attribute_values(Some(values).filter(|values| !values.is_empty()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let done = self.again(is_conflict, || update.clone().send()).await;
        match done {
            Ok(done) => {
                let item = Item(done.attributes.unwrap_or_default());
                // What it was is not told: all that is updated alone stays under a kilobyte.
                let units = write_units(item_bytes(&item.0));
                self.meter.wrote(units, told(done.consumed_capacity.as_ref()));
                Ok(item)
            }
            Err(SdkError::ServiceError(refused))
                if refused.err().is_conditional_check_failed_exception() =>
            {
                let UpdateItemError::ConditionalCheckFailedException(refused) = refused.into_err()
                else {
                    return Err(Failure::Condition(None));
                };
                let item = refused.item.map(Item);
                self.meter.wrote(write_units(bytes_of(item.as_ref())), None);
                Err(Failure::Condition(item))
            }
            Err(error) => Err(Failure::Store(self.failed(doing, error))),
        }
    }

    /// Deletes an item if the condition holds. Answers what was there.
    pub(crate) async fn delete(
        &self,
        doing: &str,
        key: Key,
        condition: Condition,
    ) -> Result<Option<Item>, Failure> {
        let (expression, values) = condition.parts();
        let delete = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .set_condition_expression(expression)
            .set_expression_attribute_values(values)
            .return_values(ReturnValue::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let done = self.again(is_conflict, || delete.clone().send()).await;
        match done {
            Ok(done) => {
                let item = done.attributes.map(Item);
                let units = write_units(bytes_of(item.as_ref()));
                self.meter.wrote(units, told(done.consumed_capacity.as_ref()));
                Ok(item)
            }
            Err(SdkError::ServiceError(refused))
                if matches!(refused.err(), DeleteItemError::ConditionalCheckFailedException(_)) =>
            {
                // Only marks are deleted on a condition.
                self.meter.wrote(write_units(0), None);
                Err(Failure::Condition(None))
            }
            Err(error) => Err(Failure::Store(self.failed(doing, error))),
        }
    }

    /// All of it or nothing. At most 100 writes.
    pub(crate) async fn transact(&self, doing: &str, writes: &[Write]) -> Result<(), Failure> {
        let items: Vec<TransactWriteItem> =
            writes.iter().map(|write| self.transaction_item(write)).collect::<Result<_, _>>()?;
        let units: u64 = writes.iter().map(|write| 2 * write.units()).sum();
        let transact = self
            .client
            .transact_write_items()
            .set_transact_items(Some(items))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let done = self.again(is_transaction_conflict, || transact.clone().send()).await;
        let told = done.as_ref().ok().map(|done| {
            let units = |told: &ConsumedCapacity| told.capacity_units().unwrap_or_default();
            whole(done.consumed_capacity().iter().map(units).sum())
        });
        // A transaction does not answer what was there. Where that was larger, the table tells more.
        self.meter.wrote(units.max(told.unwrap_or_default()), told);
        match done {
            Ok(_) => Ok(()),
            Err(error) if has_reason(&error, "ConditionalCheckFailed") => {
                Err(Failure::Condition(None))
            }
            Err(error) => {
                let mut failed = self.failed(doing, error);
                if failed.what.contains("Throttl") || failed.what.contains("TransactionConflict") {
                    failed.kind = StoreErrorKind::Busy;
                }
                Err(Failure::Store(failed))
            }
        }
    }

    fn transaction_item(&self, write: &Write) -> Stored<TransactWriteItem> {
        let broken = |error: aws_sdk_dynamodb::error::BuildError| StoreError {
            kind: StoreErrorKind::Failed,
            what: format!("a transaction on the table {} could not be made", self.name),
            source: Some(Box::new(error)),
        };
        let item = TransactWriteItem::builder();
        let item = match write.clone() {
            Write::Put(of, condition) => {
                let (expression, values) = condition.parts();
                let put = Put::builder()
                    .table_name(&self.name)
                    .set_item(Some(of.0))
                    .set_condition_expression(expression)
                    .set_expression_attribute_values(values);
                item.put(put.build().map_err(broken)?)
            }
            Write::Set(key, update, value) => {
                let set = Update::builder()
                    .table_name(&self.name)
                    .set_key(Some(key.attributes()))
                    .update_expression(update)
                    .condition_expression("attribute_exists(p)")
                    .expression_attribute_values(":v", value);
                item.update(set.build().map_err(broken)?)
            }
            Write::Delete(key) => {
                let delete =
                    Delete::builder().table_name(&self.name).set_key(Some(key.attributes()));
                item.delete(delete.build().map_err(broken)?)
            }
            Write::Check(key, condition) => {
                let (expression, values) = condition.parts();
                let check = ConditionCheck::builder()
                    .table_name(&self.name)
                    .set_key(Some(key.attributes()))
                    .set_condition_expression(expression)
                    .set_expression_attribute_values(values);
                item.condition_check(check.build().map_err(broken)?)
            }
        };
        Ok(item.build())
    }

    /// An item as it is now.
    pub(crate) async fn get(&self, doing: &str, key: Key) -> Stored<Option<Item>> {
        self.meter.call();
        let got = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| self.failed(doing, error))?;
        let item = got.item.map(Item);
        self.meter.read(bytes_of(item.as_ref()), true, None);
        Ok(item)
    }

    /// Items as they are now, in any order; those that are not there are left out.
    pub(crate) async fn get_all(
        &self,
        doing: &str,
        keys: impl IntoIterator<Item = Key>,
    ) -> Stored<Vec<Item>> {
        let keys: Vec<Attributes> = keys.into_iter().map(Key::attributes).collect();
        let mut found = Vec::new();
        for some in keys.chunks(BATCH) {
            let mut wanted = Some(some.to_vec());
            for tried in 0.. {
                let Some(keys) = wanted.take().filter(|keys| !keys.is_empty()) else { break };
                if tried > 0 {
                    self.pause(tried).await;
                }
                let asked = keys.len();
                let (items, left) = self.get_some(doing, keys).await?;
                self.meter.call();
                // What is not there is a unit as well.
                let missing = asked - items.len() - left.len();
                let sizes = items.iter().map(|item| item_bytes(&item.0));
                let sizes = sizes.chain(std::iter::repeat_n(0, missing));
                sizes.for_each(|bytes| self.meter.read(bytes, true, None));
                found.extend(items);
                if tried >= TRIES && !left.is_empty() {
                    return Err(StoreError {
                        kind: StoreErrorKind::Busy,
                        what: format!("{doing} in the table {} is throttled; try again", self.name),
                        source: None,
                    });
                }
                wanted = Some(left);
            }
        }
        Ok(found)
    }

    async fn get_some(
        &self,
        doing: &str,
        keys: Vec<Attributes>,
    ) -> Stored<(Vec<Item>, Vec<Attributes>)> {
        let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true);
        let wanted = wanted.build().map_err(|error| StoreError {
            kind: StoreErrorKind::Failed,
            what: format!("{doing} could not be asked for"),
            source: Some(Box::new(error)),
        })?;
        let got = self
            .client
            .batch_get_item()
            .request_items(&self.name, wanted)
            .send()
            .await
            .map_err(|error| self.failed(doing, error))?;
        let mut items = got.responses.unwrap_or_default();
        let left = got.unprocessed_keys.unwrap_or_default().remove(&self.name);
        let items = items.remove(&self.name).unwrap_or_default();
        Ok((items.into_iter().map(Item).collect(), left.map_or_else(Vec::new, |left| left.keys)))
    }

    /// All items of a query, in the order of `s`, as they are now.
    pub(crate) async fn query(&self, doing: &str, query: Query) -> Stored<Vec<Item>> {
        let mut found = Vec::new();
        self.pages(doing, query, |items| {
            found.extend(items);
            true
        })
        .await?;
        Ok(found)
    }

    /// Hands over the pages of a query until there are no more, or `take` has enough.
    pub(crate) async fn pages(
        &self,
        doing: &str,
        query: Query,
        mut take: impl FnMut(Vec<Item>) -> bool + Send,
    ) -> Stored<()> {
        let mut from = None;
        loop {
            let page = self.page(doing, &query, from).await?;
            let told = page.consumed_capacity.as_ref().and_then(ConsumedCapacity::capacity_units);
            let items: Vec<Item> = page.items.unwrap_or_default().into_iter().map(Item).collect();
            // Whole items are read, whatever is asked of them: the table tells more then.
            self.meter.read(items.iter().map(|item| item_bytes(&item.0)).sum(), true, told);
            from = page.last_evaluated_key;
            if !take(items) || from.is_none() {
                return Ok(());
            }
        }
    }

    async fn page(
        &self,
        doing: &str,
        query: &Query,
        from: Option<Attributes>,
    ) -> Stored<QueryOutput> {
        self.meter.call();
        let (expression, values) = query.parts();
        self.client
            .query()
            .table_name(&self.name)
            .key_condition_expression(expression)
            .set_expression_attribute_values(Some(values))
            .set_projection_expression(query.only.map(ToOwned::to_owned))
            .set_exclusive_start_key(from)
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| self.failed(doing, error))
    }

    /// How many items a partition has.
    pub(crate) async fn count(&self, doing: &str, partition: &str) -> Stored<u64> {
        let (mut count, mut from) = (0, None);
        loop {
            self.meter.call();
            let page = self
                .client
                .query()
                .table_name(&self.name)
                .key_condition_expression("p = :p")
                .expression_attribute_values(":p", item::text(partition))
                .select(Select::Count)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(|error| self.failed(doing, error))?;
            let told = page.consumed_capacity.as_ref().and_then(ConsumedCapacity::capacity_units);
            self.meter.read(0, false, told);
            count += u64::try_from(page.count).unwrap_or_default();
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(count);
            }
        }
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

impl Write {
    fn units(&self) -> u64 {
        match self {
            Self::Put(item, _) => write_units(item_bytes(&item.0)),
            // What is there is not known.
            Self::Set(..) | Self::Delete(_) | Self::Check(..) => 1,
        }
    }
}

fn bytes_of(item: Option<&Item>) -> usize {
    item.map_or(0, |item| item_bytes(&item.0))
}

/// Units of one write as the table told them.
fn told(capacity: Option<&ConsumedCapacity>) -> Option<u64> {
    capacity.and_then(ConsumedCapacity::capacity_units).map(whole)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole units")]
fn whole(units: f64) -> u64 {
    units as u64
}

fn has_reason(error: &SdkError<TransactWriteItemsError>, code: &str) -> bool {
    let SdkError::ServiceError(refused) = error else { return false };
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = refused.err() else {
        return false;
    };
    cancelled.cancellation_reasons().iter().any(|reason| reason.code() == Some(code))
}

/// Worth another try: somebody else was at it, and no condition failed.
fn is_transaction_conflict(error: &SdkError<TransactWriteItemsError>) -> bool {
    let busy = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];
    (is_conflict(error) || busy.iter().any(|code| has_reason(error, code)))
        && !has_reason(error, "ConditionalCheckFailed")
}
