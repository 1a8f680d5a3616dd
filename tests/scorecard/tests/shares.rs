//! Shares: quiet where nothing changes, also where failures come in rows; and not deaf.

use scorecard::committed::FIRST_SEED;
use scorecard::score::Quiet;
use scorecard::shares::{Habit, STEADY, found_share, quiet_share};

#[test]
fn shares_that_stay_are_left_alone() {
    let all = Habit::ALL
        .into_iter()
        .flat_map(|habit| STEADY.map(|share| quiet_share(habit, share, 40, FIRST_SEED)));
    let all = all.fold(Quiet::default(), Quiet::plus);
    assert!(all.per_1000_weeks() <= 1.0, "{}", all.per_1000_weeks());
}

#[test]
fn shares_that_fall_are_found() {
    let [soon, most, all] = found_share(Habit::Alone, [0.95, 0.6], 100, FIRST_SEED);
    assert!(soon >= 0.3 && most >= 0.85 && all >= 0.98, "{soon} {most} {all}");
    let [_, in_rows, _] = found_share(Habit::InRows, [0.95, 0.6], 100, FIRST_SEED);
    assert!(in_rows >= 0.6, "{in_rows}");
    let [_, _, back] = found_share(Habit::Alone, [0.7, 0.95], 100, FIRST_SEED);
    assert!(back >= 0.5, "{back}");
}
