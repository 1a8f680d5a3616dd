use super::*;
use crate::stats::detect::season::Season;

/// Eight samples a day for sixty days.
fn flat() -> Vec<Sample> {
    let mut random = Random::of(3);
    samples(8, (0..8 * 60).map(|_| random.normal()))
}

/// What a season says of so many hours after a Monday.
fn effect(season: &Season, hours: i64) -> f64 {
    season.effect(Time::from_millis(MONDAY_MS + hours * 3_600_000))
}

#[test]
fn no_season_is_invented() {
    let flat = flat();
    let values: Vec<f64> = flat.iter().map(|sample| sample.value).collect();
    let mut y = values.clone();
    let season = Season::take(&flat, &mut y);
    assert!(season.knows_weekdays);
    assert_eq!(y, values);
}

#[test]
fn a_slow_weekend_is_taken_away() {
    let weekend = |sample: &Sample| sample.at.day().0 - sample.at.day().week().0 >= 5;
    let slow = |sample: &Sample| sample.value + if weekend(sample) { 3.0 } else { 0.0 };
    let flat = flat();
    let mut y: Vec<f64> = flat.iter().map(slow).collect();
    let season = Season::take(&flat, &mut y);
    let slower = effect(&season, 6 * 24) - effect(&season, 24);
    assert!((2.5..3.5).contains(&slower), "{slower}");
}

#[test]
fn slow_evenings_are_taken_away() {
    let evening = |index: usize| if index % 8 >= 6 { 2.0 } else { 0.0 };
    let flat = flat();
    let slow = flat.iter().enumerate().map(|(index, sample)| sample.value + evening(index));
    let mut y: Vec<f64> = slow.collect();
    let season = Season::take(&flat, &mut y);
    let slower = effect(&season, 22) - effect(&season, 4);
    assert!((1.5..2.5).contains(&slower), "{slower}");
}
