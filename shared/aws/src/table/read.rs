//! Calls that read the table.

use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::{
    ConsumedCapacity, KeysAndAttributes, ReturnConsumedCapacity, Select,
};
use laptime_core::port::{StoreError, StoreErrorKind, Stored};

use super::ask::Query;
use super::item::{self, Attributes, Item};
use super::units::item_bytes;
use super::{TRIES, Table, bytes_of};
use crate::key::Key;

/// Keys in one `BatchGetItem`.
const BATCH: usize = 100;

impl Table {
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
        if query.is_empty() {
            return Ok(());
        }
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
}
