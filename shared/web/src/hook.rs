//! A webhook of a chat: Slack's, or another's that takes the same body.

use std::fmt;

use hyper::Method;
use laptime_core::hostile;
use laptime_core::port::{Channel, ChannelError, Notice};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::{Address, Call, Client, Failure, Limits, NotAnAddress, Reply};

/// Longest answer that is told as the reason, in characters: Slack's are words such as `no_service`.
const REASON: usize = 60;

/// A webhook. Its path and query are the secret.
pub struct Hook {
    client: Client,
    address: Address,
    query: SecretString,
}

/// Why there is none to send to. Holds no part of the address.
#[derive(Debug, thiserror::Error)]
pub enum NotAHook {
    /// The address is none.
    #[error(
        "the address of the chat's webhook {}; copy all of it, as in \
         https://hooks.slack.com/services/T0/B0/SECRET",
        .0.why()
    )]
    Address(#[from] NotAnAddress),
    /// It has no path.
    #[error("the address of the chat's webhook names a host alone: copy all of it")]
    Bare,
    /// Others could read it.
    #[error(
        "the address of the chat's webhook does not begin with https: it would be readable on its \
         way, and whoever has it can write to the chat"
    )]
    Readable,
    /// There is no certificate to know an HTTPS server by.
    #[error("certificates cannot be read ({0}): install those of the system (ca-certificates)")]
    Certificates(#[from] std::io::Error),
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook").field("host", &self.address.host()).finish_non_exhaustive()
    }
}

impl Hook {
    /// At an address. Nothing is sent yet.
    ///
    /// # Errors
    /// When the address is none, is not of HTTPS and not of this machine, or there are no
    /// certificates.
    pub fn new(address: &SecretString) -> Result<Self, NotAHook> {
        Self::within(Limits::default(), address)
    }

    /// The same with limits of time and size.
    ///
    /// # Errors
    /// As [`Hook::new`].
    pub fn within(limits: Limits, address: &SecretString) -> Result<Self, NotAHook> {
        let text = address.expose_secret().trim();
        let (place, query) = text.split_at(text.find('?').unwrap_or(text.len()));
        let address = Address::parse(place)?;
        if !address.has_path() {
            return Err(NotAHook::Bare);
        }
        if !address.is_private() {
            return Err(NotAHook::Readable);
        }
        // Told now and not with every message.
        address.at(query).map_err(|_| NotAnAddress::of_query())?;
        Ok(Self { client: Client::new(limits)?, address, query: query.to_owned().into() })
    }

    fn error(&self, is_unsure: bool, why: &str) -> ChannelError {
        let host = self.address.host();
        let what = format!("the chat at {host} did not take a notice: {why}");
        ChannelError { is_unsure, what }
    }

    fn refused(&self, reply: &Reply) -> ChannelError {
        let status = reply.status;
        let said = reason(&reply.body).map_or_else(String::new, |said| format!(" ({said})"));
        let (is_unsure, what_to_do) = match status.as_u16() {
            300..=399 => (false, "it leads elsewhere; set the webhook to where it leads"),
            400 => (false, "it does not take the message; is it a webhook that takes Slack's?"),
            401 | 403 => (false, "it does not let this webhook write; allow it, or make a new one"),
            404 | 410 => (false, "the webhook or its channel is gone; make a new one"),
            429 => (false, "it was asked for too much; the next pass tries again"),
            402..=499 => (false, "the next pass tries again"),
            _ => (true, AGAIN),
        };
        self.error(is_unsure, &format!("{status}{said}: {what_to_do}"))
    }
}

const AGAIN: &str = "it may have arrived, so it is sent again in ten minutes, and says so";

impl Channel for Hook {
    fn name(&self) -> &'static str {
        "slack"
    }

    async fn send(&self, notice: &Notice) -> Result<(), ChannelError> {
        let body = Some(json!({ "text": notice.chat }).to_string());
        let path = self.query.expose_secret();
        let call = Call { method: Method::POST, path, token: None, body };
        match self.client.send(&self.address, &call).await {
            Ok(reply) if reply.status.is_success() => Ok(()),
            Ok(reply) => Err(self.refused(&reply)),
            Err(failure @ (Failure::Malformed(_) | Failure::Unconnected(_))) => {
                Err(self.error(false, &format!("{failure}; the next pass tries again")))
            }
            Err(failure @ Failure::TooLarge(_)) => Err(self.error(true, &failure.to_string())),
            Err(failure @ (Failure::Unreachable(_) | Failure::Silent(_))) => {
                Err(self.error(true, &format!("{failure}: {AGAIN}")))
            }
        }
    }
}

/// What an answer gives as the reason, where it is a word or a few.
fn reason(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?.trim();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_ .,'".contains(c);
    let is_short = (1..=REASON).contains(&text.len()) && text.chars().all(is_plain);
    is_short.then(|| hostile::log(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook(address: &str) -> Result<Hook, NotAHook> {
        Hook::new(&SecretString::from(address))
    }

    #[test]
    fn an_address_is_of_https_or_of_this_machine_and_never_told() {
        for fine in [
            "https://hooks.slack.com/services/T0/B0/secret",
            " https://chat.example.org/hooks/secret?key=a%20b \n",
            "https://discord.com/api/webhooks/1/secret/slack",
            "http://127.0.0.1:8065/hooks/secret",
            "http://[::1]:8065/hooks/secret",
            "http://localhost/hooks/secret",
        ] {
            let told = format!("{:?}", hook(fine).unwrap());
            assert!(!told.contains("secret"), "{told}");
        }
        for wrong in [
            "",
            "secret",
            "https://",
            "https://hooks.slack.com/?secret",
            "http://hooks.slack.com/services/secret",
            "http://localhost.example.org/secret",
            "https://u:secret@hooks.slack.com/services",
            "https://hooks.slack.com/a?b c secret",
            "ftp://hooks.slack.com/secret",
        ] {
            let told = hook(wrong).unwrap_err().to_string();
            assert!(!told.contains("secret"), "{told}");
        }
    }

    #[test]
    fn only_a_few_plain_words_are_told_as_the_reason() {
        assert_eq!(reason(b"no_service\n").as_deref(), Some("no_service"));
        for other in [&b""[..], b"<html>", b"{\"a\": 1}", &[b'a'; 61], b"https://x/secret"] {
            assert_eq!(reason(other), None);
        }
    }
}
