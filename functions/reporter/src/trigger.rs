//! What starts the function.

use laptime_aws::Record;
use laptime_core::flow::Ended;
use serde::Deserialize;

/// Why it was started.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Event")]
pub(crate) enum Trigger {
    /// The stream tells of new judgements.
    Judged,
    /// The stream tells of the rows of these and of nothing else.
    Ended(Ended),
    /// The hour is over: what an invocation left is done.
    Sweep,
    /// The night's reports, or somebody by hand.
    Reports,
}

/// The few fields in use.
#[derive(Debug, Deserialize)]
struct Event {
    #[serde(default, rename = "Records")]
    records: Vec<Record>,
    laptime: Option<String>,
}

impl From<Event> for Trigger {
    fn from(event: Event) -> Self {
        if !event.records.is_empty() {
            let ended: Option<_> = event.records.iter().map(Record::row).collect();
            return ended.map_or(Self::Judged, |ended| Self::Ended(Ended(ended)));
        }
        match event.laptime.as_deref() {
            Some("sweep") => Self::Sweep,
            _ => Self::Reports,
        }
    }
}

#[cfg(test)]
mod tests {
    use laptime_core::model::AttemptId;
    use laptime_core::row::WorkflowId;
    use serde_json::{Value, json};

    use super::*;

    fn of(event: Value) -> Trigger {
        serde_json::from_value(event).unwrap()
    }

    fn record(p: &str, s: &str) -> Value {
        let keys = json!({"p": {"S": p}, "s": {"S": s}});
        json!({"eventName": "INSERT", "dynamodb": {"Keys": keys, "SequenceNumber": "1"}})
    }

    #[test]
    fn the_stream_the_sweep_and_whatever_else() {
        assert_eq!(of(json!({"Records": [record("V", "7#1")]})), Trigger::Judged);
        assert_eq!(of(json!({"laptime": "sweep"})), Trigger::Sweep);
        assert_eq!(of(json!({"laptime": "schedule"})), Trigger::Reports);
        assert_eq!(of(json!({})), Trigger::Reports);
    }

    #[test]
    fn where_runs_ended_and_nothing_was_judged() {
        let rows = [record("D#7#1#5020594", "r#11#1"), record("D#9#4#5020594", "r#12#2")];
        let named = |repository, workflow, run, attempt| {
            let id = AttemptId { repository, run, attempt };
            (WorkflowId { repository, workflow }, id)
        };
        let ended = Ended([named(7, 1, 11, 1), named(9, 4, 12, 2)].into());
        assert_eq!(of(json!({"Records": rows})), Trigger::Ended(ended));
        let judged = [record("D#7#1#5020594", "r#11#1"), record("V", "7#1")];
        assert_eq!(of(json!({"Records": judged})), Trigger::Judged);
        // Whatever is not understood is looked at as a whole.
        let others = [
            record("D#7#1#5020594", "m"),
            record("D#x#1#5", "r#1#1"),
            record("D#7#1#5", "r#1"),
            record("D#7#1#5#6", "r#1#1"),
            record("D#7#1#5", "r#1#1#1"),
        ];
        for other in others {
            assert_eq!(of(json!({"Records": [rows[0], other]})), Trigger::Judged);
        }
    }
}
