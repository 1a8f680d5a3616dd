//! HTTP: three routes, limits on size and time, and a drain at the end.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use laptime_core::flow::{Answer, Delivery, receive};
use laptime_core::ingest::MAX_BODY;
use tokio::net::TcpListener;

use crate::command::serve::App;
use crate::settings::clock;

/// GitHub gives up after 10 seconds.
const BODY_TIME: Duration = Duration::from_secs(10);

/// Tokio wakes itself, by a system call, for every timer that becomes the next one to end. Beside
/// one that always ends sooner, the timers of requests cost nothing.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// How long a stop waits for requests under way.
const DRAIN_TIME: Duration = Duration::from_secs(10);

/// The largest body GitHub sends. What is refused is read to here, so that the sender hears why.
const DISCARD_MAX: usize = 25 * 1024 * 1024;

type Reply = Response<Full<Bytes>>;

/// Accepts connections until `stop` is ready.
pub(super) async fn serve(listener: TcpListener, app: Arc<App>, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(BODY_TIME);
    let mut stop = pin!(stop);
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            _ = heartbeat.tick() => continue,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of descriptors, most likely: let some connections end.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // An answer is one small packet: waiting to fill it only costs time.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection closed at once");
        }
        let app = app.clone();
        let answer = service_fn(move |request| {
            let app = app.clone();
            async move { Ok::<_, Infallible>(route(&app, request).await) }
        });
        let connection = graceful.watch(server.serve_connection(TokioIo::new(stream), answer));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    if tokio::time::timeout(DRAIN_TIME, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were still open after {DRAIN_TIME:?}");
    }
}

async fn route(app: &Arc<App>, request: Request<Incoming>) -> Reply {
    match (request.method(), request.uri().path()) {
        (&Method::POST, "/webhook") => webhook(app, request).await,
        (_, "/webhook") => not_allowed("POST"),
        (&Method::GET | &Method::HEAD, "/healthz") => healthz(app).await,
        (&Method::GET | &Method::HEAD, "/") => page(app).await,
        (_, "/healthz" | "/") => not_allowed("GET, HEAD"),
        _ => reply(StatusCode::NOT_FOUND, "not found: deliveries go to POST /webhook\n"),
    }
}

async fn webhook(app: &App, request: Request<Incoming>) -> Reply {
    let (parts, body) = request.into_parts();
    let answer = match read_body(body).await {
        Ok(body) => {
            let delivery = Delivery {
                event: header(&parts.headers, "x-github-event"),
                signature: header(&parts.headers, "x-hub-signature-256"),
                body: &body,
            };
            let progress = app.policy.ingest.progress;
            receive(&app.writer, &app.secrets, progress, delivery, clock()).await
        }
        Err(NoBody::TooLarge) => Answer::TooLarge,
        Err(NoBody::TooSlow) => {
            return reply(StatusCode::REQUEST_TIMEOUT, "the body took too long\n");
        }
        Err(NoBody::Broken) => {
            return reply(StatusCode::BAD_REQUEST, "the body could not be read\n");
        }
    };
    let delivery = header(&parts.headers, "x-github-delivery").unwrap_or_default();
    log(&answer, &delivery.chars().take(64).collect::<String>());
    let status = StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply(status, answer.message() + "\n")
}

fn log(answer: &Answer, delivery: &str) {
    match answer {
        Answer::Stored | Answer::Duplicate | Answer::Ignored(_) => {
            tracing::debug!(delivery.id = delivery, "{}", answer.message());
        }
        Answer::Unavailable(error) => {
            tracing::error!(delivery.id = delivery, %error, "the delivery was not stored");
        }
        Answer::Unsigned(_) | Answer::Malformed(_) | Answer::NoEvent | Answer::TooLarge => {
            tracing::warn!(delivery.id = delivery, "refused: {}", answer.message());
        }
    }
}

enum NoBody {
    TooLarge,
    TooSlow,
    Broken,
}

/// Reads a body within limits of size and time. One that says it is too large is refused before a
/// byte of it is read.
async fn read_body(body: Incoming) -> Result<Bytes, NoBody> {
    if body.size_hint().lower() > MAX_BODY as u64 {
        tokio::spawn(discard(body));
        return Err(NoBody::TooLarge);
    }
    match tokio::time::timeout(BODY_TIME, Limited::new(body, MAX_BODY).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(NoBody::TooLarge),
        Ok(Err(_)) => Err(NoBody::Broken),
        Err(_) => Err(NoBody::TooSlow),
    }
}

/// Lets a refused sender finish, within limits, so that it reads the answer instead of a reset.
async fn discard(body: Incoming) {
    let mut body = Limited::new(body, DISCARD_MAX);
    let drain = async { while let Some(Ok(_)) = body.frame().await {} };
    // Whether it finished makes no difference any more.
    let _ = tokio::time::timeout(BODY_TIME, drain).await;
}

/// A header's text; one that is not text counts as empty rather than missing.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default())
}

async fn healthz(app: &Arc<App>) -> Reply {
    let app = app.clone();
    let read = tokio::task::spawn_blocking(move || app.store.snapshot().map(drop)).await;
    match read {
        Ok(Ok(())) => reply(StatusCode::OK, "ok\n"),
        Ok(Err(error)) => {
            tracing::error!(%error, "the store cannot be read");
            reply(StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", error.kind))
        }
        Err(_) => reply(StatusCode::SERVICE_UNAVAILABLE, "the check itself failed\n"),
    }
}

async fn page(app: &Arc<App>) -> Reply {
    if app.page.is_none() {
        return reply(StatusCode::NOT_FOUND, "the page is switched off (--no-page)\n");
    }
    let shared = app.clone();
    let made = tokio::task::spawn_blocking(move || {
        shared.page.as_ref().map(|page| page.html(&shared.store, &shared.policy))
    });
    match made.await {
        Ok(Some(Ok(html))) => {
            let mut reply = reply(StatusCode::OK, html);
            let headers = reply.headers_mut();
            let html = HeaderValue::from_static("text/html; charset=utf-8");
            headers.insert(CONTENT_TYPE, html);
            let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
            headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
            reply
        }
        Ok(Some(Err(error))) => {
            tracing::error!(error = crate::output::chain(&error), "the page could not be made");
            reply(StatusCode::SERVICE_UNAVAILABLE, "the report could not be made; see the log\n")
        }
        Ok(None) | Err(_) => reply(StatusCode::SERVICE_UNAVAILABLE, "the report failed\n"),
    }
}

fn not_allowed(allowed: &'static str) -> Reply {
    let mut reply = reply(StatusCode::METHOD_NOT_ALLOWED, format!("use {allowed}\n"));
    reply.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    reply
}

fn reply(status: StatusCode, text: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(text.into()));
    *reply.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    reply.headers_mut().insert(CONTENT_TYPE, plain);
    reply
}
