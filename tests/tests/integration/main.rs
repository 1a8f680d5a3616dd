//! The integration tests: stores against their contract, flows as stories and properties, and the
//! real program over HTTP.

#![allow(
    clippy::disallowed_methods,
    reason = "tests may ask for variables and the time, and panic where something is wrong"
)]

mod contract;
mod crashes;
mod end_to_end;
mod examples;
mod properties;
mod stories;
