//! What was judged, and what would be judged under other settings.

use std::collections::BTreeMap;

use crate::config;
use crate::judging::{self, Judgement, Laps, Told, Watch, crowd, series_count, told};
use crate::port::{Library, Stored};
use crate::report::{Called, Difference, Finding};
use crate::row::WorkflowId;
use crate::time::{Day, Time};
use crate::track::Track;

/// All findings that are stored, latest confirmed first.
pub async fn findings(library: &impl Library) -> Stored<Vec<Finding>> {
    rendered(library, &library.judgements().await?).await
}

/// What is found in all of stored history under `settings`, against what is found under `other`.
pub async fn what_if(
    library: &impl Library,
    settings: &config::Judging,
    other: &config::Judging,
) -> Stored<Difference> {
    let crowds = crowds(library).await?;
    let (mut now, mut then) = (Vec::new(), Vec::new());
    for id in library.workflows(calendar()).await? {
        let tracks = library.tracks(id, calendar()).await?;
        now.push((id, from_scratch(id, &tracks, settings, &crowds)));
        then.push((id, from_scratch(id, &tracks, other, &crowds)));
    }
    let (now, then) = (rendered(library, &now).await?, rendered(library, &then).await?);
    Ok(Difference::between(now, then))
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
) -> Stored<Vec<Finding>> {
    let mut called = BTreeMap::new();
    for (id, judgement) in judgements {
        if let Some(last) = judgement.findings.last() {
            called.insert(*id, name(library, *id, last.first_bad.end.day()).await?);
        }
    }
    let called = |id| called.get(&id).cloned().unwrap_or_else(|| Called::by_ids(id));
    let told: Vec<Told<'_>> = told(judgements);
    let findings = told.iter().rev().filter_map(|told| Finding::of(told, called));
    Ok(findings.collect())
}

/// What the workflow was called on a day.
async fn name(library: &impl Library, id: WorkflowId, day: Day) -> Stored<Called> {
    let days = library.days(id, day..day.next()).await?;
    let names = days.into_iter().find_map(|day| day.rollup?.names);
    Ok(names.map_or_else(|| Called::by_ids(id), |named| Called::from(named.names)))
}
