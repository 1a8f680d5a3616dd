//! HTTP: routes, limits on size and time, and a drain at the end.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use laptime_core::flow::{Answer, Delivery, receive};
use laptime_core::ingest::{MAX_BODY, is_signature};
use tokio::net::TcpListener;

use crate::command::serve::App;
use crate::command::serve::query::is_page;
use crate::command::serve::show::show;
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

/// Room for bodies in memory, in KiB: twelve of the largest at once, thousands of usual ones.
pub(super) const BODIES_KIB: usize = 64 * 1_024;

pub(super) type Reply = Response<Full<Bytes>>;

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
        (_, "/healthz") => not_allowed("GET, HEAD"),
        (_, path) if is_page(path) => show(app, request).await,
        _ => reply(StatusCode::NOT_FOUND, "not found: deliveries go to POST /webhook\n"),
    }
}

async fn webhook(app: &App, request: Request<Incoming>) -> Reply {
    let (parts, body) = request.into_parts();
    let answer = match answer(app, &parts.headers, body).await {
        Ok(answer) => answer,
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

/// Nothing of a body is kept in memory before its sender shows something like a signature, and
/// never more than [`BODIES_KIB`] of all bodies together.
async fn answer(app: &App, headers: &HeaderMap, body: Incoming) -> Result<Answer, NoBody> {
    let signature = header(headers, "x-hub-signature-256");
    if body.size_hint().lower() > MAX_BODY as u64 {
        tokio::spawn(discard(body));
        return Ok(Answer::TooLarge);
    }
    if let Err(unsigned) = is_signature(signature) {
        tokio::spawn(discard(body));
        return Ok(Answer::Unsigned(unsigned));
    }
    let read = async {
        let size = body.size_hint().upper().unwrap_or(MAX_BODY as u64).min(MAX_BODY as u64);
        let room = app.bodies.acquire_many(u32::try_from(size / 1_024).unwrap_or(u32::MAX) + 1);
        let room = room.await.map_err(|_| NoBody::Broken)?;
        match Limited::new(body, MAX_BODY).collect().await {
            Ok(collected) => Ok(Some((collected.to_bytes(), room))),
            Err(error) if error.is::<LengthLimitError>() => Ok(None),
            Err(_) => Err(NoBody::Broken),
        }
    };
    let read = tokio::time::timeout(BODY_TIME, read).await.map_err(|_| NoBody::TooSlow)??;
    let Some((body, _room)) = read else { return Ok(Answer::TooLarge) };
    let delivery = Delivery { event: header(headers, "x-github-event"), signature, body: &body };
    Ok(receive(&app.writer, &app.secrets, app.policy.ingest.progress, delivery, clock()).await)
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

/// Why there is no body to answer to.
enum NoBody {
    TooSlow,
    Broken,
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
    let read = tokio::task::spawn_blocking(move || {
        app.writer.health()?;
        app.store.snapshot().map(drop)
    })
    .await;
    match read {
        Ok(Ok(())) => reply(StatusCode::OK, "ok\n"),
        Ok(Err(error)) => {
            tracing::error!(%error, "the store cannot be read");
            reply(StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", error.kind))
        }
        Err(_) => reply(StatusCode::SERVICE_UNAVAILABLE, "the check itself failed\n"),
    }
}

pub(super) fn not_allowed(allowed: &'static str) -> Reply {
    let mut reply = reply(StatusCode::METHOD_NOT_ALLOWED, format!("use {allowed}\n"));
    reply.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    reply
}

pub(super) fn reply(status: StatusCode, text: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(text.into()));
    *reply.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    reply.headers_mut().insert(CONTENT_TYPE, plain);
    reply
}
