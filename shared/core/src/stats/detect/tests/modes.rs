#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small numbers"
)]

use super::*;
use crate::stats::detect::loss::{BOUND, Loss};
use crate::stats::detect::modes::Modes;

#[test]
fn two_modes_are_told_from_one_from_three_and_from_a_step() {
    let mut random = Random::of(4);
    let mut of = |kinds: &[f64]| -> Vec<f64> {
        let pick = |random: &mut Random| (random.uniform() * kinds.len() as f64) as usize;
        (0..256).map(|_| kinds[pick(&mut random)] + random.normal()).collect()
    };
    let modes = Modes::of(&of(&[0.0, 0.0, 0.0, 9.0])).unwrap();
    assert!((8.5..9.5).contains(&modes.gap), "{modes:?}");
    assert!((0.15..0.35).contains(&modes.share) && (0.8..1.2).contains(&modes.sigma), "{modes:?}");
    assert_eq!(Modes::of(&of(&[0.0])), None);
    assert_eq!(Modes::of(&of(&[0.0, 9.0, 20.0])), None);
    let mut step = of(&[0.0]);
    step[128..].iter_mut().for_each(|value| *value += 9.0);
    assert_eq!(Modes::of(&step), None);
    assert_eq!(Modes::of(&of(&[0.0, 9.0])[..59]), None);
}

#[test]
fn zones_cover_every_distance_without_jumps() {
    for gap in [2.0, 5.0, 6.5, 20.0] {
        for share in [0.02, 0.3, 0.5] {
            for upper_is_rarer in [true, false] {
                let modes = Modes { gap, share, sigma: 1.0 };
                is_whole(&Loss::two(&modes, upper_is_rarer, 1.0));
            }
        }
    }
}

fn is_whole(loss: &Loss) {
    let zones = loss.zones();
    assert!(zones.windows(2).all(|pair| (pair[0].to - pair[1].from).abs() < 1e-12));
    assert!(zones.iter().all(|zone| zone.from <= zone.to), "{zones:?}");
    assert!(zones.first().is_some_and(|zone| zone.from == f64::NEG_INFINITY));
    assert!(zones.last().is_some_and(|zone| zone.to == f64::INFINITY));
    for edge in zones.iter().map(|zone| zone.to).filter(|edge| edge.is_finite()) {
        let jump = loss.at(edge - 1e-9) - loss.at(edge + 1e-9);
        assert!(jump.abs() < 1e-6, "{jump} at {edge} of {zones:?}");
    }
    assert!((-300..600).all(|at| loss.at(f64::from(at) / 10.0) <= BOUND + 1e-9));
}
