//! The token that opens the pages to those who are not on the machine itself.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Shorter ones can be tried out.
const LEAST_CHARS: usize = 16;

/// The token as a prepared key, never as text.
#[derive(Clone)]
pub struct PageToken {
    key: Hmac<Sha256>,
    tag: Vec<u8>,
}

/// A token that will not do.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotAToken {
    /// Too short.
    #[error(
        "LAPTIME_PAGE_TOKEN has fewer than {LEAST_CHARS} characters: make one with \
         `openssl rand -hex 32`"
    )]
    Short,
    /// It cannot be sent in a header as it is.
    #[error(
        "LAPTIME_PAGE_TOKEN may hold visible ASCII characters only: make one with \
         `openssl rand -hex 32`"
    )]
    Unfit,
}

impl PageToken {
    /// Reads a token; white space around it is dropped.
    pub fn parse(text: &str) -> Result<Self, NotAToken> {
        let text = text.trim();
        if text.len() < LEAST_CHARS {
            return Err(NotAToken::Short);
        }
        if !text.chars().all(|c| c.is_ascii_graphic()) {
            return Err(NotAToken::Unfit);
        }
        let key = Hmac::new_from_slice(text.as_bytes()).map_err(|_| NotAToken::Unfit)?;
        let tag = Mac::chain_update(Clone::clone(&key), text).finalize().into_bytes().to_vec();
        Ok(Self { key, tag })
    }

    /// Whether this is the token. Digests are compared, in constant time, so that time tells neither
    /// its beginning nor its length.
    pub fn is(&self, given: &str) -> bool {
        self.key.clone().chain_update(given).verify_slice(&self.tag).is_ok()
    }
}

impl fmt::Debug for PageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageToken(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_itself_and_nothing_else() {
        let token = PageToken::parse(" 0123456789abcdef\n").unwrap();
        assert!(token.is("0123456789abcdef"));
        for wrong in ["", "0123456789abcde", "0123456789abcdeg", "0123456789abcdef0"] {
            assert!(!token.is(wrong), "{wrong}");
        }
        assert_eq!(format!("{token:?}"), "PageToken(not shown)");
    }

    #[test]
    fn short_and_unfit_tokens_are_refused() {
        assert_eq!(PageToken::parse("hunter2").unwrap_err(), NotAToken::Short);
        assert_eq!(PageToken::parse("a token with spaces").unwrap_err(), NotAToken::Unfit);
    }
}
