//! Where reports are put.

use crate::port::Stored;

/// An object to be put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// What stands at the place of a copy that is always the latest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectStanding {
    /// Changes whenever the object does.
    pub tag: String,
    /// The period it is a copy of.
    pub period: String,
}

/// A bucket, or a folder.
pub trait Objects: Sync {
    /// Whether an object is there.
    fn has(&self, key: &str) -> impl Future<Output = Stored<bool>> + Send;

    /// Puts an object unless one of its key is there. Answers whether it was put.
    fn create(&self, object: &Object) -> impl Future<Output = Stored<bool>> + Send;

    /// What stands at `key`, put by [`Objects::replace`].
    fn standing(&self, key: &str) -> impl Future<Output = Stored<Option<ObjectStanding>>> + Send;

    /// Puts an object that tells its period, if what stands there is still `before`. Answers
    /// whether it was put.
    fn replace(
        &self,
        object: &Object,
        period: &str,
        before: Option<&ObjectStanding>,
    ) -> impl Future<Output = Stored<bool>> + Send;
}
