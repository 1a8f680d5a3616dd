//! Passes that send metrics: each sample once, and gauges of the moment.

mod jobs;

use kit::{
    Crashing, Doom, Fate, Gathered, Job, Memory, Moment, Run, append_all, at, cloud, measure_at,
    wait,
};
use laptime_core::config::Policy;
use laptime_core::flow::{Installation, Pass, measure};
use laptime_core::ingest::Progress::Keep;
use laptime_core::port::{Findings, Inbox, Ledger, Library, Notes, Unit};
use laptime_core::time::Time;

fn noon() -> Time {
    at("2026-05-01T12:00:00Z")
}

/// A run of 300 s with one job.
fn run(id: u64) -> Run {
    let job = Job::new(id * 10, "test", "10:00:00", "10:00:05", "10:05:00");
    Run::new(id, "10:00:00", "10:05:00").job(job)
}

fn append(inbox: &impl Inbox, runs: &[Run]) {
    let deliveries: Vec<_> = runs.iter().flat_map(Run::deliveries).collect();
    append_all(inbox, &deliveries, Keep, noon()).unwrap();
}

#[test]
fn every_attempt_is_measured_once_however_often_its_day_is_touched() {
    let (store, metrics) = (Memory::default(), Gathered::default());
    append(&store, &[run(1), run(2).concluded("failure")]);
    let (passed, pushed) = measure_at(&store, &metrics, noon()).unwrap();
    assert_eq!((passed.days, pushed.attempts, pushed.samples), (1, 2, 12));
    append(&store, &[run(3)]);
    append_all(&store, &[run(1).concluded("failure").completed()], Keep, noon()).unwrap();
    let (passed, pushed) = measure_at(&store, &metrics, noon()).unwrap();
    assert_eq!((passed.days, pushed.attempts), (1, 1));
    assert_eq!(metrics.sum("RunDuration"), (3.0, 900.0));
    assert_eq!(metrics.sum("SuccessRate"), (3.0, 2.0));
    assert_eq!(metrics.sum("Passes"), (2.0, 2.0));
    insta::assert_snapshot!(metrics.names().join("\n"), @"
    Laptime AttemptsMeasured
    Laptime AttemptsSetAside
    Laptime FilingLag
    Laptime JobDuration
    Laptime JobQueueTime
    Laptime Passes
    Laptime RunDuration
    Laptime RunQueueTime
    Laptime RunsFailed
    Laptime RunsSucceeded
    Laptime SuccessRate
    Laptime WorkflowsOverP95
    Laptime WorkflowsQueueing
    Laptime WorkflowsUnderSuccessRate
    ");
}

#[test]
fn gauges_tell_how_many_workflows_are_in_trouble() {
    let (store, metrics) = (Memory::default(), Gathered::default());
    let failing: Vec<Run> = (1..=6).map(|id| run(id).concluded("failure")).collect();
    append(&store, &failing);
    measure_at(&store, &metrics, noon()).unwrap();
    let gauge = |at: usize| {
        let names = ["WorkflowsOverP95", "WorkflowsUnderSuccessRate", "WorkflowsQueueing"];
        names.map(|name| metrics.figures(name)[at].values[0].0)
    };
    assert_eq!(gauge(0), [0.0, 1.0, 0.0]);
    // Nothing new: it holds for a day after the last end, and then no longer.
    measure_at(&store, &metrics, noon().plus_millis(3_600_000)).unwrap();
    measure_at(&store, &metrics, noon().plus_days(1)).unwrap();
    assert_eq!([gauge(1), gauge(2)], [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]);
}

#[test]
fn what_is_refused_is_sent_by_the_next_pass_and_what_is_in_doubt_is_not() {
    for (fate, sent_later, lost) in [(Fate::Refused, 1.0, 0), (Fate::Unheard, 0.0, 6)] {
        let (store, metrics) = (Memory::default(), Gathered::default());
        append(&store, &[run(1)]);
        metrics.then(&[fate, Fate::Refused]);
        let (passed, pushed) = measure_at(&store, &metrics, noon()).unwrap();
        assert_eq!((pushed.lost, pushed.problems.len()), (lost, 2), "{fate:?}");
        // A refused day stays touched, so that it is met again.
        assert_eq!(passed.days, u64::from(fate == Fate::Unheard));
        let before = metrics.sum("RunDuration").0;
        measure_at(&store, &metrics, noon()).unwrap();
        assert_eq!(metrics.sum("RunDuration").0 - before, sent_later, "{fate:?}");
        assert_eq!(metrics.sum("SamplesLost").1, lost as f64, "told once it can be");
        measure_at(&store, &metrics, noon()).unwrap();
        assert_eq!(metrics.sum("SamplesLost").1, lost as f64, "and only once");
    }
}

#[test]
fn the_past_is_kept_but_not_sent() {
    let (store, metrics) = (Memory::default(), Gathered::default());
    append(&store, &[run(1)]);
    let later = noon().plus_days(14);
    let (passed, pushed) = measure_at(&store, &metrics, later).unwrap();
    assert_eq!((passed.days, pushed.skipped, pushed.samples), (1, 6, 0));
    let (_, pushed) = measure_at(&store, &metrics, later).unwrap();
    assert_eq!(pushed.skipped, 0, "told once");
    assert!(metrics.figures("RunDuration").is_empty());
}

#[test]
fn the_trend_of_a_workflow_with_thirty_days_of_history_is_sent_once_a_day() {
    let (store, metrics) = (Memory::default(), Gathered::default());
    // 100 s, give or take one, for fifteen days, then 120 s; what is of today does not count.
    let history = (0..=30).map(|day| {
        let typical = [100, 120, 9_999][usize::try_from(day).unwrap() / 15];
        let start = at("2026-04-01T09:00:00Z").plus_days(day);
        let end = start.plus_millis((typical + day % 3 - 1) * 1_000).to_string();
        let (id, start) = (u64::try_from(day).unwrap() + 1, start.to_string());
        let job = Job::new(id * 10, "test", &start, &start, &end);
        Run::new(id, &start, &end).job(job)
    });
    append(&store, &history.collect::<Vec<_>>());
    // Refused, it is not done with.
    metrics.then(&[Fate::Taken, Fate::Refused]);
    measure_at(&store, &metrics, noon()).unwrap();
    assert!(metrics.figures("DurationTrend").is_empty());
    measure_at(&store, &metrics, noon()).unwrap();
    measure_at(&store, &metrics, noon()).unwrap();
    let [trend] = &metrics.figures("DurationTrend")[..] else { panic!("sent once") };
    let whose = [("Repository", "acme/web".to_owned()), ("Workflow", "Workflow 1".to_owned())];
    assert_eq!((&trend.dimensions[..], trend.at), (&whose[..], noon()));
    assert_eq!((trend.unit, &trend.values[..]), (Unit::Percent, &[(20.0, 1.0)][..]));
    // A day later there is another, of the thirty days before that one.
    measure_at(&store, &metrics, noon().plus_days(1)).unwrap();
    let values: Vec<_> = metrics.figures("DurationTrend").into_iter().map(|it| it.values).collect();
    assert_eq!(values, [[(20.0, 1.0)], [(20.0, 1.0)]]);
}

/// A crash at call number `deadly`, then passes until all is done. Nothing is sent twice, and what
/// is missing is told as lost.
fn survive<S: Inbox + Ledger + Notes + Findings + Library>(
    store: &S,
    deadly: usize,
    moment: Moment,
) -> bool {
    let metrics = Gathered::default();
    append(store, &[run(1), run(2)]);
    let doom = Doom::at(deadly, moment);
    let crashing = Crashing::new(store, &doom);
    let died = measure_at(&crashing, &metrics, noon()).is_err();
    let later = noon().plus_millis(60_000);
    measure_at(store, &metrics, later).unwrap();
    append(store, &[run(3)]);
    measure_at(store, &metrics, later.plus_millis(60_000)).unwrap();
    let names = ["RunDuration", "RunQueueTime", "JobDuration", "JobQueueTime"];
    let names = names.into_iter().chain(["RunsSucceeded", "SuccessRate"]);
    let counts: Vec<f64> = names.map(|name| metrics.sum(name).0).collect();
    assert!(counts.iter().all(|count| *count <= 3.0), "{moment:?} {deadly}: {counts:?}");
    let missing = 18.0 - counts.iter().sum::<f64>();
    let lost = metrics.sum("SamplesLost").1;
    assert!(missing <= lost, "{moment:?} {deadly}: {missing} missing, {lost} told");
    assert!(lost <= 12.0, "one batch at most");
    died
}

fn at_every_call<S: Inbox + Ledger + Notes + Findings + Library>(fresh: impl Fn() -> S) {
    for moment in [Moment::Before, Moment::After] {
        let deadly = (0..9_999).find(|deadly| !survive(&fresh(), *deadly, moment)).unwrap();
        assert!(deadly > 20, "only {deadly} calls were crashed");
    }
}

#[test]
fn a_crash_at_any_call_sends_nothing_twice_and_tells_what_it_lost() {
    at_every_call(Memory::default);
}

#[test]
fn the_same_on_dynamodb() {
    at_every_call(|| cloud().store());
}

#[test]
fn a_day_that_has_not_changed_is_not_read_again_until_its_rollup_is_due() {
    let store = cloud().store();
    let metrics = Gathered::default();
    let hourly = |now: Time| {
        let at = Installation { store: &store, metrics: &metrics, policy: &Policy::default() };
        let pass = Pass { roll_up_every_ms: Some(3_600_000), ..Pass::new("a test", now, 35) };
        let before = store.units();
        let (passed, _) = wait(measure(at, pass, || now)).unwrap().unwrap();
        (passed.days, store.units().since(before).reads)
    };
    assert_eq!(hourly(noon()).0, 0);
    // Rows of several kilobytes each, of today.
    let mut runs: Vec<Run> = (1..=30).map(run).collect();
    for (run, seed) in runs.iter_mut().zip(0..) {
        let mut dice = fastrand::Rng::with_seed(seed);
        run.jobs[0].name = std::iter::repeat_with(|| dice.alphanumeric()).take(4_000).collect();
    }
    append(&store, &runs);
    let quarter = |n: i64| noon().plus_millis(n * 900_000);
    let (days, busy) = hourly(quarter(1));
    let (still, quiet) = hourly(quarter(2));
    assert_eq!((days, still), (0, 0));
    assert!(quiet < busy / 4.0, "{quiet} read units against {busy}");
    assert_eq!(hourly(quarter(4)).0, 1, "the next hour has come");
    assert_eq!(metrics.sum("RunDuration").0, 30.0);
}
