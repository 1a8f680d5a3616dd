//! The story: plays the cast through six weeks and writes down what happened.

mod dice;
mod job;
mod rhythm;
mod scene;
mod season;
mod steps;

pub(crate) use dice::{DAY, Dice, MINUTE, SECOND};

use super::cast;
use super::schedule::Run;

/// Days of history.
pub(crate) const DAYS: i64 = 42;

/// Six weeks before `end` (Unix milliseconds), sorted by start. One seed, one history.
pub(crate) fn play(seed: u64, end: i64) -> Vec<Run> {
    let launches = rhythm::launches(seed, end, DAYS);
    let mut runs: Vec<Run> = (0_u64..)
        .zip(cast::workflows())
        .flat_map(|(index, workflow)| {
            season::Season::new(seed, end, index, workflow).play(&launches)
        })
        .collect();
    runs.sort_by_key(|run| (run.created_at, run.id));
    runs
}

/// The day (counted from 1970-01-01) on whose afternoon the machines run out: a working day about
/// twelve days before the end.
fn jam_day(end: i64) -> i64 {
    let day = end.div_euclid(DAY) - 12;
    (0..3).map(|back| day - back).find(|day| !rhythm::is_weekend(*day)).unwrap_or(day)
}
