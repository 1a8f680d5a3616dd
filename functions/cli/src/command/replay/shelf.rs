//! Putting deliveries straight into a store. Our own records need no signature.

use std::path::Path;

use anyhow::Context;
use laptime_core::ingest::{Progress, Reading, read};
use laptime_core::model::Event;
use laptime_core::port::{Appended, Inbox, Stored};
use laptime_core::time::Time;
use laptime_local::{Store, Writer};
use tokio::task::JoinSet;

use super::{Failure, Record, Recorded, Taken, Target};

/// A store that records are put into, many in one commit.
pub(super) struct Shelf {
    writer: std::sync::Arc<Writer>,
    progress: Progress,
    now: Time,
    runtime: tokio::runtime::Runtime,
}

impl Shelf {
    pub(super) fn open(folder: &Path, progress: Progress, now: Time) -> anyhow::Result<Self> {
        let writer = std::sync::Arc::new(Store::open(folder)?.writer()?);
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        Ok(Self { writer, progress, now, runtime })
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

impl Target for Shelf {
    fn take(&mut self, batch: &[Recorded], failure: Failure) -> anyhow::Result<Vec<Taken>> {
        let mut answers: Vec<Taken> = vec![Taken::NotSent; batch.len()];
        let mut appends = JoinSet::new();
        for (at, one) in batch.iter().enumerate() {
            match self.read(&one.record) {
                Ok(event) => {
                    let (writer, now) = (self.writer.clone(), self.now);
                    appends.spawn_on(
                        async move { (at, writer.append(&event, now).await) },
                        self.runtime.handle(),
                    );
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
