//! Group commit: one thread gathers the events that wait and commits them together, so that one
//! sync of the disk serves many deliveries.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use laptime_core::model::Event;
use laptime_core::port::{Appended, Inbox, StoreError, StoreErrorKind, Stored};
use laptime_core::time::Time;
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::error::{kind_of, store_error};
use crate::inbox::Encoded;

/// Events that may wait; more are answered busy.
const QUEUE: usize = 4_096;

/// Events in one commit at most.
const GROUP: usize = 512;

type Reply = oneshot::Sender<Stored<Appended>>;

/// An inbox whose events are durable, in groups, before they are answered for. Dropping it commits
/// what still waits.
#[derive(Debug)]
pub struct Writer {
    queue: Option<mpsc::Sender<(Encoded, Reply)>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(conn: Connection, path: PathBuf) -> Stored<Self> {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let thread = Builder::new()
            .name("writer".to_owned())
            .spawn(move || run(conn, &path, waiting))
            .map_err(|error| StoreError {
                kind: StoreErrorKind::Failed,
                what: "the writer's thread could not be started".to_owned(),
                source: Some(Box::new(error)),
            })?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }
}

impl Inbox for Writer {
    async fn append(&self, event: &Event, received: Time) -> Stored<Appended> {
        let encoded = Encoded::of(event, received)?;
        let (reply, answer) = oneshot::channel();
        let queue = self.queue.as_ref().ok_or_else(closed)?;
        queue.try_send((encoded, reply)).map_err(|_| overloaded())?;
        answer.await.map_err(|_| closed())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.take();
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the store's writer ended badly");
        }
    }
}

fn run(mut conn: Connection, path: &Path, mut waiting: mpsc::Receiver<(Encoded, Reply)>) {
    let mut group = Vec::with_capacity(GROUP);
    while waiting.blocking_recv_many(&mut group, GROUP) > 0 {
        let stored = commit(&mut conn, &group);
        answer(path, stored, group.drain(..).map(|(_, reply)| reply));
    }
}

fn commit(conn: &mut Connection, group: &[(Encoded, Reply)]) -> rusqlite::Result<Vec<Appended>> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let stored = group.iter().map(|(event, _)| event.insert(&tx)).collect::<Result<_, _>>()?;
    tx.commit()?;
    Ok(stored)
}

/// A group is stored whole or not at all, and every member hears the same of it.
fn answer(
    path: &Path,
    stored: rusqlite::Result<Vec<Appended>>,
    replies: impl Iterator<Item = Reply>,
) {
    match stored {
        Ok(stored) => replies.zip(stored).for_each(|(reply, appended)| {
            // Whoever asked may have hung up; the event is stored all the same.
            let _ = reply.send(Ok(appended));
        }),
        Err(error) => {
            let kind = kind_of(&error);
            let cause = store_error(path, "storing events", error);
            tracing::error!(error = %cause, "store.write failed");
            let cause = Arc::new(cause);
            replies.for_each(|reply| {
                let source: Box<dyn std::error::Error + Send + Sync> = Box::new(cause.clone());
                let what = cause.what.clone();
                let _ = reply.send(Err(StoreError { kind, what, source: Some(source) }));
            });
        }
    }
}

fn closed() -> StoreError {
    let what = "the store is being closed; send it again".to_owned();
    StoreError { kind: StoreErrorKind::Failed, what, source: None }
}

fn overloaded() -> StoreError {
    let what = format!("more than {QUEUE} events wait to be stored; send it again later");
    StoreError { kind: StoreErrorKind::Busy, what, source: None }
}
