//! Prints the scorecard. A number on the command line is how many series of each kind are simulated;
//! 100 if there is none.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "it is a program that prints a table"
)]

use comfy_table::{Table, presets};
use laptime_core::stats::detect::Rules;
use scorecard::card::{Card, HELD_OUT_SEED, Size};
use scorecard::detector::{
    Detector, Laptime, LastFive, Perfherder, PlainT, ThreeInARow, ThreeSigma,
};
use scorecard::score::{ceiling, quiet, steps};
use scorecard::simulator::Shape;

/// Steps, and the samples within which they are to be found.
const STEPS: [(f64, usize); 8] =
    [(1.05, 24), (1.10, 12), (1.15, 12), (1.20, 6), (1.20, 12), (1.50, 6), (2.00, 6), (0.80, 12)];

fn main() {
    let count = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(100);
    let rules = Rules { min_span_ms: 16 * 3_600_000, ..Rules::default() };
    let kept = Laptime(rules);
    let detectors: [&dyn Detector; 6] =
        [&kept, &Perfherder, &LastFive, &ThreeInARow, &ThreeSigma, &PlainT];
    println!("Seeds from {HELD_OUT_SEED}; {count} series of each kind; 20 samples a week.\n");
    compare(&detectors, count);
    alarms(&kept, count);
    found(&kept, count);
    card(&kept, count);
}

/// Every detector on plain series, beside the ceiling.
fn compare(detectors: &[&dyn Detector], count: u64) {
    let mut head = vec!["detector".to_owned(), "false / 1,000 weeks".to_owned()];
    head.extend(STEPS.map(|(factor, within)| step_name(factor, within)));
    let mut table = table(head);
    for detector in detectors {
        let quiet = quiet(*detector, Shape::Plain, 0.05, count, HELD_OUT_SEED);
        let mut row = vec![detector.name().to_owned(), format!("{:.2}", quiet.per_1000_weeks())];
        row.extend(STEPS.map(|(factor, within)| {
            let found = steps(*detector, Shape::Plain, (0.05, factor), count, HELD_OUT_SEED);
            format!("{:.3}", found.within(within))
        }));
        table.add_row(row);
    }
    let mut row = vec!["CUSUM that knows all".to_owned(), "1.00".to_owned()];
    row.extend(STEPS.map(|(factor, within)| {
        let found = ceiling(Shape::Plain, (0.05, factor), count, HELD_OUT_SEED);
        format!("{:.3}", found.within(within))
    }));
    table.add_row(row);
    println!("Log-normal noise of 5 %: share of steps found within so many samples\n{table}\n");
}

/// False alarms of the one kept, by shape and noise.
fn alarms(kept: &dyn Detector, count: u64) {
    let mut table = table(["shape", "5 %", "10 %", "25 %"].map(str::to_owned).to_vec());
    for shape in Shape::TUNED.into_iter().chain(Shape::HELD_OUT) {
        let mut row = vec![name(shape)];
        row.extend([0.05, 0.10, 0.25].map(|noise| {
            let quiet = quiet(kept, shape, noise, count, HELD_OUT_SEED);
            let each = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
            let per_week = 1e3 / quiet.weeks;
            format!(
                "{:.2} up, {:.2} down",
                each(quiet.rises) * per_week,
                each(quiet.falls) * per_week
            )
        }));
        table.add_row(row);
    }
    println!("False alarms in 1,000 weeks of series, by shape and noise (* held out)\n{table}\n");
}

/// Steps found by the one kept, by shape.
fn found(kept: &dyn Detector, count: u64) {
    for noise in [0.05, 0.10] {
        let mut head = vec!["shape".to_owned()];
        head.extend(STEPS.map(|(factor, within)| step_name(factor, within)));
        head.extend(["delay", "off", "wrong way"].map(str::to_owned));
        let mut table = table(head);
        for shape in Shape::TUNED.into_iter().chain(Shape::HELD_OUT) {
            let mut row = vec![name(shape)];
            row.extend(STEPS.map(|(factor, within)| {
                let found = steps(kept, shape, (noise, factor), count, HELD_OUT_SEED);
                format!("{:.3}", found.within(within))
            }));
            let twenty = steps(kept, shape, (noise, 1.2), count, HELD_OUT_SEED);
            row.push(twenty.delay().map_or_else(String::new, |delay| delay.to_string()));
            row.push(format!("{:.1}", twenty.off()));
            row.push(twenty.wrong_way.to_string());
            table.add_row(row);
        }
        println!("Noise of {:.0} % (delay, off, wrong way: of +20 %)\n{table}\n", noise * 100.0);
    }
}

/// The committed figures at this size.
fn card(kept: &dyn Detector, count: u64) {
    let size = Size { quiet: count, steps: 3 * count, histories: 6 * count };
    let card = Card::of(kept, &Rules::default(), size);
    let mut table = table(["figure", "score"].map(str::to_owned).to_vec());
    for (name, value, _) in card.figures {
        table.add_row([name.to_owned(), format!("{value:.3}")]);
    }
    println!("The card\n{table}");
}

fn table(head: Vec<String>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_header(head);
    table
}

fn name(shape: Shape) -> String {
    let mark = if Shape::HELD_OUT.contains(&shape) { "*" } else { "" };
    format!("{}{mark}", shape.name())
}

fn step_name(factor: f64, within: usize) -> String {
    format!("{:+.0} % in {within}", (factor - 1.0) * 100.0)
}
