//! Calls that write to the table, each with what must hold.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    ConditionCheck, ConsumedCapacity, Delete, Put, ReturnConsumedCapacity, ReturnValue,
    ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use laptime_core::port::{StoreError, StoreErrorKind, Stored};

use super::ask::{Condition, Write};
use super::error::{Failure, is_conflict};
use super::item::Item;
use super::units::{item_bytes, write_units};
use super::{Table, bytes_of};
use crate::key::Key;

impl Table {
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
                let busy = is_transaction_conflict(&error);
                let mut failed = self.failed(doing, error);
                if busy {
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
