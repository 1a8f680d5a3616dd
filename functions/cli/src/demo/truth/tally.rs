//! What is counted of many attempts and of many jobs.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::schedule::{Fate, Job};
use super::lap::Lap;
use super::samples::{Samples, share};

/// Attempts of a workflow or of one of its segments.
#[derive(Debug, Default)]
pub(super) struct Tally {
    outcomes: Outcomes,
    superseded: u64,
    queued: Samples,
    ran: Samples,
    total: Samples,
    green: Samples,
}

impl Tally {
    /// One more attempt.
    pub(super) fn add(&mut self, lap: &Lap) {
        self.outcomes.add(lap.conclusion);
        self.superseded += u64::from(lap.superseded);
        let Some((start, first, last)) = lap.times else {
            return;
        };
        self.queued.add(first - start);
        self.ran.add(last - first);
        self.total.add(last - start);
        if lap.conclusion == "success" {
            self.green.add(last - start);
        }
    }

    /// As the report has it.
    pub(super) fn as_json(&self) -> Value {
        json!({
            "attempts": self.outcomes.0.values().sum::<u64>(),
            "outcomes": self.outcomes.0,
            "superseded": self.superseded,
            "success_rate": self.outcomes.success_rate(),
            "queued_s": self.queued.as_json(),
            "ran_s": self.ran.as_json(),
            "total_s": self.total.as_json(),
            "green_s": self.green.as_json(),
        })
    }
}

/// Jobs of one name.
#[derive(Debug, Default)]
pub(super) struct JobTally {
    outcomes: Outcomes,
    skipped: u64,
    not_started: u64,
    carried_over: u64,
    on_path: u64,
    queued: Samples,
    ran: Samples,
    green: Samples,
    steps: BTreeMap<(String, u32), StepTally>,
}

/// Steps of one name.
#[derive(Debug, Default)]
struct StepTally {
    outcomes: Outcomes,
    ran: Samples,
}

impl JobTally {
    /// One more job.
    pub(super) fn add(&mut self, job: &Job, on_path: bool) {
        match job.fate {
            Fate::Skipped => self.skipped += 1,
            Fate::NotStarted => self.not_started += 1,
            Fate::CarriedOver => self.carried_over += 1,
            Fate::Ran => self.add_run(job, on_path),
        }
    }

    /// One more job that ran.
    fn add_run(&mut self, job: &Job, on_path: bool) {
        self.outcomes.add(job.conclusion);
        self.on_path += u64::from(on_path);
        // A clock that is a second behind makes a wait of nothing, not of less.
        self.queued.add((job.started_at - job.created_at).max(0));
        let ran = job.completed_at - job.started_at;
        self.ran.add(ran);
        if job.conclusion == "success" {
            self.green.add(ran);
        }
        let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
        for step in &job.steps {
            let occurrence = seen.entry(&step.name).or_default();
            *occurrence += 1;
            let tally = self.steps.entry((step.name.clone(), *occurrence)).or_default();
            tally.outcomes.add(step.conclusion);
            if step.conclusion != "skipped" {
                tally.ran.add((step.completed_at - step.started_at).max(0));
            }
        }
    }

    /// As the report has it.
    pub(super) fn as_json(&self, name: &str) -> Value {
        let steps = self.steps.iter().map(|((name, occurrence), step)| {
            json!({
                "name": name,
                "occurrence": occurrence,
                "outcomes": step.outcomes.0,
                "ran_s": step.ran.as_json(),
            })
        });
        json!({
            "name": name,
            "outcomes": self.outcomes.0,
            "skipped": self.skipped,
            "not_started": self.not_started,
            "carried_over": self.carried_over,
            "success_rate": self.outcomes.success_rate(),
            "queued_s": self.queued.as_json(),
            "ran_s": self.ran.as_json(),
            "green_s": self.green.as_json(),
            "on_critical_path": share(self.on_path, self.outcomes.0.values().sum()),
            "steps": steps.collect::<Vec<_>>(),
        })
    }
}

/// How often each conclusion came.
#[derive(Debug, Default)]
struct Outcomes(BTreeMap<&'static str, u64>);

impl Outcomes {
    /// One more.
    fn add(&mut self, conclusion: &'static str) {
        *self.0.entry(conclusion).or_default() += 1;
    }

    /// Successes among successes and failures of any kind.
    fn success_rate(&self) -> Option<f64> {
        let count = |name: &str| self.0.get(name).copied().unwrap_or_default();
        let bad = count("failure") + count("timed_out") + count("startup_failure");
        share(count("success"), count("success") + bad)
    }
}
