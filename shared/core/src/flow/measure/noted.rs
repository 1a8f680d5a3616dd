//! What one pass leaves to the next about samples: under way, and sent.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::port::{Note, Notes, StoreError, StoreErrorKind, Stored, Within};
use crate::row::DayKey;
use crate::stored::{from_bytes, to_bytes};

/// Samples under way. What is found here at the start of a pass is lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Flight {
    pub(super) samples: u64,
    /// Lost before, and not told yet.
    pub(super) lost: u64,
}

/// What has been done about a day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sent {
    /// The mark on the day when it was last looked at.
    pub(super) mark: u64,
    /// The attempts whose samples have been sent.
    pub(super) attempts: BTreeSet<Within>,
}

/// A note; one that cannot be read begins anew.
pub(in crate::flow) async fn read<T>(notes: &impl Notes, note: Note) -> Stored<T>
where
    T: DeserializeOwned + Default,
{
    let bytes = bytes(notes, note).await?;
    Ok(bytes.and_then(|bytes| from_bytes(&bytes).ok()).unwrap_or_default())
}

/// What has been done about a day; none where that cannot be read.
pub(super) async fn sent(notes: &impl Notes, day: DayKey) -> Stored<Option<Sent>> {
    match bytes(notes, Note::Sent(day)).await? {
        None => Ok(Some(Sent::default())),
        Some(bytes) => Ok(from_bytes(&bytes).ok()),
    }
}

/// The bytes of a note. One that is damaged has none that can be read.
pub(super) async fn bytes(notes: &impl Notes, note: Note) -> Stored<Option<Vec<u8>>> {
    match notes.note(note).await {
        Err(error) if error.kind == StoreErrorKind::Corrupt => Ok(Some(Vec::new())),
        note => note,
    }
}

pub(in crate::flow) fn stored<T: Serialize>(value: &T) -> Stored<Vec<u8>> {
    to_bytes(value).map_err(|error| StoreError {
        kind: StoreErrorKind::Failed,
        what: "a note could not be made".to_owned(),
        source: Some(Box::new(error)),
    })
}
