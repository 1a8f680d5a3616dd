//! What Lambda hands over of an HTTP request: payload format 2.0, of a function URL and of an HTTP
//! API alike. Only what is used is read, and the body, by far most of it, once.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A request.
#[derive(Debug, Deserialize)]
pub struct Request {
    #[serde(rename = "requestContext")]
    context: RequestContext,
    /// The headers of a delivery.
    #[serde(default)]
    pub headers: Headers,
    body: Option<Body>,
    #[serde(default, rename = "isBase64Encoded")]
    is_base64_encoded: bool,
}

#[derive(Debug, Deserialize)]
struct RequestContext {
    http: Http,
    stage: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Http {
    method: String,
    path: String,
}

/// The headers that a delivery is known by.
#[derive(Debug, Default)]
pub struct Headers {
    /// `X-GitHub-Event`.
    pub event: Option<String>,
    /// `X-GitHub-Delivery`.
    pub delivery: Option<String>,
    /// `X-Hub-Signature-256`.
    pub signature: Option<String>,
}

/// The bytes of a body, perhaps still in base64.
#[derive(Debug)]
struct Body(Vec<u8>);

/// An answer in plain text.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    status_code: u16,
    headers: ReplyHeaders,
    body: String,
}

#[derive(Debug, Serialize)]
struct ReplyHeaders {
    #[serde(rename = "content-type")]
    content_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    allow: Option<&'static str>,
}

impl Request {
    /// The method, as in `POST`.
    pub fn method(&self) -> &str {
        &self.context.http.method
    }

    /// Whether the body is longer than this, told without decoding it.
    pub fn is_longer_than(&self, bytes: usize) -> bool {
        let max = if self.is_base64_encoded { bytes.div_ceil(3) * 4 } else { bytes };
        self.text().len() > max
    }

    /// The body as it was sent. What is not the base64 it says fits no signature.
    pub fn body(&self) -> Cow<'_, [u8]> {
        let raw = Cow::Borrowed(self.text());
        if !self.is_base64_encoded {
            return raw;
        }
        let text = std::str::from_utf8(self.text()).unwrap_or_default();
        aws_smithy_types::base64::decode(text).map_or(raw, Cow::Owned)
    }

    fn text(&self) -> &[u8] {
        self.body.as_ref().map_or(&[], |Body(bytes)| bytes)
    }

    /// The path without the stage that an HTTP API puts before it.
    pub fn path(&self) -> &str {
        let RequestContext { http, stage } = &self.context;
        let staged = stage.as_ref().and_then(|stage| {
            http.path
                .strip_prefix('/')?
                .strip_prefix(stage.as_str())
                .filter(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        match staged.unwrap_or(&http.path) {
            "" => "/",
            path => path,
        }
    }
}

impl Reply {
    /// With a line of text.
    pub fn new(status: u16, line: impl fmt::Display) -> Self {
        let headers = ReplyHeaders { content_type: "text/plain; charset=utf-8", allow: None };
        Self { status_code: status, headers, body: format!("{line}\n") }
    }

    /// 405, with the methods that can be used.
    pub fn not_allowed(allowed: &'static str) -> Self {
        let mut reply = Self::new(405, format_args!("use {allowed}"));
        reply.headers.allow = Some(allowed);
        reply
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeadersVisitor)
    }
}

struct HeadersVisitor;

impl<'de> Visitor<'de> for HeadersVisitor {
    type Value = Headers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("headers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers, A::Error> {
        let mut headers = Headers::default();
        while let Some(Name(name)) = map.next_key()? {
            let slot = match () {
                () if name.eq_ignore_ascii_case("x-github-event") => &mut headers.event,
                () if name.eq_ignore_ascii_case("x-github-delivery") => &mut headers.delivery,
                () if name.eq_ignore_ascii_case("x-hub-signature-256") => &mut headers.signature,
                () => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *slot = Some(map.next_value()?);
        }
        Ok(headers)
    }
}

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Body {
    /// As bytes: whether they are UTF-8 is looked at when they are parsed.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(BodyVisitor)
    }
}

struct BodyVisitor;

impl Visitor<'_> for BodyVisitor {
    type Value = Body;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text of a body")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Body, E> {
        Ok(Body(bytes.to_vec()))
    }
}
