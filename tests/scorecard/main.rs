//! Prints the scorecard.
#![allow(clippy::print_stdout, clippy::cast_precision_loss, reason = "it is what it is for")]

use laptime_core::stats::detect::{Rules, history};
use scorecard::detector::{
    Detector, Laptime, LastFive, Perfherder, PlainT, ThreeInARow, ThreeSigma,
};
use scorecard::partition::Tally;
use scorecard::score::{ceiling, quiet, steps};
use scorecard::simulator::{Shape, stretches};

fn main() {
    if let Ok(d) = std::env::var("DBG") {
        let shape =
            Shape::TUNED.into_iter().chain(Shape::HELD_OUT).find(|s| s.name() == d).unwrap();
        for seed in 1..101 {
            let s = scorecard::simulator::series(
                &scorecard::simulator::Plan { shape, noise: 0.10, samples: 1040, step: None },
                seed,
            );
            let mut j = laptime_core::stats::detect::Judge::new(Rules {
                min_span_ms: 16 * 3_600_000,
                ..Rules::default()
            });
            for x in &s.samples {
                if let Some(a) = j.push(*x, 1) {
                    let v: Vec<i64> = s.samples
                        [a.index.saturating_sub(20)..=a.confirmed_index.min(a.index + 20)]
                        .iter()
                        .map(|x| ((x.value.ln() - s.level) * 100.0) as i64)
                        .collect();
                    println!(
                        "{} {:?} n {} errors {:.1} dev {:.1} {:?} -> {}",
                        a.index,
                        a.size.direction,
                        a.confirmed_index + 1 - a.index,
                        a.size.errors,
                        a.size.deviations,
                        v,
                        a.size.after / a.size.before
                    );
                }
            }
        }
        return;
    }
    let rules = Rules { min_span_ms: 16 * 3_600_000, ..Rules::default() };
    let kept = Laptime(rules);
    let all: [&dyn Detector; 6] =
        [&kept, &Perfherder, &LastFive, &ThreeInARow, &ThreeSigma, &PlainT];
    let n: u64 = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(100);
    for noise in [0.05, 0.10, 0.25] {
        for shape in Shape::TUNED.into_iter().chain(Shape::HELD_OUT) {
            let q = quiet(&kept, shape, noise, n, 1);
            print!(
                "{noise:.2} {:12} {:6.2} ({}/{}) |",
                shape.name(),
                q.per_1000_weeks(),
                q.rises,
                q.falls
            );
            for (factor, limit) in [(1.1, 12), (1.2, 6), (1.2, 12), (1.5, 6), (0.8, 12)] {
                let s = steps(&kept, shape, (noise, factor), n, 1);
                let c = ceiling(shape, (noise, factor), n, 1);
                print!(
                    " {factor}@{limit} {:.3} [{:.3}] {:.1}",
                    s.within(limit),
                    c.within(limit),
                    s.off()
                );
            }
            println!();
        }
    }
    for detector in all {
        let q = quiet(detector, Shape::Plain, 0.05, n, 1);
        let s = steps(detector, Shape::Plain, (0.05, 1.1), n, 1);
        println!("{:30} {:8.2} {:.3}", detector.name(), q.per_1000_weeks(), s.within(12));
    }
    let mut tally = Tally::default();
    let t = std::time::Instant::now();
    let mut spent = std::time::Duration::ZERO;
    for seed in 1_000_000..1_000_600 {
        let one = stretches(seed);
        let t = std::time::Instant::now();
        let found = history(&one.samples, &Rules { min_change: 0.08, ..Rules::default() });
        spent += t.elapsed();
        let said: Vec<usize> = found.changes.iter().map(|change| change.index).collect();
        tally.add(&said, &one.changes, one.samples.len());
    }
    println!(
        "F1 {:.3} made up {:.3} us/1000 {:.0} {:?}",
        tally.f1(),
        tally.made_up_per_1000(),
        spent.as_secs_f64() * 1e9 / tally.samples as f64,
        t.elapsed()
    );
}
