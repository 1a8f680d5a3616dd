//! Capacity units by the published rules: a write unit is 1 KB of an item, a transactional one
//! counts twice, a failed condition like a good one; a read unit is 4 KB read consistently.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;

const WRITE_UNIT_BYTES: usize = 1_024;
const READ_UNIT_BYTES: usize = 4_096;

/// What an element of a list or map costs beside its content, and the list or map itself.
const ELEMENT_BYTES: usize = 1;
const CONTAINER_BYTES: usize = 3;

/// Bytes of an item as `DynamoDB` counts them: names and values.
#[expect(clippy::implicit_hasher, reason = "it is what the SDK has")]
pub fn item_bytes(item: &HashMap<String, AttributeValue>) -> usize {
    item.iter().map(|(name, value)| name.len() + value_bytes(value)).sum()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else is stored")]
fn value_bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number_bytes(number),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::L(items) => {
            let inner = items.iter().map(|item| ELEMENT_BYTES + value_bytes(item));
            CONTAINER_BYTES + inner.sum::<usize>()
        }
        AttributeValue::M(items) => {
            let inner =
                items.iter().map(|(name, item)| ELEMENT_BYTES + name.len() + value_bytes(item));
            CONTAINER_BYTES + inner.sum::<usize>()
        }
        // Booleans and nulls; sets are not used.
        _ => 1,
    }
}

/// Two digits a byte, in pairs that begin at the end of the whole number, and one for the exponent;
/// one more for a sign. Zeros around them are free. Only whole numbers are stored.
fn number_bytes(number: &str) -> usize {
    let digits = number.trim_start_matches('-').trim_start_matches('0');
    let pairs = digits.len().div_ceil(2);
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    pairs - zeros / 2 + 1 + usize::from(number.starts_with('-'))
}

/// Units of writing an item of this size. A missing one counts as one unit.
pub fn write_units(bytes: usize) -> u64 {
    bytes.div_ceil(WRITE_UNIT_BYTES).max(1) as u64
}

/// Half units of reading this much, all items of a query together.
fn half_read_units(bytes: usize, consistent: bool) -> u64 {
    let units = bytes.div_ceil(READ_UNIT_BYTES).max(1) as u64;
    if consistent { 2 * units } else { units }
}

/// Counts calls and units, for as long as a store lives.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    calls: AtomicU64,
    write_units: AtomicU64,
    half_read_units: AtomicU64,
    told_write_units: AtomicU64,
    untold_write_units: AtomicU64,
}

/// What a meter showed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Units {
    /// Calls on the table.
    pub calls: u64,
    /// Write units, computed.
    pub writes: u64,
    /// Read units, computed.
    pub reads: f64,
    /// Write units as the table told them.
    pub told_writes: u64,
    /// Of the computed ones, those it did not tell: of failed conditions.
    pub untold_writes: u64,
}

impl Meter {
    pub(super) fn call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Units of one call on the table, as computed and as it told them.
    pub(super) fn wrote(&self, units: u64, told: Option<u64>) {
        self.write_units.fetch_add(units, Ordering::Relaxed);
        match told {
            Some(told) => self.told_write_units.fetch_add(told, Ordering::Relaxed),
            None => self.untold_write_units.fetch_add(units, Ordering::Relaxed),
        };
    }

    /// Bytes read by one call, and the units it told, if more is read than is seen.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "half units")]
    pub(super) fn read(&self, bytes: usize, consistent: bool, told: Option<f64>) {
        let told = (2.0 * told.unwrap_or_default()) as u64;
        let units = half_read_units(bytes, consistent).max(told);
        self.half_read_units.fetch_add(units, Ordering::Relaxed);
    }

    /// What it shows now.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub(crate) fn units(&self) -> Units {
        Units {
            calls: self.calls.load(Ordering::Relaxed),
            writes: self.write_units.load(Ordering::Relaxed),
            reads: self.half_read_units.load(Ordering::Relaxed) as f64 / 2.0,
            told_writes: self.told_write_units.load(Ordering::Relaxed),
            untold_writes: self.untold_write_units.load(Ordering::Relaxed),
        }
    }
}

impl Units {
    /// From `earlier` to this.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            calls: self.calls - earlier.calls,
            writes: self.writes - earlier.writes,
            reads: self.reads - earlier.reads,
            told_writes: self.told_writes - earlier.told_writes,
            untold_writes: self.untold_writes - earlier.untold_writes,
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::Blob;

    use super::*;

    #[test]
    fn an_item_is_the_bytes_of_its_names_and_values() {
        let item = HashMap::from([
            ("p".to_owned(), AttributeValue::S("E#1#2#1".to_owned())),
            ("bytes".to_owned(), AttributeValue::B(Blob::new([0; 100]))),
            // AWS's example: 21 digits at most make 11 bytes; here 13 make 8.
            ("r".to_owned(), AttributeValue::N("1777629600001".to_owned())),
            ("n".to_owned(), AttributeValue::N("-200".to_owned())),
        ]);
        assert_eq!(item_bytes(&item), (1 + 7) + (5 + 100) + (1 + 8) + (1 + 3));
    }

    #[test]
    fn digits_go_in_pairs_from_the_end_and_zeros_are_free() {
        let bytes =
            ["0", "7", "99", "100", "101", "1000", "1777629600000", "-25"].map(number_bytes);
        assert_eq!(bytes, [1, 2, 2, 2, 3, 2, 6, 3]);
    }

    #[test]
    fn units_are_whole_kilobytes() {
        assert_eq!([0, 1, 1_024, 1_025].map(write_units), [1, 1, 1, 2]);
        let meter = Meter::default();
        meter.read(0, false, None);
        meter.read(4_097, true, Some(1.0));
        assert!((meter.units().reads - 2.5).abs() < f64::EPSILON);
    }
}
