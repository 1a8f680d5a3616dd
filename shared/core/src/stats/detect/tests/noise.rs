use super::*;
use crate::stats::detect::noise::Noise;

#[test]
fn noise_is_that_of_the_samples_whatever_the_level_does() {
    for shift in [0.0, 50.0] {
        let mut random = Random::of(1);
        let level = |index: i32| if index < 1_000 { 0.0 } else { shift };
        let y: Vec<f64> = (0..2_000).map(|index| 2.0 * random.normal() + level(index)).collect();
        let noise = Noise::of(&y);
        assert!((noise.sigma / 2.0 - 1.0).abs() < 0.06, "{noise:?}");
        assert!(noise.correlation < 0.1, "{noise:?}");
    }
}

#[test]
fn neighbours_that_go_together_count_for_less() {
    let (mut random, mut last) = (Random::of(2), 0.0);
    let mut next = || {
        last = 0.6 * last + 0.8 * random.normal();
        last
    };
    let y: Vec<f64> = (0..4_000).map(|_| next()).collect();
    let noise = Noise::of(&y);
    assert!((0.45..0.65).contains(&noise.correlation), "{noise:?}");
    // The variance of a mean is that of independent samples times (1 + r) / (1 - r) = 4.
    assert!((1.6..2.4).contains(&noise.long_run()), "{}", noise.long_run());
}
