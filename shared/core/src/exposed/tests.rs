use proptest::prelude::*;

use super::*;
use crate::port::Standing;
use crate::rollup::{Head, SegmentRollup};
use crate::row::Segment;
use crate::stats::{Dist, Outcomes};
use crate::time::{Day, Millis, Time};

fn day(samples: &[(Segment, &str, u64)]) -> Head {
    let mut head = Head::default();
    for (segment, conclusion, ran) in samples {
        let rollup: &mut SegmentRollup = head.segments.entry(*segment).or_default();
        let mut outcomes = Outcomes::default();
        outcomes.add(conclusion);
        rollup.outcomes.merge(outcomes);
        rollup.ran.add(Millis(*ran));
        rollup.queued.add(Millis(ran / 10));
    }
    head
}

fn told(name: &str, samples: &[(Segment, &str, u64)]) -> Told {
    let mut tally = Tally::default();
    tally.add(&day(samples));
    let names =
        Names { repository: "acme/web".to_owned(), workflow: name.to_owned(), ..Names::default() };
    Told { names, tally }
}

fn id(workflow: u64) -> WorkflowId {
    WorkflowId { repository: 1, workflow }
}

/// Every number of a page that may not fall, by name and labels.
fn counters(exposed: &Exposed) -> BTreeMap<String, f64> {
    let page = text(exposed, &Health::default());
    let lines = page.lines().filter(|line| line.starts_with("cicd_") || line.contains("_total{"));
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

fn assert_nothing_fell(before: &Exposed, after: &Exposed) {
    let after = counters(after);
    for (name, value) in counters(before) {
        assert!(after[&name] >= value, "{name} fell from {value} to {}", after[&name]);
    }
}

#[test]
fn a_corrected_attempt_lowers_nothing_and_is_made_up_for() {
    let main = Segment::DefaultBranch;
    let mut exposed = Exposed::default();
    exposed.raise(BTreeMap::from([(id(1), told("CI", &[(main, "failure", 70_000)]))]));
    let before = exposed.clone();
    // A late fact: it was a success, and quicker.
    exposed.raise(BTreeMap::from([(id(1), told("CI", &[(main, "success", 50_000)]))]));
    assert_nothing_fell(&before, &exposed);
    let attempts = |exposed: &Exposed| exposed.own[&id(1)].tally.attempts();
    assert_eq!(attempts(&exposed), 2, "one is told twice");
    let two = [(main, "success", 50_000), (main, "failure", 70_000)];
    exposed.raise(BTreeMap::from([(id(1), told("CI", &two))]));
    assert_eq!(attempts(&exposed), 2, "until the next failure");
}

#[test]
fn the_busiest_have_series_of_their_own_and_keep_them() {
    let main = Segment::DefaultBranch;
    let all = |runs: &dyn Fn(u64) -> usize| -> BTreeMap<WorkflowId, Told> {
        let one =
            |n: u64| (id(n), told(&format!("W{n}"), &vec![(main, "success", 9_000); runs(n)]));
        (1..=120).map(one).collect()
    };
    let mut exposed = Exposed::default();
    exposed.raise(all(&|n| if n > 20 { 3 } else { 1 }));
    assert_eq!(exposed.own.len(), MOST_WORKFLOWS);
    assert!(!exposed.own.contains_key(&id(20)), "it has fewer attempts");
    assert_eq!(exposed.other.attempts(), 20);
    let before = exposed.clone();
    exposed.raise(all(&|n| if n > 20 { 3 } else { 9 }));
    assert_nothing_fell(&before, &exposed);
    assert!(!exposed.own.contains_key(&id(20)), "it stays where it was counted");
    assert_eq!(exposed.other.attempts(), 180);
}

#[test]
fn what_another_process_told_is_not_undone() {
    let samples = [(Segment::Schedule, "success", 1_000)];
    let (mut one, mut other) = (Exposed::default(), Exposed::default());
    one.raise(BTreeMap::from([(id(1), told("CI", &samples))]));
    other.raise(BTreeMap::from([(id(2), told("Nightly", &[samples[0]; 2]))]));
    let before = [one.clone(), other.clone()];
    one.join(other, Day(20_000));
    for before in &before {
        assert_nothing_fell(before, &one);
    }
    let read: Told =
        crate::stored::from_bytes(&crate::stored::to_bytes(&one.own[&id(2)]).unwrap()).unwrap();
    assert_eq!(read, one.own[&id(2)]);
}

proptest! {
    #[test]
    fn no_counter_ever_falls(
        rounds in prop::collection::vec(
            prop::collection::btree_map(0..4_u64, prop::collection::vec((0..3_usize, 0..4_usize, 0..9_000_000_u64), 0..6), 0..4),
            1..8,
        ),
    ) {
        let words = ["success", "failure", "cancelled", "new word"];
        let mut exposed = Exposed::default();
        for round in rounds {
            let before = exposed.clone();
            let derived = round.into_iter().map(|(n, samples)| {
                let samples: Vec<_> = samples
                    .into_iter()
                    .map(|(segment, word, ran)| (Segment::ALL[segment], words[word], ran))
                    .collect();
                (id(n), told("CI", &samples))
            });
            exposed.raise(derived.collect());
            assert_nothing_fell(&before, &exposed);
        }
    }
}

#[test]
fn buckets_hold_what_is_at_most_their_bound() {
    let values = [0, 1_000, 1_001, 5_000, 60_000, 90_000_000].map(Millis);
    let dist = Dist::of(values);
    assert_eq!(dist.by_bounds(&[1_000, 5_000, 60_000]), [2, 2, 1, 1]);
    let many = Dist::of((0..2_000).map(|n| Millis(n * 10)));
    let counts = many.by_bounds(&[1_000, 5_000]);
    assert_eq!(counts.iter().sum::<u64>(), 2_000);
    assert!(counts[0].abs_diff(101) <= 2 && counts[1].abs_diff(400) <= 8, "{counts:?}");
}

#[test]
fn the_page_of_one_workflow() {
    let mut exposed = Exposed::default();
    let attack = "C\"I\\ \n<script>{x=\"1\"} 1\n# HELP";
    exposed.raise(BTreeMap::from([(
        id(7),
        told(attack, &[(Segment::PullRequest, "timed_out", 90_500)]),
    )]));
    let standing = Standing {
        events_waiting: Some(3),
        last_pass: Some(Time::from_millis(1_700_000_000_500)),
        attempts_open: Some(2),
        days_touched: 1,
        ..Standing::default()
    };
    let health = Health { standing, findings: [1, 0], jobs_without_series: 4, version: "0.1.0" };
    let page = text(&exposed, &health);
    let told = page.lines().filter(|line| !line.starts_with('#'));
    let name =
        r#"repository="acme/web",cicd_pipeline_name="C\"I\\ \\n<script>{x=\"1\"} 1\\n# HELP""#;
    let short = told.filter(|line| !line.contains("_bucket") || line.contains("120"));
    let short: Vec<String> = short.map(|line| line.replace(name, "NAME")).collect();
    assert_eq!(short.join("\n"), PAGE.trim());
}

const PAGE: &str = r#"
cicd_pipeline_run_duration_seconds_bucket{NAME,workflow_id="7",segment="pull_request",cicd_pipeline_run_state="pending",le="120"} 1
cicd_pipeline_run_duration_seconds_bucket{NAME,workflow_id="7",segment="pull_request",cicd_pipeline_run_state="pending",le="1200"} 1
cicd_pipeline_run_duration_seconds_sum{NAME,workflow_id="7",segment="pull_request",cicd_pipeline_run_state="pending"} 9.05
cicd_pipeline_run_duration_seconds_count{NAME,workflow_id="7",segment="pull_request",cicd_pipeline_run_state="pending"} 1
cicd_pipeline_run_duration_seconds_bucket{NAME,workflow_id="7",segment="pull_request",cicd_pipeline_run_state="executing",le="120"} 1
cicd_pipeline_run_duration_seconds_bucket{NAME,workflow_id="7",segment="pull_request",cicd_pipeline_run_state="executing",le="1200"} 1
cicd_pipeline_run_duration_seconds_sum{NAME,workflow_id="7",segment="pull_request",cicd_pipeline_run_state="executing"} 90.5
cicd_pipeline_run_duration_seconds_count{NAME,workflow_id="7",segment="pull_request",cicd_pipeline_run_state="executing"} 1
laptime_attempts_total{NAME,workflow_id="7",segment="pull_request",cicd_pipeline_result="timeout"} 1
laptime_events_waiting 3
laptime_last_pass_timestamp_seconds 1700000000.5
laptime_attempts{state="open"} 2
laptime_attempts{state="refused"} 0
laptime_attempts{state="set_aside"} 0
laptime_rollups_stale 1
laptime_jobs_without_series 4
laptime_findings_open{direction="regression"} 1
laptime_findings_open{direction="improvement"} 0
laptime_build_info{version="0.1.0"} 1
"#;
