//! Laptime on AWS: the ports on `DynamoDB`, S3 and `CloudWatch`, secrets, and logs as Lambda wants
//! them. Adapters decide nothing.

mod clients;
mod days;
mod file;
mod inbox;
mod key;
mod lease;
mod ledger;
mod library;
mod load;
mod rows;
mod store;
mod stream;
mod table;

pub use clients::Clients;
pub use lease::LEASE_MS;
pub use store::Store;
pub use stream::Position;
pub use table::units::{Units, item_bytes, write_units};
