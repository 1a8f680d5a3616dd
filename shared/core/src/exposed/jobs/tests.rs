use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::exposed::{Health, Told, text};
use crate::rollup::{JobSeries, Rollup, StepSeries};
use crate::row::Names;
use crate::stats::Outcomes;
use crate::time::Millis;

const TODAY: Day = Day(20_000);

fn id(workflow: u64) -> WorkflowId {
    WorkflowId { repository: 1, workflow }
}

fn outcomes(conclusion: &str, times: u64) -> Outcomes {
    let mut outcomes = Outcomes::default();
    (0..times).for_each(|_| outcomes.add(conclusion));
    outcomes
}

fn ran(times: u64, ms: u64) -> Dist {
    Dist::of((0..times).map(|_| Millis(ms)))
}

/// A job that ran so often on the default branch, each time for so long, half of it in one step.
fn job(times: u64, ms: u64) -> JobRollup {
    let mut series = JobSeries { outcomes: outcomes("success", times), ..JobSeries::default() };
    series.queued = ran(times, 2_000);
    series.ran.green = ran(times, ms);
    let step = StepSeries { outcomes: outcomes("success", times), ran: ran(times, ms / 2) };
    series.steps.insert(("Run tests".to_owned(), 1), step);
    let series = [((Segment::DefaultBranch, "ubuntu-latest".to_owned()), series)].into();
    JobRollup { series, ..JobRollup::default() }
}

fn rollup(jobs: impl IntoIterator<Item = (String, JobRollup)>) -> Rollup {
    Rollup { jobs: jobs.into_iter().collect(), ..Rollup::default() }
}

fn lately(day: Day, rollup: &Rollup) -> BTreeMap<WorkflowId, Lately> {
    let mut lately = Lately::default();
    lately.add(day, rollup, |_| true);
    [(id(1), lately.often())].into()
}

fn named() -> Exposed {
    let names =
        Names { repository: "acme/web".to_owned(), workflow: "CI".to_owned(), ..Names::default() };
    let told = Told { names, ..Told::default() };
    Exposed { own: [(id(1), told)].into(), ..Exposed::default() }
}

/// Counts days for those that are told, as the store does.
fn counted(exposed: &mut Exposed, days: &[(Day, &Rollup)]) {
    let mut jobs = exposed.blank(id(1));
    for (name, job) in &mut jobs {
        for (day, rollup) in days {
            rollup.jobs.get(name).into_iter().for_each(|more| job.add(*day, more));
        }
    }
    exposed.raise_jobs(&[(id(1), jobs)].into());
}

fn told(exposed: &Exposed) -> Vec<&str> {
    exposed.jobs.values().flat_map(|jobs| jobs.keys().map(String::as_str)).collect()
}

#[test]
fn the_page_of_one_job() {
    let mut exposed = named();
    let day = rollup([("test (\"1\")".to_owned(), job(6, 90_000))]);
    assert_eq!(exposed.choose(&lately(TODAY, &day), TODAY), 0);
    counted(&mut exposed, &[(TODAY, &day)]);
    let page = text(&exposed, &Health::default());
    let of_jobs = |line: &&str| line.starts_with("laptime_job") || line.starts_with("laptime_step");
    let short = |line: &&str| {
        !line.contains("_bucket") || line.contains("\"60\"") || line.contains("\"120\"")
    };
    let lines: Vec<&str> = page.lines().filter(of_jobs).filter(short).collect();
    let labels = r#"repository="acme/web",cicd_pipeline_name="CI",workflow_id="1",cicd_pipeline_task_name="test (\"1\")""#;
    insta::assert_snapshot!(lines.join("\n").replace(labels, "JOB"), @r#"
    laptime_job_duration_seconds_bucket{JOB,segment="default_branch",le="60"} 0
    laptime_job_duration_seconds_bucket{JOB,segment="default_branch",le="120"} 6
    laptime_job_duration_seconds_sum{JOB,segment="default_branch"} 540
    laptime_job_duration_seconds_count{JOB,segment="default_branch"} 6
    laptime_job_queue_seconds_bucket{JOB,segment="default_branch",le="60"} 6
    laptime_job_queue_seconds_bucket{JOB,segment="default_branch",le="120"} 6
    laptime_job_queue_seconds_sum{JOB,segment="default_branch"} 12
    laptime_job_queue_seconds_count{JOB,segment="default_branch"} 6
    laptime_jobs_total{JOB,segment="default_branch",cicd_pipeline_task_run_result="success"} 6
    laptime_step_duration_seconds_sum{JOB,step="Run tests",segment="default_branch"} 270
    laptime_step_duration_seconds_count{JOB,step="Run tests",segment="default_branch"} 6
    laptime_jobs_without_series 0
    "#);
}

#[test]
fn the_longest_have_series_while_there_is_room() {
    let mut exposed = named();
    let many =
        (1..=MOST_JOBS as u64 + 10).map(|nth| (format!("job {nth:03}"), job(5, nth * 1_000)));
    let day = rollup(many.chain([("seldom".to_owned(), job(4, 9_000_000))]));
    assert_eq!(exposed.choose(&lately(TODAY, &day), TODAY), 10);
    let before: BTreeSet<String> = told(&exposed).into_iter().map(ToOwned::to_owned).collect();
    assert_eq!((before.len(), before.first().unwrap().as_str()), (MOST_JOBS, "job 011"));
    // A longer one comes too late.
    let longer = rollup([("longer".to_owned(), job(5, 99_000_000))]);
    assert_eq!(exposed.choose(&lately(TODAY, &longer), TODAY), 1);
    assert!(told(&exposed).into_iter().eq(before.iter().map(String::as_str)));
    // The others run no more: there is room again.
    let later = Day(TODAY.0 + LATELY_DAYS + 1);
    assert_eq!(exposed.choose(&lately(later, &longer), later), 0);
    assert_eq!(told(&exposed), ["longer"]);
}

#[test]
fn steps_have_a_room_of_their_own_and_make_it_too() {
    let mut exposed = named();
    let step = |name: String, ms| {
        let step = StepSeries { outcomes: outcomes("success", 5), ran: ran(5, ms) };
        ((name, 1), step)
    };
    let mut day = rollup([("build".to_owned(), job(5, 60_000))]);
    let series = day.jobs.values_mut().flat_map(|job| job.series.values_mut());
    for series in series {
        series.steps = (0..MOST_STEPS as u64 + 5).map(|nth| step(format!("{nth}"), nth)).collect();
    }
    exposed.choose(&lately(TODAY, &day), TODAY);
    let told = |exposed: &Exposed| -> Vec<String> {
        exposed.jobs[&id(1)]["build"].steps.keys().map(|(name, _)| name.clone()).collect()
    };
    let first = told(&exposed);
    assert_eq!(first.len(), MOST_STEPS);
    assert!((0..5).all(|short| !first.contains(&short.to_string())), "the shortest");
    // An action was updated: its step has another name.
    let renamed = rollup([("build".to_owned(), job(5, 60_000))]);
    let soon = Day(TODAY.0 + 1);
    exposed.choose(&lately(soon, &renamed), soon);
    assert_eq!(told(&exposed), first);
    counted(&mut exposed, &[(TODAY, &day), (soon, &renamed)]);
    let later = Day(TODAY.0 + LATELY_DAYS + 1);
    exposed.choose(&lately(soon, &renamed), later);
    assert_eq!(told(&exposed), ["Run tests"]);
}

#[test]
fn names_that_look_alike_are_told_once() {
    let mut exposed = named();
    let [one, other] = ["1", "2"].map(|end| format!("{}{end}", "x".repeat(300)));
    let mut twice = job(5, 50_000);
    for series in twice.series.values_mut() {
        let step = series.steps.values().next().unwrap().clone();
        series.steps.insert(("Run tests".to_owned(), 2), step.clone());
        series.steps.insert(("Run tests (2)".to_owned(), 1), step.clone());
        for occurrence in 1..4 {
            series.steps.insert(("y".repeat(300), occurrence), step.clone());
        }
    }
    let day = rollup([(one, twice), (other, job(5, 40_000))]);
    assert_eq!(exposed.choose(&lately(TODAY, &day), TODAY), 1);
    // Another process has told of the other one.
    let mut joined = named();
    joined.choose(&lately(TODAY, &rollup(day.jobs.clone().into_iter().skip(1))), TODAY);
    joined.join(exposed, TODAY);
    assert_eq!(told(&joined).len(), 2);
    counted(&mut joined, &[(TODAY, &day)]);
    let page = text(&joined, &Health::default());
    let names = page.lines().filter(|line| !line.starts_with('#'));
    let names: Vec<&str> = names.map(|line| line.rsplit_once(' ').unwrap().0).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{page}");
    let third = |name: &&&str| name.contains("yyy") && name.contains(" (3)\"");
    assert_eq!(names.iter().filter(third).count(), 2, "sum and count: {page}");
}

#[test]
fn what_was_told_is_read_back() {
    let mut exposed = named();
    let day = rollup([("build".to_owned(), job(6, 90_000))]);
    exposed.choose(&lately(TODAY, &day), TODAY);
    counted(&mut exposed, &[(TODAY, &day)]);
    let jobs = &exposed.jobs[&id(1)];
    let read: Jobs = crate::stored::from_bytes(&crate::stored::to_bytes(jobs).unwrap()).unwrap();
    assert_eq!(&read, jobs);
    assert!(exposed.tells(id(1), &read) && exposed.tells(id(1), &exposed.blank(id(1))));
    assert!(!exposed.tells(id(2), &read) && !exposed.tells(id(1), &Jobs::new()));
}

proptest! {
    #[test]
    fn no_counter_of_a_job_ever_falls(
        rounds in prop::collection::vec(
            prop::collection::vec((0..3_usize, 0..9_u64, 0..9_000_000_u64), 0..5),
            1..8,
        ),
    ) {
        let names = ["build", "test", "lint"];
        let mut exposed = named();
        let first = rollup(names.map(|name| (name.to_owned(), job(5, 1_000))));
        exposed.choose(&lately(TODAY, &first), TODAY);
        let mut before: BTreeMap<String, f64> = BTreeMap::new();
        for round in rounds {
            let day = rollup(round.iter().map(|(name, times, ms)| (names[*name].to_owned(), job(*times, *ms))));
            counted(&mut exposed, &[(TODAY, &day)]);
            let page = text(&exposed, &Health::default());
            let lines = page.lines().filter(|line| line.starts_with("laptime_job_") || line.starts_with("laptime_jobs_total") || line.starts_with("laptime_step"));
            let after: BTreeMap<String, f64> = lines
                .map(|line| line.rsplit_once(' ').unwrap())
                .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
                .collect();
            for (name, value) in &before {
                prop_assert!(after[name] >= *value, "{name} fell from {value}");
            }
            before = after;
        }
    }
}
