//! Shares: quiet where nothing changes, also where failures come in rows; and not deaf.

use scorecard::committed::FIRST_SEED;
use scorecard::score::Quiet;
use scorecard::shares::{Habit, found_share, quiet_share};

#[test]
fn shares_that_stay_are_left_alone() {
    let all = Habit::ALL.into_iter().flat_map(|habit| {
        [0.99, 0.95, 0.85, 0.6].map(|share| quiet_share(habit, share, 40, FIRST_SEED))
    });
    let all = all.fold(Quiet::default(), Quiet::plus);
    assert!(all.per_1000_weeks() <= 1.0, "{}", all.per_1000_weeks());
}

#[test]
fn shares_that_fall_are_found() {
    let [_, some, most] = found_share(Habit::Alone, [0.95, 0.6], 100, FIRST_SEED);
    assert!(some >= 0.2 && most >= 0.8, "{some} {most}");
    let [_, _, in_rows] = found_share(Habit::InRows, [0.95, 0.6], 100, FIRST_SEED);
    assert!(in_rows >= 0.5, "{in_rows}");
    let [_, _, back] = found_share(Habit::Alone, [0.7, 0.95], 100, FIRST_SEED);
    assert!(back >= 0.4, "{back}");
}
