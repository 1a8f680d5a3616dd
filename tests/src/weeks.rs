//! Weeks of a small organisation whose jobs take about as long from day to day, unless told
//! otherwise.

use fastrand::Rng;
use laptime_core::time::{Day, Time};

use crate::scenario::{Delivery, Job, Run};

/// How much longer things take on a day: the step `compile` of one workflow, every step of all.
pub type Slow<'a> = &'a dyn Fn(u64, i32) -> (f64, f64);

/// Two repositories with two workflows each, all with the jobs `build` (`compile`, `link`), `test`
/// and `lint`, four pushes on each working day.
pub struct Weeks<'a> {
    /// Repositories; each has two workflows.
    pub repositories: u64,
    /// The Monday of the first week.
    pub from: Day,
    /// How many days.
    pub days: i32,
    /// Which history of that kind.
    pub seed: u64,
    /// What takes longer: by workflow and day, from 0.
    pub slow: Slow<'a>,
}

impl Weeks<'_> {
    /// All deliveries, in the order of time of each workflow.
    pub fn deliveries(&self) -> Vec<Delivery> {
        let mut random = Rng::with_seed(self.seed);
        let mut all = Vec::new();
        for workflow in 0..2 * self.repositories {
            let mut number = workflow * 10_000;
            for day in 0..self.days {
                let date = Day(self.from.0 + day);
                if date.0 - date.week().0 >= 5 {
                    continue;
                }
                for hour in [8, 11, 14, 17] {
                    number += 1;
                    let at = date.start().plus_millis(hour * 3_600_000);
                    let run = self.run(workflow, number, day, at, &mut random);
                    let repository = workflow / 2 + 1;
                    let name = format!("acme/r{repository}");
                    let deliveries = run.deliveries().into_iter();
                    all.extend(deliveries.map(|one| one.of_repository(repository, &name)));
                }
            }
        }
        all
    }

    fn run(&self, workflow: u64, number: u64, day: i32, at: Time, random: &mut Rng) -> Run {
        let (compile, machine) = (self.slow)(workflow, day);
        let mut seconds = |about: f64| {
            // The mean of some uniform numbers: about normal, 5 per cent.
            let noise = (0..6).map(|_| random.f64()).sum::<f64>() - 3.0;
            #[expect(clippy::cast_possible_truncation, reason = "some minutes")]
            let seconds = (about * machine * (1.0 + 0.07 * noise)) as i64;
            seconds
        };
        let build = [("compile", seconds(300.0 * compile)), ("link", seconds(60.0))];
        let test = [("pytest", seconds(200.0))];
        let lint = [("ruff", seconds(90.0))];
        let (build, end) = job(number * 10, "build", at.plus_millis(2_000), &build);
        let (test, end) = job(number * 10 + 1, "test", end.plus_millis(1_000), &test);
        let (lint, _) = job(number * 10 + 2, "lint", at.plus_millis(2_000), &lint);
        let (started, updated) = (at.to_string(), end.plus_millis(2_000).to_string());
        let mut run = Run::new(number, &started, &updated).job(build).job(test).job(lint);
        run.workflow = workflow + 1;
        run
    }
}

/// A job whose runner comes after two seconds.
fn job(id: u64, name: &str, created: Time, steps: &[(&str, i64)]) -> (Job, Time) {
    let started = created.plus_millis(2_000);
    let mut at = started.plus_millis(3_000);
    let mut made = Vec::new();
    for (step, seconds) in steps {
        let end = at.plus_millis(seconds * 1_000);
        made.push((*step, at.to_string(), end.to_string()));
        at = end;
    }
    let end = at.plus_millis(1_000);
    let texts = [created, started, end].map(|time| time.to_string());
    let job = Job::new(id, name, &texts[0], &texts[1], &texts[2]);
    (made.iter().fold(job, |job, (step, from, to)| job.step(step, from, to)), end)
}
