//! The aggregator as a Lambda function. The table's stream makes it file the attempts that changed;
//! the schedule makes it sweep, roll up, send metrics and seal.

mod trigger;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use lambda_runtime::{Error, LambdaEvent};
use laptime_aws::{Clients, CloudWatch, Settings, Store, clock, function};
use laptime_core::config::Policy;
use laptime_core::flow::{Installation, Pass, measure, refold};
use laptime_core::port::Lease;
use laptime_core::time::Time;
use serde_json::{Value, json};

use crate::trigger::{Batch, Trigger};

/// Left of an invocation's time when a pass stops taking up more.
const SPARE_MS: i64 = 30_000;

/// How often the rollup of the present day is stored.
const ROLL_UP_EVERY_MS: i64 = 3_600_000;

/// How often workflows are judged: it takes reading half a year of their attempts, and a change takes
/// hours to be beyond doubt.
const JUDGE_EVERY_MS: i64 = 21_600_000;

/// How long another pass is waited for: longer than the lease of a dead one lasts.
const TRIES: u32 = 80;
const PAUSE: Duration = Duration::from_millis(500);

struct Aggregator {
    store: Store,
    metrics: CloudWatch,
    policy: Policy,
}

fn main() -> ExitCode {
    function::run("aggregator", aggregator, Aggregator::invoked)
}

/// All that lives as long as the process. No call is made.
fn aggregator(settings: &mut Settings) -> Option<Aggregator> {
    let table = settings.needed("LAPTIME_TABLE", "the name of the table");
    let stream = settings.needed("LAPTIME_STREAM", "the ARN of the table's stream");
    let policy = settings.policy();
    let clients = Clients::on_lambda(settings);
    let (table, stream, policy, clients) = (table?, stream?, policy?, clients?);
    let store = clients.store(&table, policy.retention.raw_days).with_stream(stream);
    Some(Aggregator { store, metrics: clients.metrics(), policy })
}

impl Aggregator {
    async fn invoked(&self, event: LambdaEvent<Trigger>) -> Result<Value, Error> {
        let LambdaEvent { payload: trigger, context } = event;
        let holder = format!("aggregator, request {}", context.request_id);
        let ends = i64::try_from(context.deadline).unwrap_or(i64::MAX);
        let deadline = Time::from_millis(ends.saturating_sub(SPARE_MS));
        if !trigger.records.is_empty() {
            return Ok(serde_json::to_value(self.file(&holder, &trigger, deadline).await)?);
        }
        Ok(self.pass(&holder, deadline).await?)
    }

    /// Files the attempts of a batch. What could not be done is sent again by the stream.
    async fn file(&self, holder: &str, trigger: &Trigger, deadline: Time) -> Batch {
        let attempts = trigger.attempts();
        for _ in 0..TRIES {
            match refold(&self.store, holder, &attempts, Some(deadline), clock).await {
                Ok(Ok(refolded)) => {
                    tracing::info!(
                        batch.records = trigger.records.len(),
                        batch.attempts = refolded.done,
                        pass.set_aside = refolded.passed.set_aside,
                        pass.refused = refolded.passed.refused,
                        "filed attempts of a batch"
                    );
                    if let Some(error) = &refolded.failed {
                        tracing::error!(%error, "a batch was not filed whole; it comes again");
                    }
                    return trigger.failing(attempts.get(..refolded.done).unwrap_or_default());
                }
                Ok(Err(Lease::Held { .. })) => tokio::time::sleep(PAUSE).await,
                Ok(Err(Lease::Won(_))) => {}
                Err(error) => {
                    tracing::error!(%error, "a batch was not filed; it comes again");
                    return trigger.failing(&[]);
                }
            }
        }
        tracing::warn!("another pass took too long; the batch comes again");
        trigger.failing(&[])
    }

    async fn pass(&self, holder: &str, deadline: Time) -> anyhow::Result<Value> {
        let pass = Pass {
            roll_up_every_ms: Some(ROLL_UP_EVERY_MS),
            judge_every_ms: Some(JUDGE_EVERY_MS),
            deadline: Some(deadline),
            judging: self.policy.judging,
            ..Pass::new(holder, clock(), self.policy.retention.raw_days)
        };
        for _ in 0..TRIES {
            let at =
                Installation { store: &self.store, metrics: &self.metrics, policy: &self.policy };
            let Ok((passed, pushed)) = measure(at, pass, clock).await.context("a pass failed")?
            else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            for problem in &pushed.problems {
                tracing::error!(error = %problem, "something is wrong about metrics; the next pass tries again");
            }
            let units = self.store.units();
            tracing::info!(
                pass.events = passed.events,
                pass.days = passed.days,
                pass.judged = passed.judged,
                pass.sealed = passed.sealed,
                pass.refused = passed.refused,
                pass.set_aside = passed.set_aside,
                pass.unfinished = passed.unfinished,
                metrics.samples = pushed.samples,
                metrics.calls = pushed.calls,
                metrics.lost = pushed.lost,
                metrics.skipped = pushed.skipped,
                table.calls = units.calls,
                table.write_units = units.writes,
                table.read_units = units.reads,
                "a pass ended"
            );
            return Ok(json!({ "passed": passed, "pushed": pushed }));
        }
        bail!("another pass is still running; it does this work")
    }
}
