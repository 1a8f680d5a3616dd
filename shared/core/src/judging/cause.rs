//! What may have caused a change other than the code.

use std::collections::BTreeMap;

use crate::judging::alarm::Alarm;
use crate::judging::carrier::Carriers;
use crate::judging::finding::Cause;
use crate::judging::series::Measure;
use crate::judging::sides::{One, Sides, median};
use crate::track::Outcome;

/// Share of a change that waiting must carry for it to be the cause.
const MOSTLY: f64 = 0.6;

/// Jobs that must have changed alike for the machine, not one of them, to be the cause, and by how
/// much their factors may differ from that of all.
const ALIKE_JOBS: usize = 3;
const ALIKE: f64 = 0.5;

/// The cause, if it is not the code.
pub(super) fn cause(
    telling: &Alarm,
    carriers: Option<&Carriers>,
    sides: &Sides<'_>,
) -> Option<Cause> {
    if telling.series.measure == Measure::Waited {
        return Some(Cause::Queue);
    }
    let carriers = carriers?;
    let whole = carriers.after - carriers.before;
    let first = carriers.parts.first()?;
    match &first.job {
        None if first.gained() / whole >= MOSTLY => Some(Cause::Queue),
        None => None,
        Some(job) => new_class(sides, job).or_else(|| all_jobs(sides, telling)),
    }
}

/// The class of a job around a change, if it is another one now.
fn new_class(sides: &Sides<'_>, job: &str) -> Option<Cause> {
    let class = |(track, lap): &One<'_>| {
        let found = lap.jobs.iter().find(|one| track.name(one.name) == job)?;
        Some(track.name(found.class).to_owned())
    };
    let usual = |side: &[One<'_>]| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for class in side.iter().filter_map(class) {
            *counts.entry(class).or_default() += 1;
        }
        counts.into_iter().max_by_key(|(_, count)| *count).map(|(class, _)| class)
    };
    let (from, to) = (usual(&sides.before)?, usual(&sides.after)?);
    (from != to).then(|| Cause::RunnerClass { job: job.to_owned(), from, to })
}

/// Whether all jobs of the workflow changed alike: then no single change of code is likely.
fn all_jobs(sides: &Sides<'_>, telling: &Alarm) -> Option<Cause> {
    let mut jobs: BTreeMap<&str, [Vec<f64>; 2]> = BTreeMap::new();
    for (place, side) in [&sides.before, &sides.after].into_iter().enumerate() {
        for (track, lap) in side {
            for job in lap.jobs.iter().filter(|job| job.outcome == Outcome::Green) {
                let held = jobs.entry(track.name(job.name)).or_default().get_mut(place);
                if let (Some(held), Some(ran)) = (held, job.ran) {
                    held.push(ran.seconds());
                }
            }
        }
    }
    let factors: Vec<f64> = jobs.into_values().filter_map(factor).collect();
    let whole = (telling.after / telling.before).ln();
    let is_alike = |factor: &f64| (factor - whole).abs() <= ALIKE * whole.abs();
    (factors.len() >= ALIKE_JOBS && factors.iter().all(is_alike)).then_some(Cause::AllJobs)
}

/// Logarithm of the median after over the median before.
fn factor([before, after]: [Vec<f64>; 2]) -> Option<f64> {
    let factor = (median(after)? / median(before)?).ln();
    factor.is_finite().then_some(factor)
}
