//! GitHub's signature: HMAC-SHA256 over the raw bytes of the body.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The webhook secrets that are valid now: two while one is being rotated. Holds prepared keys,
/// never the text, and prints neither.
#[derive(Clone)]
pub struct Secrets(Vec<Hmac<Sha256>>);

/// No secret was given.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("no webhook secret: set LAPTIME_WEBHOOK_SECRET to the secret of the GitHub webhook")]
pub struct NoSecret;

/// Why a delivery is not believed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unsigned {
    /// There is no `X-Hub-Signature-256`.
    #[error("header X-Hub-Signature-256 is missing: set a secret on the GitHub webhook")]
    Missing,
    /// The header is not `sha256=` and 64 hexadecimal digits.
    #[error("header X-Hub-Signature-256 is not `sha256=` and 64 hexadecimal digits")]
    NotASignature,
    /// No secret in force gives this signature for this body.
    #[error("the signature does not match: is the secret here the one of the GitHub webhook?")]
    Wrong,
}

impl Secrets {
    /// Reads secrets separated by commas; white space around each is dropped.
    pub fn parse(text: &str) -> Result<Self, NoSecret> {
        let keys: Vec<_> = text
            .split(',')
            .map(str::trim)
            .filter(|secret| !secret.is_empty())
            .filter_map(|secret| Hmac::new_from_slice(secret.as_bytes()).ok())
            .collect();
        if keys.is_empty() { Err(NoSecret) } else { Ok(Self(keys)) }
    }

    /// Checks the header value against the raw body, in constant time per secret.
    pub fn verify(&self, body: &[u8], header: Option<&str>) -> Result<(), Unsigned> {
        let tag = tag(header)?;
        let matches =
            |key: &Hmac<Sha256>| key.clone().chain_update(body).verify_slice(&tag).is_ok();
        if self.0.iter().any(matches) { Ok(()) } else { Err(Unsigned::Wrong) }
    }

    /// The header value GitHub would send for this body, under the first secret.
    pub fn sign(&self, body: &[u8]) -> String {
        let tag = self.0.first().map(|key| key.clone().chain_update(body).finalize().into_bytes());
        format!("sha256={}", hex::encode(tag.unwrap_or_default()))
    }
}

/// Whether a header value looks like a signature at all: told before the body is read.
pub fn is_signature(header: Option<&str>) -> Result<(), Unsigned> {
    tag(header).map(drop)
}

fn tag(header: Option<&str>) -> Result<[u8; 32], Unsigned> {
    let header = header.ok_or(Unsigned::Missing)?;
    let digits = header.strip_prefix("sha256=").ok_or(Unsigned::NotASignature)?;
    let mut tag = [0; 32];
    hex::decode_to_slice(digits, &mut tag).map_err(|_| Unsigned::NotASignature)?;
    Ok(tag)
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} not shown)", self.0.len())
    }
}
