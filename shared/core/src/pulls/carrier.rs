//! Which job carries a difference most.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::usual::float;
use super::{Call, JobTime, Lap};
use crate::stats::median;

/// A job, and its times in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Carrier {
    /// Its name.
    pub job: String,
    /// Its usual median; none if it is new.
    pub usual_ms: Option<f64>,
    /// What it took; none if it did not run.
    pub took_ms: Option<f64>,
}

type Name<'a> = (&'a str, &'a str);

/// Of all jobs, the one that differs most in the direction of the whole. What makes a run slower is
/// looked for on its critical path, and what makes it faster on that of any earlier one.
pub(super) fn carrier(head: &Lap, earlier: &[Lap], call: Call) -> Option<Carrier> {
    let sign = match call {
        Call::Slower => 1.0,
        Call::Faster => -1.0,
        Call::Usual | Call::TooFew { .. } | Call::NotJudged | Call::NoneGreen => return None,
    };
    let (usual, often) = usual(earlier);
    let took: BTreeMap<Name<'_>, &JobTime> = head.jobs.iter().map(|job| (name(job), job)).collect();
    let names: BTreeSet<Name<'_>> = took.keys().chain(usual.keys()).copied().collect();
    let candidates = names.into_iter().filter_map(|name| {
        let (now, before) = (took.get(&name), usual.get(&name).copied());
        let matters = if sign > 0.0 {
            now.is_some_and(|job| job.on_critical_path)
        } else {
            often.contains(&name)
        };
        let now = now.map(|job| float(job.ran));
        let difference = sign * (now.unwrap_or_default() - before.unwrap_or_default());
        let one = Carrier { job: name.0.to_owned(), usual_ms: before, took_ms: now };
        (matters && difference > 0.0).then_some((difference, one))
    });
    candidates.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, one)| one)
}

/// The median of each job that ran in half of the earlier runs or more, and which of them were on
/// the critical path of any.
fn usual(earlier: &[Lap]) -> (BTreeMap<Name<'_>, f64>, BTreeSet<Name<'_>>) {
    let mut times: BTreeMap<Name<'_>, Vec<f64>> = BTreeMap::new();
    let mut critical = BTreeSet::new();
    for job in earlier.iter().flat_map(|lap| &lap.jobs) {
        times.entry(name(job)).or_default().push(float(job.ran));
        if job.on_critical_path {
            critical.insert(name(job));
        }
    }
    times.retain(|_, times| times.len() * 2 >= earlier.len());
    let medians = times.into_iter().map(|(name, mut times)| (name, median(&mut times)));
    (medians.collect(), critical)
}

fn name(job: &JobTime) -> Name<'_> {
    (&job.name, &job.class)
}
