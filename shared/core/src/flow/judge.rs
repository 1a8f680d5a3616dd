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
use crate::judging::{self, Judgement, Laps, READ_DAYS, Watch, crowd, rules_of};
use crate::port::{Fence, Findings, Ledger, Note, Notes, StoreError, StoreErrorKind, Stored};
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
    /// The first of the workflows that could not be read.
    unreadable: Option<StoreError>,
}

impl<'a, S: Ledger + Notes + Findings> Judging<'a, S> {
    pub(super) const fn new(store: &'a S, fence: Fence, settings: config::Judging) -> Self {
        Self { store, fence, settings, crowds: BTreeMap::new(), unreadable: None }
    }

    /// Notes what days about to be stored call for.
    pub(super) async fn note(&mut self, seen: &[Seen]) -> Stored<()> {
        let mut unjudged: Unjudged = self.read(Note::Unjudged).await?;
        let before = unjudged.clone();
        let mut days: BTreeMap<Day, Active> = BTreeMap::new();
        for one in seen {
            let key = one.touched.day;
            add(&mut unjudged, key.workflow, key.day);
            days.entry(key.day).or_default().insert(key.workflow, active(&one.track));
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
            match self.one(*id, *day).await {
                // The others can be judged; this one is tried again with its next attempt.
                Err(error) if error.kind == StoreErrorKind::Corrupt => {
                    self.unreadable.get_or_insert(error);
                }
                judged => judged?,
            }
            unjudged.remove(id);
        }
        if !some.is_empty() {
            self.put(Note::Unjudged, &unjudged).await?;
        }
        Ok(some.len() as u64)
    }

    /// What could not be judged, if anything.
    pub(super) fn end(&mut self) -> Stored<()> {
        self.unreadable.take().map_or(Ok(()), Err)
    }

    async fn one(&mut self, id: WorkflowId, from: Day) -> Stored<()> {
        let held = match self.store.judgement(id).await {
            // It follows from the samples: judging from the beginning makes it anew.
            Err(error) if error.kind == StoreErrorKind::Corrupt => None,
            held => held?,
        };
        // What was judged by other settings is judged anew from the beginning.
        let held = held.filter(|held| held.rules == rules_of(&self.settings));
        let [first, last] = [i64::MIN, i64::MAX].map(|ms| Time::from_millis(ms).day());
        let lead = |from: Day| Day(from.week().0.saturating_sub(READ_DAYS));
        let begin = if held.is_some() { lead(from) } else { first };
        let mut tracks = self.store.tracks(id, begin..last.next()).await?;
        let at = |tracks: &[(Day, Track)]| {
            tracks.iter().rev().find(|(_, track)| !track.laps.is_empty()).map(|(day, _)| *day)
        };
        let mut from = if held.is_some() { from } else { tracks.first().map_or(from, |one| one.0) };
        // Where later days lost their attempts, what is open at the last one is looked at anew.
        if let Some(last) = at(&tracks).filter(|last| last.week() < from.week()) {
            from = last;
            if held.is_some() {
                tracks = self.store.tracks(id, lead(from)..last.next()).await?;
            }
        }
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
fn active(one: &(Day, Track)) -> u32 {
    judging::series_count(&Laps::of(std::slice::from_ref(one)))
}

fn crowd_of(active: &Active) -> u32 {
    crowd(active.values().fold(0, |sum, count| sum.saturating_add(*count)))
}
