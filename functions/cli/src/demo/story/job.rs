//! One job: made, approved, picked up, run, or none of these.

use super::dice::{DAY, Dice, HOUR, SECOND};
use super::scene::Circumstances;
use super::steps::{self, Ending};
use crate::demo::cast::{self, Twist};
use crate::demo::schedule::{Approval, Fate, Job, Runner};

/// Where jobs of one workflow are performed.
pub(super) struct Stage {
    dice: Dice,
    end: i64,
    next_id: u64,
}

impl Stage {
    /// The stage of the `index`th workflow.
    pub(super) fn new(dice: Dice, end: i64, index: u64) -> Self {
        Self { dice, end, next_id: 26_000_000_000 + index * 10_000_000 }
    }

    /// The job of `spec`, after `done`; none if it is never made.
    pub(super) fn job(
        &mut self,
        spec: &'static cast::Job,
        at: &Circumstances<'_>,
        done: &[Job],
        longest: bool,
    ) -> Option<Job> {
        let needs: Vec<&Job> = done.iter().filter(|j| spec.needs.contains(&j.name)).collect();
        let created_at = self.created_at(&needs, at);
        let mut job = self.blank(spec, created_at);
        let mut before = at.before.iter();
        if let Some(old) = before.find(|j| j.name == spec.name && j.conclusion == "success") {
            return Some(carry_over(&job, old));
        }
        let blocked = needs.len() < spec.needs.len()
            || needs.iter().any(|need| need.conclusion != "success")
            || (spec.default_branch_only && !at.default_branch);
        let cancelled = at.cancel_at.is_some_and(|cancel| cancel <= created_at);
        let orphan = needs.is_empty() && !spec.needs.is_empty();
        if (cancelled && !blocked) || orphan {
            return None;
        }
        if blocked || at.has(Twist::AllSkipped) {
            skip(&mut job);
            return Some(job);
        }
        self.start(&mut job, spec, at);
        if job.fate == Fate::Ran {
            let ending = self.ending(spec, at, longest);
            self.run(&mut job, spec, ending, at.cancel_at);
        }
        Some(job)
    }

    /// A job is made when all it needs has ended, a moment later.
    fn created_at(&mut self, needs: &[&Job], at: &Circumstances<'_>) -> i64 {
        match needs.iter().map(|job| job.completed_at).max() {
            Some(ready) if ready > at.first_created => ready + self.dice.seconds(0, 2),
            _ => at.first_created,
        }
    }

    /// A job just made.
    fn blank(&mut self, spec: &'static cast::Job, created_at: i64) -> Job {
        self.next_id += 1;
        Job {
            id: self.next_id,
            name: spec.name,
            fate: Fate::Ran,
            created_at,
            started_at: created_at,
            completed_at: created_at,
            conclusion: "success",
            labels: spec.pool.labels,
            runner: None,
            steps: Vec::new(),
            approval: None,
            fractions: spec.fractions,
        }
    }

    /// Waits for an approval and a runner; a cancellation may come first.
    fn start(&mut self, job: &mut Job, spec: &'static cast::Job, at: &Circumstances<'_>) {
        let cancelled_by = |time: i64| at.cancel_at.is_some_and(|cancel| cancel <= time);
        let mut ready = job.created_at;
        if let Some(environment) = spec.environment {
            let waiting_at = ready + self.dice.seconds(1, 2);
            ready = waiting_at + self.dice.seconds(600, 900) + self.dice.wait(1_200);
            let approved_at = (!cancelled_by(ready)).then_some(ready);
            let deployment = job.id - 24_000_000_000;
            job.approval = Some(Approval { deployment, environment, waiting_at, approved_at });
        }
        let slow = at.has(Twist::ByHandEarly);
        let wait = self.dice.wait(spec.pool.wait_s) + if slow { 20 * SECOND } else { 0 };
        job.started_at = ready + wait + self.jam(spec.pool, ready);
        if cancelled_by(job.started_at) {
            job.fate = Fate::NotStarted;
            job.conclusion = "cancelled";
            let cancel = at.cancel_at.unwrap_or(ready).max(job.created_at);
            job.completed_at = cancel + self.dice.seconds(0, 1);
            job.started_at = job.completed_at;
        }
    }

    /// On one afternoon the machines run out: waits grow to three quarters of an hour and shrink.
    fn jam(&mut self, pool: &cast::Pool, ready: i64) -> i64 {
        let into = ready - (super::jam_day(self.end) * DAY + 12 * HOUR + HOUR / 2);
        if !pool.jams || !(0..5 * HOUR).contains(&into) {
            return 0;
        }
        let edge = into.min(5 * HOUR - into);
        (edge / 4 + self.dice.seconds(0, 300)) / SECOND * SECOND
    }

    /// How a job is meant to end.
    fn ending(&mut self, spec: &cast::Job, at: &Circumstances<'_>, longest: bool) -> Ending {
        let fails = self.dice.chance(spec.fails_per_mille);
        match at.twist.filter(|_| at.number == 1) {
            Some(Twist::TimedOut) if longest => Ending::TimedOut,
            Some(Twist::RerunFailed) if longest => Ending::Failure,
            Some(Twist::UnknownConclusion) => Ending::Preempted,
            // The jobs around the one whose clock is off have to come through.
            Some(Twist::Skew | Twist::RerunFailed) => Ending::Success,
            _ if fails => Ending::Failure,
            _ => Ending::Success,
        }
    }

    /// Runs the steps on some machine of the pool.
    fn run(
        &mut self,
        job: &mut Job,
        spec: &'static cast::Job,
        ending: Ending,
        cancel_at: Option<i64>,
    ) {
        let number = self.dice.number(1, if spec.pool.jams { 4 } else { 900 });
        let slower = job.started_at >= self.end - 14 * DAY;
        let plan = steps::Plan { started_at: job.started_at, slower, ending, cancel_at };
        job.steps = steps::run(&mut self.dice, spec, &plan);
        job.conclusion = steps::conclusion(&job.steps, ending);
        let last = job.steps.last().map_or(job.started_at, |step| step.completed_at);
        job.completed_at =
            (last + SECOND - 1).div_euclid(SECOND) * SECOND + self.dice.seconds(0, 1);
        job.runner = Some(Runner {
            id: spec.pool.group.1 * 1_000 + number.unsigned_abs(),
            name: format!("{}{number}", spec.pool.runner),
            group: spec.pool.group,
        });
    }
}

/// A re-run of failed jobs shows the others again: a new id and `created_at`, the old times.
fn carry_over(new: &Job, old: &Job) -> Job {
    Job { id: new.id, created_at: new.created_at, fate: Fate::CarriedOver, ..old.clone() }
}

/// GitHub writes a skipped job down after the moment it was skipped at.
fn skip(job: &mut Job) {
    job.fate = Fate::Skipped;
    job.conclusion = "skipped";
    job.started_at += SECOND;
    job.completed_at = job.started_at;
    job.created_at = job.completed_at + SECOND;
}
