//! An HTTP client for the SDK that dies or stumbles: what a killed function, a throttled table and
//! a bad network look like from inside a store.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_http_client::Builder;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing.
    None,
    /// Request number this, from 0, does not go out, nor any after it.
    DeadFrom(usize),
    /// About one in fifteen requests: throttled, failed inside, conflicting, or answered to nobody.
    Stumbles {
        /// Which ones.
        seed: u64,
    },
}

/// What becomes of one request.
enum Fate {
    Goes,
    Dies,
    /// It is carried out, but its answer is lost.
    Unheard,
    Answers(u16, &'static str),
}

/// The client.
#[derive(Debug, Clone)]
pub struct Faulty(Arc<State>);

#[derive(Debug)]
struct State {
    inner: SharedHttpClient,
    trouble: Trouble,
    requests: AtomicUsize,
}

impl Faulty {
    /// In this trouble.
    pub fn new(trouble: Trouble) -> Self {
        let inner = Builder::new().build_http();
        Self(Arc::new(State { inner, trouble, requests: AtomicUsize::new(0) }))
    }

    /// Requests so far.
    pub fn requests(&self) -> usize {
        self.0.requests.load(Ordering::Relaxed)
    }
}

impl State {
    fn fate(&self) -> Fate {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        match self.trouble {
            Trouble::DeadFrom(deadly) if number >= deadly => Fate::Dies,
            Trouble::None | Trouble::DeadFrom(_) => Fate::Goes,
            Trouble::Stumbles { seed } => {
                let dice = fastrand::Rng::with_seed(seed ^ (number as u64) << 20).u8(0..60);
                match dice {
                    0 => Fate::Answers(400, "ProvisionedThroughputExceededException"),
                    1 => Fate::Answers(500, "InternalServerError"),
                    2 => Fate::Answers(400, "TransactionConflictException"),
                    3 => Fate::Unheard,
                    _ => Fate::Goes,
                }
            }
        }
    }
}

impl HttpClient for Faulty {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.0.inner.http_connector(settings, components);
        SharedHttpConnector::new(Connector { inner, state: self.0.clone() })
    }
}

#[derive(Debug)]
struct Connector {
    inner: SharedHttpConnector,
    state: Arc<State>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        match self.state.fate() {
            Fate::Goes => self.inner.call(request),
            Fate::Dies => HttpConnectorFuture::ready(Err(lost())),
            Fate::Unheard => {
                let answer = self.inner.call(request);
                HttpConnectorFuture::new(async move {
                    answer.await?;
                    Err(lost())
                })
            }
            Fate::Answers(status, code) => HttpConnectorFuture::ready(Ok(answer(status, code))),
        }
    }
}

fn lost() -> ConnectorError {
    ConnectorError::io("the connection is gone".into())
}

fn answer(status: u16, code: &str) -> HttpResponse {
    let body = format!(r#"{{"__type": "com.amazonaws.dynamodb.v20120810#{code}"}}"#);
    HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))
}
