//! What the SDK says, in the words of [`StoreError`].

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use laptime_core::port::{StoreError, StoreErrorKind};

use crate::said::said;
use crate::table::item::Item;

/// Why a write did not happen.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Its condition does not hold; the item that stood in the way, where it was told.
    Condition(Option<Item>),
    /// The table could not do it.
    Store(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A condition that cannot fail did.
impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => error,
            Failure::Condition(item) => Self {
                kind: StoreErrorKind::Failed,
                what: format!(
                    "a write was refused because of what is there ({})",
                    item.as_ref().map_or("an item", Item::sort)
                ),
                source: None,
            },
        }
    }
}

/// Says what failed on which table, and what to do.
pub(crate) fn store_error<E>(table: &str, doing: &str, error: &SdkError<E>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let kind = kind_of(error.code());
    let advice = if matches!(error, SdkError::DispatchFailure(_) | SdkError::TimeoutError(_)) {
        ": check the network, the region, and AWS_ENDPOINT_URL if it is set"
    } else {
        advice(kind, error.code())
    };
    let what = format!("{doing} in the table {table} failed ({}){advice}", said(error));
    StoreError { kind, what, source: None }
}

fn kind_of(code: Option<&str>) -> StoreErrorKind {
    match code {
        Some(
            "ProvisionedThroughputExceededException"
            | "ThrottlingException"
            | "RequestLimitExceeded"
            | "LimitExceededException"
            | "TransactionConflictException"
            | "TransactionInProgressException",
        ) => StoreErrorKind::Busy,
        Some("ResourceNotFoundException") => StoreErrorKind::Missing,
        _ => StoreErrorKind::Failed,
    }
}

fn advice(kind: StoreErrorKind, code: Option<&str>) -> &'static str {
    match (kind, code) {
        (StoreErrorKind::Busy, _) => ": it is throttled; try again",
        (StoreErrorKind::Missing, _) => ": check its name, the account and the region",
        (_, Some("AccessDeniedException" | "UnrecognizedClientException")) => {
            ": check the credentials and their policy"
        }
        (_, Some("ValidationException")) => ": is it a table of Laptime's?",
        _ => "",
    }
}

/// Whether another transaction was at the same item: worth another try at once.
pub(crate) fn is_conflict<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    matches!(error.code(), Some("TransactionConflictException" | "TransactionInProgressException"))
}

/// Stored bytes that do not read back.
pub(crate) fn unreadable(table: &str, what: &str, why: &impl std::fmt::Display) -> StoreError {
    StoreError {
        kind: StoreErrorKind::Corrupt,
        what: format!("{what} in the table {table} cannot be read back ({why})"),
        source: None,
    }
}

/// A write of a pass whose lease another one has taken over.
pub(crate) fn fenced(table: &str) -> StoreError {
    StoreError {
        kind: StoreErrorKind::Fenced,
        what: format!(
            "this pass over the table {table} was too slow and another one took over; nothing is \
             lost, the next one goes on with what is left"
        ),
        source: None,
    }
}
