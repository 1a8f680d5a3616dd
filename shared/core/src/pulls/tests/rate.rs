//! How often something is said although nothing changed.

use proptest::prelude::*;

use super::*;

/// Settings that say all they can.
fn eager() -> config::Pulls {
    config::Pulls { min_change_pct: 0.0, min_change_s: 0.0, ..config::Pulls::default() }
}

/// Runs that are exchangeable: each of them is the last one equally often. Answers how often the
/// last one is called something, of all runs.
fn alarms(times: &[u64], others: &[Entry]) -> f64 {
    let alarm = |last: usize| {
        let mut rest: Vec<Lap> = times.iter().zip(0..).map(|(s, run)| lap(1, run, *s)).collect();
        let seconds = rest.remove(last).ran.unwrap().0 / 1_000;
        let mut head = entry(vec![of_a_pull(1, "topic", seconds)], Vec::new());
        head.earlier.base = rest;
        let mut entries = others.to_vec();
        entries.push(head);
        let remark = compare("f00d", entries, &eager());
        let line = remark.lines.iter().find(|line| line.workflow.workflow == 1).unwrap();
        u32::from(matches!(line.call, Call::Slower | Call::Faster))
    };
    let alarms: u32 = (0..times.len()).map(alarm).sum();
    f64::from(alarms) / f64::from(u32::try_from(times.len()).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever the times are like, with ties, two modes, or one run that took for ever.
    #[test]
    fn one_workflow_is_called_something_by_chance_as_seldom_as_is_said(
        times in prop::collection::vec(prop_oneof![1_u64..20, 500_u64..520, 1_u64..100_000], 1..90),
    ) {
        let rate = alarms(&times, &[]);
        prop_assert!(rate <= ALARM + 1e-9, "{rate} of {times:?}");
    }

    /// Together: the rates of all of them add up to no more than is said.
    #[test]
    fn many_workflows_are_called_something_by_chance_as_seldom_as_is_said(
        runs in prop::collection::vec(0_usize..220, 1..14),
    ) {
        let ranks = ranks(&runs);
        let rate: f64 = ranks.iter().zip(&runs).map(|(rank, runs)| {
            let [rank, runs] = [*rank, *runs].map(|n| f64::from(u32::try_from(n).unwrap()));
            2.0 * rank / (runs + 1.0)
        }).sum();
        prop_assert!(rate <= ALARM + 1e-6, "{rate}: {ranks:?} of {runs:?}");
        for (rank, runs) in ranks.iter().zip(&runs) {
            prop_assert!(*rank == 0 || *runs >= LEAST_RUNS);
            prop_assert!(2 * rank <= *runs);
        }
    }

    /// Beside others a workflow has but a part of the alarms.
    #[test]
    fn beside_another_workflow_one_is_called_something_as_seldom_as_is_said(
        times in prop::collection::vec(1_u64..1_000, 60..61),
    ) {
        let other = entry(vec![of_a_pull(2, "topic", 305)], steady(2, 50));
        let rate = alarms(&times, &[other]);
        prop_assert!(rate <= ALARM - 2.0 / 51.0 + 1e-9, "{rate}");
    }
}

#[test]
fn the_widest_interval_of_each_comes_before_a_narrower_one() {
    assert_eq!(ranks(&[]), [0; 0]);
    assert_eq!(ranks(&[18]), [0]);
    assert_eq!(ranks(&[19]), [1]);
    assert_eq!(ranks(&[50]), [2]);
    assert_eq!(ranks(&[199]), [10]);
    assert_eq!(ranks(&[50, 50]), [1, 1]);
    assert_eq!(ranks(&[50, 50, 50]), [1, 1, 0]);
    assert_eq!(ranks(&[59; 3]), [1; 3]);
    assert_eq!(ranks(&[199; 10]), [1; 10]);
    assert_eq!(ranks(&[10, 50, 200]), [0, 2, 2]);
    assert_eq!([1, 2, 3, 5, 30].map(runs_for), [50, 50, 59, 99, 200]);
}
