use super::*;
use crate::rollup::{JobRollup, JobSeries, Rollup, StepSeries};
use crate::stats::{Dist, Outcomes};
use crate::time::Millis;

const TODAY: Day = Day(20_000);
const KEY: (WorkflowId, Segment) =
    (WorkflowId { repository: 1, workflow: 7 }, Segment::DefaultBranch);

/// Names, and seconds.
type Timed<'a> = &'a [(&'a str, u64)];

/// Jobs that ran five times for so many seconds each, with steps of so many.
fn lately(jobs: &[(&str, u64, Timed<'_>)]) -> BTreeMap<(WorkflowId, Segment), Lately> {
    let five = |seconds: u64| Dist::of((0..5).map(|_| Millis(seconds * 1_000)));
    let mut outcomes = Outcomes::default();
    (0..5).for_each(|_| outcomes.add("success"));
    let mut rollup = Rollup::default();
    for (name, seconds, steps) in jobs {
        let mut series = JobSeries { outcomes: outcomes.clone(), ..JobSeries::default() };
        series.ran.green = five(*seconds);
        for (step, seconds) in *steps {
            let step = ((*step).to_owned(), 1);
            let ran = StepSeries { outcomes: outcomes.clone(), ran: five(*seconds) };
            series.steps.insert(step, ran);
        }
        let series = [((Segment::DefaultBranch, "ubuntu-latest".to_owned()), series)].into();
        rollup.jobs.insert((*name).to_owned(), JobRollup { series, ..JobRollup::default() });
    }
    let mut lately = Lately::default();
    lately.add(TODAY, &rollup, |segment| segment == Segment::DefaultBranch);
    lately.add(TODAY, &rollup, |segment| segment == Segment::PullRequest);
    [(KEY, lately.often())].into()
}

fn chosen(own: &OwnJobs) -> Vec<&str> {
    own.jobs.get(&KEY).into_iter().flat_map(JobSteps::keys).map(String::as_str).collect()
}

fn steps_of(own: &OwnJobs) -> Vec<String> {
    own.jobs[&KEY].values().next().unwrap().iter().map(step_label).collect()
}

#[test]
fn those_that_take_most_time_have_metrics_as_far_as_there_is_room() {
    let metrics = |max_job_series| config::Metrics { max_job_series, ..config::Metrics::default() };
    assert_eq!([0, 5, 6, 17, 60].map(|most| job_places(&metrics(most))), [0, 0, 1, 2, 10]);
    let lately = lately(&[("a", 10, &[]), ("b", 30, &[]), ("c", 20, &[])]);
    for (places, expected) in [(0, &[][..]), (1, &["b"]), (2, &["b", "c"]), (9, &["a", "b", "c"])] {
        let mut own = OwnJobs::default();
        own.choose(&lately, places, TODAY);
        assert_eq!(chosen(&own), expected);
        assert_eq!((own.chosen, own.is_empty()), (Some((TODAY, places)), places == 0));
    }
}

#[test]
fn who_has_metrics_keeps_them_until_another_takes_twice_the_time() {
    let mut own = OwnJobs::default();
    for (b, expected) in [(9, "a"), (19, "a"), (21, "b"), (11, "b")] {
        own.choose(&lately(&[("a", 10, &[]), ("b", b, &[])]), 1, TODAY);
        assert_eq!(chosen(&own), [expected], "b takes {b} s");
    }
    own.choose(&lately(&[("c", 1, &[])]), 1, TODAY);
    assert_eq!(chosen(&own), ["c"], "who is gone makes room");
}

#[test]
fn the_three_longest_steps_have_a_metric_each() {
    let steps: Timed<'_> = &[("set up", 1), ("build", 50), ("test", 40), ("lint", 5)];
    let mut own = OwnJobs::default();
    own.choose(&lately(&[("a", 100, steps)]), 1, TODAY);
    assert_eq!(steps_of(&own), ["build", "lint", "test"]);
    assert_eq!(PER_JOB, 3 + STEPS_EACH);
}

#[test]
fn two_that_would_be_told_under_one_name_are_not() {
    let mut own = OwnJobs::default();
    let steps: Timed<'_> = &[("t\u{e4}st", 9), ("t\u{f6}st", 8), ("build", 7)];
    own.choose(&lately(&[("pr\u{fc}fen", 10, steps), ("pr\u{e4}fen", 30, &[])]), 9, TODAY);
    assert_eq!(chosen(&own), ["pr\u{e4}fen"]);
    own.choose(&lately(&[("a", 30, steps), ("of no time", 0, &[])]), 9, TODAY);
    assert_eq!(chosen(&own), ["a"]);
    assert_eq!(steps_of(&own), ["build", "t?st"]);
    let long = ("x".repeat(300), 12);
    assert_eq!(step_label(&long).len(), 255);
}

#[test]
fn a_segment_that_shares_metrics_has_none_for_its_jobs() {
    let (mut own, mut fleet) = (OwnJobs::default(), Fleet::default());
    own.choose(&lately(&[("a", 10, &[])]), 1, TODAY);
    fleet.note(KEY.0, &Rollup::default(), &[(KEY.1, 1)].into());
    fleet.choose(2);
    assert_eq!(own.of(KEY.0, KEY.1, &fleet).len(), 1);
    assert_eq!(own.of(KEY.0, Segment::PullRequest, &fleet).len(), 0);
    fleet.choose(1);
    assert_eq!(own.of(KEY.0, KEY.1, &fleet).len(), 0, "the one place is that of others");
}
