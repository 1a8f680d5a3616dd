//! The pure heart of Laptime. Every function here takes the time as a value and does no I/O of its
//! own: stores, clocks and networks are behind the traits of [`port`], and live in other crates.
//!
//! Delivery → Event → Attempt → Sample → Series → Finding → Report: see `docs/ARCHITECTURE.md`.

pub mod check;
pub mod config;
pub mod dashboard;
pub mod exposed;
pub mod fleet;
pub mod flow;
pub mod hostile;
pub mod ingest;
pub mod judging;
#[cfg(test)]
mod kept;
pub mod life;
#[cfg(test)]
mod method;
pub mod model;
mod news;
pub mod plan;
pub mod port;
pub mod prometheus;
pub mod pulls;
pub mod render;
pub mod report;
pub mod rollup;
pub mod row;
pub mod series;
pub mod stats;
pub mod stored;
pub mod time;
pub mod timeline;
pub mod track;
