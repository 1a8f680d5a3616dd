//! Counts the hazards of a history.

use std::collections::BTreeMap;

use crate::demo::cast::Twist;
use crate::demo::schedule::{Attempt, Fate, Job, Run, Step};
use crate::demo::story::{DAY, MINUTE, SECOND};
use crate::demo::truth::lap::{self, Lap};

/// What every history has; a census that counts anything else found something wrong.
pub(super) const HAZARDS: [&str; 33] = [
    "action required, approved later",
    "action required, never approved",
    "all jobs skipped",
    "approval",
    "cancelled before a runner",
    "cancelled by hand",
    "cancelled while running",
    "cancelled while waiting for approval",
    "cancelled without a job",
    "carried-over job",
    "completed told twice",
    "completed while queued",
    "concurrency wait",
    "default branch",
    "fork",
    "fork's main",
    "fractions of a second",
    "in flight at the end",
    "other branch",
    "pull request",
    "queue jam",
    "re-run",
    "renamed repository",
    "renamed workflow",
    "schedule",
    "skewed clock",
    "skipped job created after its end",
    "slower step",
    "startup failure",
    "superseded",
    "superseded across midnight",
    "timed out",
    "unknown conclusion",
];

type Census = BTreeMap<&'static str, usize>;

/// Counts the hazards of `runs`.
pub(super) fn of(runs: &[Run], end: i64) -> Census {
    let mut census = Census::new();
    for run in runs {
        let rivals: Vec<&Run> = runs.iter().filter(|other| lap::is_newer(other, run)).collect();
        let forked = run.source.fork.is_some();
        see(&mut census, "fork", forked);
        see(&mut census, "fork's main", forked && run.source.branch == "main");
        see(&mut census, "completed told twice", run.twist == Some(Twist::ToldTwice));
        see(&mut census, "completed while queued", run.twist == Some(Twist::FalseEnd));
        for attempt in &run.attempts {
            let lap = Lap::of(run, attempt, &rivals, i64::MAX);
            of_attempt(&mut census, run, attempt, end);
            of_ending(&mut census, attempt, &lap, &rivals);
            of_path(&mut census, attempt, &lap);
            for job in &attempt.jobs {
                of_job(&mut census, job, &lap, end);
            }
        }
    }
    census
}

fn see(census: &mut Census, hazard: &'static str, seen: bool) {
    if seen {
        *census.entry(hazard).or_default() += 1;
    }
}

fn of_attempt(census: &mut Census, run: &Run, attempt: &Attempt, end: i64) {
    let held_back = first_created(attempt).is_some_and(|at| at > attempt.started_at + MINUTE);
    let refused = attempt.conclusion.is_none();
    see(census, "action required, approved later", attempt.held && !refused);
    see(census, "action required, never approved", attempt.held && refused);
    see(census, "concurrency wait", held_back && !attempt.held);
    see(census, "in flight at the end", !refused && attempt.updated_at >= end);
    see(census, "re-run", attempt.number == 2);
    see(census, "renamed repository", attempt.repo_name != run.workflow.repo.name);
    see(census, "renamed workflow", attempt.workflow_name != run.workflow.name);
}

fn of_ending(census: &mut Census, attempt: &Attempt, lap: &Lap, rivals: &[&Run]) {
    let cancelled = lap.conclusion == "cancelled";
    let day = |ms: i64| ms.div_euclid(DAY);
    // Those that replaced it all ended on a later day: its own day does not tell.
    let across = rivals
        .iter()
        .flat_map(|rival| &rival.attempts)
        .filter(|rival| rival.started_at < lap.ended_at)
        .all(|rival| day(rival.updated_at) > day(lap.ended_at));
    see(census, "all jobs skipped", lap.conclusion == "skipped");
    see(census, "cancelled by hand", cancelled && !lap.superseded);
    see(census, "cancelled without a job", cancelled && attempt.jobs.is_empty());
    see(census, "startup failure", lap.conclusion == "startup_failure");
    see(census, "superseded", lap.superseded);
    see(census, "superseded across midnight", lap.superseded && across);
    see(census, "timed out", lap.conclusion == "timed_out");
    see(census, "unknown conclusion", lap.conclusion == "preempted");
    see(
        census,
        match lap.segment {
            "default_branch" => "default branch",
            "pull_request" => "pull request",
            "schedule" => "schedule",
            _ => "other branch",
        },
        true,
    );
}

/// The path's time adds up and starts with the jobs that were made first.
fn of_path(census: &mut Census, attempt: &Attempt, lap: &Lap) {
    let first = attempt.jobs.iter().find(|job| lap.path.first() == Some(&job.id));
    let late = first.is_some_and(|job| Some(job.created_at) != first_created(attempt));
    see(census, "WRONG: path starts late", late);
    let Some(p) = lap.parts else { return };
    let parts =
        [p.approval, p.concurrency, p.runner_queue, p.set_up, p.work, p.tear_down, p.unknown];
    see(census, "WRONG: parts do not add up", parts.iter().sum::<i64>() != p.wall_clock);
    see(census, "WRONG: negative part", parts.iter().any(|part| *part < 0));
}

fn of_job(census: &mut Census, job: &Job, lap: &Lap, end: i64) {
    let ran = job.fate == Fate::Ran;
    let skipped = job.fate == Fate::Skipped;
    let approved = job.approval.map(|approval| approval.approved_at.is_some());
    let jammed = ran && approved.is_none() && job.started_at > job.created_at + 10 * MINUTE;
    see(census, "approval", approved == Some(true));
    see(census, "cancelled before a runner", job.fate == Fate::NotStarted);
    see(census, "cancelled while running", ran && job.conclusion == "cancelled");
    see(census, "cancelled while waiting for approval", approved == Some(false));
    see(census, "carried-over job", job.fate == Fate::CarriedOver);
    see(census, "queue jam", jammed);
    see(census, "skipped job created after its end", skipped && job.created_at > job.completed_at);
    see(census, "WRONG: no time", ran && job.completed_at <= job.started_at);
    of_steps(census, job, end);
    let skewed = ran && job.started_at < job.created_at;
    see(census, "skewed clock", skewed);
    see(census, "WRONG: skewed clock on the path", skewed && lap.path.contains(&job.id));
    see(census, "WRONG: steps out of order", ran && !skewed && !in_order(job));
}

fn of_steps(census: &mut Census, job: &Job, end: i64) {
    let slow = |step: &Step| {
        let took = step.completed_at - step.started_at;
        step.name == "Run integration tests" && took > 200 * SECOND
    };
    let is_slower = job.started_at > end - 14 * DAY && job.steps.iter().any(slow);
    let no_own = job.fate == Fate::Ran && !job.steps.iter().any(|step| step.own);
    see(census, "fractions of a second", job.steps.iter().any(|s| s.completed_at % SECOND != 0));
    see(census, "slower step", is_slower);
    see(census, "WRONG: no own step", no_own);
}

fn first_created(attempt: &Attempt) -> Option<i64> {
    attempt.jobs.iter().map(|job| job.created_at).min()
}

fn in_order(job: &Job) -> bool {
    let ends = std::iter::once(job.started_at).chain(job.steps.iter().map(|s| s.completed_at));
    let forwards = job.steps.iter().all(|step| step.completed_at >= step.started_at);
    forwards
        && job.steps.iter().zip(ends).all(|(step, before)| step.started_at == before)
        && job.steps.last().is_some_and(|step| step.completed_at <= job.completed_at)
}
