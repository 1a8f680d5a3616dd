//! The flows, in one line each.

use std::sync::LazyLock;

use laptime_core::config::Policy;
use laptime_core::flow::{
    Installation, Pass, Passed, Period, Published, Pushed, aggregate, measure, publish, report,
};
use laptime_core::ingest::{Progress, Reading, read};
use laptime_core::port::{
    Appended, Findings, Inbox, Ledger, Library, Metrics, Notes, Objects, StoreError, Stored,
};
use laptime_core::report::Report;
use laptime_core::time::Time;
use tokio::runtime::{Builder, Runtime};

use crate::Delivery;

/// A time of RFC 3339.
pub fn at(text: &str) -> Time {
    text.parse().unwrap()
}

/// Waits for a future. All share one runtime, as connections live and die with theirs.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        let builder = Builder::new_multi_thread().worker_threads(2).enable_all().build();
        builder.unwrap()
    });
    RUNTIME.block_on(future)
}

/// Stores deliveries at the time `received`; ignored ones are passed over.
pub fn append_all<'a>(
    inbox: &impl Inbox,
    deliveries: impl IntoIterator<Item = &'a Delivery>,
    progress: Progress,
    received: Time,
) -> Stored<Vec<Appended>> {
    let mut answers = Vec::new();
    for delivery in deliveries {
        let body = delivery.body.to_string();
        if let Reading::Event(event) = read(delivery.event, body.as_bytes(), progress).unwrap() {
            answers.push(wait(inbox.append(&event, received))?);
        }
    }
    Ok(answers)
}

/// One pass at `now`, which is also what the clock says.
pub fn aggregate_at(
    ledger: &(impl Ledger + Notes + Findings),
    now: Time,
) -> Result<Passed, StoreError> {
    let pass = Pass::new("a test", now, 35);
    wait(aggregate(ledger, pass, || now, |_| ())).map(|passed| passed.expect("nobody else"))
}

/// One pass at `now` that sends metrics.
pub fn measure_at<S: Ledger + Notes + Findings + Library>(
    store: &S,
    metrics: &impl Metrics,
    now: Time,
) -> Stored<(Passed, Pushed)> {
    let at = Installation { store, metrics, policy: &Policy::default() };
    let pass = Pass::new("a test", now, 35);
    wait(measure(at, pass, || now)).map(|passed| passed.expect("nobody else"))
}

/// One start of the reporter at `now`, with as much time as it likes.
pub fn publish_at(library: &impl Library, objects: &impl Objects, now: Time) -> Published {
    let policy = Policy::default();
    wait(publish(library, objects, &policy, now.plus_days(1), || now))
}

/// The report over `[from, to)`.
pub fn report_of(library: &impl Library, from: &str, to: &str) -> Report {
    let period = Period { from: Some(at(from)), to: Some(at(to)), repository: None };
    wait(report(library, &period, &Policy::default(), at(to))).unwrap()
}

/// The report over all of history, as bytes.
pub fn report_json(library: &impl Library) -> String {
    laptime_core::render::json(&report_of(library, "2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z"))
}
