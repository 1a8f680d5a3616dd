//! Where a service is: a scheme, a host, and the path that its own paths stand behind.

use std::fmt;

use hyper::Uri;
use hyper::http::uri::{Authority, Scheme};

/// The address of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    scheme: Scheme,
    authority: Authority,
    /// Without a slash at its end.
    prefix: String,
}

/// Text that is no address. It is not repeated, as it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it {0}; write it as in https://grafana.example.org or https://example.org/grafana")]
pub struct NotAnAddress(&'static str);

impl NotAnAddress {
    /// Its query is none.
    pub(crate) const fn of_query() -> Self {
        Self("has a query that is none")
    }
}

impl NotAnAddress {
    /// As in "has a query".
    pub(crate) const fn why(self) -> &'static str {
        self.0
    }
}

impl Address {
    /// Reads `https://host/prefix`.
    ///
    /// # Errors
    /// When it is of another form, or holds a name and password, a query or a fragment.
    pub fn parse(text: &str) -> Result<Self, NotAnAddress> {
        if text.contains('#') {
            return Err(NotAnAddress("has a fragment"));
        }
        let uri: Uri = text.trim().parse().map_err(|_| NotAnAddress("is no address"))?;
        let parts = uri.into_parts();
        let scheme = parts.scheme.filter(|one| *one == Scheme::HTTP || *one == Scheme::HTTPS);
        let scheme = scheme.ok_or(NotAnAddress("begins with neither https:// nor http://"))?;
        let authority = parts.authority.ok_or(NotAnAddress("names no host"))?;
        if authority.as_str().contains('@') {
            return Err(NotAnAddress("holds a name or a password, which belong elsewhere"));
        }
        let path = parts.path_and_query;
        if path.as_ref().is_some_and(|path| path.query().is_some()) {
            return Err(NotAnAddress("has a query"));
        }
        let prefix = path.map(|path| path.path().trim_end_matches('/').to_owned());
        Ok(Self { scheme, authority, prefix: prefix.unwrap_or_default() })
    }

    /// Its host, with a port if it has one.
    pub fn host(&self) -> &str {
        self.authority.as_str()
    }

    /// Whether it names more than a host.
    pub(crate) const fn has_path(&self) -> bool {
        !self.prefix.is_empty()
    }

    /// Whether nobody can read on the way what is sent there.
    pub(crate) fn is_private(&self) -> bool {
        let host = self.authority.host().trim_matches(['[', ']']);
        let is_here = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        self.scheme == Scheme::HTTPS || is_here || host == "localhost"
    }

    /// The place of a path, which begins with a slash, or of a query alone.
    pub(crate) fn at(&self, path: &str) -> Result<Uri, hyper::http::Error> {
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(format!("{}{path}", self.prefix))
            .build()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

/// A text as part of a path or a query: what has a meaning there is escaped.
///
/// ```
/// assert_eq!(laptime_web::escaped("a/b c&ü"), "a%2Fb%20c%26%C3%BC");
/// ```
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.extend(["%", &format!("{byte:02X}")]);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_have_a_path_and_nothing_else() {
        let at = |text: &str| Address::parse(text).map(|one| one.at("/api/x?y=1").unwrap());
        assert_eq!(at("https://g.example").unwrap(), "https://g.example/api/x?y=1");
        assert_eq!(at(" http://g:3000/ ").unwrap(), "http://g:3000/api/x?y=1");
        assert_eq!(at("https://g/a/b/").unwrap(), "https://g/a/b/api/x?y=1");
        for wrong in [
            "",
            "g.example",
            "ftp://g",
            "https://",
            "https://u:secret@g",
            "https://g?token=secret",
            "https://g#secret",
            "https://g h",
        ] {
            let told = Address::parse(wrong).unwrap_err().to_string();
            assert!(!told.contains("secret"), "{told}");
        }
    }
}
