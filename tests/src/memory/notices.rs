//! What channels were told.

use laptime_core::port::{Announced, Notices, Stored};

use super::Memory;

impl Memory {
    /// No channel was told anything.
    pub fn forget_announced(&self) {
        self.with(|state| state.announced.clear());
    }
}

impl Notices for Memory {
    async fn announced(&self, channel: &str) -> Stored<Option<Announced>> {
        Ok(self.with(|state| state.announced.get(channel).cloned()))
    }

    async fn put_announced(&self, channel: &str, announced: &Announced) -> Stored<bool> {
        Ok(self.with(|state| {
            let held = state.announced.get(channel).map_or(0, |held| held.revision);
            let is_next = held + 1 == announced.revision;
            if is_next {
                state.announced.insert(channel.to_owned(), announced.clone());
            }
            is_next
        }))
    }
}
