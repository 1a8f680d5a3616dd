//! The life of a Lambda function: settings, then invocations, one after the other, for as long as
//! Lambda likes.

use std::process::ExitCode;

use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use serde::{Deserialize, Serialize};

use crate::settings::Settings;
use crate::telemetry;

/// Makes from the settings what lives as long as the process, and handles invocations with it.
/// Nothing is asked of anybody before the first.
#[expect(clippy::needless_pass_by_value, reason = "callers write closures in place")]
pub fn run<State, Payload, Reply>(
    name: &str,
    make: impl FnOnce(&mut Settings) -> Option<State>,
    handle: impl AsyncFn(&State, LambdaEvent<Payload>) -> Result<Reply, Error>,
) -> ExitCode
where
    Payload: for<'de> Deserialize<'de>,
    Reply: Serialize,
{
    let mut settings = Settings::from_env();
    telemetry::start(settings.text("RUST_LOG").as_deref());
    let Some(state) = make(&mut settings) else {
        tracing::error!("the {name} cannot start: {}", settings.problems());
        return ExitCode::FAILURE;
    };
    let handler = service_fn(async |event: LambdaEvent<Payload>| {
        telemetry::request(&event.context.request_id);
        handle(&state, event).await
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let ended = runtime
        .map_err(Error::from)
        .and_then(|runtime| runtime.block_on(Runtime::new(handler).run()));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error, "the {name} stopped");
            ExitCode::FAILURE
        }
    }
}
