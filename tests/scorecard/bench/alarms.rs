//! What is said of series that never change.

use scorecard::committed::{FIRST_SEED, watching};
use scorecard::detector::{Detector, LastFive, Perfherder, PlainT, ThreeInARow, ThreeSigma};
use scorecard::score::{Quiet, quiet};
use scorecard::simulator::Shape;

use crate::table;

pub(crate) fn print(count: u64) {
    let ours = watching();
    let detectors: [&dyn Detector; 6] =
        [&ours, &Perfherder, &LastFive, &ThreeInARow, &ThreeSigma, &PlainT];
    for noise in [0.05, 0.10] {
        let mut rows = Vec::new();
        for (kind, shapes) in [("tuned", &Shape::TUNED[..]), ("held out", &Shape::HELD_OUT[..])] {
            let mut sums = [Quiet::default(); 6];
            for shape in shapes {
                let watched =
                    |place: usize| quiet(detectors[place], *shape, noise, count, FIRST_SEED);
                let cells: [Quiet; 6] = std::array::from_fn(watched);
                sums = std::array::from_fn(|place| sums[place].plus(cells[place]));
                rows.push(row(shape.name(), &cells));
            }
            rows.push(row(&format!("all {kind}"), &sums));
        }
        let title = format!(
            "False alarms in 1,000 clean series-weeks, rises / falls, {:.0} % noise ({count} series \
             of a year each, seeds from {FIRST_SEED})",
            noise * 100.0
        );
        let names: Vec<&str> = detectors.iter().map(|detector| detector.name()).collect();
        table::print(&title, &[&["shape"], &names[..]].concat(), rows);
    }
}

fn row(name: &str, cells: &[Quiet; 6]) -> Vec<String> {
    let cell = |quiet: &Quiet| {
        let per = |alarms: usize| alarms as f64 * 1e3 / quiet.weeks;
        format!("{:.2} / {:.2}", per(quiet.rises), per(quiet.falls))
    };
    [name.to_owned()].into_iter().chain(cells.iter().map(cell)).collect()
}
