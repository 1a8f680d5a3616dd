//! CPU time of judging.

use std::hint::black_box;
use std::time::Instant;

use laptime_core::stats::detect::{Judge, Rules, history};
use scorecard::committed::{FIRST_SEED, of_history};
use scorecard::simulator::{Plan, Shape, series, stretches};

use crate::table;

/// Rounds, of which the quickest counts.
const ROUNDS: usize = 7;

pub(crate) fn print(count: u64) {
    let histories: Vec<_> = (FIRST_SEED..FIRST_SEED + count).map(stretches).collect();
    let samples: usize = histories.iter().map(|one| one.samples.len()).sum();
    let whole = quickest(|| {
        for one in &histories {
            black_box(history(&one.samples, &of_history()));
        }
    });
    let plan = Plan { shape: Shape::Plain, noise: 0.08, samples: 1_040, step: None };
    let watched: Vec<_> = (0..40).map(|seed| series(&plan, FIRST_SEED + seed)).collect();
    let pushed = quickest(|| {
        for one in &watched {
            let mut judge = Judge::new(Rules::default());
            for sample in &one.samples {
                black_box(judge.push(*sample, 1));
            }
        }
    });
    let rows = vec![
        vec![
            "whole histories, µs in 1,000 samples".to_owned(),
            format!("{:.0}", whole * 1e9 / samples as f64),
        ],
        vec!["watching, µs a sample".to_owned(), format!("{:.2}", pushed * 1e6 / (40.0 * 1_040.0))],
    ];
    table::print("Speed", &["what", "time"], rows);
}

fn quickest(work: impl Fn()) -> f64 {
    let once = || {
        let begin = Instant::now();
        work();
        begin.elapsed().as_secs_f64()
    };
    (0..ROUNDS).map(|_| once()).fold(f64::INFINITY, f64::min)
}
