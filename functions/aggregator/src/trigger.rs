//! What starts the function: a batch of the table's stream, or the schedule.

use laptime_aws::Record;
use laptime_core::model::AttemptId;
use serde::{Deserialize, Serialize};

/// The few fields in use. Whatever has no records is the schedule, or somebody by hand.
#[derive(Debug, Deserialize)]
pub(crate) struct Trigger {
    #[serde(default, rename = "Records")]
    pub(crate) records: Vec<Record>,
}

/// Which records the stream has to send again.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Batch {
    #[serde(rename = "batchItemFailures")]
    failures: Vec<Failure>,
}

#[derive(Debug, Serialize)]
struct Failure {
    #[serde(rename = "itemIdentifier")]
    sequence_number: String,
}

impl Trigger {
    /// The attempts the records are about, each once, in the order in which they first occur.
    pub(crate) fn attempts(&self) -> Vec<AttemptId> {
        let mut attempts = Vec::new();
        for id in self.records.iter().filter_map(Record::attempt) {
            if !attempts.contains(&id) {
                attempts.push(id);
            }
        }
        attempts
    }

    /// From the first record of an attempt that is not `done` on, the stream sends all again.
    pub(crate) fn failing(&self, done: &[AttemptId]) -> Batch {
        let failed = |record: &&Record| record.attempt().is_some_and(|id| !done.contains(&id));
        let first = self.records.iter().find(failed);
        let failures =
            first.map(|record| Failure { sequence_number: record.sequence_number().to_owned() });
        Batch { failures: failures.into_iter().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trigger() -> Trigger {
        let record = |p: &str, s: &str, number: &str| {
            serde_json::json!({ "eventName": "INSERT", "dynamodb": {
                "Keys": { "p": { "S": p }, "s": { "S": s } }, "SequenceNumber": number } })
        };
        let records = [
            record("E#1#2#1", "e#aa", "100"),
            record("T", "1#2#3", "101"),
            record("E#1#3#1", "e#bb", "102"),
            record("E#1#2#1", "e#cc", "103"),
        ];
        serde_json::from_value(serde_json::json!({ "Records": records })).unwrap()
    }

    #[test]
    fn the_stream_sends_again_from_the_first_attempt_that_is_not_done() {
        let trigger = trigger();
        let attempts = trigger.attempts();
        assert_eq!(attempts.iter().map(|id| id.run).collect::<Vec<_>>(), [2, 3]);
        let told = |done| serde_json::to_string(&trigger.failing(done)).unwrap();
        assert_eq!(told(&attempts), r#"{"batchItemFailures":[]}"#);
        assert_eq!(told(&attempts[..1]), r#"{"batchItemFailures":[{"itemIdentifier":"102"}]}"#);
        assert_eq!(told(&[]), r#"{"batchItemFailures":[{"itemIdentifier":"100"}]}"#);
    }

    #[test]
    fn what_has_no_records_is_the_schedule() {
        for event in [r#"{"laptime": "schedule"}"#, "{}"] {
            assert!(serde_json::from_str::<Trigger>(event).unwrap().records.is_empty());
        }
    }
}
