//! Lengths of time between two instants that strangers wrote down.

use serde::{Deserialize, Serialize};

use crate::time::{Millis, Time};

/// A time that runs backwards by at most this much is clock skew and counts as zero.
pub const SKEW_MS: i64 = 2_000;

/// No time is longer: GitHub ends a run after 35 days, and we allow for waits around it.
pub const LONGEST_MS: i64 = 40 * 86_400_000;

/// How many times could not be taken as they were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Ran backwards within [`SKEW_MS`]: set to zero.
    pub clamped: u64,
    /// Ran backwards by more, or longer than [`LONGEST_MS`]: left out.
    pub impossible: u64,
}

impl Tally {
    /// Time from one instant to another; none if one is missing or the length is impossible.
    pub(super) fn span(&mut self, from: Option<Time>, to: Option<Time>) -> Option<Millis> {
        let length = to?.since(from?);
        match u64::try_from(length) {
            Ok(ms) if length <= LONGEST_MS => Some(Millis(ms)),
            Err(_) if length >= -SKEW_MS => {
                self.clamped += 1;
                Some(Millis(0))
            }
            Ok(_) | Err(_) => {
                self.impossible += 1;
                None
            }
        }
    }

    /// Adds another tally.
    pub fn merge(&mut self, other: Self) {
        self.clamped += other.clamped;
        self.impossible += other.impossible;
    }
}
