//! What is known of remarks on pull requests.

use laptime_core::port::{Remarks, Said, Spot, Stored};

use super::Memory;

impl Memory {
    /// Nothing was said on any pull request.
    pub fn forget_said(&self) {
        self.with(|state| state.said.clear());
    }
}

impl Remarks for Memory {
    async fn said(&self, spot: &Spot) -> Stored<Option<Said>> {
        Ok(self.with(|state| state.said.get(spot).cloned()))
    }

    async fn put_said(&self, spot: &Spot, said: &Said) -> Stored<bool> {
        Ok(self.with(|state| {
            let held = state.said.get(spot).map_or(0, |held| held.revision);
            let is_next = held + 1 == said.revision;
            if is_next {
                state.said.insert(spot.clone(), said.clone());
                state.said.retain(|spot, held| spot.kept_until(held.at) >= said.at);
            }
            is_next
        }))
    }
}
