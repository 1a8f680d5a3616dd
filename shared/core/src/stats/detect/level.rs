//! The level of a stretch, and its samples as seen from there.

use crate::stats::detect::loss::{BOUND, Loss};
use crate::stats::detect::partition::CHANGE;
use crate::stats::median;

/// Steps towards the cheapest level; more change nothing.
const STEPS: usize = 4;

/// How much cheaper another mode must be than the level before it, to be taken for the level.
const OTHER_MODE: f64 = 2.0 * CHANGE;

/// The level that explains a stretch best. With two modes a stretch can often be explained by two
/// levels: then it is the one nearer to the level `before`, unless the other is much cheaper. A run
/// of one mode is no change.
pub(super) fn level(x: &[f64], loss: &Loss, before: Option<f64>) -> f64 {
    let mut scratch = x.to_vec();
    let middle = median(&mut scratch);
    if loss.wells().len() == 1 {
        return middle;
    }
    let explained = loss.wells().iter().map(|well| settle(x, loss, middle - well.at));
    let best = explained.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((f64::INFINITY, middle));
    let Some(before) = before else { return best.1 };
    scratch.clear();
    scratch.extend(x.iter().map(|value| loss.fold(value - before)));
    let near = settle(x, loss, before + median(&mut scratch));
    if near.0 < best.0 + OTHER_MODE { near.1 } else { best.1 }
}

/// Moves a level to the mean of the samples it explains. Answers cost and level.
#[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
fn settle(x: &[f64], loss: &Loss, mut level: f64) -> (f64, f64) {
    for _ in 0..STEPS {
        let distances = x.iter().map(|value| loss.fold(value - level));
        let (sum, count) = distances
            .filter(|distance| distance * distance < BOUND)
            .fold((0.0, 0_usize), |(sum, count), distance| (sum + distance, count + 1));
        if count > 0 {
            level += sum / count as f64;
        }
    }
    (x.iter().map(|value| loss.at(value - level)).sum(), level)
}

/// The samples of a stretch with what its modes add taken away.
pub(super) fn folded(x: &[f64], loss: &Loss, level: f64) -> impl Iterator<Item = f64> {
    let is_single = loss.wells().len() == 1;
    x.iter().map(move |value| if is_single { *value } else { level + loss.fold(value - level) })
}
