//! Aggregation on a timer. A pass that another process holds back is simply left to it.

use std::sync::Arc;
use std::time::Duration;

use laptime_core::flow::{Pass, aggregate};
use laptime_core::port::Lease;
use tokio::sync::oneshot;
use tokio::time::MissedTickBehavior;

use crate::command::serve::App;
use crate::command::serve::notifier::Bell;
use crate::command::{aggregate::text, block_on};
use crate::settings::clock;

/// A change takes hours to be beyond doubt: looking for it at every pass would be dear.
const JUDGE_EVERY_MS: i64 = 600_000;

pub(super) async fn run(app: Arc<App>, mut bell: Option<Bell>, mut stopped: oneshot::Receiver<()>) {
    let every = Duration::from_secs(u64::from(app.policy.serve.aggregate_every_s));
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = &mut stopped => return,
            _ = ticks.tick() => {}
        }
        let shared = app.clone();
        let Ok(was_judged) = tokio::task::spawn_blocking(move || pass(&shared)).await else {
            tracing::error!("a pass ended badly; the next one does its work");
            continue;
        };
        if let Some(bell) = &mut bell {
            bell.ring(was_judged);
        }
    }
}

/// Answers whether something was judged.
fn pass(app: &App) -> bool {
    let holder = format!("laptime serve, process {}", std::process::id());
    let retention_days = app.policy.retention.raw_days;
    let judging = app.policy.judging;
    let judge_every_ms = Some(JUDGE_EVERY_MS);
    let pass = Pass { judging, judge_every_ms, ..Pass::new(&holder, clock(), retention_days) };
    let passed = match block_on(aggregate(&app.store, pass, clock, |_| ())) {
        Ok(Ok(Ok(passed))) => Some(passed),
        Ok(Ok(Err(Lease::Held { by, .. }))) => {
            tracing::info!(lease.holder = %by, "another pass is running: this one is skipped");
            None
        }
        Ok(Ok(Err(Lease::Won(_)))) => None,
        Ok(Err(error)) => {
            tracing::error!(%error, "a pass failed; the next one does its work");
            None
        }
        Err(error) => {
            tracing::error!(%error, "a pass could not be started");
            None
        }
    };
    let passed = passed.unwrap_or_default();
    if passed.events + passed.days + passed.sealed > 0 {
        tracing::info!(
            pass.events = passed.events,
            pass.days = passed.days,
            pass.judged = passed.judged,
            pass.refused = passed.refused,
            "{}",
            text(&passed).trim_end()
        );
    }
    let has_changed = passed.days + passed.sealed > 0;
    if app.pages.is_some()
        && let Err(error) = app.exposing.count(&app.store, has_changed)
    {
        let error = crate::output::chain(&error);
        tracing::error!(error, "the metrics could not be counted; the next pass tries again");
    }
    passed.judged > 0
}
