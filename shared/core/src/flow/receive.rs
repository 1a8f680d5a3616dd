//! One delivery: verified, read, kept.

use crate::ingest::{MAX_BODY, Malformed, Progress, Reading, Secrets, Unsigned, read};
use crate::port::{Appended, Inbox, StoreError};
use crate::time::Time;

/// A webhook request as it came in.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// Header `X-GitHub-Event`.
    pub event: Option<&'a str>,
    /// Header `X-Hub-Signature-256`.
    pub signature: Option<&'a str>,
    /// The raw body.
    pub body: &'a [u8],
}

/// What is answered to a delivery.
#[derive(Debug)]
pub enum Answer {
    /// Stored, durably.
    Stored,
    /// The same event was stored before.
    Duplicate,
    /// Not something we keep, and why.
    Ignored(String),
    /// Not believed.
    Unsigned(Unsigned),
    /// Signed, but not what it should be.
    Malformed(Malformed),
    /// No event name came with it.
    NoEvent,
    /// Larger than [`MAX_BODY`].
    TooLarge,
    /// Our own fault: GitHub shows it as failed, and it can be redelivered.
    Unavailable(StoreError),
}

/// Receives one delivery at `now`. Unsigned ones cost no call on the store.
pub async fn receive(
    inbox: &impl Inbox,
    secrets: &Secrets,
    progress: Progress,
    delivery: Delivery<'_>,
    now: Time,
) -> Answer {
    if delivery.body.len() > MAX_BODY {
        return Answer::TooLarge;
    }
    if let Err(unsigned) = secrets.verify(delivery.body, delivery.signature) {
        return Answer::Unsigned(unsigned);
    }
    let Some(name) = delivery.event else {
        return Answer::NoEvent;
    };
    let event = match read(name, delivery.body, progress) {
        Ok(Reading::Event(event)) => event,
        Ok(Reading::Ignored(reason)) => return Answer::Ignored(reason),
        Err(malformed) => return Answer::Malformed(malformed),
    };
    match inbox.append(&event, now).await {
        Ok(Appended::New) => Answer::Stored,
        Ok(Appended::Known) => Answer::Duplicate,
        Err(error) => Answer::Unavailable(error),
    }
}

impl Answer {
    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Stored => 202,
            Self::Duplicate | Self::Ignored(_) => 200,
            Self::Malformed(_) | Self::NoEvent => 400,
            Self::Unsigned(_) => 401,
            Self::TooLarge => 413,
            Self::Unavailable(_) => 503,
        }
    }

    /// What the answer says, in a line. Never the body, a secret or a path.
    pub fn message(&self) -> String {
        match self {
            Self::Stored => "stored".to_owned(),
            Self::Duplicate => "duplicate: stored before".to_owned(),
            Self::Ignored(reason) => format!("ignored: {reason}"),
            Self::Unsigned(unsigned) => unsigned.to_string(),
            Self::Malformed(malformed) => malformed.to_string(),
            Self::NoEvent => "header X-GitHub-Event is missing".to_owned(),
            Self::TooLarge => format!("the body is larger than {MAX_BODY} bytes"),
            Self::Unavailable(error) => {
                format!("not stored, redeliver it later: {}", error.kind)
            }
        }
    }
}
