//! What is said of shares: of runs that succeed.

use scorecard::committed::FIRST_SEED;
use scorecard::shares::{Habit, STEADY, found_share, quiet_share};

use crate::table::{self, per_cent};

/// Shares that change.
const MOVES: [[f64; 2]; 5] = [[0.98, 0.8], [0.95, 0.8], [0.95, 0.6], [0.85, 0.5], [0.7, 0.95]];

pub(crate) fn print(count: u64) {
    let rows = Habit::ALL.into_iter().map(|habit| {
        let quiet = |share| quiet_share(habit, share, count, FIRST_SEED).per_1000_weeks();
        let cells = STEADY.map(|share| format!("{:.2}", quiet(share)));
        [habit.name().to_owned()].into_iter().chain(cells).collect()
    });
    let names = STEADY.map(|share| format!("{:.0} % good", share * 100.0));
    let header: Vec<&str> =
        ["outcomes"].into_iter().chain(names.iter().map(String::as_str)).collect();
    let title = format!(
        "Shares: false alarms in 1,000 clean series-weeks ({count} series of a year each, seeds from \
         {FIRST_SEED})"
    );
    table::print(&title, &header, rows.collect());
    let mut rows = Vec::new();
    for habit in Habit::ALL {
        for [before, after] in MOVES {
            let found = found_share(habit, [before, after], count, FIRST_SEED).map(per_cent);
            let name = format!("{}, {:.0} to {:.0} %", habit.name(), before * 100.0, after * 100.0);
            rows.push([name].into_iter().chain(found).collect());
        }
    }
    let title =
        format!("Shares: changes found, per cent ({count} series, seeds from {FIRST_SEED})");
    table::print(&title, &["share of good ones", "within 24", "60", "120"], rows);
}
