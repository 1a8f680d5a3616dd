//! What Prometheus is told: counted anew after a pass, told from memory when it is scraped.

use std::sync::{Mutex, PoisonError};

use laptime_core::exposed::{Exposed, Health, text};
use laptime_core::port::{Library, Standing, Stored};
use laptime_core::rollup::LATELY_DAYS;
use laptime_core::time::{Day, Time};
use laptime_local::{Counted, Snapshot, Store};

use crate::command::block_on;
use crate::settings::clock;

/// Counted anew at least so often, for passes of other processes. What goes through the whole store
/// is counted no more often than that.
const COUNTED_EVERY_MS: i64 = 600_000;

/// What is told now.
#[derive(Debug, Default)]
pub(crate) struct Exposing {
    now: Mutex<Option<(Exposed, Health)>>,
    counting: Mutex<Counting>,
}

/// What follows from the whole store.
#[derive(Debug, Clone, Default)]
struct Survey {
    standing: Standing,
    /// Jobs that had no room when jobs were chosen.
    jobs_without_series: u64,
}

/// What a count goes on from.
#[derive(Debug, Default)]
struct Counting {
    counted: Counted,
    /// When it was last gone through the whole store.
    surveyed: Option<(Time, Survey)>,
}

impl Exposing {
    /// Counts anew if a pass has done something, or the whole store was gone through long ago.
    pub(super) fn count(&self, store: &Store, has_changed: bool) -> anyhow::Result<()> {
        let now = clock();
        let mut counting = self.counting.lock().unwrap_or_else(PoisonError::into_inner);
        let is_told = self.now.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        if is_told && !has_changed && counting.recent(now).is_some() {
            return Ok(());
        }
        let snapshot = store.snapshot()?;
        let mut exposed = store.exposed()?;
        exposed.raise(counting.counted.workflows(&snapshot)?);
        let survey = counting.survey(&snapshot, &mut exposed, now)?;
        let jobs = counting.counted.jobs(&snapshot, &exposed)?;
        exposed.raise_jobs(&jobs);
        // Told only once it is stored: a restart tells no less.
        store.put_exposed(&mut exposed, now.day())?;
        let mut findings = [0; 2];
        for (_, judgement) in block_on(snapshot.judgements())?? {
            let open = judgement.findings.iter().filter(|one| one.is_beyond_doubt());
            for finding in open.filter(|one| one.is_open(now)) {
                let [regressions, improvements] = &mut findings;
                *(if finding.is_regression { regressions } else { improvements }) += 1;
            }
        }
        let Survey { standing, jobs_without_series } = survey;
        let version = env!("CARGO_PKG_VERSION");
        let health = Health { standing, findings, jobs_without_series, version };
        let told = Some((exposed, health));
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = told;
        Ok(())
    }

    /// The page of metrics; none before the first count. What moves between passes is read now.
    pub(super) fn text(&self, store: &Store) -> Stored<Option<String>> {
        let pulse = store.snapshot()?.pulse()?;
        let told = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((exposed, health)) = told.as_ref() else { return Ok(None) };
        let mut health = health.clone();
        health.standing.events_waiting = Some(pulse.waiting);
        health.standing.days_touched = pulse.touched;
        health.standing.last_pass = pulse.last_pass;
        Ok(Some(text(exposed, &health)))
    }
}

impl Counting {
    /// What follows from the whole store, if it was gone through lately.
    fn recent(&self, now: Time) -> Option<&Survey> {
        let (at, survey) = self.surveyed.as_ref()?;
        (0..COUNTED_EVERY_MS).contains(&now.since(*at)).then_some(survey)
    }

    /// Goes through the whole store and chooses the jobs to tell of, unless that was done a moment ago.
    fn survey(
        &mut self,
        snapshot: &Snapshot,
        exposed: &mut Exposed,
        now: Time,
    ) -> anyhow::Result<Survey> {
        if let Some(survey) = self.recent(now) {
            return Ok(survey.clone());
        }
        let today = now.day();
        let days = Day(today.0.saturating_sub(LATELY_DAYS))..today.next();
        let lately = block_on(snapshot.lately(exposed.own.keys().copied(), days))??;
        let jobs_without_series = exposed.choose(&lately, today);
        let survey = Survey { standing: block_on(snapshot.standing())??, jobs_without_series };
        self.surveyed = Some((now, survey.clone()));
        Ok(survey)
    }
}
