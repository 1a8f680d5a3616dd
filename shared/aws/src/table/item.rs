//! Items: one-letter attributes, because their names are paid for.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;

use crate::key::Key;

pub(crate) type Attributes = HashMap<String, AttributeValue>;

/// An item with its key.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Item(pub(crate) Attributes);

impl Item {
    pub(crate) fn at(key: Key) -> Self {
        Self(key.attributes())
    }

    pub(crate) fn text(self, name: &str, value: impl Into<String>) -> Self {
        self.with(name, AttributeValue::S(value.into()))
    }

    pub(crate) fn number(self, name: &str, value: impl Display) -> Self {
        self.with(name, number(value))
    }

    pub(crate) fn bytes(self, name: &str, value: Vec<u8>) -> Self {
        self.with(name, AttributeValue::B(Blob::new(value)))
    }

    fn with(mut self, name: &str, value: AttributeValue) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(crate) fn get_text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_s().ok().map(String::as_str)
    }

    pub(crate) fn get_number<T: FromStr>(&self, name: &str) -> Option<T> {
        self.0.get(name)?.as_n().ok()?.parse().ok()
    }

    pub(crate) fn get_bytes(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name)?.as_b().ok().map(Blob::as_ref)
    }

    /// Its key.
    pub(crate) fn key(&self) -> Option<Key> {
        Some(Key::new(self.get_text("p")?, self.get_text("s")?))
    }

    /// What it is, with its key, for a person.
    pub(crate) fn named(&self, what: &str) -> String {
        format!("{what} ({} of {})", self.sort(), self.get_text("p").unwrap_or_default())
    }

    /// Its sort key.
    pub(crate) fn sort(&self) -> &str {
        self.get_text("s").unwrap_or_default()
    }
}

pub(crate) fn number(value: impl Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}
