//! The score must not fall. `LAPTIME_UPDATE_SCORE=1` writes it anew.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::{env, fs};

use scorecard::committed::Score;

/// Series of each kind: what fits into some seconds without optimisation.
const COUNT: u64 = 100;

#[test]
#[expect(clippy::disallowed_methods, reason = "a switch of this test, no setting")]
fn the_score_does_not_fall() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("committed.toml");
    let score = Score::of(COUNT);
    if env::var("LAPTIME_UPDATE_SCORE").is_ok_and(|wanted| wanted == "1") {
        let head =
            "# Written by LAPTIME_UPDATE_SCORE=1 cargo test -p laptime-scorecard: see README.md.\n";
        fs::write(&file, format!("{head}{}", toml::to_string(&score).unwrap())).unwrap();
    }
    let kept: Score = toml::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let worse = score.worse_than(&kept);
    assert!(worse.is_empty(), "the score fell:\n{}", worse.join("\n"));
}

#[test]
fn a_fall_of_any_figure_is_seen() {
    let kept = Score {
        false_alarms_per_1000_weeks: 1.0,
        made_up_per_1000: 0.2,
        wrong_way: 0.0,
        share_false_alarms_per_1000_weeks: 1.0,
        found_20_of_5_within_6: 0.9,
        found_10_of_5_within_12: 0.9,
        found_20_of_10_within_12: 0.9,
        f1: 0.9,
        found_share_95_to_60_within_60: 0.9,
    };
    assert!(kept.worse_than(&kept).is_empty());
    let worse = Score {
        false_alarms_per_1000_weeks: 2.0,
        made_up_per_1000: 0.3,
        wrong_way: 0.1,
        share_false_alarms_per_1000_weeks: 2.0,
        found_20_of_5_within_6: 0.8,
        found_10_of_5_within_12: 0.8,
        found_20_of_10_within_12: 0.8,
        f1: 0.8,
        found_share_95_to_60_within_60: 0.8,
    };
    assert_eq!(worse.worse_than(&kept).len(), 9);
    assert!(kept.worse_than(&worse).is_empty());
}
