//! The score must not fall under what is committed. `LAPTIME_UPDATE_SCORE=1` writes it anew.

#![allow(clippy::disallowed_methods, reason = "a switch of this test, no setting")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::{env, fs};

use laptime_core::stats::detect::Rules;
use scorecard::card::{Card, Size};
use scorecard::detector::Laptime;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/committed.toml");

/// Of what `make scorecard` simulates, as much as takes some seconds.
const REDUCED: Size = Size { quiet: 10, steps: 60, histories: 120 };

#[test]
fn the_score_is_as_good_as_what_is_committed() {
    let rules = Rules { min_span_ms: 16 * 3_600_000, ..Rules::default() };
    let card = Card::of(&Laptime(rules), &Rules::default(), REDUCED);
    if env::var("LAPTIME_UPDATE_SCORE").is_ok_and(|wanted| wanted == "1") {
        let mut text = "# The score at the size of the test, on seeds and shapes that no constant \
                        was chosen on.\n"
            .to_owned();
        for (name, value, _) in &card.figures {
            writeln!(text, "\"{name}\" = {value:.4}").unwrap();
        }
        fs::write(FILE, text).unwrap();
    }
    let committed: BTreeMap<String, f64> =
        toml::from_str(&fs::read_to_string(FILE).unwrap()).unwrap();
    let worse: Vec<String> = card
        .figures
        .iter()
        .filter(|(name, value, more_is_better)| {
            let held = committed.get(*name).copied().unwrap_or(f64::NAN);
            let gained = if *more_is_better { value - held } else { held - value };
            // A figure that is not committed compares with nothing.
            gained.is_nan() || gained < -1e-3
        })
        .map(|(name, value, _)| format!("{name}: {value:.4}, committed {:?}", committed.get(*name)))
        .collect();
    assert!(worse.is_empty(), "the score fell:\n{}", worse.join("\n"));
    assert_eq!(committed.len(), card.figures.len());
}
