//! The webhook on Lambda, behind a function URL or an HTTP API: verify, narrow, one write.

mod handler;

use std::process::ExitCode;

use lambda_runtime::LambdaEvent;
use laptime_aws::envelope::Request;
use laptime_aws::{Clients, PLACE_FORM, Secret, Settings, function};

use crate::handler::Webhook;

fn main() -> ExitCode {
    function::run("webhook", webhook, async |webhook, event: LambdaEvent<Request>| {
        Ok(webhook.handle(&event.payload).await)
    })
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
