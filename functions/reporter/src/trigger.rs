//! What starts the function.

use serde::Deserialize;
use serde::de::IgnoredAny;

/// Why it was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(from = "Event")]
pub(crate) enum Trigger {
    /// The stream tells of new judgements.
    Judged,
    /// The hour is over: what an invocation left is done.
    Sweep,
    /// The night's reports, or somebody by hand.
    Reports,
}

/// The few fields in use.
#[derive(Debug, Deserialize)]
struct Event {
    #[serde(default, rename = "Records")]
    records: Vec<IgnoredAny>,
    laptime: Option<String>,
}

impl From<Event> for Trigger {
    fn from(event: Event) -> Self {
        match event.laptime.as_deref() {
            _ if !event.records.is_empty() => Self::Judged,
            Some("sweep") => Self::Sweep,
            _ => Self::Reports,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_the_sweep_and_whatever_else() {
        let of = |event: &str| serde_json::from_str::<Trigger>(event).unwrap();
        assert_eq!(of(r#"{"Records": [{"dynamodb": {}}]}"#), Trigger::Judged);
        assert_eq!(of(r#"{"laptime": "sweep"}"#), Trigger::Sweep);
        assert_eq!(of(r#"{"laptime": "schedule"}"#), Trigger::Reports);
        assert_eq!(of("{}"), Trigger::Reports);
    }
}
