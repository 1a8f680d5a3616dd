use super::*;

#[test]
fn the_tail_is_that_of_the_beta_binomial() {
    // 3 of 4 after 1 of 8: scipy.stats.betabinom.sf(2, 4, 1.5, 7.5).
    let tail = ln_tail(Count::new(1, 8), Count::new(3, 4)).exp();
    assert!((tail - 0.038_115_530).abs() < 1e-8, "{tail}");
}

/// Watches outcomes, one every six hours; `+` is a hit.
fn said(outcomes: &str) -> Vec<ShareChange> {
    let rules = Rules { good: Direction::Up, min_span_ms: 16 * 3_600_000, ..Rules::default() };
    let mut share = Proportion::new(rules, 0.1);
    let at = |index: usize| Time::from_millis(index as i64 * 6 * 3_600_000);
    let outcomes = outcomes.chars().enumerate();
    outcomes.filter_map(|(index, outcome)| share.push(at(index), outcome == '+', 1)).collect()
}

#[test]
fn a_share_that_falls_is_said_once() {
    let before = "+".repeat(60);
    let after = "+-".repeat(30);
    let said = said(&(before + &after));
    assert_eq!(said.len(), 1, "{said:?}");
    assert!((58..=62).contains(&said[0].index), "{said:?}");
    assert!(said[0].before > 0.95 && said[0].after < 0.7, "{said:?}");
}

#[test]
fn a_few_failures_in_a_row_are_one_event() {
    let broken = "+".repeat(60) + "------" + &"+".repeat(40);
    assert_eq!(said(&broken), vec![]);
    let never_mended = "+".repeat(60) + &"-".repeat(40);
    assert_eq!(said(&never_mended).len(), 1);
}

#[test]
fn what_is_known_or_too_little_is_not_said() {
    assert_eq!(said(&("+".repeat(15) + &"-".repeat(15))), vec![], "no baseline");
    let mut share = Proportion::new(Rules::default(), 0.1);
    for index in 0..60 {
        share.learn(Time::from_millis(index * 3_600_000), index < 30);
    }
    share.know(30);
    let at = Time::from_millis(60 * 3_600_000);
    assert_eq!(share.push(at, false, 1), None);
}
