//! A bucket whose calls take turns in any order, and may fail before or after they took effect.

use std::sync::Mutex;

use fastrand::Rng;
use laptime_core::port::{Object, ObjectStanding, Objects, StoreError, StoreErrorKind, Stored};

use crate::gathered::Bucket;

/// A bucket as one of several callers meets it.
#[derive(Debug)]
pub struct Stumbling<'a> {
    inner: &'a Bucket,
    /// One call in this many fails; none with 0.
    one_in: u8,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    dice: Rng,
    under_way: usize,
    most: usize,
}

impl<'a> Stumbling<'a> {
    /// One call in `one_in` fails, none with 0; which, and who comes first, is up to `seed`.
    pub fn new(inner: &'a Bucket, seed: u64, one_in: u8) -> Self {
        let state = Mutex::new(State { dice: Rng::with_seed(seed), under_way: 0, most: 0 });
        Self { inner, one_in, state }
    }

    /// The most calls that were under way at once.
    pub fn most_at_once(&self) -> usize {
        self.state.lock().unwrap().most
    }

    async fn call<T>(&self, call: impl Future<Output = Stored<T>>) -> Stored<T> {
        self.with(|state| {
            state.under_way += 1;
            state.most = state.most.max(state.under_way);
        });
        let done = self.stumble(call).await;
        self.with(|state| state.under_way -= 1);
        done
    }

    async fn stumble<T>(&self, call: impl Future<Output = Stored<T>>) -> Stored<T> {
        self.others_first().await;
        self.fail()?;
        let done = call.await?;
        self.others_first().await;
        self.fail()?;
        Ok(done)
    }

    async fn others_first(&self) {
        for _ in 0..self.with(|state| state.dice.u8(0..4)) {
            tokio::task::yield_now().await;
        }
    }

    fn fail(&self) -> Stored<()> {
        if self.one_in == 0 || self.with(|state| state.dice.u8(0..2 * self.one_in)) > 0 {
            return Ok(());
        }
        Err(StoreError {
            kind: StoreErrorKind::Failed,
            what: "the bucket stumbles".to_owned(),
            source: None,
        })
    }

    fn with<T>(&self, run: impl FnOnce(&mut State) -> T) -> T {
        run(&mut self.state.lock().unwrap())
    }
}

impl Objects for Stumbling<'_> {
    async fn has(&self, key: &str) -> Stored<bool> {
        self.call(self.inner.has(key)).await
    }

    async fn create(&self, object: &Object) -> Stored<bool> {
        self.call(self.inner.create(object)).await
    }

    async fn standing(&self, key: &str) -> Stored<Option<ObjectStanding>> {
        self.call(self.inner.standing(key)).await
    }

    async fn replace(
        &self,
        object: &Object,
        period: &str,
        before: Option<&ObjectStanding>,
    ) -> Stored<bool> {
        self.call(self.inner.replace(object, period, before)).await
    }
}
