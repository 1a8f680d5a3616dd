//! The page at `/`: the report of the last 30 days, made anew at most every few seconds.

use std::sync::{Mutex, PoisonError};

use hyper::body::Bytes;
use laptime_core::config::Policy;
use laptime_core::flow::{Period, report};
use laptime_core::render;
use laptime_core::time::Time;
use laptime_local::Store;

use crate::command::block_on;
use crate::settings::clock;

/// A page younger than this is shown again.
const FRESH_MS: i64 = 5_000;

/// The last page made, and when. Everybody is sent the same copy.
#[derive(Debug, Default)]
pub(crate) struct Page(Mutex<Option<(Time, Bytes)>>);

impl Page {
    /// The page; callers wait for each other rather than make it twice.
    pub(crate) fn html(&self, store: &Store, policy: &Policy) -> anyhow::Result<Bytes> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock();
        if let Some((made, html)) = last.as_ref()
            && (0..FRESH_MS).contains(&now.since(*made))
        {
            return Ok(html.clone());
        }
        let snapshot = store.snapshot()?;
        let period = Period::default();
        let made = block_on(report(&snapshot, &period, policy, now))??;
        let html = Bytes::from(render::html(&made)?);
        *last = Some((now, html.clone()));
        Ok(html)
    }
}
