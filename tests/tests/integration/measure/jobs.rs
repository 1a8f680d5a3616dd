//! Jobs with metrics of their own, read back from the service.

use std::collections::BTreeSet;

use kit::{Cloud, Gathered, Job, Memory, Run, append_all, at, cloud, wait};
use laptime_core::config::Policy;
use laptime_core::flow::{Installation, Pass, Pushed, measure};
use laptime_core::ingest::Progress::Keep;
use laptime_core::time::Time;

const NOON: &str = "2026-05-01T12:00:00Z";

/// A pass with room for so many metrics of jobs, and how often it called the table.
fn pass_with(max_job_series: u32, cloud: &Cloud, now: Time) -> (Pushed, u64) {
    let policy = format!("[metrics]\nmax_job_series = {max_job_series}");
    let policy = Policy::parse(&policy).unwrap();
    let (store, metrics) = (cloud.clients.store("laptime", 35), cloud.clients.metrics());
    let at = Installation { store: &store, metrics: &metrics, policy: &policy };
    let (_, pushed) = wait(measure(at, Pass::new("a test", now, 35), || now)).unwrap().unwrap();
    (pushed, store.units().calls)
}

/// A pass with room for two jobs.
fn pass(cloud: &Cloud, now: Time) -> Pushed {
    pass_with(12, cloud, now).0
}

/// A run of an hour ago: `test` of 300 s with four steps, `build` of 100 s, `lint` of 10 s.
fn run(id: u64, now: Time) -> Run {
    let time = |second: i64| now.plus_millis(1_000 * second - 3_600_000).to_string();
    let job = |nth, name, s: i64| Job::new(id * 10 + nth, name, &time(0), &time(4), &time(4 + s));
    let test = job(0, "test", 300)
        .step("Set up", &time(4), &time(14))
        .step("Fetch", &time(14), &time(44))
        .step("Compile", &time(44), &time(104))
        .step("Test", &time(104), &time(304));
    let lint = job(2, "lint", 10).concluded("failure");
    Run::new(id, &time(0), &time(305)).job(test).job(job(1, "build", 100)).job(lint)
}

#[test]
fn jobs_are_chosen_by_what_ran_in_the_last_sixty_days() {
    let (store, metrics, now) = (Memory::default(), Gathered::default(), at(NOON));
    let on = |day: i64, names: &[i64]| {
        let time = |second: i64| now.plus_days(-day).plus_millis(second * 1_000).to_string();
        let id = u64::try_from(day).unwrap() + 1;
        let jobs =
            names.iter().zip(0..).flat_map(|(name, nth)| (0..5).map(move |k| (name, nth * 5 + k)));
        jobs.fold(Run::new(id, &time(0), &time(100)), |run, (name, nth)| {
            let name = format!("of {name} days ago");
            run.job(Job::new(id * 1_000 + nth, &name, &time(0), &time(0), &time(100)))
        })
    };
    let ages = [0, 13, 14, 15, 59, 60, 61];
    let pass = |runs: Vec<Run>| {
        let deliveries: Vec<_> = runs.iter().flat_map(Run::deliveries).collect();
        append_all(&store, &deliveries, Keep, now).unwrap();
        let policy = Policy::parse("[metrics]\nmax_job_series = 999").unwrap();
        let at = Installation { store: &store, metrics: &metrics, policy: &policy };
        wait(measure(at, Pass::new("a test", now, 35), || now)).unwrap().unwrap();
    };
    pass(ages.iter().map(|age| on(*age, &[*age])).collect());
    pass(vec![on(1, &ages)]);
    let figures = metrics.figures("JobSuccessRate");
    let told = figures.iter().map(|one| one.dimensions[3].1.as_str()).collect::<BTreeSet<_>>();
    let expected = ages[..6].iter().map(|age| format!("of {age} days ago"));
    assert_eq!(told, expected.collect::<Vec<_>>().iter().map(String::as_str).collect());
}

#[test]
fn the_jobs_that_take_most_time_have_metrics_of_their_own() {
    let (cloud, now) = (cloud(), laptime_aws::clock());
    let store = cloud.store();
    let append = |ids: std::ops::RangeInclusive<u64>| {
        let deliveries: Vec<_> = ids.flat_map(|id| run(id, now).deliveries()).collect();
        append_all(&store, &deliveries, Keep, now).unwrap();
    };
    let workflow =
        [("Repository", "acme/web"), ("Workflow", "Workflow 1"), ("Branch", "default_branch")];
    let measured = |name: &str, more: &[(&str, &str)]| {
        let found = cloud.metric(name, &[&workflow[..], more].concat());
        (found.count, found.sum)
    };

    // Four runs are too few to choose by; with the fifth there is something to choose.
    append(1..=4);
    pass(&cloud, now);
    append(5..=5);
    pass(&cloud, now);
    assert_eq!(measured("JobDuration", &[]), (15.0, 5.0 * 410.0));
    assert_eq!(measured("JobDuration", &[("Job", "test")]), (0.0, 0.0));

    append(6..=7);
    let pushed = pass(&cloud, now);
    // Four of the run, two of each job; three of each of two jobs, and three steps.
    assert_eq!((pushed.samples, pushed.problems.len()), (2 * (4 + 6 + 6 + 3), 0));
    let of_job = |name: &str| {
        ["JobDuration", "JobQueueTime", "JobSuccessRate"].map(|it| measured(it, &[("Job", name)]))
    };
    assert_eq!(of_job("test"), [(2.0, 600.0), (2.0, 8.0), (2.0, 2.0)]);
    assert_eq!(of_job("build"), [(2.0, 200.0), (2.0, 8.0), (2.0, 2.0)]);
    assert_eq!(of_job("lint"), [(0.0, 0.0); 3], "there is no room for it");
    let step = |name: &str| measured("StepDuration", &[("Job", "test"), ("Step", name)]);
    let steps = ["Set up", "Fetch", "Compile", "Test"].map(step);
    assert_eq!(steps, [(0.0, 0.0), (2.0, 60.0), (2.0, 120.0), (2.0, 400.0)]);
    assert_eq!(measured("JobDuration", &[]), (21.0, 7.0 * 410.0), "as before");

    // On the same day it is only read which they are, and the history not again.
    let calls = |max_job_series| pass_with(max_job_series, &cloud, now).1;
    let (without, with) = (calls(0), calls(12));
    assert_eq!(with, without + 1);
    // On another, once: five times touched days and rollups of fourteen days, and a note put.
    let tomorrow = now.plus_days(1);
    let calls = |max_job_series| pass_with(max_job_series, &cloud, tomorrow).1;
    let [_, without, anew, with] = [0, 0, 12, 12].map(calls);
    assert_eq!((with, anew - with), (without + 1, 5 * 2 + 2));
    assert!(pass_with(6, &cloud, tomorrow).1 > with, "fewer places are chosen for at once");
}
