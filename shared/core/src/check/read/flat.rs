//! An object of names and seconds. Read by hand, as a map would keep the last of two equal names.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::check::{Format, Problem, Timing};

use super::figure::{Fault, Figure};
use super::gather::Gathered;

pub(super) fn read(bytes: &[u8]) -> Result<Gathered, Problem> {
    let Entries(entries) = super::parsed(bytes)?;
    let mut gathered = Gathered::new(Format::Flat);
    for (name, figure) in entries {
        gathered.add(name, timing(&figure));
    }
    Ok(gathered)
}

fn timing(figure: &Figure) -> Result<Timing, Fault> {
    figure.time("its time", 1.0).map(Timing::single)
}

struct Entries(Vec<(String, Figure)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Entries;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object of names and seconds")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}
