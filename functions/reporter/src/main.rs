//! The reporter as a Lambda function: reports of the days and weeks that have ended, put into the
//! bucket once each. Whatever starts it, it does what is missing.

use std::process::ExitCode;

use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use laptime_aws::{Bucket, Clients, Settings, Store, clock, telemetry};
use laptime_core::config::Policy;
use laptime_core::flow::publish;
use serde_json::Value;

struct Reporter {
    store: Store,
    bucket: Bucket,
    policy: Policy,
}

fn main() -> ExitCode {
    let mut settings = Settings::from_env();
    telemetry::start(settings.text("RUST_LOG").as_deref());
    let Some(reporter) = reporter(&mut settings) else {
        tracing::error!("the reporter cannot start: {}", settings.problems());
        return ExitCode::FAILURE;
    };
    match serve(&reporter) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error, "the reporter stopped");
            ExitCode::FAILURE
        }
    }
}

/// All that lives as long as the process. No call is made.
fn reporter(settings: &mut Settings) -> Option<Reporter> {
    let table = settings.needed("LAPTIME_TABLE", "the name of the table");
    let bucket = settings.needed("LAPTIME_BUCKET", "the bucket of the reports");
    let policy = settings.policy();
    let clients = Clients::on_lambda(settings);
    let (table, bucket, policy, clients) = (table?, bucket?, policy?, clients?);
    let store = clients.store(&table, policy.retention.raw_days);
    Some(Reporter { store, bucket: clients.bucket(bucket), policy })
}

/// Takes invocations, one after the other, for as long as Lambda likes.
fn serve(reporter: &Reporter) -> Result<(), Error> {
    let handler = service_fn(|event: LambdaEvent<Value>| async move {
        telemetry::request(&event.context.request_id);
        reporter.invoked().await
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(Runtime::new(handler).run())
}

impl Reporter {
    async fn invoked(&self) -> Result<Value, Error> {
        let thresholds = &self.policy.thresholds;
        let published = publish(&self.store, &self.bucket, thresholds, clock()).await;
        let published = published.inspect_err(|error| tracing::error!(%error, "reports failed"))?;
        for problem in &published.problems {
            tracing::error!(error = %problem, "a report is missing; the next start tries again");
        }
        tracing::info!(
            reports.objects = published.objects,
            reports.known = published.known,
            reports.complete = published.complete,
            reports.periods = published.periods.len(),
            "reports were published"
        );
        Ok(serde_json::to_value(published)?)
    }
}
