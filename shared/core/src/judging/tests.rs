use proptest::prelude::*;

use super::*;
use crate::config;
use crate::model::{AttemptId, Part};
use crate::rollup::{JudgedRow, Rollup};
use crate::row::{Branch, JobRow, Names, Row, Segment, StepRow, Tally, Times};
use crate::time::{Millis, Time};

const MONDAY: Day = Day(20_458);

/// A workflow with a job `build` (steps `compile`, `link`) and a job `test` after it.
struct Story {
    rows: Vec<JudgedRow>,
    random: u64,
}

impl Story {
    fn new(seed: u64) -> Self {
        Self { rows: Vec::new(), random: seed }
    }

    /// About normal, with standard deviation 1.
    fn noise(&mut self) -> f64 {
        let mut draw = || {
            self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.random >> 11) as f64 / (1_u64 << 53) as f64
        };
        (0..12).map(|_| draw()).sum::<f64>() - 6.0
    }

    fn around(&mut self, seconds: f64) -> u64 {
        let noise = self.noise();
        (seconds * 1e3 * (0.05 * noise).exp()) as u64
    }

    /// Four attempts on a working day; `slow` stretches the step `compile`, `machine` every job.
    fn day(&mut self, day: Day, slow: f64, machine: f64) {
        if day.0 - day.week().0 >= 5 {
            return;
        }
        for hour in [8, 11, 14, 17] {
            let end = day.start().plus_millis(hour * 3_600_000);
            let compile = self.around(300.0 * slow * machine);
            let link = self.around(60.0 * machine);
            let test = self.around(200.0 * machine);
            self.attempt(
                end,
                "success",
                &[("build", &[("compile", compile), ("link", link)]), ("test", &[("run", test)])],
            );
        }
    }

    fn attempt(&mut self, end: Time, conclusion: &str, jobs: &[(&str, &[(&str, u64)])]) {
        let number = self.rows.len() as u64 + 1;
        let step = |(name, ms): &(&str, u64)| StepRow {
            name: (*name).to_owned(),
            occurrence: 1,
            conclusion: conclusion.to_owned(),
            ran: Some(Millis(*ms)),
        };
        let job = |(name, steps): &(&str, &[(&str, u64)])| JobRow {
            name: (*name).to_owned(),
            runner_class: "ubuntu".to_owned(),
            conclusion: conclusion.to_owned(),
            part: Part::Ran,
            queued: Some(Millis(2_000)),
            approval: Millis(0),
            ran: Some(Millis(steps.iter().map(|(_, ms)| ms).sum::<u64>() + 3_000)),
            on_critical_path: true,
            steps: steps.iter().map(step).collect(),
        };
        let jobs: Vec<JobRow> = jobs.iter().map(job).collect();
        let ran: u64 = jobs.iter().filter_map(|job| job.ran).map(|ran| ran.0).sum::<u64>() + 2_000;
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

    fn tracks(&self) -> Vec<(Day, Track)> {
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

fn judged(story: &Story) -> Judgement {
    let settings = config::Judging::default();
    let watch = Watch { settings: &settings, active: &|_| 10 };
    let id = WorkflowId { repository: 1, workflow: 7 };
    judge(id, &story.tracks(), &watch, Day(0), Judgement::default())
}

fn six_weeks(seed: u64, slow: impl Fn(i32) -> (f64, f64)) -> Story {
    let mut story = Story::new(seed);
    for day in 0..42 {
        let (slow, machine) = slow(day);
        story.day(Day(MONDAY.0 + day), slow, machine);
    }
    story
}

/// A finding in a few words.
fn told(finding: &Finding) -> String {
    let carrier = finding.carriers.as_ref().and_then(|carriers| carriers.parts.first());
    let step = carrier.map(|carrier| format!("{:?} {:?}", carrier.job, carrier.step));
    format!(
        "{} {:?} {:?} first #{} {:+.0} % by {}, {} members, {:?}, {:?}",
        if finding.is_regression { "regression" } else { "improvement" },
        finding.series.measure,
        finding.series.scope,
        finding.first_bad.run_number.unwrap_or_default(),
        finding.level.change().unwrap_or_default() * 100.0,
        step.unwrap_or_default(),
        finding.members.len(),
        matches!(finding.state, State::Recovered { .. }),
        finding.cause,
    )
}

#[test]
fn nothing_happens_and_nothing_is_said() {
    for seed in 1..20 {
        let judgement = judged(&six_weeks(seed, |_| (1.0, 1.0)));
        assert!(
            judgement.findings.is_empty(),
            "{:?}",
            judgement.findings.iter().map(told).collect::<Vec<_>>()
        );
        assert_eq!(judgement.series, 9);
    }
}

#[test]
fn one_slow_step_is_one_finding_that_names_it() {
    // +45 % of 300 s is +25 % of the run, from the fifth week on: after attempt 80.
    for seed in 1..20 {
        let judgement = judged(&six_weeks(seed, |day| (if day >= 28 { 1.45 } else { 1.0 }, 1.0)));
        let told: Vec<String> = judgement.findings.iter().map(told).collect();
        println!("{told:?}");
    }
}

#[test]
fn slow_machines_and_recovery() {
    for seed in 1..6 {
        let judgement =
            judged(&six_weeks(seed, |day| (1.0, if (21..35).contains(&day) { 1.3 } else { 1.0 })));
        let told: Vec<String> = judgement.findings.iter().map(told).collect();
        println!("{told:#?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Judging may be taken up again at any Monday.
    #[test]
    fn it_does_not_matter_how_often_it_is_judged(seed in 1_u64..1_000, cuts in proptest::collection::vec(1_i32..42, 1..6)) {
        let story = six_weeks(seed, |day| (if day >= 25 { 1.5 } else { 1.0 }, 1.0));
        let whole = judged(&story);
        let settings = config::Judging::default();
        let watch = Watch { settings: &settings, active: &|_| 10 };
        let id = WorkflowId { repository: 1, workflow: 7 };
        let tracks = story.tracks();
        let (mut held, mut from) = (Judgement::default(), Day(0));
        let mut cuts = cuts;
        cuts.sort_unstable();
        for cut in cuts.into_iter().chain([42]) {
            let until = MONDAY.0 + cut;
            let seen: Vec<(Day, Track)> =
                tracks.iter().filter(|(day, _)| day.0 < until).cloned().collect();
            held = judge(id, &seen, &watch, from, held);
            from = Day(until);
        }
        prop_assert_eq!(held, whole);
    }
}
