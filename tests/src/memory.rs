//! A store in memory: plain maps under one lock, each call all or nothing.

mod notices;
mod remarks;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Mutex;

use laptime_core::judging::Judgement;
use laptime_core::model::{AttemptId, Event, EventKey};
use laptime_core::port::{
    Announced, Appended, Changed, ChangedAttempt, Deeds, Desk, Fence, Filed, Filing, Findings,
    Inbox, Lease, Ledger, Library, Loaded, Note, Notes, Place, Received, Rows, Said, Spot,
    Standing, StoreError, StoreErrorKind, Stored, StoredDay, Touched,
};
use laptime_core::rollup::Rollup;
use laptime_core::row::{Branch, DayKey, Row, WorkflowId};
use laptime_core::time::{Day, Time};
use laptime_core::track::Track;

const LEASE_MS: i64 = 10_000;

/// The store.
#[derive(Debug, Default)]
pub struct Memory(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    events: BTreeMap<u64, (EventKey, Time, Event)>,
    keys: BTreeSet<EventKey>,
    last_seq: u64,
    attempts: BTreeMap<AttemptId, Held>,
    days: BTreeMap<DayKey, HeldDay>,
    cursor: u64,
    fence: u64,
    lease: Option<(String, Time)>,
    last_pass: Option<Time>,
    notes: BTreeMap<Note, Vec<u8>>,
    judgements: BTreeMap<WorkflowId, Judgement>,
    deeds: BTreeMap<Desk, Deeds>,
    said: BTreeMap<Spot, Said>,
    announced: BTreeMap<String, Announced>,
}

#[derive(Debug, Clone)]
struct Held {
    last_received: Time,
    refused: bool,
    place: Filedness,
    run: Option<RunFacts>,
}

#[derive(Debug, Clone)]
enum Filedness {
    Open,
    Row(Box<Row>),
    Sealed,
}

#[derive(Debug, Clone)]
struct RunFacts {
    workflow: WorkflowId,
    branch: Branch,
    seniority: (Option<u64>, u64),
    started: Option<Time>,
}

#[derive(Debug, Clone, Default)]
struct HeldDay {
    rollup: Option<Rollup>,
    track: Option<Track>,
    touched: bool,
    sealed: bool,
    last_received: Option<Time>,
}

impl Memory {
    fn with<T>(&self, run: impl FnOnce(&mut State) -> T) -> T {
        run(&mut self.0.lock().unwrap())
    }

    fn fenced<T>(&self, fence: Fence, run: impl FnOnce(&mut State) -> T) -> Stored<T> {
        self.with(|state| if state.fence == fence.0 { Ok(run(state)) } else { Err(fenced()) })
    }
}

fn fenced() -> StoreError {
    StoreError { kind: StoreErrorKind::Fenced, what: "memory".to_owned(), source: None }
}

impl Inbox for Memory {
    async fn append(&self, event: &Event, received: Time) -> Stored<Appended> {
        let (key, _) = event.encode().unwrap();
        Ok(self.with(|state| {
            if !state.keys.insert(key) {
                return Appended::Known;
            }
            state.last_seq += 1;
            state.events.insert(state.last_seq, (key, received, event.clone()));
            Appended::New
        }))
    }
}

impl Rows for Memory {
    async fn rows(&self, day: DayKey) -> Stored<Vec<Row>> {
        Ok(self.with(|state| state.rows().filter(|row| row.key() == day).cloned().collect()))
    }

    async fn overtaken(&self, row: &Row) -> Stored<bool> {
        let (Some(from), Some(_)) = (row.started_at, &row.branch.name) else {
            return Ok(false);
        };
        Ok(self.with(|state| {
            state.attempts.values().filter_map(|held| held.run.as_ref()).any(|run| {
                run.workflow == row.workflow
                    && run.branch == row.branch
                    && run.seniority > row.seniority()
                    && run.started.is_some_and(|started| from <= started && started < row.end)
            })
        }))
    }

    async fn tracks(&self, workflow: WorkflowId, days: Range<Day>) -> Stored<Vec<(Day, Track)>> {
        Ok(self.with(|state| {
            let within = |(key, _): &(&DayKey, &HeldDay)| {
                key.workflow == workflow && days.contains(&key.day)
            };
            let held = state.days.iter().filter(within);
            held.filter_map(|(key, held)| Some((key.day, held.track.clone()?))).collect()
        }))
    }
}

impl Memory {
    /// Puts these judgements in place of all there are.
    pub fn judge(&self, judgements: &[(WorkflowId, Judgement)]) {
        self.with(|state| state.judgements = judgements.iter().cloned().collect());
    }

    /// Nothing was done about any finding.
    pub fn forget_deeds(&self) {
        self.with(|state| state.deeds.clear());
    }
}

impl Findings for Memory {
    async fn judgement(&self, id: WorkflowId) -> Stored<Option<Judgement>> {
        Ok(self.with(|state| state.judgements.get(&id).cloned()))
    }

    async fn put_judgement(
        &self,
        fence: Fence,
        id: WorkflowId,
        judgement: &Judgement,
    ) -> Stored<()> {
        self.fenced(fence, |state| {
            state.judgements.insert(id, judgement.clone());
        })
    }

    async fn all_deeds(&self) -> Stored<Vec<(Desk, Deeds)>> {
        Ok(self.with(|state| state.deeds.clone()).into_iter().collect())
    }

    async fn deeds(&self, desk: Desk) -> Stored<Deeds> {
        Ok(self.with(|state| state.deeds.get(&desk).cloned().unwrap_or_default()))
    }

    async fn put_deeds(&self, desk: Desk, deeds: &Deeds) -> Stored<bool> {
        Ok(self.with(|state| {
            let held = state.deeds.get(&desk).map_or(0, |held| held.revision);
            let is_next = held + 1 == deeds.revision;
            if is_next {
                state.deeds.insert(desk, deeds.clone());
            }
            is_next
        }))
    }
}

impl Ledger for Memory {
    type Cursor = u64;

    async fn lease(&self, holder: &str, clock: Time) -> Stored<Lease> {
        Ok(self.with(|state| {
            if let Some((by, until)) = state.lease.clone()
                && clock < until
                && until <= clock.plus_millis(2 * LEASE_MS)
            {
                return Lease::Held { by, until };
            }
            state.fence += 1;
            state.lease = Some((holder.to_owned(), clock.plus_millis(LEASE_MS)));
            Lease::Won(Fence(state.fence))
        }))
    }

    async fn renew(&self, fence: Fence, clock: Time) -> Stored<()> {
        self.fenced(fence, |state| {
            if let Some((_, until)) = &mut state.lease {
                *until = clock.plus_millis(LEASE_MS);
            }
        })
    }

    async fn release(&self, fence: Fence, done: Option<Time>) -> Stored<()> {
        self.fenced(fence, |state| {
            state.lease = None;
            state.last_pass = done.or(state.last_pass);
        })
    }

    async fn changed(&self, limit: usize) -> Stored<Changed<u64>> {
        Ok(self.with(|state| {
            let new: Vec<(u64, AttemptId)> = state
                .events
                .range(state.cursor + 1..)
                .take(limit)
                .map(|(seq, (key, ..))| (*seq, key.id))
                .collect();
            let ids: BTreeSet<AttemptId> = new.iter().map(|(_, id)| *id).collect();
            let attempts = ids.into_iter().filter_map(|id| state.changed(id)).collect();
            let loaded = Loaded { attempts, broken: Vec::new(), events: new.len() as u64 };
            Changed { loaded, upto: new.last().map(|(seq, _)| *seq) }
        }))
    }

    async fn load(&self, ids: &[AttemptId]) -> Stored<Loaded> {
        Ok(self.with(|state| {
            let attempts: Vec<_> = ids.iter().filter_map(|id| state.changed(*id)).collect();
            let events = attempts.iter().map(|one| one.events.len() as u64).sum();
            Loaded { attempts, broken: Vec::new(), events }
        }))
    }

    async fn overtakes(&self, row: &Row) -> Stored<Vec<DayKey>> {
        let (Some(started), Some(_)) = (row.started_at, &row.branch.name) else {
            return Ok(Vec::new());
        };
        let days: BTreeSet<DayKey> = self.with(|state| {
            let cancelled = state.rows().filter(|other| {
                other.workflow == row.workflow
                    && other.branch == row.branch
                    && other.conclusion == "cancelled"
                    && other.end > started
                    && other.started_at.is_some_and(|other| other <= started)
                    && other.seniority() < row.seniority()
            });
            cancelled.map(Row::key).collect()
        });
        Ok(days.into_iter().collect())
    }

    async fn sealed(&self, days: &[DayKey]) -> Stored<Vec<DayKey>> {
        Ok(self.with(|state| {
            let sealed = |day: &&DayKey| state.days.get(day).is_some_and(|held| held.sealed);
            days.iter().filter(sealed).copied().collect()
        }))
    }

    async fn file(
        &self,
        fence: Fence,
        filed: &[Filed],
        touched: &[DayKey],
        upto: Option<&u64>,
    ) -> Stored<()> {
        self.fenced(fence, |state| {
            for one in filed {
                state.file(one);
            }
            for day in touched {
                if let Some(held) = state.days.get_mut(day).filter(|held| !held.sealed) {
                    held.touched = true;
                }
            }
            state.cursor = upto.copied().unwrap_or(state.cursor);
        })
    }

    async fn last_pass(&self) -> Stored<Option<Time>> {
        Ok(self.with(|state| state.last_pass))
    }

    async fn touched(&self, after: Option<DayKey>, limit: usize) -> Stored<Vec<Touched>> {
        Ok(self.with(|state| {
            let touched = state.days.iter().filter(|(_, day)| day.touched);
            let touched = touched.filter(|(key, _)| after.is_none_or(|after| **key > after));
            touched.map(|(day, _)| Touched { day: *day, mark: 0 }).take(limit).collect()
        }))
    }

    async fn put_rollup(
        &self,
        fence: Fence,
        touched: Touched,
        rollup: &Rollup,
        track: &Track,
    ) -> Stored<()> {
        self.fenced(fence, |state| {
            let held = state.days.entry(touched.day).or_default();
            held.rollup = Some(rollup.clone());
            held.track = Some(track.clone());
            held.touched = false;
        })
    }

    async fn expiring(&self, cutoff: Time, limit: usize) -> Stored<Vec<DayKey>> {
        Ok(self.with(|state| {
            let old = state
                .days
                .iter()
                .filter(|(_, day)| !day.sealed && !day.touched && day.last_received < Some(cutoff));
            old.map(|(key, _)| *key).take(limit).collect()
        }))
    }

    async fn seal(&self, fence: Fence, day: DayKey) -> Stored<()> {
        self.fenced(fence, |state| {
            let mut gone = BTreeSet::new();
            for (id, held) in &mut state.attempts {
                if matches!(&held.place, Filedness::Row(row) if row.key() == day) {
                    held.place = Filedness::Sealed;
                    gone.insert(*id);
                }
            }
            state.drop_events(&gone);
            state.days.entry(day).or_default().sealed = true;
        })
    }

    async fn forget(&self, fence: Fence, cutoff: Time) -> Stored<u64> {
        self.fenced(fence, |state| {
            let loose = |held: &Held| {
                let loose = match held.place {
                    Filedness::Open => true,
                    Filedness::Sealed => held.refused,
                    Filedness::Row(_) => false,
                };
                loose && held.last_received < cutoff
            };
            let gone: BTreeSet<AttemptId> = state
                .attempts
                .iter()
                .filter(|(id, held)| loose(held) && state.has_events(**id))
                .map(|(id, _)| *id)
                .collect();
            state.drop_events(&gone);
            state.attempts.retain(|id, held| held.refused || !gone.contains(id));
            gone.len() as u64
        })
    }
}

impl Notes for Memory {
    async fn note(&self, note: Note) -> Stored<Option<Vec<u8>>> {
        Ok(self.with(|state| state.notes.get(&note).cloned()))
    }

    async fn put_note(&self, fence: Fence, note: Note, value: Vec<u8>) -> Stored<()> {
        self.fenced(fence, |state| {
            state.notes.insert(note, value);
        })
    }
}

impl Library for Memory {
    async fn workflows(&self, days: Range<Day>) -> Stored<Vec<WorkflowId>> {
        Ok(self.with(|state| {
            let within = state.days.keys().filter(|key| days.contains(&key.day));
            within.map(|key| key.workflow).collect::<BTreeSet<_>>().into_iter().collect()
        }))
    }

    async fn days(&self, workflow: WorkflowId, days: Range<Day>) -> Stored<Vec<StoredDay>> {
        Ok(self.with(|state| {
            let within = state
                .days
                .iter()
                .filter(|(key, _)| key.workflow == workflow && days.contains(&key.day));
            let stored = |(key, held): (&DayKey, &HeldDay)| StoredDay {
                day: key.day,
                sealed: held.sealed,
                rollup: held.rollup.clone().filter(|_| !held.touched),
            };
            within.map(stored).collect()
        }))
    }

    async fn judgements(&self) -> Stored<Vec<(WorkflowId, Judgement)>> {
        Ok(self.with(|state| {
            state.judgements.iter().map(|(id, judgement)| (*id, judgement.clone())).collect()
        }))
    }

    async fn standing(&self) -> Stored<Standing> {
        Ok(self.with(|state| {
            let count = |is: fn(&Held) -> bool| {
                state.attempts.values().filter(|held| is(held)).count() as u64
            };
            let attempts = |is: fn(&Held) -> bool| Some(count(is));
            let days =
                |is: fn(&HeldDay) -> bool| state.days.values().filter(|day| is(day)).count() as u64;
            Standing {
                events: Some(state.events.len() as u64),
                events_waiting: Some(state.events.range(state.cursor + 1..).count() as u64),
                last_received: state.events.values().map(|(_, received, _)| *received).max(),
                attempts_open: attempts(|held| {
                    matches!(held.place, Filedness::Open) && !held.refused
                }),
                attempts_filed: attempts(|held| matches!(held.place, Filedness::Row(_))),
                attempts_sealed: attempts(|held| matches!(held.place, Filedness::Sealed)),
                attempts_refused: count(|held| held.refused),
                attempts_set_aside: 0,
                days: Some(days(|_| true)),
                days_touched: days(|day| day.touched),
                days_sealed: Some(days(|day| day.sealed)),
                last_pass: state.last_pass,
            }
        }))
    }
}

impl State {
    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.attempts.values().filter_map(|held| match &held.place {
            Filedness::Row(row) => Some(&**row),
            Filedness::Open | Filedness::Sealed => None,
        })
    }

    fn changed(&self, id: AttemptId) -> Option<ChangedAttempt> {
        let of_it: Vec<_> = self.events.values().filter(|(key, ..)| key.id == id).collect();
        let received = || of_it.iter().map(|(_, received, _)| *received);
        let received = Received { first: received().min()?, last: received().max()?, print: 0 };
        Some(ChangedAttempt {
            id,
            events: of_it.iter().map(|(_, _, event)| event.clone()).collect(),
            received,
            unfinished: false,
            place: match self.attempts.get(&id).map(|held| &held.place) {
                None | Some(Filedness::Open) => Place::Open,
                Some(Filedness::Row(row)) => Place::Row(row.clone()),
                Some(Filedness::Sealed) => Place::Sealed,
            },
        })
    }

    fn file(&mut self, one: &Filed) {
        let held = self.attempts.entry(one.id).or_insert_with(|| Held {
            last_received: one.received.last,
            refused: false,
            place: Filedness::Open,
            run: None,
        });
        held.last_received = held.last_received.max(one.received.last);
        match &one.filing {
            Filing::Open | Filing::SetAside { .. } => {}
            Filing::Refuse => held.refused = true,
            Filing::Row(row) => {
                held.run = Some(RunFacts {
                    workflow: row.workflow,
                    branch: row.branch.clone(),
                    seniority: row.seniority(),
                    started: row.started_at,
                });
                held.refused = false;
                held.place = Filedness::Row(row.clone());
                let day = self.days.entry(row.key()).or_default();
                day.last_received = day.last_received.max(Some(one.received.last));
            }
        }
    }

    fn has_events(&self, id: AttemptId) -> bool {
        self.events.values().any(|(key, ..)| key.id == id)
    }

    fn drop_events(&mut self, of: &BTreeSet<AttemptId>) {
        let cursor = self.cursor;
        let keys = &mut self.keys;
        self.events.retain(|seq, (key, ..)| {
            let gone = *seq <= cursor && of.contains(&key.id);
            if gone {
                keys.remove(key);
            }
            !gone
        });
    }
}
