//! The integration tests: stores against their contract, flows as stories and properties, and the
//! real program over HTTP.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "a test may ask for the time, compare exact figures, and panic where something is wrong"
)]

mod aws;
mod check;
mod contract;
mod crashes;
mod detect;
mod dynamodb;
mod end_to_end;
mod examples;
mod findings;
mod github;
mod grafana;
mod measure;
mod metrics;
mod notices;
mod notify;
mod outage;
mod page;
mod pages;
mod people;
mod permissions;
mod plan;
mod properties;
mod publish;
mod remark;
mod stories;
mod template;
mod thresholds;
mod units;
mod webhook;
