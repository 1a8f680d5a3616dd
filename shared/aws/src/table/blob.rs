//! Values in items: packed, and split over several items where they are too large for one.

use std::borrow::Cow;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use laptime_core::port::Stored;
use laptime_core::stored::from_bytes;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::key::{self, Key};
use crate::table::error::unreadable;
use crate::table::item::Item;
use crate::table::{Condition, Query, Table};

/// Bytes of a value in one item at most. An item may have 400 kB, its other attributes included.
const PART_BYTES: usize = 350_000;

/// How a packed value begins.
const PLAIN: u8 = 0;
const DEFLATED: u8 = 1;

/// A value ready to be put: packed, and already stored if it needs items of its own.
#[derive(Debug, Clone)]
pub(crate) enum Stowed {
    Inline(Vec<u8>),
    Apart { parts: usize, digest: String },
}

impl Stowed {
    /// The item with this value in it.
    pub(crate) fn within(self, item: Item) -> Item {
        match self {
            Self::Inline(bytes) => item.bytes("b", bytes),
            Self::Apart { parts, digest } => item.number("c", parts).text("h", digest),
        }
    }
}

impl Table {
    /// Packs a value. Parts of a large one are stored at once; they are named by their content, so
    /// a repetition does no harm.
    pub(crate) async fn stow(
        &self,
        doing: &str,
        bytes: &[u8],
        expires: Option<i64>,
    ) -> Stored<Stowed> {
        let packed = pack(bytes);
        if packed.len() <= PART_BYTES {
            return Ok(Stowed::Inline(packed));
        }
        let digest = hex::encode(Sha256::digest(&packed));
        let mut parts = 0;
        for part in packed.chunks(PART_BYTES) {
            let mut item = Item::at(key::part(&digest, parts)).bytes("b", part.to_vec());
            if let Some(expires) = expires {
                item = item.number("x", expires);
            }
            self.put(doing, item, Condition::default()).await?;
            parts += 1;
        }
        Ok(Stowed::Apart { parts, digest })
    }

    /// The value of an item, unpacked. Where its parts are gone, the item is read again: it may have
    /// been replaced meanwhile.
    pub(crate) async fn value(&self, what: &str, item: &Item) -> Stored<Vec<u8>> {
        let newer;
        let mut item = item;
        let mut packed = self.packed(what, item).await?;
        if packed.is_none()
            && let Some(key) = item.key()
            && let Some(read) = self.get(what, key).await?
        {
            newer = read;
            item = &newer;
            packed = self.packed(what, item).await?;
        }
        let packed = packed.ok_or_else(|| {
            let why = "it has no value, or some of its parts are gone";
            unreadable(&self.name, &item.named(what), &why)
        })?;
        unpack(&packed).map_err(|error| unreadable(&self.name, &item.named(what), &error))
    }

    /// The value of an item, as what it was made from.
    pub(crate) async fn decode<T: DeserializeOwned>(&self, what: &str, item: &Item) -> Stored<T> {
        let bytes = self.value(what, item).await?;
        from_bytes(&bytes).map_err(|error| unreadable(&self.name, &item.named(what), &error))
    }

    /// The value as it is stored; none where not all of it is there.
    async fn packed<'a>(&self, what: &str, item: &'a Item) -> Stored<Option<Cow<'a, [u8]>>> {
        let Some(digest) = item.get_text("h") else {
            return Ok(item.get_bytes("b").map(Cow::Borrowed));
        };
        let parts = self.query(what, Query::all(key::parts(digest))).await?;
        if item.get_number("c") != Some(parts.len()) {
            return Ok(None);
        }
        let bytes = parts.iter().filter_map(|part| part.get_bytes("b")).flatten().copied();
        Ok(Some(Cow::Owned(bytes.collect())))
    }

    /// Deletes the parts of a value that `now` no longer refers to.
    pub(crate) async fn drop_parts(&self, doing: &str, was: &Item, now: &Item) -> Stored<()> {
        let (Some(digest), Some(parts)) = (was.get_text("h"), was.get_number::<usize>("c")) else {
            return Ok(());
        };
        if now.get_text("h") == Some(digest) {
            return Ok(());
        }
        let keys: Vec<Key> = (0..parts).map(|number| key::part(digest, number)).collect();
        for key in keys {
            self.delete(doing, key, Condition::default()).await?;
        }
        Ok(())
    }
}

/// Deflated, unless that makes it longer.
fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut deflated = DeflateEncoder::new(vec![DEFLATED], Compression::best());
    let deflated = deflated.write_all(bytes).and_then(|()| deflated.finish());
    match deflated {
        Ok(deflated) if deflated.len() <= bytes.len() => deflated,
        // Writing to memory does not fail.
        _ => [&[PLAIN], bytes].concat(),
    }
}

fn unpack(packed: &[u8]) -> std::io::Result<Vec<u8>> {
    match packed.split_first() {
        Some((&PLAIN, bytes)) => Ok(bytes.to_vec()),
        Some((&DEFLATED, bytes)) => {
            let mut unpacked = Vec::with_capacity(4 * bytes.len());
            DeflateDecoder::new(bytes).read_to_end(&mut unpacked)?;
            Ok(unpacked)
        }
        _ => Err(std::io::Error::other("it is packed in a way this program does not know")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let noise: Vec<u8> = std::iter::repeat_with(|| fastrand::u8(..)).take(5_000).collect();
        for bytes in [&b""[..], b"a", &vec![7; 100_000], &noise] {
            let packed = pack(bytes);
            assert!(packed.len() <= bytes.len() + 1);
            assert_eq!(unpack(&packed).unwrap(), bytes);
        }
        assert!(unpack(b"").is_err());
        assert!(unpack(&[9, 1, 2]).is_err());
        assert!(unpack(&[DEFLATED, 255, 255]).is_err());
    }
}
