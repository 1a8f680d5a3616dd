//! What is asked of the table.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::key::Key;
use crate::table::item::{self, Item};
use crate::table::units::{item_bytes, write_units};

/// What must hold for a write.
#[derive(Debug, Clone, Default)]
pub(crate) struct Condition {
    pub(super) expression: &'static str,
    pub(super) values: Vec<(&'static str, AttributeValue)>,
}

/// What to look for in a partition.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    partition: String,
    within: Within,
    pub(super) only: Option<&'static str>,
}

#[derive(Debug, Clone)]
enum Within {
    All,
    Between([String; 2]),
    After(String),
    Before(String),
}

/// One of several writes that happen together or not at all.
#[derive(Debug, Clone)]
pub(crate) enum Write {
    Put(Item, Condition),
    Set(Key, &'static str, AttributeValue),
    Delete(Key),
    Check(Key, Condition),
}

impl Condition {
    pub(crate) fn new(
        expression: &'static str,
        values: impl IntoIterator<Item = (&'static str, AttributeValue)>,
    ) -> Self {
        Self { expression, values: values.into_iter().collect() }
    }

    pub(super) fn parts(self) -> (Option<String>, Option<HashMap<String, AttributeValue>>) {
        if self.expression.is_empty() {
            return (None, None);
        }
        let values: HashMap<_, _> =
            self.values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        (Some(self.expression.to_owned()), Some(values).filter(|values| !values.is_empty()))
    }
}

impl Query {
    pub(crate) fn all(partition: impl Into<String>) -> Self {
        Self { partition: partition.into(), within: Within::All, only: None }
    }

    /// From the first bound to the second, both included.
    pub(crate) fn between(self, bounds: [String; 2]) -> Self {
        Self { within: Within::Between(bounds), ..self }
    }

    /// Whether nothing can be there, as the second bound comes first: the table refuses to look.
    pub(super) fn is_empty(&self) -> bool {
        matches!(&self.within, Within::Between([low, high]) if low > high)
    }

    pub(crate) fn after(self, bound: Option<String>) -> Self {
        Self { within: bound.map_or(Within::All, Within::After), ..self }
    }

    pub(crate) fn before(self, bound: impl Into<String>) -> Self {
        Self { within: Within::Before(bound.into()), ..self }
    }

    /// Only these attributes, of all that is read.
    pub(crate) fn only(self, attributes: &'static str) -> Self {
        Self { only: Some(attributes), ..self }
    }

    pub(super) fn parts(&self) -> (String, HashMap<String, AttributeValue>) {
        let mut values = HashMap::from([(":p".to_owned(), item::text(&self.partition))]);
        let mut bind = |name: &str, value: &String| {
            values.insert(name.to_owned(), item::text(value));
        };
        let expression = match &self.within {
            Within::All => "p = :p",
            Within::Between([low, high]) => {
                bind(":a", low);
                bind(":b", high);
                "p = :p AND s BETWEEN :a AND :b"
            }
            Within::After(bound) => {
                bind(":a", bound);
                "p = :p AND s > :a"
            }
            Within::Before(bound) => {
                bind(":a", bound);
                "p = :p AND s < :a"
            }
        };
        (expression.to_owned(), values)
    }
}

impl Write {
    pub(super) fn units(&self) -> u64 {
        match self {
            Self::Put(item, _) => write_units(item_bytes(&item.0)),
            // What is there is not known.
            Self::Set(..) | Self::Delete(_) | Self::Check(..) => 1,
        }
    }
}
