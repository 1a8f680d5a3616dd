//! The kit of the integration tests: scenarios that speak of runs and jobs, stores that live in
//! memory or crash on demand, and the real program as a child process.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::disallowed_methods,
    reason = "a test helper that panics fails the test, which is what it is for"
)]

mod chat;
mod cloud;
mod crashing;
mod deployed;
mod doom;
mod faulty;
mod flows;
mod gathered;
mod github;
mod grafana;
mod histories;
mod hub;
mod lambda;
mod memory;
mod patience;
mod program;
mod raw;
mod reading;
mod relay;
mod scenario;
mod strategy;
mod stumbling;
mod weeks;
mod workload;

pub use chat::{Chat, DyingChat, Reception};
pub use cloud::{Cloud, cloud};
pub use crashing::Crashing;
pub use deployed::Deployed;
pub use doom::{Dead, Doom, Moment};
pub use faulty::{Faulty, Trouble};
pub use flows::{
    aggregate_at, append_all, at, measure_at, publish_at, report_json, report_of, wait,
};
pub use gathered::{Bucket, Fate, Gathered};
pub use github::{GitHubStandIn, client, github};
pub use grafana::{Grafana, Marked};
pub use histories::{busy_history, hostile_history, jumbled, lines, recent_history, report_schema};
pub use hub::{Dying, Hub, HubCheck, HubIssue};
pub use lambda::{Ended, Function, Outcome};
pub use memory::Memory;
pub use patience::{PATIENCE, agent};
pub use program::{Answer, Laptime, Served, variable};
pub use raw::Heard;
pub use reading::Measured;
pub use relay::{Fault, Relay};
pub use scenario::{Delivery, Job, Run, signature};
pub use strategy::{History, histories};
pub use stumbling::Stumbling;
pub use weeks::{Slow, Weeks};
pub use workload::{Arrival, Workload, pass_at, refold_at};
