//! What is said of series whose level moves.

use scorecard::committed::{FIRST_SEED, watching};
use scorecard::detector::{Detector, LastFive, Perfherder, PlainT, ThreeInARow, ThreeSigma};
use scorecard::score::{Move, Steps, ceiling, steps};
use scorecard::simulator::Shape;

use crate::table::{self, per_cent};

const HEADER: [&str; 8] =
    ["series", "within 6", "12", "24", "ever", "median delay", "wrong way first", "off by"];

pub(crate) fn print(count: u64) {
    for noise in [0.05, 0.10] {
        for factor in [1.1, 1.2, 1.5, 0.8] {
            sudden(noise, factor, count);
        }
    }
    gradual(count);
}

/// Ours on every shape, and everybody and the ceiling on the plain one.
fn sudden(noise: f64, factor: f64, count: u64) {
    let ours = watching();
    let moves = (noise, Move::step(factor));
    let best = ceiling(Shape::Plain, (noise, factor), count, FIRST_SEED);
    let mut rows = vec![row("plain, ideal CUSUM", &best)];
    let detectors: [&dyn Detector; 6] =
        [&ours, &Perfherder, &LastFive, &ThreeInARow, &ThreeSigma, &PlainT];
    for detector in detectors {
        let found = steps(detector, Shape::Plain, moves, count, FIRST_SEED);
        rows.push(row(&format!("plain, {}", detector.name()), &found));
    }
    for shape in Shape::TUNED.into_iter().skip(1).chain(Shape::HELD_OUT) {
        let found = steps(&ours, shape, moves, count, FIRST_SEED);
        rows.push(row(&format!("{}, Laptime", shape.name()), &found));
    }
    let title = format!(
        "Steps of {:+.0} % at {:.0} % noise found, per cent ({count} series, seeds from \
         {FIRST_SEED}; delay and place in samples, 20 a week)",
        (factor - 1.0) * 100.0,
        noise * 100.0
    );
    table::print(&title, &HEADER, rows);
}

fn gradual(count: u64) {
    let ours = watching();
    let mut rows = Vec::new();
    for noise in [0.05, 0.10] {
        for weeks in [4, 8] {
            let ramp = Move { factor: 1.2, over: weeks * 20, noisier: 1.0 };
            let found = steps(&ours, Shape::Plain, (noise, ramp), count, FIRST_SEED);
            let name = format!("+20 % over {weeks} weeks, {:.0} % noise", noise * 100.0);
            rows.push(row(&name, &found));
        }
        for factor in [0.85, 1.2] {
            let swap = Move { factor, over: 0, noisier: 1.5 };
            let found = steps(&ours, Shape::Plain, (noise, swap), count, FIRST_SEED);
            let by = (factor - 1.0) * 100.0;
            let name =
                format!("other runners, {by:+.0} %, {:.0} % noise and half more", noise * 100.0);
            rows.push(row(&name, &found));
        }
    }
    table::print(
        "Ramps, and other runners, by Laptime: as above, from where they begin",
        &HEADER,
        rows,
    );
}

fn row(name: &str, found: &Steps) -> Vec<String> {
    let ever = found.found.len() as f64 / found.tried.max(1) as f64;
    let wrong = found.wrong_way as f64 / found.tried.max(1) as f64;
    let delay = found.delay().map_or_else(|| "-".to_owned(), |delay| delay.to_string());
    let within = [6, 12, 24].map(|limit| per_cent(found.within(limit)));
    let [six, twelve, day] = within;
    vec![
        name.to_owned(),
        six,
        twelve,
        day,
        per_cent(ever),
        delay,
        per_cent(wrong),
        format!("{:.1}", found.off()),
    ]
}
