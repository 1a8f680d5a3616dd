//! A plain HTTP client, and what is done with it: Grafana, and webhooks of chats.

mod address;
mod client;
mod grafana;
mod hook;

pub use address::{Address, NotAnAddress, escaped};
pub use client::{Call, Client, Failure, Limits, Reply};
pub use grafana::{Grafana, NotGrafana};
pub use hook::{Hook, NotAHook};
