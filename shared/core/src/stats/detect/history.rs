//! All changes of a series, seen from its end.

use crate::stats::detect::confirm::{Step, View};
use crate::stats::detect::fit::{Fit, Fitted};
use crate::stats::detect::partition::Partition;
use crate::stats::detect::{Doubt, Rules, Sample, Size};

/// A change of the level of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Position of the first sample after it.
    pub index: usize,
    /// How far the level moved.
    pub size: Size,
    /// Position of the sample with which it was beyond doubt; else why it is not.
    pub confirmed: Result<usize, Doubt>,
}

/// A series as stretches of one level.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// What lies between the stretches.
    pub changes: Vec<Change>,
}

/// Finds the changes of a series. Samples are in the order of their times, and finite.
pub fn history(samples: &[Sample], rules: &Rules) -> History {
    if samples.is_empty() {
        return History { changes: Vec::new() };
    }
    let Fitted { fit, x } = Fit::of(samples);
    let mut partition = Partition::new(fit.loss());
    for value in &x {
        partition.push(*value);
    }
    let view = View { samples, x: &x, fit: &fit, loss: partition.loss() };
    let steps = Pruning::of(view, rules, partition.changes()).prune();
    let changes = steps.into_iter().map(|step| Change {
        index: step.at,
        size: view.size(step, &view.evidence(step)),
        confirmed: view.confirmed(step, rules, 1),
    });
    History { changes: changes.collect() }
}

/// Proposed changes, of which the weakest is dropped until all hold.
struct Pruning<'a> {
    view: View<'a>,
    rules: &'a Rules,
    /// Each with its strength, unless a neighbour has gone since it was computed.
    changes: Vec<(usize, Option<f64>)>,
}

/// Strength of a change that a slope explains better, and of one next to a stretch too short. Both
/// are dropped, the latter first.
const SLOPE: f64 = 0.6;
const SHORT: f64 = 0.5;

/// Standard errors beyond the bar that a change needs here: of all partitions the best is judged.
const BEST_EXTRA: f64 = 0.5;

impl<'a> Pruning<'a> {
    fn of(view: View<'a>, rules: &'a Rules, changes: Vec<usize>) -> Self {
        Self { view, rules, changes: changes.into_iter().map(|at| (at, None)).collect() }
    }

    fn prune(mut self) -> Vec<Step> {
        loop {
            for place in 0..self.changes.len() {
                let known = self.changes.get(place).is_some_and(|(_, strength)| strength.is_some());
                if !known {
                    let strength = self.strength(self.step(place));
                    self.set(place, Some(strength));
                }
            }
            let strength = |place: &usize| self.changes.get(*place).and_then(|(_, held)| *held);
            let weakest = (0..self.changes.len())
                .filter_map(|place| Some((place, strength(&place)?)))
                .min_by(|a, b| a.1.total_cmp(&b.1));
            let Some((place, _)) = weakest.filter(|(_, strength)| *strength < 1.0) else { break };
            self.changes.remove(place);
            self.set(place, None);
            place.checked_sub(1).into_iter().for_each(|before| self.set(before, None));
        }
        (0..self.changes.len()).map(|place| self.step(place)).collect()
    }

    fn set(&mut self, place: usize, strength: Option<f64>) {
        if let Some(held) = self.changes.get_mut(place) {
            held.1 = strength;
        }
    }

    fn step(&self, place: usize) -> Step {
        let at = |place: usize| self.changes.get(place).map(|(at, _)| *at);
        Step {
            from: place.checked_sub(1).and_then(at).unwrap_or(0),
            at: at(place).unwrap_or(0),
            to: at(place + 1).unwrap_or(self.view.x.len()),
        }
    }

    /// At least 1 if the change holds.
    fn strength(&self, step: Step) -> f64 {
        let is_last = step.to == self.view.x.len();
        let is_short = step.at - step.from < self.rules.confirm
            || (step.to - step.at < self.rules.confirm && !is_last);
        let evidence = self.view.evidence(step);
        let reached = evidence.shift.abs() / evidence.error() / (self.rules.bar(1) + BEST_EXTRA);
        if is_short {
            reached.min(1.0) * SHORT
        } else if !evidence.is_large(self.view.fit, self.rules) || evidence.is_slope() {
            reached.min(1.0) * SLOPE
        } else {
            reached
        }
    }
}
