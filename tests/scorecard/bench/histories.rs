//! How whole histories are cut into stretches.

use std::collections::BTreeMap;

use laptime_core::stats::detect::history;
use scorecard::committed::{FIRST_SEED, of_history};
use scorecard::partition::Tally;
use scorecard::simulator::{Kind, stretches};

use crate::table;

pub(crate) fn print(count: u64) {
    let mut kinds: BTreeMap<Kind, Tally> = BTreeMap::new();
    let mut all = Tally::default();
    let last = FIRST_SEED + 6 * count;
    for seed in FIRST_SEED..last {
        let one = stretches(seed);
        let said = history(&one.samples, &of_history());
        let said: Vec<usize> = said.changes.iter().map(|change| change.index).collect();
        for tally in [kinds.entry(one.kind).or_default(), &mut all] {
            tally.add(&said, &one.changes, one.samples.len());
        }
    }
    let row = |name: &str, tally: &Tally| {
        vec![
            name.to_owned(),
            format!("{:.3}", tally.f1()),
            format!("{:.2}", tally.made_up_per_1000()),
            tally.found.to_string(),
            tally.missed.to_string(),
            tally.made_up.to_string(),
        ]
    };
    let mut rows: Vec<_> = kinds.iter().map(|(kind, tally)| row(kind.name(), tally)).collect();
    rows.push(row("all", &all));
    let title = format!("Whole histories by Laptime (seeds {FIRST_SEED} to {})", last - 1);
    let header = ["kind", "F1", "made up in 1,000 samples", "found", "missed", "made up"];
    table::print(&title, &header, rows);
    debug_assert_eq!(kinds.len(), Kind::ALL.len());
}
