//! Laptime on AWS: the ports on `DynamoDB`, S3 and `CloudWatch`, secrets, and logs as Lambda wants
//! them. Adapters decide nothing.

mod clients;
mod days;
pub mod envelope;
mod file;
mod findings;
#[cfg(feature = "lambda")]
pub mod function;
mod inbox;
mod key;
mod lease;
mod ledger;
mod library;
mod load;
mod metrics;
mod notes;
mod notices;
mod objects;
mod record;
mod remarks;
mod repair;
mod roots;
mod rows;
mod said;
mod secret;
mod settings;
mod store;
mod stream;
mod table;
#[cfg(feature = "lambda")]
mod telemetry;
mod topic;
mod unsent;

pub use clients::Clients;
pub use lease::LEASE_MS;
pub use metrics::CloudWatch;
pub use objects::Bucket;
pub use record::Record;
pub use secret::{NoSecretNow, PLACE_FORM, Place, Purpose, Secret, Vault};
pub use settings::{Settings, clock};
pub use store::Store;
pub use stream::Position;
pub use table::units::{Units, item_bytes, write_units};
pub use topic::{NotATopic, TOPIC_FORM, Topic, TopicArn};
