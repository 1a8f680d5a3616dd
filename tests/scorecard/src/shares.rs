//! Outcomes of runs as CI makes them: a share of them is good, for a time.

use laptime_core::judging::{Proportion, ShareChange};
use laptime_core::stats::detect::{Direction, Rules};
use laptime_core::time::Time;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::committed::watching;
use crate::score::{PER_WEEK, Quiet, parallel};
use crate::simulator::{Clock, times};

/// How outcomes follow on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Each for itself.
    Alone,
    /// After a bad one the next is bad in half of the cases: nobody mends it at once.
    InRows,
    /// One week in eight is half as bad again, as where something outside is down.
    BadWeeks,
}

impl Habit {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Alone, Self::InRows, Self::BadWeeks];

    /// For a table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alone => "each for itself",
            Self::InRows => "bad ones in rows",
            Self::BadWeeks => "bad weeks",
        }
    }
}

/// Shares of good outcomes that stay.
pub const STEADY: [f64; 4] = [0.99, 0.95, 0.85, 0.6];

/// Least change of a share that is looked for, in points.
const LEAST: f64 = 0.1;

/// Outcomes before a change, and those looked at after it.
const BEFORE: usize = 120;
const AFTER: usize = 120;

/// What is said of outcomes whose share of good ones moves from `before` to `after` at an index.
fn said(habit: Habit, seed: u64, len: usize, share: impl Fn(usize) -> f64) -> Vec<ShareChange> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let clock = Clock::any(&mut random);
    let at: Vec<Time> = times(clock, len, &mut random);
    let rules = Rules { good: Direction::Up, ..watching().0 };
    let mut watch = Proportion::new(rules, LEAST);
    let mut was_bad = false;
    let mut said = Vec::new();
    for (index, at) in at.into_iter().enumerate() {
        let good = share(index);
        let good = match habit {
            // The share over all outcomes stays what it is.
            Habit::InRows if was_bad => 0.5,
            Habit::InRows => 1.0 - (1.0 - good) * 0.5 / good.max(0.5),
            Habit::BadWeeks if at.day().week().0 / 7 % 8 == 0 => 1.0 - 1.5 * (1.0 - good),
            Habit::Alone | Habit::BadWeeks => good,
        };
        was_bad = random.random::<f64>() >= good;
        said.extend(watch.push(at, !was_bad, 1));
    }
    said
}

/// Watches `count` years in which the share stays.
pub fn quiet_share(habit: Habit, share: f64, count: u64, seed: u64) -> Quiet {
    let one = |index: u64| {
        let said = said(habit, seed + index, 52 * PER_WEEK, |_| share);
        let rises = said.iter().filter(|said| said.after > said.before).count();
        Quiet { weeks: 52.0, rises, falls: said.len() - rises }
    };
    parallel(count, one).into_iter().fold(Quiet::default(), Quiet::plus)
}

/// Of `count` changes of a share, the parts found within 24, 60 and 120 outcomes.
pub fn found_share(habit: Habit, [before, after]: [f64; 2], count: u64, seed: u64) -> [f64; 3] {
    let one = |index: u64| {
        let share = |at: usize| if at < BEFORE { before } else { after };
        let said = said(habit, seed + index, BEFORE + AFTER, share);
        let right = said.into_iter().filter(|said| (said.after > said.before) == (after > before));
        let confirmed = right.map(|said| said.confirmed_index).filter(|at| *at >= BEFORE);
        confirmed.min().map(|at| at + 1 - BEFORE)
    };
    let delays = parallel(count, one);
    [24, 60, AFTER].map(|limit| {
        let within = delays.iter().flatten().filter(|delay| **delay <= limit).count();
        within as f64 / count as f64
    })
}
