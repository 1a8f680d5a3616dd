//! The reporter as a Lambda function: reports of the days and weeks that have ended, put into the
//! bucket once each. Whatever starts it, it does what is missing.

use std::process::ExitCode;

use lambda_runtime::{Error, LambdaEvent};
use laptime_aws::{Bucket, Clients, Settings, Store, clock, function};
use laptime_core::config::Policy;
use laptime_core::flow::publish;
use serde_json::Value;

struct Reporter {
    store: Store,
    bucket: Bucket,
    policy: Policy,
}

fn main() -> ExitCode {
    function::run("reporter", reporter, async |reporter, _: LambdaEvent<Value>| {
        reporter.invoked().await
    })
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
        // An error makes Lambda try again, and the alarm go off if that does not help.
        match published.problems.len() {
            0 => Ok(serde_json::to_value(published)?),
            missing => Err(format!("{missing} reports are missing; the log says why").into()),
        }
    }
}
