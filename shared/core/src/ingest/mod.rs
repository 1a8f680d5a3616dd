//! From a signed delivery to an event. JSON enters here and does not leave: past this module there
//! are only [`Event`]s.

mod payload;
mod signature;
mod token;

use crate::model::Event;

pub use payload::Malformed;
pub use signature::{NoSecret, Secrets, Unsigned, is_signature};
pub use token::{NotAToken, PageToken};

/// The largest body taken, in bytes. Real ones are 4 to 25 kB.
pub const MAX_BODY: usize = 5 * 1024 * 1024;

/// Whether deliveries that only report progress are kept.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Progress {
    /// Keep them: `status` counts what has not completed.
    #[default]
    Keep,
    /// Drop them: the completed event repeats their times, and reports do not need them.
    Drop,
}

/// What a verified delivery amounts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// An event to store.
    Event(Box<Event>),
    /// Nothing to store, and why.
    Ignored(String),
}

/// Reads the body of a verified delivery with the event name of its `X-GitHub-Event` header.
///
/// # Errors
/// [`Malformed`] when a body that should be a run or a job is not, with the field named.
pub fn read(event: &str, body: &[u8], progress: Progress) -> Result<Reading, Malformed> {
    match event {
        "workflow_run" => payload::run(body, progress),
        "workflow_job" => payload::job(body, progress),
        "ping" => payload::ping(body),
        other => Ok(Reading::Ignored(format!("event `{}` is not used", clip(other)))),
    }
}

/// The first characters of text that a stranger sent.
fn clip(text: &str) -> String {
    text.chars().take(64).flat_map(char::escape_default).collect()
}

#[cfg(test)]
mod tests;
