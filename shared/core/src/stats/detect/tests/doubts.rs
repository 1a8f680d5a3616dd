#![expect(clippy::cast_precision_loss, reason = "small numbers")]

use super::*;

fn doubts(samples: &[Sample], rules: &Rules) -> Vec<Option<Doubt>> {
    history(samples, rules).changes.iter().map(|change| change.confirmed.err()).collect()
}

fn step(factor: f64) -> Vec<Sample> {
    noisy(5, 120, |index| if index < 60 { 1.0 } else { factor })
}

#[test]
fn each_doubt_has_its_case() {
    let (step, rules) = (step(1.3), Rules::default());
    assert_eq!(doubts(&step, &rules), [None]);
    assert_eq!(doubts(&step[52..], &rules), [Some(Doubt::NoBaseline)]);
    assert_eq!(doubts(&step[..63], &rules), [Some(Doubt::TooFew)]);
    assert_eq!(doubts(&step, &Rules { min_span_ms: 40 * DAY_MS, ..rules }), [Some(Doubt::TooSoon)]);
}

#[test]
fn what_is_too_small_is_not_told() {
    let (step, rules) = (step(1.3), Rules::default());
    assert_eq!(doubts(&step, &Rules { min_change: 0.5, ..rules }), []);
    assert_eq!(doubts(&step, &Rules { min_effect: 200.0, ..rules }), []);
    assert_eq!(doubts(&step, &Rules { min_effect: 50.0, ..rules }), [None]);
}

#[test]
fn a_slope_is_no_step() {
    let slope = noisy(5, 120, |index| 1.0 + index as f64 / 400.0);
    assert_eq!(doubts(&slope, &Rules::default()), []);
}

#[test]
fn the_size_is_the_change_that_was_made() {
    for (factor, direction) in [(1.3, Direction::Up), (0.7, Direction::Down)] {
        let samples = noisy(6, 400, |index| if index < 200 { 1.0 } else { factor });
        let size = history(&samples, &Rules::default()).changes[0].size;
        assert_eq!(size.direction, direction);
        assert!((size.before / 300.0 - 1.0).abs() < 0.02, "{size:?}");
        assert!((size.change().unwrap() - (factor - 1.0)).abs() < 0.02, "{size:?}");
        let [low, high] = size.change_interval().unwrap();
        assert!(low < factor - 1.0 && factor - 1.0 < high && high - low < 0.06, "{size:?}");
    }
}
