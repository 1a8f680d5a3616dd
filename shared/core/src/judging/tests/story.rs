//! A workflow as it might have run.

use crate::judging::tests::MONDAY;
use crate::model::{AttemptId, Part};
use crate::rollup::{JudgedRow, Rollup};
use crate::row::{Branch, JobRow, Names, Row, Segment, StepRow, Tally, Times, WorkflowId};
use crate::time::{Day, Millis, Time};
use crate::track::Track;

/// A workflow with a job `build` (steps `compile`, `link`), a job `test` after it, and `lint`.
pub(super) struct Story {
    rows: Vec<JudgedRow>,
    random: u64,
}

impl Story {
    pub(super) fn new(seed: u64) -> Self {
        Self { rows: Vec::new(), random: seed }
    }

    /// From 0 to 1.
    fn draw(&mut self) -> f64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.random >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About normal, with standard deviation 1.
    pub(super) fn noise(&mut self) -> f64 {
        (0..12).map(|_| self.draw()).sum::<f64>() - 6.0
    }

    pub(super) fn around(&mut self, seconds: f64) -> u64 {
        let noise = self.noise();
        (seconds * 1e3 * (0.05 * noise).exp()) as u64
    }

    /// Four attempts on a working day; `slow` stretches the step `compile`, `machine` every job.
    pub(super) fn day(&mut self, day: Day, slow: f64, machine: f64) {
        if day.0 - day.week().0 < 5 {
            self.attempts(day, 4, (slow, machine));
        }
    }

    /// So many attempts from eight o'clock on.
    pub(super) fn attempts(&mut self, day: Day, count: i64, (slow, machine): (f64, f64)) {
        for index in 0..count {
            let end = day.start().plus_millis((8 * 60 + index * 12 * 60 / count) * 60_000);
            let compile = self.around(300.0 * slow * machine);
            let link = self.around(60.0 * machine);
            let test = self.around(200.0 * machine);
            let ruff = self.around(90.0 * machine);
            let jobs: [(&str, &[(&str, u64)]); 3] = [
                ("build", &[("compile", compile), ("link", link)]),
                ("test", &[("run", test)]),
                ("lint", &[("ruff", ruff)]),
            ];
            self.attempt(end, "success", &jobs);
        }
    }

    pub(super) fn attempt(&mut self, end: Time, conclusion: &str, jobs: &[(&str, &[(&str, u64)])]) {
        let number = self.rows.len() as u64 + 1;
        let step = |(name, ms): &(&str, u64)| StepRow {
            name: (*name).to_owned(),
            occurrence: 1,
            conclusion: conclusion.to_owned(),
            ran: Some(Millis(*ms)),
        };
        // Whose end nobody waits for: lint.
        let job = |(name, steps): &(&str, &[(&str, u64)])| JobRow {
            name: (*name).to_owned(),
            runner_class: "ubuntu".to_owned(),
            conclusion: conclusion.to_owned(),
            part: Part::Ran,
            queued: Some(Millis(2_000)),
            approval: Millis(0),
            ran: Some(Millis(steps.iter().map(|(_, ms)| ms).sum::<u64>() + 3_000)),
            on_critical_path: *name != "lint",
            steps: steps.iter().map(step).collect(),
        };
        let jobs: Vec<JobRow> = jobs.iter().map(job).collect();
        let on_path = jobs.iter().filter(|job| job.on_critical_path);
        let ran: u64 = on_path.filter_map(|job| job.ran).map(|ran| ran.0).sum::<u64>() + 2_000;
        let times = Times {
            queued: Some(Millis(2_000)),
            ran: Some(Millis(ran)),
            total: Some(Millis(ran + 2_000)),
        };
        let row = Row {
            id: AttemptId { repository: 1, run: number, attempt: 1 },
            workflow: WorkflowId { repository: 1, workflow: 7 },
            end,
            started_at: None,
            names: Names::default(),
            branch: Branch::default(),
            segment: Segment::DefaultBranch,
            conclusion: conclusion.to_owned(),
            run_number: Some(number),
            head_sha: Some(format!("{number:040x}")),
            times,
            parts: None,
            tally: Tally::default(),
            jobs,
        };
        self.rows.push(JudgedRow { row, superseded: false });
    }

    /// Days on which anything may change: how many attempts there are, how long each step takes and
    /// everybody waits, on which machines, and how often they fail.
    pub(super) fn restless(seed: u64, days: i32) -> Self {
        let mut story = Self::new(seed);
        let (mut factors, mut wait, mut failing) = ([1.0; 4], 5.0, 0.05);
        let (mut class, mut busy, mut silent) = ("ubuntu", 4.0, 0);
        for day in 0..days {
            let day = Day(MONDAY.0 + day);
            if story.draw() < 0.03 {
                let (which, factor) = ((story.draw() * 4.0) as usize, 0.6 + 1.1 * story.draw());
                factors[which] = f64::clamp(factors[which] * factor, 0.2, 8.0);
            }
            if story.draw() < 0.01 {
                let factor = 0.6 + 1.1 * story.draw();
                for one in &mut factors {
                    *one = f64::clamp(*one * factor, 0.2, 8.0);
                }
            }
            if story.draw() < 0.02 {
                wait = 5.0 + 400.0 * story.draw().powi(3);
            }
            if story.draw() < 0.02 {
                failing = story.draw().powi(2);
            }
            if story.draw() < 0.01 {
                class = if class == "ubuntu" { "large" } else { "ubuntu" };
            }
            if story.draw() < 0.02 {
                busy = [0.3, 2.0, 6.0, 25.0][(story.draw() * 4.0) as usize];
            }
            if story.draw() < 0.005 {
                silent = day.0 + (story.draw() * 90.0) as i32;
            }
            let quiet = day.0 < silent || (day.0 - day.week().0 >= 5 && story.draw() < 0.8);
            let count = if quiet { 0 } else { (busy * 2.0 * story.draw()).round() as i64 };
            for index in 0..count {
                let end = day.start().plus_millis(index * 86_000_000 / count);
                let is_red = story.draw() < failing;
                let conclusion = if is_red { "failure" } else { "success" };
                let [compile, link, test, ruff] = [(300.0, 0), (60.0, 1), (200.0, 2), (90.0, 3)]
                    .map(|(usual, which): (f64, usize)| story.around(usual * factors[which]));
                let jobs: [(&str, &[(&str, u64)]); 3] = [
                    ("build", &[("compile", compile), ("link", link)]),
                    ("test", &[("run", test)]),
                    ("lint", &[("ruff", ruff)]),
                ];
                let runs = if story.draw() < 0.5 { 3 } else { 2 };
                story.attempt(end, conclusion, &jobs[..runs]);
                let (waited, is_pull) = (story.around(wait), story.draw() < 0.4);
                let is_again = story.draw() < 0.3;
                let run = story.rows.len().checked_sub(2).map(|place| &story.rows[place].row);
                let again = run.filter(|run| is_again && run.conclusion == "failure");
                let again = again.map(|run| (run.id, run.run_number, run.head_sha.clone()));
                let row = &mut story.rows.last_mut().unwrap().row;
                if is_pull {
                    row.segment = Segment::PullRequest;
                }
                for job in &mut row.jobs {
                    class.clone_into(&mut job.runner_class);
                    job.queued = Some(Millis(waited));
                }
                if let Some((id, number, commit)) = again {
                    row.id = AttemptId { attempt: id.attempt + 1, ..id };
                    (row.run_number, row.head_sha) = (number, commit);
                }
            }
        }
        story
    }

    pub(super) fn tracks(&self) -> Vec<(Day, Track)> {
        let mut days: Vec<Day> = self.rows.iter().map(|row| row.row.end.day()).collect();
        days.dedup();
        let of = |day: Day| {
            let of_day: Vec<JudgedRow> =
                self.rows.iter().filter(|row| row.row.end.day() == day).cloned().collect();
            (day, Track::of(&of_day, &Rollup::of(&of_day)))
        };
        days.into_iter().map(of).collect()
    }
}
