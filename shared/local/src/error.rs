//! `SQLite`'s errors in the words of [`StoreError`].

use std::path::Path;

use laptime_core::port::{StoreError, StoreErrorKind};
use rusqlite::ErrorCode;

/// Says what failed on which file, and what to do.
pub(crate) fn store_error(path: &Path, doing: &str, error: rusqlite::Error) -> StoreError {
    let kind = kind_of(&error);
    let what = format!("{doing} in {} failed ({error}){}", path.display(), advice(kind));
    StoreError { kind, what, source: Some(Box::new(error)) }
}

fn kind_of(error: &rusqlite::Error) -> StoreErrorKind {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreErrorKind::Busy,
        Some(ErrorCode::DiskFull) => StoreErrorKind::Full,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreErrorKind::Corrupt,
        _ => StoreErrorKind::Failed,
    }
}

const fn advice(kind: StoreErrorKind) -> &'static str {
    match kind {
        StoreErrorKind::Busy => ": another process has held it for too long; try again",
        StoreErrorKind::Full => ": free some space on its disk",
        StoreErrorKind::Corrupt => {
            ": the file was left as it is; restore a copy, or move it away and start anew"
        }
        StoreErrorKind::Fenced
        | StoreErrorKind::Newer
        | StoreErrorKind::Missing
        | StoreErrorKind::Failed => "",
    }
}

/// Stored bytes that do not read back.
pub(crate) fn unreadable(
    path: &Path,
    what: &str,
    source: impl std::error::Error + Send + Sync + 'static,
) -> StoreError {
    StoreError {
        kind: StoreErrorKind::Corrupt,
        what: format!("{what} in {} cannot be read back ({source})", path.display()),
        source: Some(Box::new(source)),
    }
}

/// A write of a pass whose lease another one has taken over.
pub(crate) fn fenced(path: &Path) -> StoreError {
    StoreError {
        kind: StoreErrorKind::Fenced,
        what: format!(
            "this pass over {} was too slow and another one took over; nothing is lost, run it again",
            path.display()
        ),
        source: None,
    }
}
