//! Which GitHub: github.com, or one of an enterprise.

use http::Uri;
use laptime_core::render::{NotAServer, Server};

/// Where GitHub's API is, and where people look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its API, as `https://api.github.com`.
    pub api: String,
    /// Its pages, as `https://github.com`.
    pub server: Server,
}

/// Why an address is none of a GitHub.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// Not an address.
    #[error("{API} is not an address: write it as https://github.example.com/api/v3")]
    Address,
    /// A token would be readable on its way.
    #[error("{API} does not begin with https: a token would be readable on its way")]
    Plain,
    /// Not the address of pages.
    #[error("{SERVER}: {0}")]
    Server(#[from] NotAServer),
}

const API: &str = "GITHUB_API_URL";
const SERVER: &str = "GITHUB_SERVER_URL";

impl Place {
    /// Through a lookup of variables; github.com if nothing is set.
    pub fn from(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, NoPlace> {
        let set = |name| lookup(name).filter(|value| !value.is_empty());
        let api = match set(API) {
            Some(value) => checked(value.trim_end_matches('/'))?,
            None => "https://api.github.com".to_owned(),
        };
        let server = Server::parse(&set(SERVER).unwrap_or_else(|| server_of(&api)))?;
        Ok(Self { api, server })
    }
}

/// Of `https://host/api/v3` the host, of `https://api.host` what follows `api.`.
fn server_of(api: &str) -> String {
    let api = api.strip_suffix("/api/v3").unwrap_or(api);
    api.replacen("://api.", "://", 1)
}

fn checked(value: &str) -> Result<String, NoPlace> {
    let uri: Uri = value.parse().map_err(|_| NoPlace::Address)?;
    let host = uri.host().ok_or(NoPlace::Address)?;
    let is_here = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
    match uri.scheme_str() {
        _ if uri.query().is_some() || value.contains('@') => Err(NoPlace::Address),
        Some("https") => Ok(value.to_owned()),
        Some("http") if is_here => Ok(value.to_owned()),
        Some("http") => Err(NoPlace::Plain),
        _ => Err(NoPlace::Address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_from_the_api() {
        let of = |api: &str| {
            let lookup = |name: &str| (name == API).then(|| api.to_owned());
            Place::from(lookup).map(|place| place.server.to_string())
        };
        assert_eq!(of(""), Ok("https://github.com".to_owned()));
        assert_eq!(of("https://ghe.acme.org/api/v3/"), Ok("https://ghe.acme.org".to_owned()));
        assert_eq!(of("https://api.acme.ghe.com"), Ok("https://acme.ghe.com".to_owned()));
        assert_eq!(of("http://127.0.0.1:4000"), Ok("http://127.0.0.1:4000".to_owned()));
        assert_eq!(of("http://ghe.acme.org/api/v3"), Err(NoPlace::Plain));
        assert_eq!(of("ghe.acme.org"), Err(NoPlace::Address));
        assert_eq!(of("https://me:secret@ghe.acme.org"), Err(NoPlace::Address));
    }
}
