use unicode_width::UnicodeWidthStr;

use super::text;
use crate::render::sample;

#[test]
fn a_small_report_fits_a_terminal() {
    insta::assert_snapshot!(text(&sample::small(), 90), @"
    Laptime report · 2026-08-01 → 2026-08-31 UTC (30 days)
    1 workflow in 1 repository · 20 attempts · success rate 88.9 % · 1h 23m of wall clock

    9 series judged, 0 findings

    acme/api › CI
    ──────────────────────────────────────────────────────────────────────────────────────────
      20 attempts · success rate 88.9 % (95 % interval 67.2 to 96.9 %)
      16 success · 2 failure · 2 cancelled (1 superseded)
      Trend   slower (+15.0 %, +9.0 to +20.0 %): 4m 00s → 4m 36s, second half against first

      TIME          COUNT    MEAN     P50     P95     P99     MAX
      total            20  4m 35s  4m 10s  6m 40s  7m 55s  9m 10s
      total, green     16  4m 30s  4m 05s  6m 32s  7m 46s  8m 59s
      queued           20    8.8s    8.0s     13s     15s     18s
      ran              20  4m 24s  4m 00s  6m 24s  7m 36s  8m 48s

      WHERE TIME GOES                         SHARE     TIME
      Approval         ▌                      2.0 %   1m 40s
      Concurrency      █▍                     5.0 %   4m 10s
      Runner queue     ███▏                  11.0 %   9m 10s
      Set-up           ██                     7.0 %   5m 50s
      Work             ███████████████████▉  71.0 %  59m 10s
      Tear-down        ▉                      3.0 %   2m 30s
      Unknown          ▎                      1.0 %      50s

      SLOWEST JOBS                   P50     P95  QUEUE P50  SUCCESS  CRITICAL
      test          ████████████  2m 30s  4m 00s       6.0s   89.5 %    75.0 %
      build         ███████▎      1m 30s  2m 24s       6.0s   89.5 %    45.0 %

      SLOWEST STEPS  JOB                     P50     P95
      cargo test     test   ████████████  2m 00s  3m 12s
      cargo test     build  ███████▎      1m 12s  1m 55s
      Restore cache  test   █▊               18s     29s
      Restore cache  build  █▏               11s     17s
      Check out      test   ▋               6.0s    9.6s
      Set up job     test   ▌               4.5s    7.2s
      Check out      build  ▍               3.6s    5.8s
      Set up job     build  ▎               2.7s    4.3s

      BOTTLENECKS
      medium  Slow step › test › cargo test · 5m 20s, threshold 5m 00s · saves up to 20s a run
              Split the step `cargo test` of job `test` over two jobs.
    ");
}

#[test]
fn a_narrow_terminal_keeps_what_matters() {
    insta::assert_snapshot!(text(&sample::small(), 44), @"
    Laptime report · 2026-08-01 → 2026-08-31 UTC
    (30 days)
    1 workflow in 1 repository · 20 attempts ·
    success rate 88.9 % · 1h 23m of wall clock

    9 series judged, 0 findings

    acme/api › CI
    ────────────────────────────────────────────
      20 attempts · success rate 88.9 % (95 %
      interval 67.2 to 96.9 %)
      16 success · 2 failure · 2 cancelled (1
      superseded)
      Trend   slower (+15.0 %, +9.0 to +20.0 %):
              4m 00s → 4m 36s, second half
              against first

      TIME             P50     P95     MAX
      total         4m 10s  6m 40s  9m 10s
      total, green  4m 05s  6m 32s  8m 59s
      queued          8.0s     13s     18s
      ran           4m 00s  6m 24s  8m 48s

      WHERE TIME GOES   SHARE     TIME
      Approval          2.0 %   1m 40s
      Concurrency       5.0 %   4m 10s
      Runner queue     11.0 %   9m 10s
      Set-up            7.0 %   5m 50s
      Work             71.0 %  59m 10s
      Tear-down         3.0 %   2m 30s
      Unknown           1.0 %      50s

      SLOWEST JOBS     P50     P95  SUCCESS
      test          2m 30s  4m 00s   89.5 %
      build         1m 30s  2m 24s   89.5 %

      SLOWEST STEPS  JOB       P50     P95
      cargo test     test   2m 00s  3m 12s
      cargo test     build  1m 12s  1m 55s
      Restore cache  test      18s     29s
      Restore cache  build     11s     17s
      Check out      test     6.0s    9.6s
      Set up job     test     4.5s    7.2s
      Check out      build    3.6s    5.8s
      Set up job     build    2.7s    4.3s

      BOTTLENECKS
      medium  Slow step › test › cargo test · 5m
              20s, threshold 5m 00s · saves up
              to 20s a run
              Split the step `cargo test` of job
              `test` over two jobs.
    ");
}

#[test]
fn several_workflows_start_with_an_overview() {
    let page = text(&sample::rich(6), 80);
    let overview: Vec<&str> = page.lines().take(10).collect();
    insta::assert_snapshot!(overview.join("\n"), @"
    Laptime report · 2026-08-01 → 2026-08-31 UTC (30 days)
    6 workflows in 3 repositories · 1,371 attempts · success rate 87.4 % · 362h of
    wall clock

    54 series judged, 0 findings

      WORKFLOW                         ATTEMPTS  SUCCESS      P50      P95    TREND
      acme/api › CI                         209   85.5 %   7m 00s  11m 12s  +29.9 %
      acme/api › Deploy to production       228   92.3 %  21m 00s  33m 36s  +12.7 %
      acme/web › Build & test               233   95.4 %   5m 05s   8m 08s  +25.4 %
    ");
}

#[test]
fn an_empty_report_says_what_to_do() {
    insta::assert_snapshot!(text(&sample::empty(), 80), @"
    Laptime report · 2026-08-01 → 2026-08-31 UTC (30 days)

    No attempt ended in this period.

      Receive deliveries:
        laptime serve --listen 127.0.0.1:8787 --data DIR
      Or send recorded ones:
        laptime replay --data DIR FILE…
      Then aggregate, and ask again:
        laptime aggregate --data DIR
      Or ask for another period:
        laptime report --data DIR --from T --to T
    ");
}

#[test]
fn attempts_without_times_show_dashes() {
    insta::assert_snapshot!(text(&sample::unmeasured(), 60), @"
    Laptime report · 2026-08-01 → 2026-08-31 UTC (30 days)
    1 workflow in 1 repository · 3 attempts · success rate – ·
    0s of wall clock

    9 series judged, 0 findings

    acme/api › CI
    ────────────────────────────────────────────────────────────
      3 attempts · success rate –
      1 cancelled · 2 skipped

      TIME          COUNT  MEAN  P50  P95  P99  MAX
      total             0     –    –    –    –    –
      total, green      0     –    –    –    –    –
      queued            0     –    –    –    –    –
      ran               0     –    –    –    –    –

      SLOWEST STEPS  JOB                   P50   P95
      cargo test     build  ████████████  0.8s  1.3s
      Restore cache  build  █▊            0.1s  0.2s
      Check out      build  ▋               0s  0.1s
      Set up job     build  ▌               0s    0s
    ");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let reports =
        [sample::small(), sample::rich(6), sample::empty(), sample::hostile("テ\u{202e}@x")];
    for report in &reports {
        for width in 40..140 {
            for line in text(report, width).lines() {
                assert!(line.width() <= width, "{} > {width}: {line}", line.width());
            }
        }
    }
}
