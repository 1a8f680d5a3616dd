//! The outline of a JSON value, to tell what it is before it is read.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A kind of JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    /// Of a file that is none of what is known.
    pub(super) fn found(self) -> &'static str {
        match self {
            Self::Array => "is an array",
            Self::Object => "is an object of no known form",
            Self::Null | Self::Bool | Self::Number | Self::String => "is a single value",
        }
    }
}

/// The fields that tell formats apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Probe {
    pub(super) top: Kind,
    pub(super) benchmarks: Option<Kind>,
    pub(super) results: Option<Kind>,
    pub(super) mean: Option<Kind>,
    pub(super) iters: Option<Kind>,
    pub(super) times: Option<Kind>,
    pub(super) reason: Option<Kind>,
    /// Whether the value of any field is a number.
    pub(super) has_number: bool,
}

impl From<Kind> for Probe {
    fn from(top: Kind) -> Self {
        Self {
            top,
            benchmarks: None,
            results: None,
            mean: None,
            iters: None,
            times: None,
            reason: None,
            has_number: false,
        }
    }
}

impl Probe {
    fn note(&mut self, field: &str, kind: Kind) {
        self.has_number |= kind == Kind::Number;
        match field {
            "benchmarks" => self.benchmarks = Some(kind),
            "results" => self.results = Some(kind),
            "mean" => self.mean = Some(kind),
            "iters" => self.iters = Some(kind),
            "times" => self.times = Some(kind),
            "reason" => self.reason = Some(kind),
            _ => {}
        }
    }
}

impl<'de> Deserialize<'de> for Probe {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Outline)
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Probe::deserialize(from).map(|probe| probe.top)
    }
}

struct Outline;

impl<'de> Visitor<'de> for Outline {
    type Value = Probe;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Probe, E> {
        Ok(Kind::Bool.into())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Probe, E> {
        Ok(Kind::Number.into())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Probe, E> {
        Ok(Kind::Number.into())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Probe, E> {
        Ok(Kind::Number.into())
    }

    fn visit_str<E>(self, _: &str) -> Result<Probe, E> {
        Ok(Kind::String.into())
    }

    fn visit_unit<E>(self) -> Result<Probe, E> {
        Ok(Kind::Null.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Probe, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Kind::Array.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Probe, A::Error> {
        let mut probe = Probe::from(Kind::Object);
        while let Some(field) = map.next_key::<Cow<'de, str>>()? {
            probe.note(&field, map.next_value()?);
        }
        Ok(probe)
    }
}
