use super::markdown;
use crate::render::{BODY_MAX, sample};

#[test]
fn a_small_report_reads_well_on_github() {
    insta::assert_snapshot!(markdown(&sample::small()), @"
    # Lap times: 2026-08-01 → 2026-08-31 UTC (30 days)

    1 workflow in 1 repository · **20 attempts** · success rate **88.9 %** · **1h 23m** of wall clock

    ## Findings

    9 series judged, 0 findings

    ## `acme/api` › `CI`

    - File: `.github/workflows/ci.yml`
    - 20 attempts, success rate **88.9 %** (95 % interval 67.2 to 96.9 %)
    - Outcomes: 16 `success`, 2 `failure`, 2 `cancelled` (1 superseded)
    - Trend: slower (+15.0 %, +9.0 to +20.0 %): 4m 00s → 4m 36s, second half against first

    **Bottlenecks**

    - **Slow step** (medium) · `test` · `cargo test` · 5m 20s, threshold 5m 00s · saves up to 20s a run<br>Split the step `cargo test` of job `test` over two jobs.

    | Time | Count | Mean | p50 | p95 | p99 | Max |
    |:--|--:|--:|--:|--:|--:|--:|
    | Total | 20 | 4m 35s | 4m 10s | 6m 40s | 7m 55s | 9m 10s |
    | Total, green | 16 | 4m 30s | 4m 05s | 6m 32s | 7m 46s | 8m 59s |
    | Queued | 20 | 8.8s | 8.0s | 13s | 15s | 18s |
    | Ran | 20 | 4m 24s | 4m 00s | 6m 24s | 7m 36s | 8m 48s |

    | Where the wall clock goes | Share | Time |
    |:--|--:|--:|
    | Approval | 2.0 % | 1m 40s |
    | Concurrency | 5.0 % | 4m 10s |
    | Runner queue | 11.0 % | 9m 10s |
    | Set-up | 7.0 % | 5m 50s |
    | Work | 71.0 % | 59m 10s |
    | Tear-down | 3.0 % | 2m 30s |
    | Unknown | 1.0 % | 50s |

    <details><summary>Slowest jobs (2 of 2)</summary>

    | Job | p50 | p95 | Queue p50 | Success | On critical path |
    |:--|--:|--:|--:|--:|--:|
    | `test` | 2m 30s | 4m 00s | 6.0s | 89.5 % | 75.0 % |
    | `build` | 1m 30s | 2m 24s | 6.0s | 89.5 % | 45.0 % |

    </details>

    <details><summary>Slowest steps</summary>

    | Step | Job | p50 | p95 |
    |:--|--:|--:|--:|
    | `cargo test` | `test` | 2m 00s | 3m 12s |
    | `cargo test` | `build` | 1m 12s | 1m 55s |
    | `Restore cache` | `test` | 18s | 29s |
    | `Restore cache` | `build` | 11s | 17s |
    | `Check out` | `test` | 6.0s | 9.6s |
    | `Set up job` | `test` | 4.5s | 7.2s |
    | `Check out` | `build` | 3.6s | 5.8s |
    | `Set up job` | `build` | 2.7s | 4.3s |

    </details>
    ");
}

#[test]
fn several_workflows_start_with_an_overview() {
    let text = markdown(&sample::rich(2));
    let overview: Vec<&str> = text.lines().take(9).collect();
    insta::assert_snapshot!(overview.join("\n"), @"
    # Lap times: 2026-08-01 → 2026-08-31 UTC (30 days)

    2 workflows in 1 repository · **437 attempts** · success rate **87.6 %** · **114h** of wall clock

    ## Findings

    18 series judged, 0 findings

    ## Workflows
    ");
}

#[test]
fn an_empty_report_says_what_to_do() {
    insta::assert_snapshot!(markdown(&sample::empty()), @"
    # Lap times: 2026-08-01 → 2026-08-31 UTC (30 days)

    No attempt ended in this period.

    - Receive deliveries: `laptime serve --listen 127.0.0.1:8787 --data DIR`
    - Or send recorded ones: `laptime replay --data DIR FILE…`
    - Then aggregate, and ask again: `laptime aggregate --data DIR`
    - Or ask for another period with `--from` and `--to`
    ");
}

#[test]
fn whatever_is_in_it_github_takes_it() {
    let mut report = sample::rich(3);
    let name = format!("@all <img> `x` | {}", "long ".repeat(2_000));
    let one =
        crate::report::WorkflowReport { workflow: name.clone(), ..report.workflows[0].clone() };
    for id in 1_000..3_000 {
        report.workflows.push(crate::report::WorkflowReport { workflow_id: id, ..one.clone() });
    }
    report.findings.extend(std::iter::repeat_n(sample::finding(&name), 500));
    let text = markdown(&report);
    let length = text.chars().count();
    assert!(length <= BODY_MAX && length > BODY_MAX / 2, "{length}");
    for left in ["more findings", "more workflows*", "workflows more: GitHub"] {
        assert!(text.contains(left), "{left}");
    }
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
}
