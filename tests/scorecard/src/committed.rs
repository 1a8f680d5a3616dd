//! The score that is kept: a few figures, from seeds that no constant was chosen on.

use laptime_core::stats::detect::{Rules, history};
use serde::{Deserialize, Serialize};

use crate::detector::Laptime;
use crate::partition::Tally;
use crate::score::{Move, Quiet, quiet, steps};
use crate::shares::{Habit, STEADY, found_share, quiet_share};
use crate::simulator::{Shape, stretches};

/// The first of the seeds that are kept from tuning.
pub const FIRST_SEED: u64 = 5_000_000;

/// Hours that a change of a watched series lasts at least.
const LEAST_HOURS: i64 = 16;

/// How series are watched in the scorecard: as they are by Laptime.
pub fn watching() -> Laptime {
    Laptime(Rules { min_span_ms: LEAST_HOURS * 3_600_000, ..Rules::default() })
}

/// The rules for whole histories in the scorecard: steps there begin at 15 per cent.
pub fn of_history() -> Rules {
    Rules { min_change: 0.08, ..Rules::default() }
}

/// The figures. Of the first four more is worse, of the others less.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Rises and falls that were none in 1,000 weeks of series: shapes kept from tuning, noise of 5
    /// and 10 per cent.
    pub false_alarms_per_1000_weeks: f64,
    /// Changes made up in 1,000 samples of whole histories.
    pub made_up_per_1000: f64,
    /// Share of steps of 20 per cent, noise 5 per cent, plain shape, said to go the other way.
    pub wrong_way: f64,
    /// Changes of a share that were none in 1,000 weeks, over all habits and shares.
    pub share_false_alarms_per_1000_weeks: f64,
    /// Of steps of 20 per cent at 5 per cent of noise, the share found within 6 samples.
    pub found_20_of_5_within_6: f64,
    /// Of 10 per cent at 5, within 12.
    pub found_10_of_5_within_12: f64,
    /// Of 20 per cent at 10, within 12.
    pub found_20_of_10_within_12: f64,
    /// Harmonic mean of precision and recall of whole histories.
    pub f1: f64,
    /// Of shares that fall from 95 to 60 per cent, those found within 60 outcomes, over all habits.
    pub found_share_95_to_60_within_60: f64,
}

impl Score {
    /// The score of so many series of each kind.
    pub fn of(count: u64) -> Self {
        let watching = watching();
        let clean = [0.05, 0.10].into_iter().flat_map(|noise| {
            Shape::HELD_OUT.map(|shape| quiet(&watching, shape, noise, count, FIRST_SEED))
        });
        let clean = clean.fold(Quiet::default(), Quiet::plus);
        let found = |noise: f64, factor: f64| {
            steps(&watching, Shape::Plain, (noise, Move::step(factor)), 10 * count, FIRST_SEED)
        };
        let (large, small, noisy) = (found(0.05, 1.2), found(0.05, 1.1), found(0.1, 1.2));
        let mut tally = Tally::default();
        for seed in FIRST_SEED..FIRST_SEED + 20 * count {
            let one = stretches(seed);
            let said = history(&one.samples, &of_history());
            let said: Vec<usize> = said.changes.iter().map(|change| change.index).collect();
            tally.add(&said, &one.changes, one.samples.len());
        }
        let shares = Habit::ALL
            .into_iter()
            .flat_map(|habit| STEADY.map(|share| quiet_share(habit, share, count / 2, FIRST_SEED)));
        let shares = shares.fold(Quiet::default(), Quiet::plus);
        let within_60 = |habit| found_share(habit, [0.95, 0.6], 4 * count, FIRST_SEED)[1];
        let fallen: f64 = Habit::ALL.map(within_60).iter().sum();
        Self {
            false_alarms_per_1000_weeks: clean.per_1000_weeks(),
            made_up_per_1000: tally.made_up_per_1000(),
            wrong_way: large.wrong_way as f64 / large.tried as f64,
            share_false_alarms_per_1000_weeks: shares.per_1000_weeks(),
            found_20_of_5_within_6: large.within(6),
            found_10_of_5_within_12: small.within(12),
            found_20_of_10_within_12: noisy.within(12),
            f1: tally.f1(),
            found_share_95_to_60_within_60: fallen / Habit::ALL.len() as f64,
        }
    }

    /// What has become worse than `kept`, by more than another processor's last digits explain.
    pub fn worse_than(&self, kept: &Self) -> Vec<String> {
        let bad = |one: &Self| {
            [
                ("false_alarms_per_1000_weeks", one.false_alarms_per_1000_weeks, 0.1),
                ("made_up_per_1000", one.made_up_per_1000, 0.02),
                ("wrong_way", one.wrong_way, 0.005),
                ("share_false_alarms_per_1000_weeks", one.share_false_alarms_per_1000_weeks, 0.1),
                ("found_20_of_5_within_6", -one.found_20_of_5_within_6, 0.005),
                ("found_10_of_5_within_12", -one.found_10_of_5_within_12, 0.01),
                ("found_20_of_10_within_12", -one.found_20_of_10_within_12, 0.01),
                ("f1", -one.f1, 0.01),
                ("found_share_95_to_60_within_60", -one.found_share_95_to_60_within_60, 0.01),
            ]
        };
        let pairs = bad(self).into_iter().zip(bad(kept));
        pairs
            .filter(|((_, now, slack), (_, then, _))| now - then > *slack)
            .map(|((name, now, _), (_, then, _))| {
                format!("{name}: {:.4}, was {:.4}", now.abs(), then.abs())
            })
            .collect()
    }
}
