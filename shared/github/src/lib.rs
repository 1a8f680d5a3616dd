//! What Laptime says on GitHub: issues, comments and check-runs, within its rate limits.
//!
//! octocrab signs requests and sends them. What it would do beyond that is left out or off: it
//! re-sends creates, and its types do not take all that GitHub answers.

mod answer;
mod client;
mod credentials;
mod forge;
mod limits;
mod pace;
mod place;
mod pulls;
mod trouble;

pub use client::{GitHub, Spent};
pub use credentials::{Credentials, NoCredentials};
pub use limits::{Limit, Limits};
pub use place::{NoPlace, Place};
