//! The webhook on Lambda, behind a function URL or an HTTP API: verify, narrow, one write.

mod handler;

use std::process::ExitCode;

use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use laptime_aws::{Clients, PLACE_FORM, Secret, Settings, telemetry};

use crate::handler::Webhook;

fn main() -> ExitCode {
    let mut settings = Settings::from_env();
    telemetry::start(settings.text("RUST_LOG").as_deref());
    let Some(webhook) = webhook(&mut settings) else {
        tracing::error!("the webhook cannot start: {}", settings.problems());
        return ExitCode::FAILURE;
    };
    match serve(&webhook) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error, "the webhook stopped");
            ExitCode::FAILURE
        }
    }
}

/// All that lives as long as the process. No call is made.
fn webhook(settings: &mut Settings) -> Option<Webhook> {
    let table = settings.needed("LAPTIME_TABLE", "the name of the table");
    let place = settings.parsed("LAPTIME_SECRET", PLACE_FORM);
    let policy = settings.policy();
    let clients = Clients::on_lambda(settings);
    let (table, place, policy, clients) = (table?, place?, policy?, clients?);
    Some(Webhook {
        secret: Secret::new(&clients, place),
        store: clients.store(&table, policy.retention.raw_days),
        progress: policy.ingest.progress,
    })
}

/// Takes invocations, one after the other, for as long as Lambda likes.
fn serve(webhook: &Webhook) -> Result<(), Error> {
    let handler = service_fn(|event: LambdaEvent<_>| async move {
        telemetry::request(&event.context.request_id);
        Ok::<_, Error>(webhook.handle(&event.payload).await)
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(Runtime::new(handler).run())
}
