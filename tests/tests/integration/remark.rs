//! A pull request has one remark: edited in place, gone for good when a person takes it away.

mod once;

use std::fmt::Write;

use kit::{Hub, Job, Memory, Run, aggregate_at, append_all, at, wait};
use laptime_core::config::{Policy, Source};
use laptime_core::flow::{Audience, Ended, Matter, Remarked, Reporter, tell};
use laptime_core::ingest::Progress::Drop;
use laptime_core::model::AttemptId;
use laptime_core::port::{Forge, ForgeErrorKind, Library, Pulls, Remarks, Stored};
use laptime_core::render::Server;
use laptime_core::row::WorkflowId;
use laptime_core::time::Time;
use laptime_web::{Grafana, Hook};

const WEB: &str = "acme/web";

const NOON: &str = "2026-05-01T12:00:00Z";

pub(crate) fn policy(channel: &str) -> Policy {
    Policy::parse(&format!("[pulls]\nremark = \"{channel}\"")).unwrap()
}

fn sha(commit: u64) -> String {
    format!("{commit:040x}")
}

fn hours(hours: i64) -> Time {
    at(NOON).plus_millis(hours * 3_600_000)
}

/// A run that ended at a time, with one job of so many seconds.
pub(crate) fn run(id: u64, end: Time, seconds: i64) -> Run {
    let start = end.plus_millis(-seconds * 1_000);
    let [created, started, ended] =
        [start.plus_millis(-20_000), start, end].map(|time| time.to_string());
    Run::new(id, &created, &ended).job(Job::new(id * 10, "build", &created, &started, &ended))
}

fn take_up(store: &Memory, runs: &[Run], now: Time) {
    let deliveries: Vec<_> = runs.iter().flat_map(Run::deliveries).collect();
    append_all(store, &deliveries, Drop, now).unwrap();
    aggregate_at(store, now).unwrap();
}

/// Thirty days on `main`, of ten minutes and a bit.
pub(crate) fn thirty_days(before: Time) -> Vec<Run> {
    let run = |day: i64| run(100 + day.unsigned_abs(), before.plus_days(-day), 600 + day * 7 % 20);
    (1..=30).map(run).collect()
}

fn store() -> Memory {
    let store = Memory::default();
    take_up(&store, &thirty_days(at(NOON)), at(NOON));
    store
}

/// A run of workflow 1 for a pull request from `topic`.
fn topic(id: u64, commit: u64, end: Time, seconds: i64) -> Run {
    run(id, end, seconds).of_pull("topic", commit)
}

fn remark_on(
    store: &(impl Library + Remarks),
    forge: &(impl Forge + Pulls),
    channel: &str,
    now: Time,
) -> Stored<Remarked> {
    let (policy, server) = (&policy(channel), &Server::default());
    let reporter = Reporter { library: store, findings: store, policy, server };
    wait(reporter.remark(forge, Matter::Everything, || now, || true))
}

fn words(remarked: &Remarked) -> String {
    let mut words = String::new();
    for spoken in &remarked.done {
        let number = spoken.number.map(|number| format!("#{number}")).unwrap_or_default();
        let verdict = &spoken.text.title;
        writeln!(words, "{}{number}: {}: {verdict}", spoken.repository, spoken.act).unwrap();
    }
    for problem in &remarked.problems {
        writeln!(words, "! {problem}").unwrap();
    }
    words
}

fn comment(store: &Memory, hub: &Hub, now: Time) -> String {
    words(&remark_on(store, hub, "comment", now).unwrap())
}

/// Comments on the first pull request.
fn comments(hub: &Hub) -> Vec<String> {
    hub.issues(WEB)[0].comments.clone()
}

#[test]
fn a_pull_request_has_one_comment_that_is_edited() {
    let (store, hub) = (store(), Hub::default());
    hub.opens(WEB, "main", &sha(1));
    take_up(&store, &[topic(1, 1, hours(-1), 900)], hours(0));
    insta::assert_snapshot!(comment(&store, &hub, hours(0)), @"acme/web#1: comment on it: Slower: `Workflow 1` took 15m 00s; usual on `main` is 10m 00s to 10m 19s (93 % of runs, judged by 30)");
    insta::assert_snapshot!(comments(&hub).join("\n~~~\n"), @"
    **Slower**: `Workflow 1` took 15m 00s; usual on `main` is 10m 00s to 10m 19s (93 % of runs, judged by 30).

    | Workflow | This commit | Usual | Most of the difference | |
    |:--|--:|:--|:--|:--|
    | `Workflow 1` | [15m 00s](https://github.com/acme/web/actions/runs/1/attempts/1) | 10m 09s, 10m 00s to 10m 19s (93 %); 30 runs on `main` | `build`: 10m 09s → 15m 00s | **slower** |

    <sub>Commit [`0000000000`](https://github.com/acme/web/commit/0000000000000000000000000000000000000001): the latest green attempt of all jobs, from the first start of a job to the last end; the median of earlier green runs, and where the next one lies. Were nothing changed, slower or faster would stand here by chance in 10 % of such tables at most. Laptime writes this anew as runs end.</sub>

    <!-- laptime remark 1 #1 1777636800000 -->
    ");

    // Nothing new: GitHub is not even asked.
    assert_eq!((comment(&store, &hub, hours(1)), hub.asked()), (String::new(), 1));
    // Another workflow ends, and a second attempt of the first.
    let mut other = topic(2, 1, hours(1), 60);
    other.workflow = 2;
    take_up(&store, &[other], hours(1));
    let again = Run { attempt: 2, ..topic(1, 1, hours(1), 605) };
    insta::assert_snapshot!(comment(&store, &hub, hours(1)), @"acme/web#1: edit its comment: Slower: `Workflow 1` took 15m 00s; usual on `main` is 10m 00s to 10m 19s (93 % of runs, judged by 30)");
    take_up(&store, &[again], hours(1));
    insta::assert_snapshot!(comment(&store, &hub, hours(1)), @"acme/web#1: edit its comment: As usual: `Workflow 1` took 10m 05s; usual on `main` is 10m 00s to 10m 19s (93 % of runs, judged by 30)");

    // A push: the old head has nothing to say any more, whatever ends there.
    hub.change_pull(1, |pull| pull.head = sha(2));
    take_up(&store, &[topic(3, 2, hours(2), 500)], hours(2));
    let late = Run { attempt: 3, ..topic(1, 1, hours(3), 1_200) };
    take_up(&store, &[late], hours(3));
    insta::assert_snapshot!(comment(&store, &hub, hours(3)), @"acme/web#1: edit its comment: Faster: `Workflow 1` took 8m 20s; usual on `main` is 10m 00s to 10m 19s (93 % of runs, judged by 30)");
    // A new head on which all has failed so far.
    hub.change_pull(1, |pull| pull.head = sha(3));
    take_up(&store, &[topic(4, 3, hours(4), 30).concluded("failure")], hours(4));
    insta::assert_snapshot!(comment(&store, &hub, hours(4)), @"acme/web#1: edit its comment: Nothing green yet: failures are not times");
    assert_eq!((comments(&hub).len(), hub.issues(WEB)[0].edits), (1, 4));
    for days in 0..5 {
        assert_eq!(comment(&store, &hub, hours(24 * days + 5)), "", "what is over is not told");
    }
    assert_eq!(hub.asked(), 6);
}

#[test]
fn what_is_known_of_a_head_outlasts_the_day() {
    let (store, hub) = (store(), Hub::default());
    hub.opens(WEB, "main", &sha(1));
    take_up(&store, &[topic(1, 1, hours(-1), 900)], hours(0));
    comment(&store, &hub, hours(0));
    // Three days later another workflow is started on it.
    let mut other = topic(2, 1, hours(72), 60);
    other.workflow = 2;
    take_up(&store, &[other], hours(72));
    let told = comment(&store, &hub, hours(72));
    assert!(told.contains("edit its comment: Slower: `Workflow 1` took 15m 00s"), "{told}");
    assert!(comments(&hub)[0].contains("| `Workflow 2` |"));
    assert_eq!(comment(&store, &hub, hours(73)), "");
}

#[test]
fn a_comment_that_a_person_deleted_stays_deleted() {
    let (store, hub) = (store(), Hub::default());
    hub.opens(WEB, "main", &sha(1));
    take_up(&store, &[topic(1, 1, hours(-1), 900)], hours(0));
    comment(&store, &hub, hours(0));
    hub.deletes_comment(1);
    for commit in 2..5 {
        hub.change_pull(1, |pull| pull.head = sha(commit));
        take_up(&store, &[topic(commit, commit, hours(1), 900)], hours(1));
        assert_eq!(comment(&store, &hub, hours(1)), "");
    }
    assert_eq!((comments(&hub).len(), hub.issues(WEB)[0].edits), (1, 0));
}

/// Runs of workflows, as the stream names them.
fn ended(runs: &[(u64, u64)]) -> Ended {
    let named = |(workflow, run): &(u64, u64)| {
        let id = AttemptId { repository: 1, run: *run, attempt: 1 };
        (WorkflowId { repository: 1, workflow: *workflow }, id)
    };
    Ended(runs.iter().map(named).collect())
}

/// What is said of runs that the stream names, when nobody looks at anything else.
fn of_ended(store: &Memory, hub: &Hub, ended: &[(u64, u64)], now: Time) -> String {
    let (policy, server) = (&policy("comment"), &Server::default());
    let reporter = Reporter { library: store, findings: store, policy, server };
    let audience = Audience {
        forge: Some(hub),
        dashboards: None::<&Grafana>,
        channels: &[] as &[Hook],
        feeds: Source::CloudWatch,
    };
    let ended = self::ended(ended);
    let heard = tell(&reporter, &audience, Matter::Ended(&ended), || now, || true);
    let heard = wait(heard).unwrap();
    assert!(heard.github.is_none() && heard.grafana.is_none());
    words(&heard.pulls.unwrap())
}

#[test]
fn only_what_ended_is_looked_at() {
    let (store, hub) = (store(), Hub::default());
    hub.opens(WEB, "main", &sha(1));
    take_up(&store, &[topic(1, 1, hours(-1), 900), topic(2, 2, hours(-1), 900)], hours(0));
    assert_eq!(of_ended(&store, &hub, &[(2, 3)], hours(0)), "");
    assert_eq!(hub.asked(), 0);
    // Another commit of the same workflow is of no pull request: it alone is asked about.
    assert_eq!(of_ended(&store, &hub, &[(1, 2)], hours(0)), "");
    assert!(of_ended(&store, &hub, &[(1, 1)], hours(0)).contains("comment on it: Slower"));
    assert_eq!(of_ended(&store, &hub, &[(1, 1)], hours(0)), "");
    // Another workflow ends on the same commit: the first one is still told of.
    let other = Run { workflow: 2, ..topic(4, 1, hours(0), 60) };
    take_up(&store, &[other], hours(0));
    assert!(
        of_ended(&store, &hub, &[(2, 4)], hours(0))
            .contains("edit its comment: Slower: `Workflow 1`")
    );
    let said = comments(&hub).join("");
    assert!(
        said.contains("`Workflow 1` | [15m 00s]") && said.contains("| `Workflow 2` |"),
        "{said}"
    );
    // Who looks at everything finds nothing left to say.
    assert_eq!(comment(&store, &hub, hours(0)), "");
}

#[test]
fn nothing_is_said_where_nobody_asked_for_it() {
    let (store, hub) = (store(), Hub::default());
    hub.opens(WEB, "main", &sha(1));
    take_up(&store, &[topic(1, 1, hours(-1), 900)], hours(0));
    let off = remark_on(&store, &hub, "off", hours(0)).unwrap();
    assert_eq!((off, hub.asked()), (Remarked::default(), 0));
    // On a locked conversation, on one that was closed, on a commit without a time.
    hub.change_pull(1, |pull| pull.is_locked = true);
    assert_eq!(comment(&store, &hub, hours(0)), "");
    hub.closes(1);
    take_up(&store, &[topic(2, 1, hours(0), 900)], hours(0));
    assert_eq!(comment(&store, &hub, hours(0)), "");
    assert_eq!(hub.asked(), 1, "what was of no pull request is not asked for at once");
    assert_eq!(comment(&store, &hub, hours(1)), "");
    assert_eq!(hub.asked(), 2);
    hub.opens(WEB, "main", &sha(9));
    take_up(&store, &[topic(9, 9, hours(1), 900).concluded("failure")], hours(1));
    assert_eq!(comment(&store, &hub, hours(1)), "");
    assert!(hub.all().iter().all(|issue| issue.comments.is_empty()));
}

#[test]
fn a_commit_has_one_check_run_that_never_fails() {
    let (store, hub) = (store(), Hub::default());
    hub.opens(WEB, "main", &sha(1));
    let check = |now| words(&remark_on(&store, &hub, "check", now).unwrap());
    take_up(&store, &[topic(1, 1, hours(-1), 900)], hours(0));
    insta::assert_snapshot!(check(hours(0)), @"acme/web#1: make its check-run: Slower: `Workflow 1` took 15m 00s; usual on `main` is 10m 00s to 10m 19s (93 % of runs, judged by 30)");
    take_up(&store, &[Run { attempt: 2, ..topic(1, 1, hours(1), 605) }], hours(1));
    insta::assert_snapshot!(check(hours(1)), @"acme/web#1: edit its check-run: As usual: `Workflow 1` took 10m 05s; usual on `main` is 10m 00s to 10m 19s (93 % of runs, judged by 30)");
    hub.change_pull(1, |pull| pull.head = sha(2));
    take_up(&store, &[topic(2, 2, hours(2), 900)], hours(2));
    insta::assert_snapshot!(check(hours(2)), @"acme/web#1: make its check-run: Slower: `Workflow 1` took 15m 00s; usual on `main` is 10m 00s to 10m 19s (93 % of runs, judged by 30)");
    let checks = hub.checks();
    let seen: Vec<_> = checks
        .iter()
        .map(|held| (held.check.sha.as_str(), held.edits, held.check.is_neutral))
        .collect();
    assert_eq!(seen, [(sha(1).as_str(), 1, false), (sha(2).as_str(), 0, true)]);
    assert_eq!(comments(&hub), [""; 0]);
}

#[test]
fn what_would_be_said_is_shown_without_asking() {
    let (store, policy, server) = (store(), policy("comment"), Server::default());
    take_up(&store, &[topic(1, 1, hours(-1), 900)], hours(0));
    let reporter = Reporter { library: &store, findings: &store, policy: &policy, server: &server };
    let planned = wait(reporter.remarks_planned(hours(0))).unwrap();
    insta::assert_snapshot!(planned, @"
    1 remark to make, where the commit is the head of an open pull request
    acme/web: say (0000000000000000000000000000000000000001)
      Slower: `Workflow 1` took 15m 00s; usual on `main` is 10m 00s to 10m 19s (93 % of runs, judged by 30)
    ");
    let off = Policy::default();
    let reporter = Reporter { policy: &off, ..reporter };
    assert_eq!(wait(reporter.remarks_planned(hours(0))).unwrap().to_string(), "");
}

#[test]
fn a_workflow_that_does_not_run_on_the_base_is_compared_with_other_pull_requests() {
    let (store, hub) = (Memory::default(), Hub::default());
    hub.opens(WEB, "main", &sha(1));
    let other = |id: i64| {
        let run = run(id.unsigned_abs(), hours(-id), 600 + id);
        run.of_pull(&format!("b{id}"), id.unsigned_abs())
    };
    let mut runs: Vec<Run> = (100..130).map(other).collect();
    runs.push(topic(1, 1, hours(-1), 900));
    take_up(&store, &runs, hours(0));
    let told = comment(&store, &hub, hours(0));
    insta::assert_snapshot!(told, @"acme/web#1: comment on it: Slower: `Workflow 1` took 15m 00s; usual in other pull requests is 11m 40s to 12m 09s (93 % of runs, judged by 30)");
}

#[test]
fn without_time_all_is_left_to_the_next_pass() {
    let (store, hub, policy, server) =
        (store(), Hub::default(), policy("comment"), Server::default());
    hub.opens(WEB, "main", &sha(1));
    take_up(&store, &[topic(1, 1, hours(-1), 900)], hours(0));
    let reporter = Reporter { library: &store, findings: &store, policy: &policy, server: &server };
    let remarked = wait(reporter.remark(&hub, Matter::Everything, || hours(0), || false)).unwrap();
    assert_eq!((remarked.left, hub.asked()), (1, 0));
}

#[test]
fn one_head_of_two_pull_requests_is_told_on_both() {
    let (store, hub) = (store(), Hub::default());
    hub.opens(WEB, "main", &sha(1));
    hub.opens(WEB, "release", &sha(1));
    take_up(&store, &[topic(1, 1, hours(-1), 900)], hours(0));
    insta::assert_snapshot!(comment(&store, &hub, hours(0)), @"
    acme/web#1: comment on it: Slower: `Workflow 1` took 15m 00s; usual on `main` is 10m 00s to 10m 19s (93 % of runs, judged by 30)
    acme/web#2: comment on it: Too few runs to compare with: 19 green ones are needed
    ");
}

#[test]
fn what_github_answers_decides_whether_it_is_asked_again() {
    use ForgeErrorKind::{Credentials, Forbidden, Invalid, Limited, Missing, Unreached, Unsure};
    let until = hours(0).plus_millis(60_000);
    for kind in [Credentials, Limited(until), Forbidden, Missing, Invalid, Unreached, Unsure] {
        for done in [false, true] {
            if done && kind != Unsure {
                continue;
            }
            let (store, hub) = (store(), Hub::default());
            hub.opens(WEB, "main", &sha(1));
            hub.opens(WEB, "main", &sha(2));
            let runs = [topic(1, 1, hours(-1), 900), topic(2, 2, hours(-1), 900)];
            take_up(&store, &runs, hours(0));
            hub.fail(kind, done);
            let first = remark_on(&store, &hub, "comment", hours(0)).unwrap();
            assert_eq!((first.done.len(), first.problems.len(), first.left), (0, 1, 1), "{kind:?}");
            let limited = matches!(kind, Limited(_)).then(|| until.to_string());
            assert_eq!(first.limited_until, limited);
            // What surely was not done is done at once; what may have been, is looked for later.
            let second = remark_on(&store, &hub, "comment", until).unwrap();
            assert_eq!(second.done.len(), if kind == Unsure { 1 } else { 2 }, "{kind:?}");
            comment(&store, &hub, until.plus_millis(600_000));
            let counts: Vec<usize> = hub.all().iter().map(|one| one.comments.len()).collect();
            assert_eq!(counts, [1, 1], "{kind:?}, done: {done}");
            assert_eq!(comment(&store, &hub, hours(1)), "");
        }
    }
}
