//! Stores that hold a history: filled through the ports, as a pass would fill them.

use std::fmt;
use std::path::Path;

use kit::wait;
use laptime_core::flow::{Pass, aggregate};
use laptime_core::model::{
    Attempt, AttemptId, Event, Fact, JobFact, Repository, RunFact, StepFact,
};
use laptime_core::port::{Filed, Filing, Lease, Ledger, Received};
use laptime_core::row::{DayKey, Row};
use laptime_core::time::Time;
use laptime_local::Store;

/// Days of a history, all of them whole.
pub(crate) const DAYS: u64 = 30;

const JOBS: u64 = 2;
const STEPS: u64 = 6;

/// Attempts filed in one transaction.
const BATCH: usize = 8_500;

/// Which attempt: workflow, day and number within both.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) workflow: u64,
    pub(crate) day: u64,
    pub(crate) number: u64,
}

/// A history of some workflows, from `first` on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct History {
    pub(crate) workflows: u64,
    /// Attempts of one workflow that end on one day.
    pub(crate) per_day: u64,
    /// A UTC midnight.
    pub(crate) first: Time,
}

impl History {
    /// How many attempts it has.
    pub(crate) fn attempts(self) -> u64 {
        self.workflows * DAYS * self.per_day
    }

    /// Its end: the midnight after its last day.
    pub(crate) fn end(self) -> Time {
        self.first.plus_days(DAYS.cast_signed())
    }

    /// A store that holds it, rolled up.
    pub(crate) fn fill(self, folder: &Path) -> Store {
        let store = Store::open(folder).unwrap();
        let Lease::Won(fence) = wait(store.lease("bench", self.end())).unwrap() else {
            panic!("nobody else has the lease");
        };
        let mut places = self.places().peekable();
        while places.peek().is_some() {
            let filed: Vec<Filed> = places.by_ref().take(BATCH).map(|at| self.filed(at)).collect();
            let mut touched: Vec<DayKey> = filed.iter().filter_map(key).collect();
            touched.dedup();
            wait(store.file(fence, &filed, &touched, None)).unwrap();
        }
        wait(store.release(fence, Some(self.end()))).unwrap();
        self.pass(&store);
        store
    }

    /// One pass.
    pub(crate) fn pass(self, store: &Store) {
        let now = self.end();
        let pass = Pass::new("bench", now, 35);
        wait(aggregate(store, pass, || now, |_| ())).unwrap().unwrap();
    }

    /// All of its attempts.
    pub(crate) fn places(self) -> impl Iterator<Item = Place> {
        let at = move |n| Place {
            workflow: n / self.per_day % self.workflows,
            day: n / self.per_day / self.workflows,
            number: n % self.per_day,
        };
        (0..self.attempts()).map(at)
    }

    /// One of them, as a filing has it.
    pub(crate) fn filed(self, at: Place) -> Filed {
        let events = self.events(at);
        let id = events[0].id;
        let row = Row::of(&Attempt::fold(id, &events)).unwrap();
        let received = Received { first: row.end, last: row.end, print: 0 };
        let filing = Filing::Row(Box::new(row));
        Filed { id, events: events.len(), received, before: None, filing }
    }

    /// What is kept of one attempt's deliveries, the completed ones.
    pub(crate) fn events(self, at: Place) -> Vec<Event> {
        let run = 9_000_000_000 + (at.day * 1_000 + at.number) * 10_000 + at.workflow;
        let id = AttemptId { repository: 1 + at.workflow / 5, run, attempt: 1 };
        let mut dice = fastrand::Rng::with_seed(run);
        let day = self.first.plus_days(at.day.cast_signed());
        let start = day.plus_millis((at.number * 80_000_000 / (self.per_day + 60)).cast_signed());
        let conclusion = if dice.u8(0..10) == 0 { "failure" } else { "success" };
        let jobs: Vec<JobFact> =
            (0..JOBS).map(|number| job(run, number, start, conclusion, &mut dice)).collect();
        let end = jobs.iter().filter_map(|job| job.completed_at).max();
        let fact = RunFact {
            updated_at: end,
            workflow_id: 70_000_000 + at.workflow,
            name: Some(format!("Workflow {}", at.workflow)),
            path: Some(format!(".github/workflows/{}.yml", at.workflow)),
            event: Some(if run.is_multiple_of(3) { "push" } else { "pull_request" }.to_owned()),
            status: Some("completed".to_owned()),
            conclusion: Some(conclusion.to_owned()),
            run_number: Some(at.day * 1_000 + at.number),
            created_at: Some(start),
            run_started_at: Some(start),
            head_branch: Some(format!("topic-{}", run % 17)),
            head_sha: Some(format!("{run:040x}")),
            head_repository: Some(id.repository),
        };
        let event = |fact| Event {
            id,
            action: "completed".to_owned(),
            repository: Repository {
                full_name: format!("acme/repository-{}", id.repository),
                default_branch: Some("main".to_owned()),
            },
            fact,
        };
        let facts = jobs.into_iter().map(Fact::Job).chain([Fact::Run(fact)]);
        facts.map(event).collect()
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millions = self.attempts() as f64 / 1e6;
        write!(f, "{millions:.2} M attempts of {} workflows", self.workflows)
    }
}

fn job(run: u64, number: u64, start: Time, conclusion: &str, dice: &mut fastrand::Rng) -> JobFact {
    let started = start.plus_millis(dice.i64(2..40) * 1_000);
    let mut at = started.plus_millis(1_000);
    let mut step = |number: u64| {
        let started_at = Some(at);
        at = at.plus_millis(dice.i64(1..90) * 1_000);
        StepFact {
            name: format!("Step {number} of the job"),
            conclusion: Some("success".to_owned()),
            started_at,
            completed_at: Some(at),
        }
    };
    let steps = (0..STEPS).map(&mut step).collect();
    JobFact {
        completed_at: Some(at.plus_millis(1_000)),
        id: run * 10 + number,
        name: format!("job {number}"),
        workflow_name: None,
        status: Some("completed".to_owned()),
        conclusion: Some(conclusion.to_owned()),
        created_at: Some(start.plus_millis(1_000)),
        started_at: Some(started),
        labels: vec!["ubuntu-latest".to_owned()],
        has_runner: true,
        steps,
        deployment: None,
    }
}

/// The day of a row.
pub(crate) fn key(filed: &Filed) -> Option<DayKey> {
    match &filed.filing {
        Filing::Row(row) => Some(row.key()),
        Filing::Open | Filing::Refuse | Filing::SetAside { .. } => None,
    }
}
