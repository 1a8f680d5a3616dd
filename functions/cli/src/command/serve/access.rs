//! Who may see the pages and metrics. The webhook is not touched by any of it: there a signature
//! decides.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hyper::header::{AUTHORIZATION, FORWARDED, HOST, HeaderMap, HeaderName, VIA};
use hyper::http::uri::Authority;
use hyper::{StatusCode, Uri};
use laptime_core::ingest::PageToken;

/// What a proxy adds. A request that was passed on does not come from this machine, wherever its
/// connection does.
const PASSED_ON: [HeaderName; 4] = [
    FORWARDED,
    VIA,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
];

/// The rules of one server.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) token: Option<PageToken>,
    /// Whether it listens on this machine's own address only.
    pub(super) on_loopback: bool,
}

/// Why somebody may not see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// There is a token, and it was not given.
    NoToken,
    /// There is no token, and without one only this machine itself may see it.
    NotLocal,
}

impl Access {
    /// Whether a request may see the pages. On loopback whoever is on the machine may, but not a
    /// foreign site whose name was made to lead here (DNS rebinding): its requests bear that name.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Refused> {
        let is_local = self.on_loopback && is_addressed_here(uri, headers);
        match &self.token {
            _ if is_local => Ok(()),
            None => Err(Refused::NotLocal),
            Some(token) if given(headers).is_some_and(|given| token.is(&given)) => Ok(()),
            Some(_) => Err(Refused::NoToken),
        }
    }
}

impl Refused {
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::NoToken => StatusCode::UNAUTHORIZED,
            Self::NotLocal => StatusCode::FORBIDDEN,
        }
    }

    pub(super) const fn message(self) -> &'static str {
        match self {
            Self::NoToken => {
                "this page needs the token of LAPTIME_PAGE_TOKEN: as the password, with any name, \
                 or as `Authorization: Bearer TOKEN`\n"
            }
            Self::NotLocal => {
                "without a token this page is for http://localhost on its own machine only: set \
                 LAPTIME_PAGE_TOKEN (`openssl rand -hex 32`) and start `laptime serve` again\n"
            }
        }
    }
}

fn is_addressed_here(uri: &Uri, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    let is_here = |authority: &Authority| {
        matches!(authority.host(), "127.0.0.1" | "[::1]")
            || authority.host().eq_ignore_ascii_case("localhost")
    };
    // A request with a whole address in its first line is for that address.
    hosts.next().is_none()
        && host.as_ref().is_some_and(is_here)
        && uri.authority().is_none_or(is_here)
        && !PASSED_ON.iter().any(|name| headers.contains_key(name))
}

/// What was given as a bearer token, or as a password beside any name.
fn given(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    scheme.eq_ignore_ascii_case("basic").then_some(())?;
    let decoded = String::from_utf8(BASE64_STANDARD.decode(rest.trim()).ok()?).ok()?;
    Some(decoded.split_once(':')?.1.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef";

    fn access(token: Option<&str>, on_loopback: bool) -> Access {
        Access { token: token.map(|token| PageToken::parse(token).unwrap()), on_loopback }
    }

    fn check(access: &Access, headers: &[(&'static str, &str)]) -> Result<(), Refused> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        access.check(&Uri::from_static("/"), &map)
    }

    #[test]
    fn on_loopback_the_machine_itself_needs_nothing() {
        for token in [None, Some(TOKEN)] {
            let access = access(token, true);
            for host in ["localhost", "LocalHost:8787", "127.0.0.1:8787", "[::1]:80"] {
                assert_eq!(check(&access, &[("host", host)]), Ok(()), "{host}");
            }
        }
    }

    #[test]
    fn a_foreign_name_on_loopback_is_refused() {
        let foreign: [&[(&str, &str)]; 9] = [
            &[],
            &[("host", "evil.test")],
            &[("host", "localhost.evil.test")],
            &[("host", "127.0.0.1.evil.test:8787")],
            &[("host", "localhost@evil.test")],
            &[("host", "")],
            &[("host", "localhost"), ("host", "evil.test")],
            &[("host", "127.0.0.1:8787"), ("x-forwarded-for", "203.0.113.7")],
            &[("host", "localhost"), ("via", "1.1 proxy")],
        ];
        for headers in foreign {
            assert_eq!(check(&access(None, true), headers), Err(Refused::NotLocal), "{headers:?}");
            let with_token = check(&access(Some(TOKEN), true), headers);
            assert_eq!(with_token, Err(Refused::NoToken), "{headers:?}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(HOST, "localhost".parse().unwrap());
        let absolute = Uri::from_static("http://evil.test/");
        assert_eq!(access(None, true).check(&absolute, &headers), Err(Refused::NotLocal));
    }

    #[test]
    fn elsewhere_only_the_token_opens() {
        let here = ("host", "localhost");
        assert_eq!(check(&access(None, false), &[here]), Err(Refused::NotLocal));
        let access = access(Some(TOKEN), false);
        assert_eq!(check(&access, &[here]), Err(Refused::NoToken));
        let basic = |text: &str| format!("Basic {}", BASE64_STANDARD.encode(text));
        let good =
            ["Bearer 0123456789abcdef", "bearer 0123456789abcdef", &basic("me:0123456789abcdef")];
        for value in good {
            assert_eq!(check(&access, &[("authorization", value)]), Ok(()), "{value}");
        }
        let bad = [
            "Bearer 0123456789abcdeF",
            "Bearer ",
            "0123456789abcdef",
            "Basic 0123456789abcdef",
            "Basic %%%",
            &basic("0123456789abcdef:"),
            &basic("0123456789abcdef"),
        ];
        for value in bad {
            let refused = check(&access, &[("authorization", value)]);
            assert_eq!(refused, Err(Refused::NoToken), "{value}");
        }
    }
}
