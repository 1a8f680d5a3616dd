//! What Prometheus is told: counted anew after a pass, told from memory when it is scraped.

use std::sync::{Mutex, PoisonError};

use laptime_core::exposed::{Exposed, Health, text};
use laptime_core::port::{Library, Stored};
use laptime_core::time::Time;
use laptime_local::{SealedSums, Store};

use crate::command::block_on;
use crate::settings::clock;

/// Counted anew at least so often, for passes of other processes.
const COUNTED_EVERY_MS: i64 = 600_000;

/// What is told now.
#[derive(Debug, Default)]
pub(crate) struct Exposing {
    now: Mutex<Option<(Time, Exposed, Health)>>,
    sums: Mutex<SealedSums>,
}

impl Exposing {
    /// Counts anew if a pass has done something, or the last count is old.
    pub(super) fn count(&self, store: &Store, has_changed: bool) -> anyhow::Result<()> {
        let now = clock();
        let is_due = match &*self.now.lock().unwrap_or_else(PoisonError::into_inner) {
            None => true,
            Some((counted, ..)) => !(0..COUNTED_EVERY_MS).contains(&now.since(*counted)),
        };
        if !is_due && !has_changed {
            return Ok(());
        }
        let snapshot = store.snapshot()?;
        let mut sums = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
        let derived = block_on(snapshot.tallies(&mut sums))??;
        let mut exposed = store.exposed()?;
        exposed.raise(derived);
        // Told only once it is stored: a restart tells no less.
        store.put_exposed(&mut exposed)?;
        let mut findings = [0; 2];
        for (_, judgement) in block_on(snapshot.judgements())?? {
            let open = judgement.findings.iter().filter(|one| one.is_beyond_doubt());
            for finding in open.filter(|one| one.is_open(now)) {
                let [regressions, improvements] = &mut findings;
                *(if finding.is_regression { regressions } else { improvements }) += 1;
            }
        }
        let standing = block_on(snapshot.standing())??;
        let health = Health { standing, findings, version: env!("CARGO_PKG_VERSION") };
        let told = Some((now, exposed, health));
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = told;
        Ok(())
    }

    /// The page of metrics; none before the first count. What moves between passes is read now.
    pub(super) fn text(&self, store: &Store) -> Stored<Option<String>> {
        let pulse = store.snapshot()?.pulse()?;
        let told = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((_, exposed, health)) = told.as_ref() else { return Ok(None) };
        let mut health = health.clone();
        health.standing.events_waiting = Some(pulse.waiting);
        health.standing.days_touched = pulse.touched;
        health.standing.last_pass = pulse.last_pass;
        Ok(Some(text(exposed, &health)))
    }
}
