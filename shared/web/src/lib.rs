//! A plain HTTP client, and what is done with it: Grafana.

mod address;
mod client;
mod grafana;

pub use address::{Address, NotAnAddress, escaped};
pub use client::{Call, Client, Failure, Limits, Reply};
pub use grafana::{Grafana, NotGrafana};
