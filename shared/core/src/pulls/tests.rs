mod rate;

use super::*;
use crate::model::AttemptId;
use crate::row::{Branch, Names, Segment};

const MINUTE: u64 = 60_000;

fn at(minute: u64) -> Time {
    Time::from_millis(i64::try_from(minute * MINUTE).unwrap())
}

/// A green run of a workflow on `main`, one a minute, with one job.
fn lap(workflow: u64, run: u64, seconds: u64) -> Lap {
    let ran = Millis(seconds * 1_000);
    let job = JobTime {
        name: "build".to_owned(),
        class: "ubuntu-latest".to_owned(),
        ran,
        on_critical_path: true,
    };
    Lap {
        id: AttemptId { repository: 1, run, attempt: 1 },
        workflow: WorkflowId { repository: 1, workflow },
        names: Names {
            repository: "acme/web".to_owned(),
            workflow: format!("w{workflow}"),
            ..Names::default()
        },
        started_at: Some(at(run)),
        end: at(run + 1),
        head_sha: Some(format!("{run:040x}")),
        branch: Branch { repository: Some(1), name: Some("main".to_owned()) },
        segment: Segment::DefaultBranch,
        conclusion: "success".to_owned(),
        ran: Some(ran),
        jobs: vec![job],
    }
}

/// The same of a pull request, later than all others.
fn of_a_pull(workflow: u64, branch: &str, seconds: u64) -> Lap {
    let name = Some(branch.to_owned());
    let branch = Branch { repository: Some(1), name };
    Lap { segment: Segment::PullRequest, branch, ..lap(workflow, 10_000, seconds) }
}

fn entry(laps: Vec<Lap>, earlier: Vec<Lap>) -> Entry {
    let before = Entry::before(&laps).unwrap_or(at(0));
    let workflow = laps[0].workflow;
    let sought = Sought { workflow, base: Some("main".to_owned()), before, runs: 50 };
    let mut found = Earlier::default();
    if let Some(of) = Entry::counted(&laps) {
        found.take(&sought, of, earlier);
    }
    Entry { laps, sought, earlier: found }
}

/// `runs` runs of 300 to 309 s.
fn steady(workflow: u64, runs: u64) -> Vec<Lap> {
    (0..runs).map(|run| lap(workflow, run, 300 + run * 7 % 10)).collect()
}

fn call(seconds: u64) -> Line {
    let entries = vec![entry(vec![of_a_pull(1, "topic", seconds)], steady(1, 30))];
    compare("f00d", entries, &config::Pulls::default()).lines.remove(0)
}

#[test]
fn slower_is_outside_and_far_enough_away() {
    let table = [
        (300, Call::Usual),
        (309, Call::Usual),
        // Outside, and less than thirty seconds and ten per cent from the median.
        (330, Call::Usual),
        (334, Call::Usual),
        (335, Call::Slower),
        (275, Call::Usual),
        (274, Call::Faster),
    ];
    for (seconds, expected) in table {
        let line = call(seconds);
        assert_eq!(line.call, expected, "{seconds} s");
        let interval = line.usual.unwrap().interval.unwrap();
        assert_eq!((interval.low, interval.high), (Millis(300_000), Millis(309_000)));
        assert!((interval.coverage - (1.0 - 2.0 / 31.0)).abs() < 1e-12);
    }
}

#[test]
fn both_floors_count() {
    // Seconds of a short workflow matter as little as per cents of a long one.
    let short: Vec<Lap> = (0..30).map(|run| lap(1, run, 20)).collect();
    let long: Vec<Lap> = (0..30).map(|run| lap(1, run, 3_600)).collect();
    let call = |base: &[Lap], seconds| {
        let entries = vec![entry(vec![of_a_pull(1, "topic", seconds)], base.to_vec())];
        compare("f00d", entries, &config::Pulls::default()).call()
    };
    assert_eq!([call(&short, 49), call(&short, 50)], [Call::Usual, Call::Slower]);
    assert_eq!([call(&long, 3_900), call(&long, 3_961)], [Call::Usual, Call::Slower]);
}

#[test]
fn too_few_runs_say_so() {
    for (runs, expected) in [(0, Call::TooFew { known: 0 }), (18, Call::TooFew { known: 18 })] {
        let entries = vec![entry(vec![of_a_pull(1, "topic", 900)], steady(1, runs))];
        let remark = compare("f00d", entries, &config::Pulls::default());
        assert_eq!(remark.call(), expected);
        assert!(remark.has_time());
    }
    let entries = vec![entry(vec![of_a_pull(1, "topic", 900)], steady(1, 19))];
    assert_eq!(compare("f00d", entries, &config::Pulls::default()).call(), Call::Slower);
}

#[test]
fn failures_and_re_runs_of_failed_jobs_are_no_times() {
    let red = Lap { ran: None, conclusion: "failure".to_owned(), ..of_a_pull(1, "topic", 9) };
    let entries = vec![entry(vec![red.clone()], steady(1, 30))];
    let remark = compare("f00d", entries, &config::Pulls::default());
    assert_eq!((remark.call(), remark.has_time()), (Call::NoneGreen, false));
    // The latest green attempt counts, whatever came after it.
    let green = |attempt, seconds| {
        let mut lap = of_a_pull(1, "topic", seconds);
        lap.id.attempt = attempt;
        lap.end = at(20_000 + u64::from(attempt));
        lap
    };
    let later = Lap { end: at(30_000), ..red };
    let laps = vec![green(2, 300), later, green(1, 900)];
    let remark = compare("f00d", vec![entry(laps, steady(1, 30))], &config::Pulls::default());
    let line = &remark.lines[0];
    assert_eq!((line.attempts, line.call), (3, Call::Usual));
    assert_eq!(line.took.unwrap().attempt, 2);
}

#[test]
fn only_what_is_alike_is_compared() {
    let on = |name: &str, lap: Lap| {
        let name = Some(name.to_owned());
        Lap { branch: Branch { name, ..lap.branch.clone() }, ..lap }
    };
    let of = of_a_pull(1, "topic", 300);
    let others = [
        Lap { segment: Segment::Schedule, ..lap(1, 1, 1) },
        Lap { segment: Segment::Other, ..on("release", lap(1, 2, 2)) },
        Lap { ran: None, ..lap(1, 3, 3) },
        // Of the same pull request, and after the head.
        Lap { head_sha: None, end: at(5), ..of_a_pull(1, "topic", 4) },
        lap(1, 20_000, 5),
        // A branch of a fork that bears the name.
        Lap {
            segment: Segment::Other,
            branch: Branch { repository: Some(2), name: Some("main".to_owned()) },
            ..lap(1, 6, 6)
        },
    ];
    assert_eq!(entry(vec![of.clone()], others.to_vec()).earlier, Earlier::default());

    let elsewhere = |run: u64| Lap {
        segment: Segment::PullRequest,
        ..on(&format!("b{run}"), lap(1, run, 400))
    };
    let elsewhere: Vec<Lap> = (0..20).map(elsewhere).collect();
    let origin = |earlier: Vec<Lap>| {
        let entries = vec![entry(vec![of.clone()], earlier)];
        let remark = compare("f00d", entries, &config::Pulls::default());
        remark.lines[0].usual.clone().map(|usual| (usual.origin, usual.runs))
    };
    let main = || Origin::Branch("main".to_owned());
    assert_eq!(origin(elsewhere.clone()), Some((Origin::OtherPulls, 20)));
    // A few on the base branch are no help, and enough of them are preferred.
    let with = |runs| [elsewhere.clone(), steady(1, runs)].concat();
    assert_eq!(origin(with(5)), Some((Origin::OtherPulls, 20)));
    assert_eq!(origin(with(19)), Some((main(), 19)));
    assert_eq!(origin(with(80)), Some((main(), 50)));
    assert_eq!(origin(steady(1, 5)), Some((main(), 5)));
}

#[test]
fn the_job_that_carries_most_of_it_is_named() {
    let job = |name: &str, seconds: u64, on_critical_path| JobTime {
        name: name.to_owned(),
        class: "ubuntu-latest".to_owned(),
        ran: Millis(seconds * 1_000),
        on_critical_path,
    };
    let with = |lap: Lap, jobs: Vec<JobTime>| Lap { jobs, ..lap };
    let jobs = vec![job("build", 200, true), job("test", 100, true), job("lint", 50, false)];
    let base = steady(1, 30).into_iter().map(|lap| with(lap, jobs.clone())).collect::<Vec<_>>();
    let carrier = |seconds, jobs| {
        let entries = vec![entry(vec![with(of_a_pull(1, "topic", seconds), jobs)], base.clone())];
        let line = compare("f00d", entries, &config::Pulls::default()).lines.remove(0);
        line.carrier.map(|one| (one.job, one.usual_ms, one.took_ms))
    };
    let told = |name: &str, usual: Option<f64>, took| Some((name.to_owned(), usual, took));
    // Nothing waits for `lint`.
    let jobs = vec![job("build", 210, true), job("test", 290, true), job("lint", 400, false)];
    assert_eq!(carrier(500, jobs), told("test", Some(100_000.0), Some(290_000.0)));
    let jobs = vec![job("build", 200, true), job("test", 100, true), job("scan", 200, true)];
    assert_eq!(carrier(500, jobs), told("scan", None, Some(200_000.0)));
    assert_eq!(carrier(200, vec![job("build", 200, true)]), told("test", Some(100_000.0), None));
    assert_eq!(carrier(300, vec![job("build", 200, true)]), None);
}

#[test]
fn the_longest_workflows_are_judged_first() {
    let entries = (1..=4).map(|workflow| {
        let base = (0..40).map(|run| lap(workflow, run, 100 * workflow)).collect();
        entry(vec![of_a_pull(workflow, "topic", 2_000)], base)
    });
    let remark = compare("f00d", entries.collect(), &config::Pulls::default());
    let calls: Vec<_> = remark.lines.iter().map(|line| (line.name.as_str(), line.call)).collect();
    let (slower, not) = (Call::Slower, Call::NotJudged);
    assert_eq!(calls, [("w4", slower), ("w3", slower), ("w2", not), ("w1", not)]);
}
