//! Opening the file, and transactions on it.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use laptime_core::model::AttemptId;
use laptime_core::port::{Fence, StoreError, StoreErrorKind, Stored};
use laptime_core::row::WorkflowId;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::error::{fenced, store_error};
use crate::{Snapshot, Writer, schema};

/// Name of the file within the data folder.
pub const FILE_NAME: &str = "laptime.db";

/// A lease that is not renewed for this long lapses.
pub const LEASE_MS: i64 = 10_000;

/// How long a call waits for another process before it answers busy. GitHub gives up after 10 s.
const BUSY: Duration = Duration::from_secs(4);

/// The embedded store in one data folder.
#[derive(Debug)]
pub struct Store {
    pub(crate) path: PathBuf,
    pub(crate) conn: Mutex<Connection>,
}

impl Store {
    /// Opens the store in `folder`, making both where they are missing.
    pub fn open(folder: &Path) -> Stored<Self> {
        std::fs::create_dir_all(folder).map_err(|error| StoreError {
            kind: StoreErrorKind::Failed,
            what: format!("the data folder {} cannot be made ({error})", folder.display()),
            source: Some(Box::new(error)),
        })?;
        let path = folder.join(FILE_NAME);
        let mut conn = connect(&path, OpenFlags::SQLITE_OPEN_CREATE)?;
        if !schema::is_current(&conn, &path)? {
            schema::migrate(&mut conn, &path)?;
        }
        Ok(Self { path, conn: Mutex::new(conn) })
    }

    /// Opens the store in `folder`; a missing one is an error.
    pub fn open_existing(folder: &Path) -> Stored<Self> {
        if folder.join(FILE_NAME).is_file() {
            return Self::open(folder);
        }
        Err(StoreError {
            kind: StoreErrorKind::Missing,
            what: format!(
                "{FILE_NAME} is not in {}; `laptime serve` and `laptime replay` make one",
                folder.display()
            ),
            source: None,
        })
    }

    /// A thread that commits events in groups, on a connection of its own.
    pub fn writer(&self) -> Stored<Writer> {
        let conn = connect(&self.path, OpenFlags::empty())?;
        // It only ever appends: the last pages of a table and an index are all it comes back to.
        conn.pragma_update(None, "cache_size", -1_024)
            .map_err(|error| store_error(&self.path, "opening the store", error))?;
        Writer::start(conn, self.path.clone())
    }

    /// A view of the store as it is now, on a connection of its own.
    pub fn snapshot(&self) -> Stored<Snapshot> {
        Snapshot::begin(connect(&self.path, OpenFlags::empty())?, self.path.clone())
    }

    /// Lends the connection.
    pub(crate) fn with<T>(&self, run: impl FnOnce(&Connection) -> T) -> T {
        run(&self.conn.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads, outside of any transaction of its own.
    pub(crate) fn read<T>(
        &self,
        doing: &str,
        run: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Stored<T> {
        self.with(run).map_err(|error| store_error(&self.path, doing, error))
    }

    /// Writes in one transaction.
    pub(crate) fn write<T>(
        &self,
        doing: &str,
        run: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Stored<T> {
        let mut conn = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        let transact = || {
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = run(&tx)?;
            tx.commit()?;
            Ok(done)
        };
        transact().map_err(|error| store_error(&self.path, doing, error))
    }

    /// Writes in one transaction, unless a later pass holds the lease.
    pub(crate) fn write_fenced<T>(
        &self,
        doing: &str,
        fence: Fence,
        run: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Stored<T> {
        let done = self.write(doing, |tx| {
            let latest: i64 = tx.query_row("SELECT fence FROM pass", [], |row| row.get(0))?;
            if latest == sql(fence.0) { run(tx).map(Some) } else { Ok(None) }
        })?;
        done.ok_or_else(|| fenced(&self.path))
    }
}

/// Opens a connection, and makes the file only if these flags say so: a new one in place of one that
/// was deleted would hide that events still go to the old. Nothing is written to a file that is
/// damaged, newer or not ours.
fn connect(path: &Path, create: OpenFlags) -> Stored<Connection> {
    let failed = |error| store_error(path, "opening the store", error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | create;
    let conn = Connection::open_with_flags(path, flags).map_err(failed)?;
    conn.busy_timeout(BUSY).map_err(failed)?;
    schema::check(&conn, path)?;
    let set_up = || -> rusqlite::Result<()> {
        conn.pragma_update(None, "journal_mode", "WAL")?;
        // Every commit is on disk before it is answered for.
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "cache_size", -4_096)?;
        conn.pragma_update(None, "journal_size_limit", 64 << 20)?;
        // 16 MB: the last pages of tables and indexes are written back once for many commits.
        conn.pragma_update(None, "wal_autocheckpoint", 4_096)?;
        conn.set_prepared_statement_cache_capacity(64);
        Ok(())
    };
    set_up().map_err(failed)?;
    Ok(conn)
}

/// `SQLite`'s integers are signed. Ids fit, as ingest refuses larger ones.
pub(crate) fn sql(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(crate) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

pub(crate) fn attempt_params(id: AttemptId) -> (i64, i64, i64) {
    (sql(id.repository), sql(id.run), i64::from(id.attempt))
}

pub(crate) fn workflow_params(id: WorkflowId) -> (i64, i64) {
    (sql(id.repository), sql(id.workflow))
}

/// The workflow that a row begins with.
pub(crate) fn workflow_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<WorkflowId> {
    Ok(WorkflowId { repository: unsigned(row.get(0)?), workflow: unsigned(row.get(1)?) })
}
