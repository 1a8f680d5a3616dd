//! The tables, their version, and how an older file becomes a newer one.

use std::path::Path;

use laptime_core::port::{StoreError, StoreErrorKind, Stored};
use rusqlite::Connection;

use crate::error::store_error;

/// Marks a `SQLite` file as ours: "Lapt".
const APPLICATION_ID: i32 = 0x4c61_7074;

/// Each entry brings the schema from its index to the next version.
const MIGRATIONS: [&str; 5] = [
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
];

/// Refuses files that are not ours or too new, before anything is written to them.
pub(crate) fn check(conn: &Connection, path: &Path) -> Stored<()> {
    let read = |pragma: &str| conn.query_row(pragma, [], |row| row.get::<_, i32>(0));
    let failed = |error| store_error(path, "opening the store", error);
    let version = read("PRAGMA user_version").map_err(failed)?;
    let application = read("PRAGMA application_id").map_err(failed)?;
    let tables = read("SELECT count(*) FROM sqlite_schema").map_err(failed)?;
    if application != APPLICATION_ID && (tables > 0 || application != 0) {
        return Err(refused(
            StoreErrorKind::Corrupt,
            format!("{} is a database of another program; name another folder", path.display()),
        ));
    }
    if usize::try_from(version).unwrap_or(usize::MAX) > MIGRATIONS.len() {
        return Err(refused(
            StoreErrorKind::Newer,
            format!(
                "{} has schema version {version}, this program knows {}; the file was left as it \
                 is, use the newer laptime",
                path.display(),
                MIGRATIONS.len()
            ),
        ));
    }
    Ok(())
}

/// Whether nothing is left to migrate: then opening takes no lock.
pub(crate) fn is_current(conn: &Connection, path: &Path) -> Stored<bool> {
    let version: i64 = conn
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(|error| store_error(path, "opening the store", error))?;
    Ok(usize::try_from(version) == Ok(MIGRATIONS.len()))
}

/// Brings the file to the newest version, in one transaction.
pub(crate) fn migrate(conn: &mut Connection, path: &Path) -> Stored<()> {
    let failed = |error| store_error(path, "bringing the schema up to date", error);
    let mut migrated = || -> rusqlite::Result<()> {
        let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let version: i64 = tx.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let newer = MIGRATIONS.iter().zip(1_i64..).filter(|(_, to)| *to > version);
        for (migration, to) in newer {
            tx.execute_batch(migration)?;
            tx.pragma_update(None, "application_id", APPLICATION_ID)?;
            tx.pragma_update(None, "user_version", to)?;
        }
        tx.commit()
    };
    migrated().map_err(failed)
}

fn refused(kind: StoreErrorKind, what: String) -> StoreError {
    StoreError { kind, what, source: None }
}
