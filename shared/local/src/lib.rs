//! Laptime's embedded store: `SQLite` in one file, for one machine. Several processes may use it at
//! once; a killed one leaves nothing half-written.

mod counting;
mod error;
mod exposing;
mod findings;
mod inbox;
mod ledger;
mod library;
mod looking;
mod notes;
mod notices;
mod remarks;
mod rows;
mod schema;
mod store;
#[cfg(test)]
mod tests;
mod writer;

pub use counting::Counted;
pub use ledger::Cursor;
pub use library::Snapshot;
pub use looking::Kept;
pub use store::{FILE_NAME, LEASE_MS, Store};
pub use writer::Writer;
