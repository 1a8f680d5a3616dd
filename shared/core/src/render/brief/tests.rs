use super::{BRIEF_MAX, brief};
use crate::render::sample;

#[test]
fn a_small_report_fits_a_message() {
    insta::assert_snapshot!(brief(&sample::small()), @"
    Lap times 2026-08-01 → 2026-08-31 UTC (30 days)
    1 workflow in 1 repository, 20 attempts, success rate 88.9 %, 1h 23m of wall clock

    Findings: 9 series judged, 0 findings

    Most to gain
    - `acme/api` › `CI`: Slow step (medium) · `test` · `cargo test` · 5m 20s, threshold 5m 00s · saves up to 20s a run. Split the step `cargo test` of job `test` over two jobs.

    Slowest
    - `acme/api` › `CI`: p50 4m 10s, p95 6m 40s, success rate 88.9 %, 20 attempts
    ");
}

#[test]
fn whatever_is_in_it_a_message_is_short_enough_and_harmless() {
    let mut report = sample::rich(3);
    for workflow in &mut report.workflows {
        workflow.workflow = format!("@all <!channel> `x` | {}", "long ".repeat(2_000));
    }
    let one = report.workflows[0].clone();
    for id in 1_000..3_000 {
        report.workflows.push(crate::report::WorkflowReport { workflow_id: id, ..one.clone() });
    }
    report.findings.extend(std::iter::repeat_n(sample::finding("@all <!here> `y`"), 500));
    let text = brief(&report);
    assert!(text.chars().count() <= BRIEF_MAX, "{}", text.chars().count());
    // Names stand within code spans, so outside of them there is nothing to be meant by.
    let outside: String = text.split('`').step_by(2).collect();
    assert!(!outside.contains('@') && !outside.contains('<') && !outside.contains('*'), "{text}");
    assert_eq!(text.matches('`').count() % 2, 0);
    assert!(text.contains("more\n"));
}
