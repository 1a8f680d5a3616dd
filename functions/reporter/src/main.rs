//! The reporter as a Lambda function: reports of the days and weeks that have ended, put into the
//! bucket once each. Whatever starts it, it does what is missing.

use std::process::ExitCode;

use lambda_runtime::{Error, LambdaEvent};
use laptime_aws::{Bucket, Clients, Settings, Store, clock, function};
use laptime_core::config::Policy;
use laptime_core::flow::publish;
use laptime_core::time::Time;
use serde_json::Value;

/// Left of an invocation's time when nothing more is begun.
const SPARE_MS: i64 = 30_000;

struct Reporter {
    store: Store,
    bucket: Bucket,
    policy: Policy,
}

fn main() -> ExitCode {
    function::run("reporter", reporter, Reporter::invoked)
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

impl Reporter {
    async fn invoked(&self, event: LambdaEvent<Value>) -> Result<Value, Error> {
        let ends = i64::try_from(event.context.deadline).unwrap_or(i64::MAX);
        let deadline = Time::from_millis(ends.saturating_sub(SPARE_MS));
        let policy = &self.policy;
        let published = publish(&self.store, &self.bucket, policy, deadline, clock).await;
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
        // An error makes Lambda try again, and the alarms go off.
        match published.problems.len() {
            0 => Ok(serde_json::to_value(published)?),
            missing => Err(format!("reports of {missing} periods are missing: see the log").into()),
        }
    }
}
