//! Group commit: one thread gathers the events that wait and commits them together, so that one
//! sync of the disk serves many deliveries.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use laptime_core::model::Event;
use laptime_core::port::{Appended, Inbox, StoreError, StoreErrorKind, Stored};
use laptime_core::time::Time;
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use crate::error::store_error;
use crate::inbox::Encoded;

/// Events that may wait; more are answered busy.
const QUEUE: usize = 4_096;

/// Events in one commit at most.
const GROUP: usize = 512;

/// How long a commit waits at most for senders that were just answered to send their next. On a
/// fast disk it waits less: no longer than the last commit took.
const LINGER: Duration = Duration::from_millis(5);

type Reply = oneshot::Sender<(Stored<Appended>, Others)>;
type Group = Vec<(Encoded, Reply)>;

/// An inbox whose events are durable, in groups, before they are answered for. Dropping it commits
/// what still waits.
#[derive(Debug)]
pub struct Writer {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(conn: Connection, path: PathBuf) -> Stored<Self> {
        let queue = Arc::new(Queue::default());
        let waiting = queue.clone();
        let thread = Builder::new()
            .name("writer".to_owned())
            .spawn(move || run(conn, &path, &waiting))
            .map_err(|error| StoreError {
                kind: StoreErrorKind::Failed,
                what: "the writer's thread could not be started".to_owned(),
                source: Some(Box::new(error)),
            })?;
        Ok(Self { queue, thread: Some(thread) })
    }
}

impl Writer {
    /// Why the last commit failed, if it did; or that the thread is gone.
    pub fn health(&self) -> Stored<()> {
        if self.thread.as_ref().is_none_or(JoinHandle::is_finished) {
            return Err(closed());
        }
        let failing = self.queue.failing.lock().unwrap_or_else(PoisonError::into_inner);
        failing.as_ref().map_or(Ok(()), |cause| Err(again(cause)))
    }
}

impl Inbox for Writer {
    async fn append(&self, event: &Event, received: Time) -> Stored<Appended> {
        let encoded = Encoded::of(event, received)?;
        let (reply, answer) = oneshot::channel();
        self.queue.push(encoded, reply)?;
        let (stored, _others) = answer.await.map_err(|_| closed())?;
        stored
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the store's writer ended badly");
        }
    }
}

/// The events that wait for a commit.
#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    /// Why the last commit failed, if it did.
    failing: Mutex<Option<Arc<StoreError>>>,
}

#[derive(Debug, Default)]
struct Waiting {
    events: Group,
    /// How many wake the writer; none while it is busy.
    hoped_for: Option<usize>,
    is_closed: bool,
}

impl Queue {
    fn push(&self, event: Encoded, reply: Reply) -> Stored<()> {
        let mut waiting = self.lock();
        if waiting.events.len() >= QUEUE {
            return Err(overloaded());
        }
        waiting.events.push((event, reply));
        let is_awaited = waiting.hoped_for == Some(waiting.events.len());
        drop(waiting);
        if is_awaited {
            self.arrived.notify_one();
        }
        Ok(())
    }

    fn close(&self) {
        self.lock().is_closed = true;
        self.arrived.notify_one();
    }

    /// The next group; none once the queue is closed and empty.
    ///
    /// Senders that were answered together will be back soon, and one sync for all of them is
    /// cheaper than two for half of them each. So a group hopes for as many as were under way when
    /// the last one was answered: the answered and those that waited already. A lone sender never
    /// waits.
    fn next(&self, answered: usize, took: Duration) -> Option<Group> {
        let mut waiting = self.lock();
        waiting.hoped_for = Some((answered + waiting.events.len()).clamp(1, GROUP));
        if answered > 0 {
            (waiting, _) = self
                .arrived
                .wait_timeout_while(waiting, took.min(LINGER), |waiting| waiting.too_few())
                .unwrap_or_else(PoisonError::into_inner);
        }
        if waiting.events.is_empty() {
            waiting.hoped_for = Some(1);
            waiting = self
                .arrived
                .wait_while(waiting, |waiting| waiting.too_few())
                .unwrap_or_else(PoisonError::into_inner);
        }
        waiting.hoped_for = None;
        let count = waiting.events.len().min(GROUP);
        let group: Group = waiting.events.drain(..count).collect();
        (!group.is_empty()).then_some(group)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn too_few(&self) -> bool {
        !self.is_closed && Some(self.events.len()) < self.hoped_for
    }
}

/// The answers to the rest of a group, carried by the first of them and handed on when that one is
/// heard or dropped: by then on the thread of the senders, where waking the next costs nothing.
/// From the writer's thread each would cost a system call.
#[derive(Debug, Default)]
struct Others(Vec<(Reply, Stored<Appended>)>);

impl Drop for Others {
    fn drop(&mut self) {
        for (reply, stored) in self.0.drain(..) {
            // Whoever asked may have hung up; the event is stored all the same.
            let _ = reply.send((stored, Self::default()));
        }
    }
}

fn run(mut conn: Connection, path: &Path, queue: &Queue) {
    let (mut answered, mut took) = (0, Duration::ZERO);
    while let Some(group) = queue.next(answered, took) {
        answered = group.len();
        let started = Instant::now();
        let stored = commit(&mut conn, path, &group).map_err(Arc::new);
        took = started.elapsed();
        let failing = stored.as_ref().err().cloned();
        *queue.failing.lock().unwrap_or_else(PoisonError::into_inner) = failing;
        answer(stored, group.into_iter().map(|(_, reply)| reply));
    }
}

fn commit(conn: &mut Connection, path: &Path, group: &Group) -> Stored<Vec<Appended>> {
    // SQLite would go on writing to a file that was deleted under it.
    if !path.exists() {
        return Err(gone(path));
    }
    let mut transact = || {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let stored = group.iter().map(|(event, _)| event.insert(&tx)).collect::<Result<_, _>>()?;
        tx.commit()?;
        Ok(stored)
    };
    transact().map_err(|error| store_error(path, "storing events", error))
}

/// A group is stored whole or not at all, and every member hears the same of it.
fn answer(stored: Result<Vec<Appended>, Arc<StoreError>>, replies: impl Iterator<Item = Reply>) {
    let mut answers: Vec<(Reply, Stored<Appended>)> = match stored {
        Ok(stored) => replies.zip(stored.into_iter().map(Ok)).collect(),
        Err(cause) => replies.map(|reply| (reply, Err(again(&cause)))).collect(),
    };
    if let Some((first, stored)) = answers.pop() {
        // If it has hung up, the others are answered from here.
        let _ = first.send((stored, Others(answers)));
    }
}

/// The same failure, for one more who has to hear of it.
fn again(cause: &Arc<StoreError>) -> StoreError {
    let source: Box<dyn std::error::Error + Send + Sync> = Box::new(cause.clone());
    StoreError { kind: cause.kind, what: cause.what.clone(), source: Some(source) }
}

fn gone(path: &Path) -> StoreError {
    let what = format!("{} was deleted; stop, put it back, and start again", path.display());
    StoreError { kind: StoreErrorKind::Missing, what, source: None }
}

fn closed() -> StoreError {
    let what = "the store is being closed; send it again".to_owned();
    StoreError { kind: StoreErrorKind::Failed, what, source: None }
}

fn overloaded() -> StoreError {
    let what = format!("more than {QUEUE} events wait to be stored; send it again later");
    StoreError { kind: StoreErrorKind::Busy, what, source: None }
}
