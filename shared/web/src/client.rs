//! One request and its answer, within limits of time and size.
//!
//! Redirects are not followed: the token would go wherever they lead. Only what reads is tried
//! again, as a write may have taken effect though no answer came.

use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Bytes};
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION, USER_AGENT};
use hyper::{Method, Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use secrecy::{ExposeSecret, SecretString};

use crate::Address;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(3);

/// Longest wait for a whole answer.
const ANSWER: Duration = Duration::from_secs(10);

/// Largest answer: 16 MiB.
const BODY: usize = 16 * 1_048_576;

/// How often a read is tried at most.
const TRIES: u32 = 3;

/// Before the second try; twice as long before the third.
const PAUSE: Duration = Duration::from_millis(250);

/// How long and how much a client waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For a connection.
    pub connect: Duration,
    /// For a whole answer.
    pub answer: Duration,
    /// Bytes of an answer.
    pub body: usize,
    /// Before the second try of a read.
    pub pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: CONNECT, answer: ANSWER, body: BODY, pause: PAUSE }
    }
}

/// A client, which keeps its connections.
#[derive(Debug)]
pub struct Client {
    inner: legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    limits: Limits,
    repeated: AtomicU64,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// GET is repeated where it fails.
    pub method: Method,
    /// Path and query behind the address, from its slash on.
    pub path: &'a str,
    /// Sent as `Authorization: Bearer`.
    pub token: Option<&'a SecretString>,
    /// JSON.
    pub body: Option<String>,
}

/// An answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Where it leads, of a redirect: scheme and host alone.
    pub leads_to: Option<String>,
    /// Its body.
    pub body: Bytes,
}

/// Why there is no answer. Holds no part of a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The request cannot be made: a token with a line break, or a path that is none.
    #[error("the request cannot be made: {0}")]
    Malformed(&'static str),
    /// No connection: nothing was sent.
    #[error("{0}")]
    Unconnected(String),
    /// A connection that broke.
    #[error("{0}")]
    Unreachable(String),
    /// No answer in time.
    #[error("no answer within {} s", .0.as_secs_f64())]
    Silent(Duration),
    /// More than is read.
    #[error("the answer has more than {0} bytes")]
    TooLarge(usize),
}

impl Client {
    /// With the certificates that this machine trusts.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn new(limits: Limits) -> std::io::Result<Self> {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_connect_timeout(Some(limits.connect));
        let https = HttpsConnectorBuilder::new().with_native_roots()?;
        let https = https.https_or_http().enable_http1().wrap_connector(http);
        let inner = legacy::Client::builder(TokioExecutor::new()).build(https);
        Ok(Self { inner, limits, repeated: AtomicU64::new(0) })
    }

    /// How many requests were repetitions.
    pub fn repeated(&self) -> u64 {
        self.repeated.load(Ordering::Relaxed)
    }

    /// Sends a request. A read that fails, or is answered with 429 or 502 to 504, is repeated.
    ///
    /// # Errors
    /// When there is no answer, the last time it was tried.
    pub async fn send(&self, to: &Address, call: &Call<'_>) -> Result<Reply, Failure> {
        let tries = if call.method == Method::GET { TRIES } else { 1 };
        let mut answer = self.once(to, call).await;
        for nth in 1..tries {
            if !is_passing(&answer) {
                break;
            }
            tokio::time::sleep(self.limits.pause * nth).await;
            self.repeated.fetch_add(1, Ordering::Relaxed);
            answer = self.once(to, call).await;
        }
        answer
    }

    async fn once(&self, to: &Address, call: &Call<'_>) -> Result<Reply, Failure> {
        let request = request(to, call)?;
        let answer = tokio::time::timeout(self.limits.answer, self.answer(request));
        answer.await.unwrap_or(Err(Failure::Silent(self.limits.answer)))
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Result<Reply, Failure> {
        let answer = self.inner.request(request).await;
        let (head, body) = answer.map_err(|error| unanswered(&error))?.into_parts();
        let location = head.headers.get(LOCATION).filter(|_| head.status.is_redirection());
        let leads_to = location.and_then(|to| origin(to.to_str().ok()?));
        if body.size_hint().lower() > self.limits.body as u64 {
            return Err(Failure::TooLarge(self.limits.body));
        }
        let body = Limited::new(body, self.limits.body).collect().await;
        let body = body.map_err(|error| self.cut_short(&*error))?.to_bytes();
        Ok(Reply { status: head.status, leads_to, body })
    }

    fn cut_short(&self, error: &(dyn Error + Send + Sync + 'static)) -> Failure {
        if error.is::<LengthLimitError>() {
            Failure::TooLarge(self.limits.body)
        } else {
            unreachable(error)
        }
    }
}

fn request(to: &Address, call: &Call<'_>) -> Result<Request<Full<Bytes>>, Failure> {
    let place = to.at(call.path).map_err(|_| Failure::Malformed("the path is none"))?;
    let mut request = Request::builder()
        .method(call.method.clone())
        .uri(place)
        .header(ACCEPT, "application/json")
        .header(USER_AGENT, concat!("laptime/", env!("CARGO_PKG_VERSION")));
    if let Some(token) = call.token {
        let value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()));
        let mut value =
            value.map_err(|_| Failure::Malformed("the token is not one line of ASCII"))?;
        value.set_sensitive(true);
        request = request.header(AUTHORIZATION, value);
    }
    if call.body.is_some() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    let body = Full::from(call.body.clone().unwrap_or_default());
    request.body(body).map_err(|_| Failure::Malformed("a header is none"))
}

/// Whether trying again may help.
fn is_passing(answer: &Result<Reply, Failure>) -> bool {
    match answer {
        Ok(reply) => matches!(reply.status.as_u16(), 429 | 502..=504),
        Err(Failure::Unconnected(_) | Failure::Unreachable(_) | Failure::Silent(_)) => true,
        Err(Failure::Malformed(_) | Failure::TooLarge(_)) => false,
    }
}

/// Scheme and host: what follows may hold secrets.
fn origin(location: &str) -> Option<String> {
    let uri: hyper::Uri = location.parse().ok()?;
    Some(format!("{}://{}", uri.scheme_str()?, uri.host()?))
}

fn unanswered(error: &legacy::Error) -> Failure {
    if error.is_connect() { Failure::Unconnected(causes(error)) } else { unreachable(error) }
}

fn unreachable(error: &(dyn Error + 'static)) -> Failure {
    Failure::Unreachable(causes(error))
}

/// An error with its causes, in one line.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}

#[cfg(test)]
mod tests;
