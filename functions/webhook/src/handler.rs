//! One request, from its envelope to its answer.

use std::fmt::Display;
use std::time::Duration;

use laptime_aws::envelope::{Reply, Request};
use laptime_aws::{NoSecretNow, Secret, Store, clock};
use laptime_core::flow::{Answer, Delivery, receive};
use laptime_core::ingest::{MAX_BODY, Progress, Unsigned, is_signature};

/// GitHub gives up after 10 s, Lambda after the 8 s of the template.
const ANSWER: Duration = Duration::from_millis(7_200);

/// All that lives as long as the process.
pub(crate) struct Webhook {
    pub(crate) secret: Secret,
    pub(crate) store: Store,
    pub(crate) progress: Progress,
}

impl Webhook {
    pub(crate) async fn handle(&self, request: &Request) -> Reply {
        match (request.path(), request.method()) {
            ("/" | "/webhook", "POST") => self.delivery(request).await,
            ("/" | "/webhook", _) => Reply::not_allowed("POST"),
            ("/healthz", "GET" | "HEAD") => Reply::new(200, "laptime webhook"),
            ("/healthz", _) => Reply::not_allowed("GET, HEAD"),
            _ => Reply::new(404, "not found: deliveries go to POST /webhook"),
        }
    }

    async fn delivery(&self, request: &Request) -> Reply {
        let answer = tokio::time::timeout(ANSWER, self.answer(request)).await;
        let id = request.headers.delivery.as_deref().unwrap_or_default();
        let id: String = id.chars().take(64).collect();
        match answer {
            Ok(Ok(answer)) => {
                log(&answer, &id);
                Reply::new(answer.status(), answer.message())
            }
            Ok(Err(error)) => unavailable(&id, &error, "there is no secret to verify it with"),
            Err(_) => {
                let error = format!("no answer from AWS in {ANSWER:?}");
                unavailable(&id, &error, "the store is too slow")
            }
        }
    }

    /// Nothing is asked of anybody before the request shows something like a signature.
    async fn answer(&self, request: &Request) -> Result<Answer, NoSecretNow> {
        let signature = request.headers.signature.as_deref();
        if request.is_longer_than(MAX_BODY) {
            return Ok(Answer::TooLarge);
        }
        if let Err(unsigned) = is_signature(signature) {
            return Ok(Answer::Unsigned(unsigned));
        }
        let body = request.body();
        let event = request.headers.event.as_deref();
        let delivery = Delivery { event, signature, body: &body };
        let receive =
            async |secrets| receive(&self.store, secrets, self.progress, delivery, clock()).await;
        let known = self.secret.current().await?;
        let answer = receive(&known.secrets).await;
        if matches!(answer, Answer::Unsigned(Unsigned::Wrong))
            && let Some(newer) = self.secret.newer(&known).await
        {
            return Ok(receive(&newer.secrets).await);
        }
        Ok(answer)
    }
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

fn unavailable(delivery: &str, error: &dyn Display, why: &str) -> Reply {
    tracing::error!(delivery.id = delivery, %error, "the delivery was not stored");
    Reply::new(503, format_args!("not stored, redeliver it later: {why}"))
}
