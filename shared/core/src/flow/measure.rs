//! A pass that sends what it sees to a metrics service.
//!
//! The service counts twice what it gets twice, and cannot be asked what it has. So samples are
//! noted as sent before they are: what dies in between loses one batch, which is counted. Gauges are
//! of the moment of the pass and are sent by every pass.

mod jobs;
pub(super) mod noted;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use self::noted::{Flight, Sent, stored};
use crate::config::Policy;
use crate::fleet::{
    Batch, COMPATIBILITY, Fleet, Gauges, OwnJobs, calls, compatible, names, places, samples_of,
};
use crate::flow::aggregate::{Observer, Seen, judged_rows, observed};
use crate::flow::report::trend;
use crate::flow::{Pass, Passed};
use crate::port::{
    Datum, Fence, Findings, Lease, Ledger, Library, Metrics, NotSent, Note, Notes, StoreErrorKind,
    Stored, Touched, Unit, Within,
};
use crate::rollup::Rollup;
use crate::row::{DayKey, Segment};
use crate::stored::from_bytes;
use crate::time::{Day, Time};

/// Where passes with metrics happen.
#[derive(Debug)]
pub struct Installation<'a, S, M> {
    /// The store.
    pub store: &'a S,
    /// The metrics service.
    pub metrics: &'a M,
    /// The policy.
    pub policy: &'a Policy,
}

/// What a pass sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Pushed {
    /// Attempts whose samples were sent, or skipped.
    pub attempts: u64,
    /// Samples sent.
    pub samples: u64,
    /// Calls that were taken.
    pub calls: u64,
    /// Figures in them.
    pub figures: u64,
    /// Samples of a time that no metrics service takes any more, or without room for them.
    pub skipped: u64,
    /// Samples of which it is not known whether they arrived.
    pub lost: u64,
    /// What went wrong, in words. The next pass sends what was not sent.
    pub problems: Vec<String>,
}

/// Runs one pass and sends metrics, or answers who else is running one.
pub async fn measure<S: Ledger + Notes + Findings + Library, M: Metrics>(
    at: Installation<'_, S, M>,
    pass: Pass<'_>,
    clock: impl Fn() -> Time + Send + Sync,
) -> Stored<Result<(Passed, Pushed), Lease>> {
    let mut sender = Sender {
        fleet: Fleet::default(),
        jobs: OwnJobs::default(),
        was: Vec::new(),
        flight: Flight::default(),
        pushed: Pushed::default(),
        marks: BTreeMap::new(),
        is_ready: false,
        places: places(&at.policy.metrics),
        now: pass.now,
        at,
    };
    let passed = observed(sender.at.store, pass, clock, |_| (), &mut sender).await?;
    Ok(passed.map(|passed| (passed, sender.pushed)))
}

struct Sender<'a, S, M> {
    at: Installation<'a, S, M>,
    now: Time,
    places: usize,
    fleet: Fleet,
    jobs: OwnJobs,
    /// The fleet as it is stored.
    was: Vec<u8>,
    flight: Flight,
    pushed: Pushed,
    /// The marks of the days that are being looked at.
    marks: BTreeMap<DayKey, u64>,
    is_ready: bool,
}

impl<S: Ledger + Notes + Library, M: Metrics> Observer for Sender<'_, S, M> {
    /// A day that has the mark it had when it was last looked at has not changed since.
    async fn wants(&mut self, touched: Touched) -> Stored<bool> {
        let sent = noted::sent(self.at.store, touched.day).await?;
        Ok(touched.mark == 0 || sent.is_none_or(|sent| sent.mark != touched.mark))
    }

    async fn look(&mut self, fence: Fence, days: &[Seen]) -> Stored<BTreeSet<DayKey>> {
        self.make_ready().await?;
        self.marks = days.iter().map(|day| (day.touched.day, day.touched.mark)).collect();
        let mut unsent = Vec::new();
        for day in days {
            let sent = match noted::sent(self.at.store, day.touched.day).await? {
                Some(sent) => sent.attempts,
                None => self.give_up(fence, day).await?,
            };
            unsent.push((day, sent));
        }
        for (day, sent) in &unsent {
            self.know(day, sent).await?;
        }
        self.fleet.choose(self.places);

        let (mut stay, mut batch) = (BTreeSet::new(), Batch::default());
        for (day, sent) in unsent {
            for row in day.rows.iter().map(|judged| &judged.row) {
                if sent.contains(&row.id.within_day()) {
                    continue;
                }
                let own = self.jobs.of(row.workflow, row.segment, &self.fleet);
                if !batch.has_room_for(row, own) {
                    stay.extend(self.send(fence, &std::mem::take(&mut batch)).await?);
                }
                let reach = self.fleet.reach(row.workflow, row.segment, self.places);
                let own = self.jobs.of(row.workflow, row.segment, &self.fleet);
                self.pushed.skipped += batch.add(row, reach, own, self.now);
            }
        }
        stay.extend(self.send(fence, &batch).await?);
        Ok(stay)
    }

    async fn end(&mut self, fence: Fence, passed: &Passed) -> Stored<()> {
        self.make_ready().await?;
        let today = self.now.day();
        let mut data = self.trends(today).await?;
        let gauges = self.fleet.gauges(self.now);
        data.extend(self.own(passed, gauges).await?);
        let namespace = self.at.policy.metrics.namespace.clone();
        let mut sent = true;
        for call in calls(&data) {
            sent &= self.put(&namespace, call).await.is_ok();
        }
        if sent {
            self.fleet.trends = Some(today);
            if self.flight != Flight::default() {
                self.note_flight(fence, Flight::default()).await?;
            }
        }
        let fleet = stored(&self.fleet)?;
        if fleet != self.was {
            self.at.store.put_note(fence, Note::Fleet, fleet).await?;
        }
        self.choose_jobs(fence, passed).await
    }
}

impl<S: Ledger + Notes + Library, M: Metrics> Sender<'_, S, M> {
    /// Reads what the last pass left.
    async fn make_ready(&mut self) -> Stored<()> {
        if self.is_ready {
            return Ok(());
        }
        self.was = noted::bytes(self.at.store, Note::Fleet).await?.unwrap_or_default();
        // What cannot be read is begun anew: the days tell it again.
        self.fleet = from_bytes(&self.was).unwrap_or_default();
        self.fleet.fade(self.now.day());
        self.flight = noted::read(self.at.store, Note::Flight).await?;
        self.flight = Flight { samples: 0, lost: self.flight.lost + self.flight.samples };
        self.pushed.lost = self.flight.lost;
        self.read_jobs().await?;
        self.is_ready = true;
        Ok(())
    }

    /// Takes all samples of a day as sent, as it cannot be told any more which are, and none may be
    /// sent twice.
    async fn give_up(&mut self, fence: Fence, day: &Seen) -> Stored<BTreeSet<Within>> {
        let DayKey { workflow, day: of } = day.touched.day;
        let rows = day.rows.iter().map(|judged| &judged.row);
        let samples = |row| samples_of(row, self.jobs.of(workflow, row.segment, &self.fleet));
        self.pushed.lost += rows.clone().map(samples).sum::<u64>();
        self.pushed.problems.push(format!(
            "which samples of workflow {} of repository {} on {of} have been sent cannot be read; \
             all of them are taken to be",
            workflow.workflow, workflow.repository
        ));
        let attempts: BTreeSet<Within> = rows.map(|row| row.id.within_day()).collect();
        let sent = Sent { mark: 0, attempts: attempts.clone() };
        self.at.store.put_note(fence, Note::Sent(day.touched.day), stored(&sent)?).await?;
        Ok(attempts)
    }

    /// Tells the fleet of a day: who was active in it, and how its workflow does.
    async fn know(&mut self, day: &Seen, sent: &BTreeSet<Within>) -> Stored<()> {
        let DayKey { workflow, day: of } = day.touched.day;
        let mut attempts: BTreeMap<Segment, u64> = BTreeMap::new();
        let rows = day.rows.iter().map(|judged| &judged.row);
        for row in rows.filter(|row| !sent.contains(&row.id.within_day())) {
            *attempts.entry(row.segment).or_default() += 1;
        }
        self.fleet.note(workflow, &day.rollup, &attempts);
        if of.next() >= self.now.day() {
            let mut two_days = day.rollup.clone();
            match self.day_before(day.touched.day).await {
                Err(error) if error.kind == StoreErrorKind::Corrupt => {
                    self.pushed.problems.push(error.to_string());
                }
                before => two_days.merge(before?),
            }
            self.fleet.judge(workflow, of, &two_days, &self.at.policy.thresholds);
        }
        Ok(())
    }

    async fn day_before(&self, key: DayKey) -> Stored<Rollup> {
        let before = Day(key.day.0.saturating_sub(1));
        let stored = self.at.store.days(key.workflow, before..key.day).await?;
        match stored.into_iter().next().map(|day| day.rollup) {
            None => Ok(Rollup::default()),
            Some(Some(rollup)) => Ok(rollup),
            Some(None) => {
                let key = DayKey { day: before, ..key };
                Ok(Rollup::of(&judged_rows(self.at.store, key).await?))
            }
        }
    }

    /// Sends a batch. Answers the days to come back to.
    async fn send(&mut self, fence: Fence, batch: &Batch) -> Stored<BTreeSet<DayKey>> {
        if batch.is_empty() {
            return Ok(BTreeSet::new());
        }
        let samples = batch.samples;
        if samples > 0 {
            self.note_flight(fence, Flight { samples, ..self.flight }).await?;
        }
        let before = self.note_sent(fence, batch).await?;
        let answer = self.put_all(&batch.data()).await;
        let refused = matches!(answer, Err(NotSent::Refused(_)));
        if refused {
            for (day, sent) in &before {
                self.at.store.put_note(fence, Note::Sent(*day), stored(sent)?).await?;
            }
        }
        let lost = if matches!(answer, Err(NotSent::Unsure(_))) { samples } else { 0 };
        if answer.is_ok() {
            self.pushed.samples += samples;
            self.pushed.attempts +=
                batch.attempts.values().map(|some| some.len() as u64).sum::<u64>();
        }
        self.pushed.lost += lost;
        if samples > 0 {
            self.note_flight(fence, Flight { samples: 0, lost: self.flight.lost + lost }).await?;
        }
        Ok(if refused { before.into_keys().collect() } else { BTreeSet::new() })
    }

    /// Notes a batch as sent. Answers the notes as they were.
    async fn note_sent(&self, fence: Fence, batch: &Batch) -> Stored<BTreeMap<DayKey, Sent>> {
        let mut before = BTreeMap::new();
        for (day, attempts) in &batch.attempts {
            let mut sent = noted::sent(self.at.store, *day).await?.unwrap_or_default();
            before.insert(*day, sent.clone());
            sent.attempts.extend(attempts);
            sent.mark = self.marks.get(day).copied().unwrap_or_default();
            self.at.store.put_note(fence, Note::Sent(*day), stored(&sent)?).await?;
        }
        Ok(before)
    }

    async fn note_flight(&mut self, fence: Fence, flight: Flight) -> Stored<()> {
        self.at.store.put_note(fence, Note::Flight, stored(&flight)?).await?;
        self.flight = flight;
        Ok(())
    }

    async fn put_all(&mut self, data: &[Datum]) -> Result<(), NotSent> {
        let own = self.at.policy.metrics.namespace.clone();
        let other =
            if self.at.policy.metrics.compatibility { compatible(data) } else { Vec::new() };
        let calls = calls(data).into_iter().map(|call| (own.as_str(), call));
        let others = self::calls(&other).into_iter().map(|call| (COMPATIBILITY, call));
        for (number, (namespace, call)) in calls.chain(others).enumerate() {
            match self.put(namespace, call).await {
                // What went before has arrived: none of it may go twice.
                Err(NotSent::Refused(why)) if number > 0 => return Err(NotSent::Unsure(why)),
                answer => answer?,
            }
        }
        Ok(())
    }

    async fn put(&mut self, namespace: &str, data: &[Datum]) -> Result<(), NotSent> {
        let answer = self.at.metrics.put(namespace, data).await;
        match &answer {
            Ok(()) => {
                self.pushed.calls += 1;
                self.pushed.figures += data.len() as u64;
            }
            Err(error) => self.pushed.problems.push(error.to_string()),
        }
        answer
    }

    /// Once a day: how the median of each workflow with metrics of its own has changed.
    async fn trends(&self, today: Day) -> Stored<Vec<Datum>> {
        let mut data = Vec::new();
        if self.fleet.trends == Some(today) {
            return Ok(data);
        }
        for (id, called) in self.fleet.chosen() {
            let change = trend(self.at.store, id, today, &self.at.policy.thresholds).await?;
            data.extend(change.map(|change| Datum {
                name: names::DURATION_TREND,
                unit: Unit::Percent,
                dimensions: vec![
                    (names::REPOSITORY, crate::fleet::dimension(&called.repository)),
                    (names::WORKFLOW, crate::fleet::dimension(&called.workflow)),
                ],
                at: self.now,
                values: vec![(change, 1.0)],
            }));
        }
        Ok(data)
    }

    /// Gauges of the fleet and of the pass itself.
    #[expect(clippy::cast_precision_loss, reason = "counts and times, far below 2^53")]
    async fn own(&self, passed: &Passed, gauges: Gauges) -> Stored<Vec<Datum>> {
        let standing = self.at.store.standing().await?;
        let watched = [
            (names::PASSES, 1),
            (names::WORKFLOWS_OVER_P95, gauges.over_p95),
            (names::WORKFLOWS_UNDER_SUCCESS_RATE, gauges.under_success_rate),
            (names::WORKFLOWS_QUEUEING, gauges.queueing),
            (names::ATTEMPTS_SET_ASIDE, standing.attempts_set_aside),
        ];
        // A metric is paid for by the hours in which it is sent: what no alarm looks at is not sent
        // where it is nothing.
        let others = [
            (names::ATTEMPTS_MEASURED, self.pushed.attempts),
            (names::ATTEMPTS_REFUSED, standing.attempts_refused),
            (names::WITHOUT_SERIES, gauges.without_series),
            (names::SAMPLES_SKIPPED, self.pushed.skipped),
            (names::SAMPLES_LOST, self.pushed.lost),
        ];
        let others = others.into_iter().filter(|(_, count)| *count > 0);
        let counts = watched.into_iter().chain(others);
        let counts = counts.map(|(name, count)| (name, Unit::Count, count as f64));
        let lag = Some((names::FILING_LAG, Unit::Seconds, passed.lag_ms as f64 / 1e3));
        let datum = |(name, unit, value)| Datum {
            name,
            unit,
            dimensions: Vec::new(),
            at: self.now,
            values: vec![(value, 1.0)],
        };
        Ok(counts.chain(lag.filter(|_| passed.attempts > 0)).map(datum).collect())
    }
}
