//! Judging what a pass has rolled up.
//!
//! What is to be judged is noted before the days that call for it are stored, and struck off when it
//! is: a pass that dies leaves it to the next. How many series were active on a day raises the bar
//! of all of them; when that count leaves its octave, everybody who was active that day is judged
//! anew, so that it does not matter who came first.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;

use crate::config;
use crate::flow::aggregate::Seen;
use crate::flow::measure::noted;
use crate::judging::{self, Judgement, LEAD_DAYS, Laps, PACE_DAYS, Watch, crowd};
use crate::port::{Fence, Findings, Ledger, Note, Notes, StoreErrorKind, Stored};
use crate::row::WorkflowId;
use crate::time::{Day, Time};
use crate::track::Track;

/// Workflows to judge, each from this day on.
type Unjudged = BTreeMap<WorkflowId, Day>;

/// Series of each workflow on a day.
type Active = BTreeMap<WorkflowId, u32>;

/// Workflows judged before that is noted.
const BATCH: usize = 64;

/// The judging of one pass.
#[derive(Debug)]
pub(super) struct Judging<'a, S> {
    pub(super) store: &'a S,
    pub(super) fence: Fence,
    pub(super) settings: config::Judging,
    /// Series active on days, as far as they were asked for.
    crowds: BTreeMap<Day, u32>,
}

impl<'a, S: Ledger + Notes + Findings> Judging<'a, S> {
    pub(super) const fn new(store: &'a S, fence: Fence, settings: config::Judging) -> Self {
        Self { store, fence, settings, crowds: BTreeMap::new() }
    }

    /// Notes what days about to be stored call for.
    pub(super) async fn note(&mut self, seen: &[Seen]) -> Stored<()> {
        let mut unjudged: Unjudged = self.read(Note::Unjudged).await?;
        let before = unjudged.clone();
        let mut days: BTreeMap<Day, Active> = BTreeMap::new();
        for one in seen {
            let key = one.touched.day;
            add(&mut unjudged, key.workflow, key.day);
            days.entry(key.day).or_default().insert(key.workflow, active(key.day, &one.track));
        }
        let mut changed = Vec::new();
        for (day, counts) in days {
            let held: Active = self.read(Note::Active(day)).await?;
            let mut active = held.clone();
            active.extend(counts);
            active.retain(|_, count| *count > 0);
            if active != held {
                if crowd_of(&active) != crowd_of(&held) {
                    for id in active.keys() {
                        add(&mut unjudged, *id, day);
                    }
                }
                changed.push((day, active));
            }
        }
        if unjudged != before {
            self.put(Note::Unjudged, &unjudged).await?;
        }
        for (day, active) in changed {
            self.crowds.insert(day, crowd_of(&active));
            self.put(Note::Active(day), &active).await?;
        }
        Ok(())
    }

    /// Judges some of what is noted. Answers how many workflows.
    pub(super) async fn judge_some(&mut self) -> Stored<u64> {
        let mut unjudged: Unjudged = self.read(Note::Unjudged).await?;
        let some: Vec<(WorkflowId, Day)> =
            unjudged.iter().map(|(id, day)| (*id, *day)).take(BATCH).collect();
        for (id, day) in &some {
            self.one(*id, *day).await?;
            unjudged.remove(id);
        }
        if !some.is_empty() {
            self.put(Note::Unjudged, &unjudged).await?;
        }
        Ok(some.len() as u64)
    }

    async fn one(&mut self, id: WorkflowId, from: Day) -> Stored<()> {
        let held = match self.store.judgement(id).await {
            // It follows from the samples: judging from the beginning makes it anew.
            Err(error) if error.kind == StoreErrorKind::Corrupt => None,
            held => held?,
        };
        let lead = from.week().0.saturating_sub(LEAD_DAYS + PACE_DAYS);
        let [first, last] = [i64::MIN, i64::MAX].map(|ms| Time::from_millis(ms).day());
        let first = if held.is_some() { Day(lead) } else { first };
        let tracks = self.store.tracks(id, first..last.next()).await?;
        let from = if held.is_some() { from } else { tracks.first().map_or(from, |one| one.0) };
        self.learn_crowds(&tracks, from.week()).await?;
        let crowds = &self.crowds;
        let judgement = {
            let active = |day: Day| crowds.get(&day).copied().unwrap_or_default();
            let watch = Watch { settings: &self.settings, active: &active };
            judging::judge(id, &tracks, &watch, from, held.clone().unwrap_or_default())
        };
        if held.as_ref() != Some(&judgement)
            && (held.is_some() || judgement != Judgement::default())
        {
            self.store.put_judgement(self.fence, id, &judgement).await?;
        }
        Ok(())
    }

    async fn learn_crowds(&mut self, tracks: &[(Day, Track)], from: Day) -> Stored<()> {
        let days: BTreeSet<Day> = tracks.iter().map(|(day, _)| *day).collect();
        for day in days.into_iter().filter(|day| *day >= from) {
            if !self.crowds.contains_key(&day) {
                let active: Active = self.read(Note::Active(day)).await?;
                self.crowds.insert(day, crowd_of(&active));
            }
        }
        Ok(())
    }

    async fn read<T: DeserializeOwned + Default>(&self, note: Note) -> Stored<T> {
        noted::read(self.store, note).await
    }

    async fn put<T: serde::Serialize + Sync>(&self, note: Note, value: &T) -> Stored<()> {
        self.store.put_note(self.fence, note, noted::stored(value)?).await
    }
}

fn add(unjudged: &mut Unjudged, id: WorkflowId, day: Day) {
    let from = unjudged.entry(id).or_insert(day);
    *from = day.min(*from);
}

/// Series of a track.
fn active(day: Day, track: &Track) -> u32 {
    judging::series_count(&Laps::of(&[(day, track.clone())]))
}

fn crowd_of(active: &Active) -> u32 {
    crowd(active.values().fold(0, |sum, count| sum.saturating_add(*count)))
}
