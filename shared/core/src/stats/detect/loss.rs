//! What it costs to explain a sample by a level: the square of its distance, in noise units, up to
//! a bound. With two modes, the distance to the nearer one.

use crate::stats::detect::modes::Modes;

/// Standard deviations beyond which a sample is an outlier and costs no more.
pub(super) const OUTLIER: f64 = 3.0;

/// Most that one sample costs.
pub(super) const BOUND: f64 = OUTLIER * OUTLIER;

/// A stretch of distances of a sample from the level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Zone {
    pub(super) from: f64,
    pub(super) to: f64,
    /// Where it is cheapest and what that costs; none where every distance costs [`BOUND`].
    pub(super) well: Option<Well>,
}

/// The bottom of a parabola.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Well {
    pub(super) at: f64,
    pub(super) cost: f64,
}

/// Zones from left to right that cover every distance.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Loss {
    zones: Vec<Zone>,
    wells: Vec<Well>,
}

impl Loss {
    /// Around one level.
    pub(super) fn one() -> Self {
        Self::of(vec![Well { at: 0.0, cost: 0.0 }])
    }

    /// Around two modes, `sigma` being the unit. The rarer one costs −2 ln of its odds more.
    pub(super) fn two(modes: &Modes, upper_is_rarer: bool, sigma: f64) -> Self {
        let odds = 2.0 * ((1.0 - modes.share) / modes.share).ln().max(0.0);
        let (lower, upper) = if upper_is_rarer { (0.0, odds) } else { (odds, 0.0) };
        let gap = modes.gap / sigma;
        Self::of(vec![
            Well { at: 0.0, cost: lower.min(BOUND) },
            Well { at: gap, cost: upper.min(BOUND) },
        ])
    }

    fn of(wells: Vec<Well>) -> Self {
        let mut zones: Vec<Zone> = Vec::new();
        for well in &wells {
            let reach = (BOUND - well.cost).max(0.0).sqrt();
            let (mut from, to) = (well.at - reach, well.at + reach);
            let left = zones.last().map_or(f64::NEG_INFINITY, |zone| zone.to);
            if let Some((last, other)) = zones.last_mut().and_then(|z| z.well.map(|w| (z, w)))
                && from < left
            {
                // They overlap: each has the side on which it is cheaper.
                let square = |w: &Well| w.at * w.at + w.cost;
                from = (square(well) - square(&other)) / (2.0 * (well.at - other.at));
                last.to = from;
            } else {
                zones.push(Zone { from: left, to: from, well: None });
            }
            zones.push(Zone { from, to, well: Some(*well) });
        }
        let left = zones.last().map_or(f64::NEG_INFINITY, |zone| zone.to);
        zones.push(Zone { from: left, to: f64::INFINITY, well: None });
        Self { zones, wells }
    }

    pub(super) fn zones(&self) -> &[Zone] {
        &self.zones
    }

    pub(super) fn wells(&self) -> &[Well] {
        &self.wells
    }

    /// What a sample at this distance from the level costs.
    pub(super) fn at(&self, distance: f64) -> f64 {
        let zone = self.zones.iter().find(|zone| distance < zone.to);
        let well = zone.and_then(|zone| zone.well);
        well.map_or(BOUND, |well| (distance - well.at).powi(2) + well.cost)
    }

    /// The distance from the mode it belongs to.
    pub(super) fn fold(&self, distance: f64) -> f64 {
        let zone = self.zones.iter().find(|zone| distance < zone.to);
        if let Some(well) = zone.and_then(|zone| zone.well) {
            return distance - well.at;
        }
        let folded = self.wells.iter().map(|well| distance - well.at);
        folded.min_by(|a, b| a.abs().total_cmp(&b.abs())).unwrap_or(distance)
    }
}
