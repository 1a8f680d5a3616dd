//! The bundled history: six weeks of a small organisation, told in deliveries as GitHub sends them,
//! together with the truth that a report on them must tell.
//!
//! Nothing here is shared with the code that folds deliveries. The schedule is made first; the
//! deliveries and the truth are two independent readings of it, so that a mistake in one cannot
//! hide the same mistake in the other.

mod body;
mod cast;
mod deliveries;
mod schedule;
mod story;
mod truth;

pub(crate) use truth::Truth;

use schedule::Run;
use story::{DAY, Dice};

/// Six weeks of a small organisation.
#[derive(Debug)]
pub(crate) struct History {
    /// Every delivery, oldest first.
    pub(crate) deliveries: Vec<Delivery>,
    /// What a report over `[from, to)` must say.
    pub(crate) truth: Truth,
    /// First instant of the period, Unix milliseconds.
    pub(crate) from: i64,
    /// First instant after the period, Unix milliseconds.
    pub(crate) to: i64,
    runs: Vec<Run>,
}

/// One request as GitHub sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// `X-GitHub-Event`.
    pub(crate) event: &'static str,
    /// `X-GitHub-Delivery`.
    pub(crate) guid: String,
    /// The raw body.
    pub(crate) body: String,
}

/// A delivery on its way: what GitHub's imperfect post hands over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Posting<'a> {
    /// `X-GitHub-Event`.
    pub(crate) event: &'static str,
    /// `X-GitHub-Delivery`.
    pub(crate) guid: String,
    /// The raw body.
    pub(crate) body: &'a str,
}

impl History {
    /// The six weeks before `end` (Unix milliseconds). One seed is one history.
    pub(crate) fn generate(seed: u64, end: i64) -> Self {
        let runs = story::play(seed, end);
        let from = end - story::DAYS * DAY;
        Self {
            deliveries: deliveries::tell(seed, end, &runs),
            truth: Truth::of(&runs, from, end, end),
            from,
            to: end,
            runs,
        }
    }

    /// What a report over `[from, to)` must say once all deliveries have arrived.
    pub(crate) fn truth_over(&self, from: i64, to: i64) -> Truth {
        Truth::of(&self.runs, from, to, self.to)
    }

    /// All deliveries out of order and one in ten twice: half of those are redeliveries with the
    /// same GUID, half come from a second hook under a GUID of their own.
    pub(crate) fn jumbled(&self, seed: u64) -> Vec<Posting<'_>> {
        let mut dice = Dice::new(seed, 3);
        let mut postings = Vec::with_capacity(self.deliveries.len() * 11 / 10);
        for Delivery { event, guid, body } in &self.deliveries {
            postings.push(Posting { event, guid: guid.clone(), body });
            if dice.chance(100) {
                let guid = if dice.chance(500) { guid.clone() } else { dice.guid() };
                postings.push(Posting { event, guid, body });
            }
        }
        dice.shuffle(&mut postings);
        postings
    }
}

#[cfg(test)]
mod tests;
