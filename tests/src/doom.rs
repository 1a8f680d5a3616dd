//! The moment at which a process dies, counted in calls on whatever it talks to.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Whether the deadly call still takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// It dies before.
    Before,
    /// It dies after: done, but nobody heard.
    After,
}

/// Dies at a call, and so does every call after it.
#[derive(Debug)]
pub struct Doom {
    calls: AtomicUsize,
    deadly: usize,
    moment: Moment,
}

/// What a dead process hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dead;

impl Doom {
    /// Dies at call number `deadly`, from 0.
    pub fn at(deadly: usize, moment: Moment) -> Self {
        Self { calls: AtomicUsize::new(0), deadly, moment }
    }

    /// Never.
    pub fn never() -> Self {
        Self::at(usize::MAX, Moment::Before)
    }

    /// Whether it has died.
    pub fn is_dead(&self) -> bool {
        self.calls.load(Ordering::Relaxed) > self.deadly
    }

    /// Makes one call, or dies of it.
    pub async fn call<T, E>(
        &self,
        run: impl Future<Output = Result<T, E>>,
        dead: impl FnOnce(Dead) -> E,
    ) -> Result<T, E> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        if call < self.deadly {
            return run.await;
        }
        if call == self.deadly && self.moment == Moment::After {
            run.await?;
        }
        Err(dead(Dead))
    }
}
