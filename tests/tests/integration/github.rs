//! What is sent to GitHub, and what is made of its answers.

mod faults;
mod pulls;

use std::time::Duration;

use kit::{GitHubStandIn, Laptime, Weeks, github, wait};
use laptime_core::port::{Draft, Forge, IssueState, Rewrite};
use laptime_core::time::{Day, Time};
use laptime_github::GitHub;
use serde_json::{Value, json};

pub(crate) fn clock() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Time::from_millis(i64::try_from(since.as_millis()).unwrap())
}

fn draft() -> Draft {
    Draft {
        title: "`build` became slower".to_owned(),
        body: "All of it.\n\n<!-- laptime f00d 1 -->".to_owned(),
        labels: vec!["performance".to_owned(), "ci-cd".to_owned()],
        assignees: vec![],
    }
}

/// A clock makes a client; it has to live on the runtime of the tests.
fn all_its_way(make: impl FnOnce(&GitHubStandIn) -> GitHub) -> GitHub {
    let stand_in = github();
    let repository = stand_in.repository();
    let of = |path: &str| stand_in.get(&format!("/repos/{repository}{path}"));
    wait(async {
        let forge = make(stand_in);
        assert_eq!(forge.newest(&repository).await.unwrap(), 0);
        assert_eq!(forge.issue(&repository, 1).await.unwrap(), None);
        let number = forge.file(&repository, &draft()).await.unwrap();
        assert_eq!((number, forge.newest(&repository).await.unwrap()), (1, 1));
        let seen = forge.issue(&repository, number).await.unwrap().unwrap();
        assert_eq!((seen.state, seen.body), (IssueState::Open, draft().body));
        let labels = of("/issues/1")["labels"].as_array().unwrap().clone();
        let names: Vec<&Value> = labels.iter().map(|label| &label["name"]).collect();
        assert_eq!(names, ["performance", "ci-cd"]);

        let mark = "<!-- laptime closed -->";
        let since = clock().plus_millis(-60_000);
        assert_eq!(forge.found_comment(&repository, number, since, mark).await.unwrap(), None);
        let said = format!("It went back.\n\n{mark}");
        let comment = forge.comment(&repository, number, &said).await.unwrap();
        let found = forge.found_comment(&repository, number, since, mark).await.unwrap();
        assert_eq!(found, Some(comment));
        let text = Some(("Another title".to_owned(), "Another body".to_owned()));
        let close = Rewrite { text, open: Some(false) };
        forge.rewrite(&repository, number, &close).await.unwrap();
        forge.rewrite(&repository, number, &close).await.unwrap();
        let issue = of("/issues/1");
        assert_eq!([&issue["title"], &issue["body"]], ["Another title", "Another body"]);
        let seen = forge.issue(&repository, number).await.unwrap().unwrap();
        assert_eq!(seen.state, IssueState::Done);
        let open = Rewrite { text: None, open: Some(true) };
        forge.rewrite(&repository, number, &open).await.unwrap();
        assert_eq!(of("/issues/1")["state"], "open");
        forge
    })
}

#[test]
fn an_issue_goes_all_its_way_with_a_token() {
    let forge = all_its_way(|stand_in| stand_in.by_token(clock));
    let spent = forge.spent();
    assert_eq!((spent.writes, spent.retries), (5, 0));
    let limits = wait(forge.limits()).unwrap();
    assert_eq!(limits.accounts[0].account, "the token");
    assert_eq!(limits.accounts[0].limit, Some(5_000));
}

#[test]
fn an_issue_goes_all_its_way_as_an_app() {
    let forge = all_its_way(|stand_in| stand_in.by_app(clock));
    let limits = wait(forge.limits()).unwrap();
    assert_eq!(limits.accounts[0].account, "the App at acme");
    let error = wait(forge.newest("nobody/there")).unwrap_err().to_string();
    assert!(error.contains("the App is not installed for nobody/there"), "{error}");
}

#[test]
fn a_person_who_closes_as_not_planned_is_seen() {
    let stand_in = github();
    let repository = stand_in.repository();
    let forge = wait(async { stand_in.by_token(clock) });
    let number = wait(forge.file(&repository, &draft())).unwrap();
    let path = format!("/repos/{repository}/issues/{number}");
    let body = json!({"state": "closed", "state_reason": "not_planned"});
    assert_eq!(stand_in.call("PATCH", &path, Some(&body)).status, 200);
    let seen = wait(forge.issue(&repository, number)).unwrap().unwrap();
    assert_eq!(seen.state, IssueState::NotPlanned);
}

/// Whether the contract would notice at all.
#[test]
fn a_wrong_body_is_refused_on_every_endpoint_that_takes_one() {
    let stand_in = github();
    let repository = stand_in.repository();
    let of = |path: &str| format!("/repos/{repository}{path}");
    let filed = stand_in.call("POST", &of("/issues"), Some(&json!({"title": "fine"})));
    assert_eq!(filed.status, 201, "{}", filed.body);
    let wrong = [
        ("POST", "/issues", json!({"body": "without a title"})),
        ("POST", "/issues", json!({"title": "x", "labels": "performance"})),
        ("PATCH", "/issues/1", json!({"state": "shut"})),
        ("PATCH", "/issues/1", json!({"state_reason": "solved"})),
        ("POST", "/issues/1/comments", json!({"text": "no body"})),
    ];
    for (method, path, body) in wrong {
        let answer = stand_in.call(method, &of(path), Some(&body));
        assert_eq!(answer.status, 422, "{method} {path} {body}: {}", answer.body);
    }
    let query = of("/issues?state=all&per_page=many");
    assert_eq!(stand_in.call("GET", &query, None).status, 422);
}

/// The day after the last slow one: what comes from it on tells that it is over.
fn mended() -> Day {
    Day(clock().day().0 - 6)
}

/// Deliveries of six weeks up to now, slower for the week before the last.
fn six_weeks() -> Vec<kit::Delivery> {
    let from = Day(clock().day().0 - 42).week();
    let slow = mended().0 - 7 - from.0..mended().0 - from.0;
    let slow = |workflow, day| (if workflow == 1 && slow.contains(&day) { 1.6 } else { 1.0 }, 1.0);
    let days = clock().day().0 - from.0;
    Weeks { repositories: 1, from, days, seed: 7, slow: &slow }.deliveries()
}

/// Those up to the last slow day, and those since.
fn before_and_after() -> (Vec<kit::Delivery>, Vec<kit::Delivery>) {
    six_weeks().into_iter().partition(|delivery| crate::notify::day_of(delivery) < mended())
}

#[test]
fn serve_files_one_issue_and_closes_it_when_it_is_over() {
    let stand_in = github();
    let folder = tempfile::tempdir().unwrap();
    let program = Laptime::on(folder.path()).telling(&stand_in.api, &stand_in.token);
    let (first, rest) = before_and_after();
    let issues = || {
        let all = stand_in.get("/repos/acme/r1/issues?state=all");
        all.as_array().unwrap().clone()
    };
    let until = |done: &dyn Fn(&[Value]) -> bool| {
        while !done(&issues()) {
            // The stand-in has a rate limit too.
            std::thread::park_timeout(Duration::from_millis(100));
        }
    };

    send(&program, &first);
    let served = program.serve();
    until(&|issues| !issues.is_empty());
    assert_eq!(served.stop(), Some(0));
    let issue = issues().remove(0);
    let title = issue["title"].as_str().unwrap();
    assert!(title.starts_with("`Workflow 2` became slower on the default branch: +"), "{title}");

    // Everything again, twice and in another order, and what came since.
    let mut jumbled: Vec<_> = [&first[..], &first[..], &rest[..]].concat();
    fastrand::Rng::with_seed(5).shuffle(&mut jumbled);
    send(&program, &jumbled);
    let served = program.serve();
    until(&|issues| issues.iter().any(|issue| issue["state"] == "closed"));
    assert_eq!(served.stop(), Some(0));
    let after = issues();
    assert_eq!(after.len(), 1);
    assert_ne!(after[0]["body"], issue["body"], "edited");
    let comments = stand_in.get("/repos/acme/r1/issues/1/comments");
    assert_eq!(comments.as_array().unwrap().len(), 1);
    let comment = comments[0]["body"].as_str().unwrap();
    assert!(comment.starts_with("The level went back to what it was"), "{comment}");
    assert_eq!(program.ok(&["notify"]), "nothing to do\n");
}

/// Into the store, taken up at once.
fn send(program: &Laptime, deliveries: &[kit::Delivery]) {
    let lines = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(lines.path(), kit::lines(deliveries)).unwrap();
    let data = program.data();
    program.ok(&["replay", "--data", data, lines.path().to_str().unwrap()]);
    program.ok(&["aggregate"]);
}

#[test]
fn a_dry_run_needs_no_token_and_does_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let program = Laptime::on(folder.path());
    send(&program, &before_and_after().0);
    for _ in 0..2 {
        let text = program.ok(&["notify", "--dry-run"]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "1 thing to do");
        assert!(lines[1].starts_with("acme/r1: file an issue ("), "{text}");
        assert!(lines[2].starts_with("  `Workflow 2` became slower"), "{text}");
    }
    let json: Value =
        serde_json::from_str(&program.ok(&["notify", "--dry-run", "--format", "json"])).unwrap();
    let body = json["github"]["acts"][0]["text"]["body"].as_str().unwrap();
    assert!(body.contains("| `build` | `compile` |"), "{body}");
    let told = program.fails(&["notify"]);
    assert!(told.contains("no token: set GITHUB_TOKEN"), "{told}");
    let told = program.fails(&["limits"]);
    assert!(told.contains("no token: set GITHUB_TOKEN"), "{told}");
}
