//! What people are told of a finding, in short: whether it has changed, and how much it matters.

use sha2::{Digest, Sha256};

use crate::judging::{Finding, Told};
use crate::port::Gist;
use crate::stored::to_bytes;
use crate::time::Time;

/// A change that became this many halves of what people were told is told again.
const TOLD_AGAIN_HALVES: i64 = 3;

impl Told<'_> {
    /// Stands for all that is said of it.
    pub(super) fn digest(&self) -> [u8; 8] {
        digest(self.members().iter().map(|(_, finding)| {
            // When the last attempt was is not said.
            let said = Finding { last: Time::from_millis(0), ..(*finding).clone() };
            // Writing to memory does not fail.
            to_bytes(&said).unwrap_or_default()
        }))
    }

    /// What people must hear of when it changes.
    pub(super) fn gist(&self) -> Gist {
        let changes = self.members().iter().map(|(_, finding)| thousandths(finding.change()));
        let not_your_code = match self {
            Self::One((_, finding)) => finding.cause.is_some(),
            Self::Fleet { .. } => true,
        };
        Gist {
            change: changes.max_by_key(|change| change.abs()).unwrap_or_default(),
            not_your_code,
        }
    }

    /// How much it matters: attempts in thirty days times how much each changed.
    pub(crate) fn weight(&self) -> f64 {
        let weights = self
            .members()
            .iter()
            .map(|(_, finding)| f64::from(finding.relevance.attempts) * finding.change().abs());
        weights.sum()
    }
}

impl Finding {
    /// As a part of the level before, or of 1 for a share; against zero it doubled.
    fn change(&self) -> f64 {
        if self.series.measure.is_time() {
            self.level.change().unwrap_or(1.0)
        } else {
            self.level.after - self.level.before
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "bounded before")]
pub(super) fn thousandths(share: f64) -> i64 {
    (share * 1_000.0).clamp(-1e12, 1e12).round() as i64
}

/// Eight bytes that stand for all parts together.
pub(crate) fn digest(parts: impl Iterator<Item = impl AsRef<[u8]>>) -> [u8; 8] {
    let mut hasher = Sha256::new();
    parts.for_each(|part| hasher.update(part));
    let mut digest = [0; 8];
    digest.iter_mut().zip(hasher.finalize()).for_each(|(byte, hashed)| *byte = hashed);
    digest
}

impl Gist {
    /// Whether those who were told something else are to hear of it.
    pub(super) fn is_news_to(self, told: Self) -> bool {
        let grew = self.change.signum() == told.change.signum()
            && self.change.abs() * 2 >= told.change.abs() * TOLD_AGAIN_HALVES;
        grew || self.not_your_code != told.not_your_code
    }
}
