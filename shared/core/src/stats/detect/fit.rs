//! What a window says of a series: on which scale to judge it, its seasons, modes and noise.

use crate::stats::detect::Sample;
use crate::stats::detect::loss::Loss;
use crate::stats::detect::modes::Modes;
use crate::stats::detect::noise::Noise;
use crate::stats::detect::season::Season;
use crate::stats::median;

/// Noise of few samples is known badly: it is taken as greater by this over their number.
const FEW: f64 = 8.8;

/// Least noise on a logarithmic scale, and as a share of the median on a linear one: values that
/// repeat exactly are rounded, not without noise.
const LEAST_NOISE: f64 = 0.005;

/// On which scale changes are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    /// Changes are shares: all values are positive.
    Log,
    /// Changes are differences.
    Linear,
}

/// The description of a window.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    pub(super) scale: Scale,
    season: Season,
    modes: Option<(Modes, bool)>,
    /// The unit: a standard deviation, and more where samples are few or go together.
    pub(super) unit: f64,
}

/// A description, and the window in its units.
#[derive(Debug)]
pub(super) struct Fitted {
    pub(super) fit: Fit,
    pub(super) x: Vec<f64>,
}

impl Fit {
    /// Describes a window of at least one sample.
    #[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
    pub(super) fn of(samples: &[Sample]) -> Fitted {
        let is_positive = samples.iter().all(|sample| sample.value > 0.0);
        let scale = if is_positive { Scale::Log } else { Scale::Linear };
        let mut y: Vec<f64> = samples.iter().map(|sample| scale.of(sample.value)).collect();
        let season = Season::take(samples, &mut y);
        let modes = Modes::of(&y).map(|modes| (modes, upper_is_rarer(&y, &modes)));
        let noise = match modes {
            Some((modes, _)) => modes.sigma,
            None => Noise::of(&y).long_run(),
        };
        let least = match scale {
            Scale::Log => LEAST_NOISE,
            Scale::Linear => LEAST_NOISE * median(&mut y.clone()).abs(),
        };
        let unit = (noise * (1.0 + FEW / y.len() as f64)).max(least).max(f64::MIN_POSITIVE);
        for value in &mut y {
            *value /= unit;
        }
        Fitted { fit: Self { scale, season, modes, unit }, x: y }
    }

    /// Whether a weekend would be told from a change.
    pub(super) const fn knows_weekdays(&self) -> bool {
        self.season.knows_weekdays
    }

    /// A sample in units of the noise, without its season.
    pub(super) fn place(&self, sample: Sample) -> f64 {
        (self.scale.of(sample.value) - self.season.effect(sample.at)) / self.unit
    }

    /// A sample's value without its season.
    pub(super) fn plain(&self, sample: Sample) -> f64 {
        self.scale.back(self.scale.of(sample.value) - self.season.effect(sample.at))
    }

    pub(super) fn loss(&self) -> Loss {
        match &self.modes {
            None => Loss::one(),
            Some((modes, upper_is_rarer)) => Loss::two(modes, *upper_is_rarer, self.unit),
        }
    }

    /// A value whose level moved by `shift` units.
    pub(super) fn moved(&self, value: f64, shift: f64) -> f64 {
        match self.scale {
            Scale::Log => value * (shift * self.unit).exp(),
            Scale::Linear => value + shift * self.unit,
        }
    }
}

impl Scale {
    fn of(self, value: f64) -> f64 {
        match self {
            // A window may be positive and the next sample not.
            Self::Log => value.max(f64::MIN_POSITIVE).ln(),
            Self::Linear => value,
        }
    }

    fn back(self, y: f64) -> f64 {
        match self {
            Self::Log => y.exp(),
            Self::Linear => y,
        }
    }
}

/// Whether most samples are of the lower mode: then most that differ from both neighbours by a gap
/// lie above them.
fn upper_is_rarer(y: &[f64], modes: &Modes) -> bool {
    let alone = |sign: f64| {
        let beyond = |by: f64| by * sign > modes.gap / 2.0;
        let is_alone = |three: &&[f64]| match three {
            [before, value, after] => beyond(value - before) && beyond(value - after),
            _ => false,
        };
        y.windows(3).filter(is_alone).count()
    };
    alone(1.0) >= alone(-1.0)
}
