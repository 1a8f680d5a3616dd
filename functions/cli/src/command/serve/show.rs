//! Pages and metrics over HTTP: who may see them, what is asked for, and under which headers.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Bytes, Incoming};
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, StatusCode};
use laptime_core::render::live::{self, Problem};
use tokio::sync::Semaphore;

use crate::command::serve::App;
use crate::command::serve::access::Refused;
use crate::command::serve::http::{Reply, not_allowed, reply};
use crate::command::serve::query::{Unfit, Wanted, wanted};

/// Requests that may wait for a page at once. One page is made at a time: a snapshot of a large
/// store takes memory.
const MOST_WAITING: usize = 64;

/// How long one waits.
const PATIENCE: Duration = Duration::from_secs(15);

/// No script, nothing from elsewhere, no frame around it, no form to elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Holds requests for pages back.
#[derive(Debug)]
pub(crate) struct Turns {
    waiting: Semaphore,
    making: Semaphore,
}

impl Default for Turns {
    fn default() -> Self {
        Self { waiting: Semaphore::new(MOST_WAITING), making: Semaphore::new(1) }
    }
}

/// Answers a request for a page, right or wrong.
pub(super) async fn show(app: &Arc<App>, request: Request<Incoming>) -> Reply {
    if app.pages.is_none() {
        return reply(StatusCode::NOT_FOUND, "pages and metrics are switched off (--no-page)\n");
    }
    if let Err(refused) = app.access.check(request.uri(), request.headers()) {
        return refusal(refused);
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return guarded(not_allowed("GET, HEAD"));
    }
    guarded(match wanted(request.uri()) {
        Ok(Wanted::Style) => style(),
        Ok(Wanted::Metrics) => metrics(app).await,
        Ok(wanted) => page(app, wanted).await,
        Err(unfit) => unfit_page(&unfit),
    })
}

async fn page(app: &Arc<App>, wanted: Wanted) -> Reply {
    if let Some(html) = app.pages.as_ref().and_then(|pages| pages.fresh(&wanted)) {
        return content(StatusCode::OK, HTML, html);
    }
    let Ok(_waiting) = app.turns.waiting.try_acquire() else { return busy() };
    let turn = tokio::time::timeout(PATIENCE, app.turns.making.acquire()).await;
    let Ok(Ok(_turn)) = turn else { return busy() };
    let shared = app.clone();
    let make = move || {
        let pages = shared.pages.as_ref()?;
        Some(pages.make(&wanted, &shared.store, &shared.policy))
    };
    match tokio::task::spawn_blocking(make).await {
        Ok(Some(Ok(Ok(html)))) => content(StatusCode::OK, HTML, html),
        Ok(Some(Ok(Err(unfit)))) => unfit_page(&unfit),
        Ok(Some(Err(error))) => {
            tracing::error!(error = crate::output::chain(&error), "a page could not be made");
            failed()
        }
        Ok(None) | Err(_) => failed(),
    }
}

async fn metrics(app: &Arc<App>) -> Reply {
    let shared = app.clone();
    match tokio::task::spawn_blocking(move || shared.exposing.text(&shared.store)).await {
        Ok(Ok(Some(text))) => content(StatusCode::OK, METRICS, text),
        Ok(Ok(None)) => reply(
            StatusCode::SERVICE_UNAVAILABLE,
            "nothing is counted yet: the first pass is under way\n",
        ),
        Ok(Err(error)) => {
            tracing::error!(%error, "the metrics could not be read");
            reply(StatusCode::SERVICE_UNAVAILABLE, "the store cannot be read; see the log\n")
        }
        Err(_) => reply(StatusCode::SERVICE_UNAVAILABLE, "the metrics failed\n"),
    }
}

/// Its path changes with its content.
fn style() -> Reply {
    let mut reply = content(StatusCode::OK, CSS, live::style());
    set(&mut reply, CACHE_CONTROL, "private, max-age=31536000, immutable");
    reply
}

fn unfit_page(unfit: &Unfit) -> Reply {
    let status = match unfit {
        Unfit::Bad(_) => StatusCode::BAD_REQUEST,
        Unfit::Missing(_) => StatusCode::NOT_FOUND,
    };
    problem(status, &unfit.problem())
}

fn busy() -> Reply {
    let what = "Too many pages are being made at once. Try again in a moment.".to_owned();
    let mut reply = problem(StatusCode::SERVICE_UNAVAILABLE, &Problem { title: "Too busy", what });
    set(&mut reply, RETRY_AFTER, "5");
    reply
}

fn failed() -> Reply {
    let what = "The page could not be made. The log of `laptime serve` says why.".to_owned();
    problem(StatusCode::SERVICE_UNAVAILABLE, &Problem { title: "It failed", what })
}

fn problem(status: StatusCode, problem: &Problem) -> Reply {
    match live::problem(problem) {
        Ok(html) => content(status, HTML, html),
        Err(_) => reply(status, format!("{}\n", problem.title)),
    }
}

fn refusal(refused: Refused) -> Reply {
    let mut reply = reply(refused.status(), refused.message());
    if refused == Refused::NoToken {
        set(&mut reply, WWW_AUTHENTICATE, "Basic realm=\"Laptime\", charset=\"UTF-8\"");
    }
    guarded(reply)
}

fn content(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Reply {
    let mut reply = reply(status, body);
    set(&mut reply, CONTENT_TYPE, kind);
    reply
}

/// With the headers that every page has.
fn guarded(mut reply: Reply) -> Reply {
    set(&mut reply, CONTENT_SECURITY_POLICY, POLICY);
    set(&mut reply, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(&mut reply, REFERRER_POLICY, "no-referrer");
    // Names of private repositories stay in nobody's cache.
    if !reply.headers().contains_key(CACHE_CONTROL) {
        set(&mut reply, CACHE_CONTROL, "no-store");
    }
    reply
}

fn set(reply: &mut Reply, name: HeaderName, value: &'static str) {
    reply.headers_mut().insert(name, HeaderValue::from_static(value));
}
