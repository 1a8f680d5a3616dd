//! One workflow's six weeks: which runs replace, delay or repeat which.

use super::dice::{DAY, Dice, HOUR, MINUTE, SECOND};
use super::rhythm::Launch;
use super::scene::{self, Circumstances, Scene};
use crate::demo::cast::{Group, Twist, Workflow};
use crate::demo::schedule::{Attempt, Run};

/// What has to be remembered from run to run.
pub(super) struct Season {
    workflow: &'static Workflow,
    end: i64,
    dice: Dice,
    scene: Scene,
    index: u64,
    last_id: u64,
    busy_until: i64,
    forks: u64,
}

impl Season {
    /// The `index`th workflow before its first run.
    pub(super) fn new(seed: u64, end: i64, index: u64, workflow: &'static Workflow) -> Self {
        Self {
            workflow,
            end,
            dice: Dice::new(seed, workflow.id),
            scene: Scene::new(seed, end, workflow.id, index),
            index,
            last_id: 0,
            busy_until: 0,
            forks: 0,
        }
    }

    /// All its runs.
    pub(super) fn play(mut self, launches: &[Launch]) -> Vec<Run> {
        let mine: Vec<&Launch> = launches
            .iter()
            .filter(|l| l.repo.id == self.workflow.repo.id && self.workflow.on.contains(&l.cause))
            .collect();
        let mut rest = mine.as_slice();
        let mut runs = Vec::with_capacity(mine.len());
        while let Some((launch, later)) = rest.split_first() {
            let run = self.run(runs.len(), launch, later);
            runs.push(run);
            rest = later;
        }
        runs
    }

    /// The `index`th run; `later` is what may get in its way.
    fn run(&mut self, index: usize, launch: &Launch, later: &[&Launch]) -> Run {
        let mut twists = self.workflow.twists.iter();
        let twist = twists.find(|(every, at, _)| index % every == *at).map(|(_, _, twist)| *twist);
        let created_at = start_of(launch);
        let mut run = Run {
            workflow: self.workflow,
            id: self.next_id(created_at),
            number: 1_200 + index as u64,
            source: launch.source.clone(),
            created_at,
            attempts: Vec::new(),
            twist,
        };
        let next_at = later.iter().find(|other| self.replaces(other, launch)).map(|l| start_of(l));
        let first = self.first_attempt(&run, next_at);
        self.busy_until = self.busy_until.max(first.updated_at);
        run.attempts.push(first);
        let second = self.second_attempt(&run, next_at);
        run.attempts.extend(second);
        run
    }

    /// Whether `other`, later, is in the concurrency group of `launch`.
    fn replaces(&self, other: &Launch, launch: &Launch) -> bool {
        let same =
            other.source.branch == launch.source.branch && other.source.fork == launch.source.fork;
        match self.workflow.group {
            Group::None => false,
            Group::CancelInProgress => same && !is_default_branch(launch),
            Group::Queue => true,
        }
    }

    /// The first attempt, with whatever holds it up or ends it early.
    fn first_attempt(&mut self, run: &Run, next_at: Option<i64>) -> Attempt {
        let started_at = run.created_at;
        let mut at = Circumstances::plain(run, started_at, started_at + self.dice.seconds(1, 3));
        if run.source.fork.is_some() {
            self.hold(&mut at);
        }
        if self.workflow.group == Group::CancelInProgress {
            at.cancel_at = next_at.map(|next| next + self.dice.seconds(1, 4));
        }
        if self.workflow.group == Group::Queue && started_at < self.busy_until {
            at.first_created = self.busy_until + self.dice.seconds(1, 2);
            let replaced = next_at.filter(|next| *next < self.busy_until);
            at.cancel_at = replaced.map(|next| next + SECOND);
        }
        let by_hand = match run.twist {
            Some(Twist::ByHand) => Some(at.first_created + self.dice.seconds(40, 80)),
            // Two jobs are done by then and nobody approves within ten minutes.
            Some(Twist::ByHandWaiting) => Some(at.first_created + 8 * MINUTE),
            Some(Twist::ByHandEarly) => Some(at.first_created + 8 * SECOND),
            _ => None,
        };
        at.cancel_at = at.cancel_at.into_iter().chain(by_hand).min();
        self.attempt(run, &at)
    }

    /// Every other run from a fork waits for a maintainer, half of those in vain.
    fn hold(&mut self, at: &mut Circumstances<'_>) {
        self.forks += 1;
        at.held = self.forks % 2 == 1;
        at.refused = self.forks % 4 == 1;
        if at.held {
            at.first_created += self.dice.seconds(300, 3_000);
        }
    }

    /// A re-run, when somebody asks for one and nothing newer is in its way.
    fn second_attempt(&mut self, run: &Run, next_at: Option<i64>) -> Option<Attempt> {
        let first = run.attempts.first().filter(|first| first.conclusion.is_some())?;
        let started_at = first.updated_at + self.dice.seconds(120, 1_500);
        let free = next_at.is_none_or(|next| next > started_at + HOUR || next < first.started_at);
        let failed = first.conclusion == Some("failure");
        let all = run.twist == Some(Twist::RerunAll);
        let asked = all || (failed && self.dice.chance(600)) || is_rerun_failed(run, first);
        if !free || !asked || self.workflow.group == Group::Queue {
            return None;
        }
        let first_created = started_at + self.dice.seconds(2, 4);
        let mut at = Circumstances::plain(run, started_at, first_created);
        at.number = 2;
        at.before = if all { &[] } else { &first.jobs };
        Some(self.attempt(run, &at))
    }

    /// Performs an attempt and dates its end.
    fn attempt(&mut self, run: &Run, at: &Circumstances<'_>) -> Attempt {
        let (jobs, conclusion) = self.scene.perform(run, at);
        let last = jobs.iter().map(|job| job.completed_at.max(job.created_at)).max();
        let broken = conclusion == "startup_failure";
        let quiet = at.cancel_at.filter(|_| !broken).unwrap_or(at.started_at);
        let (repo, workflow) = (self.workflow.repo, self.workflow);
        // Names change between two attempts, never within one.
        let repo_name = repo.old_name.filter(|_| at.started_at < self.end - 24 * DAY);
        let old_name = workflow.old_name.filter(|_| at.started_at < self.end - 17 * DAY);
        Attempt {
            number: at.number,
            repo_name: repo_name.unwrap_or(repo.name),
            workflow_name: old_name.unwrap_or(workflow.name),
            started_at: at.started_at,
            updated_at: last.unwrap_or(quiet) + self.dice.seconds(1, 3),
            conclusion: (!at.refused).then_some(conclusion),
            held: at.held,
            jobs,
        }
    }

    /// Ids grow with time, as GitHub's do.
    fn next_id(&mut self, at: i64) -> u64 {
        let seconds = u64::try_from((at - self.end) / SECOND + 50 * 86_400).unwrap_or_default();
        let id = 9_300_000_000 + seconds * 16 + self.index;
        self.last_id = id.max(self.last_id + 16);
        self.last_id
    }
}

/// Whether the twist made it fail and nothing cancelled it first.
fn is_rerun_failed(run: &Run, first: &Attempt) -> bool {
    run.twist == Some(Twist::RerunFailed) && first.conclusion == Some("failure")
}

/// Runs start on whole seconds, a second after the push.
fn start_of(launch: &Launch) -> i64 {
    launch.at.div_euclid(SECOND) * SECOND + SECOND
}

/// Whether a launch is on the default branch.
fn is_default_branch(launch: &Launch) -> bool {
    scene::is_default_branch(&launch.source)
}
