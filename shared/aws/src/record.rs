//! A record of the table's stream, as Lambda brings it.

use laptime_core::model::AttemptId;
use laptime_core::row::WorkflowId;
use serde::Deserialize;

use crate::key;

/// The few fields in use: the stream has keys only.
#[derive(Debug, Deserialize)]
pub struct Record {
    dynamodb: Change,
}

#[derive(Debug, Deserialize)]
struct Change {
    #[serde(rename = "Keys")]
    keys: Keys,
    #[serde(rename = "SequenceNumber")]
    sequence_number: String,
}

#[derive(Debug, Deserialize)]
struct Keys {
    p: Text,
    s: Text,
}

#[derive(Debug, Deserialize)]
struct Text {
    #[serde(rename = "S")]
    text: String,
}

impl Record {
    /// The attempt, if it is of an event.
    pub fn attempt(&self) -> Option<AttemptId> {
        let Keys { p, s } = &self.dynamodb.keys;
        key::attempt_of(&p.text, &s.text)
    }

    /// The workflow and attempt, if it is of a row.
    pub fn row(&self) -> Option<(WorkflowId, AttemptId)> {
        let Keys { p, s } = &self.dynamodb.keys;
        key::row_of(&p.text, &s.text)
    }

    /// Its place in its shard.
    pub fn sequence_number(&self) -> &str {
        &self.dynamodb.sequence_number
    }
}
