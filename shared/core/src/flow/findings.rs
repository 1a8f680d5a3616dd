//! What was judged, and what would be judged under other settings.

use std::collections::BTreeMap;

use crate::config::{self, Policy, Prices};
use crate::flow::report::latest_first;
use crate::judging::{self, Judgement, Laps, Watch, crowd, series_count, told};
use crate::port::{Library, Stored};
use crate::report::{Called, Difference, Finding, Found, Telling};
use crate::row::WorkflowId;
use crate::time::{Day, Time};
use crate::track::Track;

/// All findings that are stored, latest confirmed first, then what is not yet beyond doubt; and how
/// much was judged.
pub async fn findings(library: &impl Library, prices: &Prices, now: Time) -> Stored<Found> {
    let judgements = library.judgements().await?;
    let ran = judgements.iter().filter(|(_, judgement)| judgement.ran_lately(now));
    let series_judged = ran.map(|(_, judgement)| u64::from(judgement.series)).sum();
    let findings = rendered(library, &judgements, Telling { now, prices }).await?;
    Ok(Found::Known { series_judged, findings })
}

/// What would be filed of all stored history under the present policy, against what would be under
/// another.
pub async fn what_if(
    library: &impl Library,
    policy: &Policy,
    other: &Policy,
    now: Time,
) -> Stored<Difference> {
    let crowds = crowds(library).await?;
    let (mut present, mut then) = (Vec::new(), Vec::new());
    for id in library.workflows(calendar()).await? {
        let tracks = library.tracks(id, calendar()).await?;
        present.push((id, from_scratch(id, &tracks, &policy.judging, &crowds)));
        then.push((id, from_scratch(id, &tracks, &other.judging, &crowds)));
    }
    let found = rendered(library, &present, Telling { now, prices: &policy.prices }).await?;
    let then = rendered(library, &then, Telling { now, prices: &other.prices }).await?;
    let filed = |mut findings: Vec<Finding>| {
        findings.retain(Finding::is_worth_an_issue);
        findings
    };
    Ok(Difference::between(filed(found), filed(then)))
}

fn calendar() -> std::ops::Range<Day> {
    let [first, last] = [i64::MIN, i64::MAX].map(|ms| Time::from_millis(ms).day());
    first..last.next()
}

fn from_scratch(
    id: WorkflowId,
    tracks: &[(Day, Track)],
    settings: &config::Judging,
    crowds: &BTreeMap<Day, u32>,
) -> Judgement {
    let active = |day: Day| crowd(crowds.get(&day).copied().unwrap_or_default());
    let watch = Watch { settings, active: &active };
    let from = tracks.first().map_or(Day(0), |(day, _)| *day);
    judging::judge(id, tracks, &watch, from, Judgement::default())
}

/// How many series all workflows had on each day.
async fn crowds(library: &impl Library) -> Stored<BTreeMap<Day, u32>> {
    let mut crowds: BTreeMap<Day, u32> = BTreeMap::new();
    for id in library.workflows(calendar()).await? {
        for one in library.tracks(id, calendar()).await? {
            let count = series_count(&Laps::of(std::slice::from_ref(&one)));
            let held = crowds.entry(one.0).or_default();
            *held = held.saturating_add(count);
        }
    }
    Ok(crowds)
}

async fn rendered(
    library: &impl Library,
    judgements: &[(WorkflowId, Judgement)],
    with: Telling<'_>,
) -> Stored<Vec<Finding>> {
    let called = names(library, judgements).await?;
    let called = |id| called.get(&id).cloned().unwrap_or_else(|| Called::by_ids(id));
    let told = told(judgements);
    let known = told.iter().filter(|told| told.was_known(with.now));
    Ok(latest_first(known.filter_map(|told| Finding::of(told, with, called))))
}

/// What the workflows that have findings are called.
pub(super) async fn names(
    library: &impl Library,
    judgements: &[(WorkflowId, Judgement)],
) -> Stored<BTreeMap<WorkflowId, Called>> {
    let mut called = BTreeMap::new();
    for (id, judgement) in judgements {
        if let Some(last) = judgement.findings.last() {
            called.insert(*id, name(library, *id, last.last.day()).await?);
        }
    }
    Ok(called)
}

/// What the workflow was called on a day.
async fn name(library: &impl Library, id: WorkflowId, day: Day) -> Stored<Called> {
    let days = library.days(id, day..day.next()).await?;
    let names = days.into_iter().find_map(|day| day.rollup?.names);
    Ok(names.map_or_else(|| Called::by_ids(id), |named| Called::from(named.names)))
}
