//! The form in which rows and rollups are stored: postcard behind a byte that names the form.

use serde::Serialize;
use serde::de::DeserializeOwned;

const FORM: u8 = 1;

/// Bytes that are no stored value, or a value that cannot be stored.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Damaged, or of another type.
    #[error(transparent)]
    Postcard(#[from] postcard::Error),
    /// Written by a version that stores another form.
    #[error("it is stored in form {form:?}, this program reads form {FORM}")]
    OtherForm {
        /// Its first byte.
        form: Option<u8>,
    },
}

/// The stored form of a value.
pub fn to_bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, Unreadable> {
    Ok(postcard::to_extend(value, vec![FORM])?)
}

/// Reads the stored form.
pub fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unreadable> {
    match bytes.split_first() {
        Some((&FORM, value)) => Ok(postcard::from_bytes(value)?),
        form => Err(Unreadable::OtherForm { form: form.map(|(form, _)| *form) }),
    }
}

/// Reads the first fields of a stored value: those of a tuple or struct `T` that begins as it does.
/// What follows is not looked at.
pub fn first_of<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unreadable> {
    match bytes.split_first() {
        Some((&FORM, value)) => Ok(postcard::take_from_bytes(value)?.0),
        form => Err(Unreadable::OtherForm { form: form.map(|(form, _)| *form) }),
    }
}
