//! Issues about thresholds, for those who asked for them.

use std::fmt::Write;

use kit::{Delivery, Hub, Memory, Weeks, aggregate_at, append_all, wait};
use laptime_core::config::Policy;
use laptime_core::flow::Reporter;
use laptime_core::ingest::Progress::Drop;
use laptime_core::port::IssueState;
use laptime_core::render::Server;
use laptime_core::time::Day;

use super::notify::day_of;

/// Monday, 2 March 2026.
const MONDAY: Day = Day(20_514);

const SLOW: &str = "[issues]\nthresholds = true\nper_day = 9\n[thresholds]\np95_s = 700";

/// Five weeks; `compile` of the second workflow takes longer from day 7 to day 20.
fn weeks() -> Vec<Delivery> {
    let slow =
        |workflow, day| (if workflow == 1 && (7..21).contains(&day) { 1.6 } else { 1.0 }, 1.0);
    Weeks { repositories: 1, from: MONDAY, days: 35, seed: 7, slow: &slow }.deliveries()
}

/// Night by night; judgements are left out, so that nothing is told of changes.
fn nights(deliveries: &[Delivery], policy: &str, hub: &Hub) -> String {
    let (store, policy) = (Memory::default(), Policy::parse(policy).unwrap());
    let mut done = String::new();
    for night in 1..=35 {
        let (day, now) = (Day(MONDAY.0 + night - 1), Day(MONDAY.0 + night).start());
        let some = deliveries.iter().filter(|one| day_of(one) == day);
        append_all(&store, some, Drop, now).unwrap();
        aggregate_at(&store, now).unwrap();
        store.judge(&[]);
        let server = &Server::default();
        let reporter = Reporter { library: &store, findings: &store, policy: &policy, server };
        let planned = wait(reporter.planned(now)).unwrap();
        let notified = wait(reporter.notify(hub, || now, || true)).unwrap();
        assert_eq!(planned.acts.len(), notified.done.len());
        assert_eq!(notified.problems, [""; 0]);
        for act in notified.done.iter().filter(|act| act.act != "edit its issue") {
            writeln!(done, "{day} {}#{}: {}", act.repository, act.number.unwrap(), act.act)
                .unwrap();
        }
    }
    done
}

#[test]
fn a_slow_workflow_has_an_issue_as_long_as_it_is_slow() {
    let hub = Hub::default();
    insta::assert_snapshot!(nights(&weeks(), SLOW, &hub), @"
    2026-03-11 acme/r1#1: file an issue
    2026-03-29 acme/r1#1: close its issue: the level went back
    ");
    let [issue] = &hub.all()[..] else { panic!("{:?}", hub.all()) };
    assert_eq!(issue.state, IssueState::Done);
    insta::assert_snapshot!(issue.title, @"`Workflow 2` takes longer than its threshold: 95th percentile 12m 49s, threshold 11m 40s");
    insta::assert_snapshot!(issue.body, @"
    `Workflow 2` takes longer than its threshold: 95th percentile 12m 49s, threshold 11m 40s.

    | Day | Attempts | 95th percentile |
    |:--|--:|--:|
    | 2026-03-20 | 4 | 13m 21s |
    | 2026-03-23 | 4 | 10m 04s |
    | 2026-03-24 | 4 | 9m 55s |
    | 2026-03-25 | 4 | 9m 34s |
    | 2026-03-26 | 4 | 9m 45s |
    | **7 days** | 20 | **12m 49s** |

    ### What to look at

    - **Often critical** (medium) · `build` · `compile` · 100 %, threshold 50.0 % · saves up to 5m 38s a run<br>Job `build` is on the critical path of 100 % of its runs. Its longest step is `compile`: doing it elsewhere or in parallel would end an average run up to 5m 38s sooner.
    - **Slow job** (medium) · `build` · `compile` · 6m 42s, threshold 5m 00s · saves up to 1m 42s a run<br>Split or speed up job `build` (longest step: `compile`): it runs 6m 42s on average. At 5m 00s an average run would end 1m 42s sooner.
    - **Slow step** (medium) · `build` · `compile` · 5m 38s, threshold 5m 00s · saves up to 38s a run<br>Cache, shard or shorten step `compile` of job `build`: it runs 5m 38s on average. At 5m 00s an average run would end 38s sooner.
    - **High p95** (medium) · 12m 49s, threshold 11m 40s · saves up to 34s a run<br>One run in twenty takes 12m 49s or more where half take at most 9m 39s. Compare a slow run with a usual one: the slow ones add 34s to an average run.
    - **Slow workflow** (medium) · 10m 13s, threshold 10m 00s · saves up to 13s a run<br>Shorten its critical path: job `build` (longest step: `compile`). A run takes 10m 13s on average; 13s less would bring it to 10m 00s.

    ### Why this issue

    It was so in each of 3 spans of 7 days, of which the latest ended last midnight (UTC) and each other one a day before the next. This is about a threshold that was set (`thresholds` of the settings), not about a change.

    ---
    <sub>Laptime closes this issue when all three are within it, and opens it again if they are beyond it again within two weeks. To hear no more of it, close it as not planned.</sub>

    <!-- laptime p95-2-2026-03-12 1773273600000 -->
    ");
    insta::assert_snapshot!(issue.comments.join("\n~~~\n"), @"
    It is within its threshold: 10m 09s over 7 days, threshold 11m 40s.

    <!-- laptime closed p95-2-2026-03-12 0 1774569600000 -->
    ");
    // Twice, and in another order.
    let mut again = weeks();
    again.extend(weeks());
    again.reverse();
    let other = Hub::default();
    nights(&again, SLOW, &other);
    assert_eq!(other.all(), hub.all());
}

#[test]
fn nobody_hears_of_thresholds_who_did_not_ask() {
    let hub = Hub::default();
    assert_eq!(nights(&weeks(), "[thresholds]\np95_s = 700", &hub), "");
}

#[test]
fn a_workflow_that_fails_often_on_the_default_branch_has_an_issue() {
    let mut weeks = weeks();
    let mut nth = 0;
    for one in &mut weeks {
        if one.body["action"] == "completed" && one.body["workflow_run"].is_object() {
            nth += 1;
            if nth % 5 == 0 {
                one.body["workflow_run"]["conclusion"] = "failure".into();
            }
        }
    }
    let hub = Hub::default();
    nights(&weeks, "[issues]\nthresholds = true", &hub);
    let titles: Vec<String> = hub.all().into_iter().map(|issue| issue.title).collect();
    insta::assert_snapshot!(titles.join("\n"), @"
    `Workflow 1` fails more often on the default branch than its threshold: success rate 80.0 %, threshold 90.0 %
    `Workflow 2` fails more often on the default branch than its threshold: success rate 80.0 %, threshold 90.0 %
    ");
}
