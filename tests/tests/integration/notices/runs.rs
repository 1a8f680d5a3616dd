//! Failed runs on the default branch.

use kit::{Chat, Job, Memory, Run, aggregate_at, append_all, at};
use laptime_core::ingest::Progress::Drop;
use laptime_core::time::Time;

use super::{announce_on, by_ref};

/// A run on the default branch that ended at this time of 2026-05-01.
fn run(id: u64, ended: &str, conclusion: &str) -> Run {
    let end: Time = at(&format!("2026-05-01T{ended}:00Z"));
    let start = end.plus_millis(-300_000).to_string();
    let job = |id: u64, name: &str, conclusion: &str| {
        Job::new(id, name, &start, &start, &end.to_string()).concluded(conclusion)
    };
    let run = Run::new(id, &start, &end.to_string()).concluded(conclusion);
    run.job(job(id * 10, "build", "success")).job(job(id * 10 + 1, "test", conclusion))
}

/// What is told of these passes, each with what came before it; the first one is quiet.
fn told(failed_runs: &str, passes: &[(&str, &[Run])]) -> String {
    let (store, chat) = (Memory::default(), Chat::default());
    let policy = format!("[notices]\nfailed_runs = '{failed_runs}'");
    let mut lines = Vec::new();
    for (time, runs) in passes {
        let now = if time.len() > 5 { at(time) } else { at(&format!("2026-05-01T{time}:00Z")) };
        let deliveries: Vec<_> = runs.iter().flat_map(Run::deliveries).collect();
        append_all(&store, &deliveries, Drop, now).unwrap();
        aggregate_at(&store, now).unwrap();
        for _ in 0..2 {
            announce_on(&store, by_ref(&chat), &policy, now).unwrap();
        }
        let runs = chat.take();
        let runs: Vec<&str> = runs.lines().filter(|line| line.starts_with('•')).collect();
        let ids = runs.iter().map(|line| {
            let id = line.split("/runs/").nth(1).unwrap();
            id.split('|').next().unwrap().replace("/attempts/", ".")
        });
        lines.push(format!("{time}: {}", ids.collect::<Vec<_>>().join(" ")));
    }
    lines.join("\n")
}

#[test]
fn a_branch_that_stays_red_is_told_once_or_each_time() {
    let passes: &[(&str, &[Run])] = &[
        ("09:00", &[run(1, "08:50", "failure")]),
        ("10:00", &[run(2, "09:30", "failure")]),
        ("11:00", &[run(3, "10:30", "success"), run(4, "10:40", "cancelled")]),
        ("12:00", &[run(5, "11:30", "timed_out"), run(6, "11:40", "skipped")]),
        ("13:00", &[run(7, "12:30", "failure"), run(8, "12:40", "startup_failure")]),
        ("14:00", &[run(9, "13:30", "success"), run(10, "13:40", "failure")]),
    ];
    insta::assert_snapshot!(told("first", passes), @"
    09:00: 
    10:00: 
    11:00: 
    12:00: 5.1
    13:00: 
    14:00: 10.1
    ");
    insta::assert_snapshot!(told("every", passes), @"
    09:00: 
    10:00: 2.1
    11:00: 
    12:00: 5.1
    13:00: 7.1 8.1
    14:00: 10.1
    ");
    assert_eq!(told("off", &passes[1..3]), "10:00: \n11:00: ");
}

#[test]
fn a_run_is_told_once_whatever_its_attempts() {
    let again = |mut run: Run, attempt| {
        run.attempt = attempt;
        run
    };
    let passes: &[(&str, &[Run])] = &[
        ("09:00", &[run(1, "08:50", "success")]),
        // Its first attempt was repeated with success before anybody heard of it.
        ("10:00", &[run(2, "09:30", "failure"), again(run(2, "09:40", "success"), 2)]),
        ("11:00", &[run(3, "10:30", "failure")]),
        ("12:00", &[again(run(3, "11:30", "failure"), 2)]),
        ("13:00", &[again(run(3, "12:30", "success"), 3), run(4, "12:20", "failure")]),
        ("14:00", &[run(5, "13:30", "success"), again(run(5, "13:40", "failure"), 2)]),
    ];
    insta::assert_snapshot!(told("first", passes), @"
    09:00: 
    10:00: 
    11:00: 3.1
    12:00: 
    13:00: 
    14:00: 5.2
    ");
    insta::assert_snapshot!(told("every", passes), @"
    09:00: 
    10:00: 
    11:00: 3.1
    12:00: 
    13:00: 4.1
    14:00: 5.2
    ");
}

#[test]
fn a_run_repeated_with_success_does_not_hide_the_next_failure() {
    let mut mended = run(2, "09:50", "success");
    mended.attempt = 2;
    let runs = [run(1, "09:10", "success"), run(2, "09:30", "failure"), run(3, "09:40", "failure")];
    let late = told("first", &[("09:00", &[]), ("10:00", &runs), ("11:00", &[mended.clone()])]);
    assert_eq!(late, "09:00: \n10:00: 2.1\n11:00: ", "somebody has heard of it");
    let runs = [&runs[..], &[mended]].concat();
    assert_eq!(told("first", &[("09:00", &[]), ("10:00", &runs)]), "09:00: \n10:00: 3.1");
}

#[test]
fn how_it_was_before_is_looked_for_in_earlier_days_and_old_failures_are_no_news() {
    let late = "2026-05-09T12:00:00Z";
    let moved = |mut run: Run, day: &str| {
        let change = |text: &mut String| *text = text.replace("2026-05-01", day);
        change(&mut run.started);
        change(&mut run.updated);
        run.jobs.iter_mut().flat_map(|job| &mut job.times).for_each(change);
        run
    };
    let after = |conclusion| {
        let first = run(1, "09:30", conclusion);
        let second = moved(run(2, "11:00", "failure"), "2026-05-09");
        let old = moved(run(3, "11:00", "failure"), "2026-05-08");
        let other = Run { workflow: 2, ..old };
        told("first", &[("09:00", &[]), (late, &[first, second, other])])
    };
    assert_eq!(after("success"), format!("09:00: \n{late}: 2.1"));
    assert_eq!(after("failure"), format!("09:00: \n{late}: "));
    assert_eq!(after("cancelled"), format!("09:00: \n{late}: 2.1"));
}

#[test]
fn only_runs_on_the_default_branch_are_told() {
    let mut scheduled = run(3, "09:40", "failure");
    scheduled.trigger = "schedule".to_owned();
    let elsewhere = run(2, "09:30", "failure").on_branch("topic");
    let pull = run(4, "09:45", "failure").of_pull("topic", 4);
    let fork = {
        let mut fork = run(5, "09:50", "failure");
        fork.trigger = "pull_request_target".to_owned();
        fork
    };
    let runs = [scheduled, elsewhere, pull, fork];
    assert_eq!(told("every", &[("09:00", &[]), ("10:00", &runs)]), "09:00: \n10:00: ");
}

#[test]
fn a_message_names_what_failed_and_leads_there() {
    let (store, chat) = (Memory::default(), Chat::default());
    let hostile = Run { branch: "main".to_owned(), ..run(2, "09:30", "failure") };
    append_all(&store, &hostile.deliveries(), Drop, at("2026-05-01T09:00:00Z")).unwrap();
    announce_on(&store, by_ref(&chat), "", at("2026-05-01T09:00:00Z")).unwrap();
    aggregate_at(&store, at("2026-05-01T10:00:00Z")).unwrap();
    announce_on(&store, by_ref(&chat), "", at("2026-05-01T10:00:00Z")).unwrap();
    let heard = chat.heard();
    assert_eq!(heard.len(), 1);
    insta::assert_snapshot!(heard[0].subject, @"Laptime: 1 failed run");
    insta::assert_snapshot!(heard[0].chat, @"
    Laptime: 1 failed run
    • `Workflow 1` failed on `main`, job `test`: <https://github.com/acme/web/actions/runs/2/attempts/1|acme/web, run 2>
    ");
    insta::assert_snapshot!(heard[0].plain, @"
    Laptime: 1 failed run
    - `Workflow 1` failed on `main`, job `test`: acme/web, run 2, https://github.com/acme/web/actions/runs/2/attempts/1
    ");
}
