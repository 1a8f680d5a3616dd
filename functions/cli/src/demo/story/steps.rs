//! The steps of a job on its machine.

use super::dice::{Dice, SECOND};
use crate::demo::cast;
use crate::demo::schedule::Step;

/// How a job is meant to end; a cancellation may come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// All steps succeed.
    Success,
    /// The longest step fails.
    Failure,
    /// The longest step runs into the job's time limit.
    TimedOut,
    /// All steps succeed, and yet GitHub has another word for it.
    Preempted,
}

/// What the steps have to keep to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    /// Start of the job.
    pub(super) started_at: i64,
    /// Whether steps that became slower are slow already.
    pub(super) slower: bool,
    /// How it is meant to end.
    pub(super) ending: Ending,
    /// When it is cancelled.
    pub(super) cancel_at: Option<i64>,
}

/// Runs the steps of `spec`.
pub(super) fn run(dice: &mut Dice, spec: &'static cast::Job, plan: &Plan) -> Vec<Step> {
    let mut log = Log { at: plan.started_at, steps: Vec::new(), fractions: spec.fractions };
    log.add("Set up job".to_owned(), dice.seconds(1, 3), false);
    if spec.container {
        log.add("Initialize containers".to_owned(), dice.seconds(14, 26), false);
    }
    own_steps(dice, spec, plan, &mut log);
    for step in spec.steps.iter().rev().filter(|step| step.post) {
        log.add(format!("Post {}", step.name), dice.seconds(0, 2), false);
    }
    if spec.container {
        log.add("Stop containers".to_owned(), dice.seconds(1, 2), false);
    }
    log.add("Complete job".to_owned(), dice.seconds(0, 1), false);
    log.steps
}

/// What the job's conclusion is, given its steps.
pub(super) fn conclusion(steps: &[Step], ending: Ending) -> &'static str {
    let any = |conclusion: &str| steps.iter().any(|step| step.conclusion == conclusion);
    let stopped = ["timed_out", "cancelled", "failure"].into_iter().find(|word| any(word));
    stopped.unwrap_or(if ending == Ending::Preempted { "preempted" } else { "success" })
}

/// The steps of the workflow file; once one fails, the rest are skipped.
fn own_steps(dice: &mut Dice, spec: &'static cast::Job, plan: &Plan, log: &mut Log) {
    let longest = spec.steps.iter().map(|step| step.seconds).max().unwrap_or_default();
    // A job cannot be cancelled before its first own step has begun.
    let cancel_at = plan.cancel_at.map(|cancel| cancel.max(log.at + SECOND));
    let mut stopped = false;
    for step in spec.steps {
        let takes = takes(dice, step, plan.slower, log.fractions);
        let (tenths, conclusion) = match plan.ending {
            _ if stopped => (0, "skipped"),
            Ending::Failure if step.seconds == longest => (dice.number(3, 9), "failure"),
            Ending::TimedOut if step.seconds == longest => (50, "timed_out"),
            Ending::Success | Ending::Failure | Ending::TimedOut | Ending::Preempted => {
                (10, "success")
            }
        };
        log.add(step.name.to_owned(), takes * tenths / 10, true);
        log.end_last(conclusion, cancel_at.filter(|_| !stopped));
        stopped |= log.steps.last().is_some_and(|step| step.conclusion != "success");
    }
}

/// How long a step takes this time; at least a second where fractions are not told.
fn takes(dice: &mut Dice, step: &cast::Step, slower: bool, fractions: bool) -> i64 {
    let per_second = if slower && step.slower_lately { 1_450 } else { 1_000 };
    let takes = dice.around(step.seconds * per_second);
    if fractions { takes } else { (takes / SECOND).max(1) * SECOND }
}

/// The steps so far and where the clock stands.
struct Log {
    at: i64,
    steps: Vec<Step>,
    fractions: bool,
}

impl Log {
    /// The next step, successful unless told otherwise.
    fn add(&mut self, name: String, takes: i64, own: bool) {
        let takes = if self.fractions { takes } else { takes / SECOND * SECOND };
        let started_at = self.at;
        self.at += takes;
        let conclusion = "success";
        self.steps.push(Step { name, own, conclusion, started_at, completed_at: self.at });
    }

    /// Gives the last step its conclusion, unless it is cancelled before it ends.
    fn end_last(&mut self, conclusion: &'static str, cancel_at: Option<i64>) {
        let Some(step) = self.steps.last_mut() else {
            return;
        };
        step.conclusion = conclusion;
        if let Some(cancel_at) = cancel_at.filter(|cancel| *cancel < step.completed_at) {
            step.conclusion = "cancelled";
            step.completed_at = cancel_at.max(step.started_at);
            self.at = step.completed_at;
        }
    }
}
