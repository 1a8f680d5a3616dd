//! Putting deliveries straight into a store. Our own records need no signature.

use std::sync::Arc;

use anyhow::Context;
use laptime_core::ingest::{Progress, Reading, read};
use laptime_core::model::Event;
use laptime_core::port::{Appended, Inbox, Stored};
use laptime_core::time::Time;
use tokio::task::JoinSet;

use super::{Failure, Record, Recorded, Taken, Target};

/// A store that records are put into.
pub(super) struct Shelf<I> {
    inbox: Arc<I>,
    progress: Progress,
    now: Time,
    runtime: tokio::runtime::Runtime,
}

impl<I> Shelf<I> {
    pub(super) fn new(inbox: I, progress: Progress, now: Time) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { inbox: Arc::new(inbox), progress, now, runtime })
    }

    fn read(&self, record: &Record) -> Result<Event, Taken> {
        match record {
            Record::Event(event) => Ok((**event).clone()),
            Record::Delivery { event, body, .. } => match read(event, body, self.progress) {
                Ok(Reading::Event(event)) => Ok(*event),
                Ok(Reading::Ignored(_)) => Err(Taken::Ignored),
                Err(malformed) => Err(Taken::Failed(malformed.to_string())),
            },
        }
    }
}

impl<I: Inbox + Send + 'static> Target for Shelf<I> {
    fn take(&mut self, batch: &[Recorded], failure: Failure) -> anyhow::Result<Vec<Taken>> {
        let mut answers: Vec<Taken> = vec![Taken::NotSent; batch.len()];
        let mut appends = JoinSet::new();
        for (at, one) in batch.iter().enumerate() {
            match self.read(&one.record) {
                Ok(event) => {
                    let (inbox, now) = (self.inbox.clone(), self.now);
                    let append = async move { (at, inbox.append(&event, now).await) };
                    appends.spawn_on(append, self.runtime.handle());
                }
                Err(taken) => {
                    let stop = failure == Failure::Stops && matches!(taken, Taken::Failed(_));
                    set(&mut answers, at, taken);
                    if stop {
                        break;
                    }
                }
            }
        }
        while let Some(done) = self.runtime.block_on(appends.join_next()) {
            let (at, appended) = done.context("the store's writer ended badly")?;
            set(&mut answers, at, taken(appended));
        }
        Ok(answers)
    }
}

fn set(answers: &mut [Taken], at: usize, taken: Taken) {
    if let Some(answer) = answers.get_mut(at) {
        *answer = taken;
    }
}

fn taken(appended: Stored<Appended>) -> Taken {
    match appended {
        Ok(Appended::New) => Taken::Stored,
        Ok(Appended::Known) => Taken::Duplicate,
        Err(error) => Taken::Failed(error.to_string()),
    }
}
