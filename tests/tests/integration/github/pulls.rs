//! Pull requests: what is asked and sent, and what the program makes of it.
//!
//! The stand-in has comments and check-runs, and does not list the pull requests of a commit: for
//! those GitHub's answer, cut to what matters, comes from a server that gives nothing else.

use kit::{Laptime, github, wait};
use laptime_core::port::{Check, Forge, ForgeErrorKind, PullRequest, Pulls};
use serde_json::{Value, json};
use wiremock::matchers::{body_string_contains, method, path, path_regex, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::faults::by_token;
use super::{clock, draft, send};
use crate::remark::{run, thirty_days};

const WEB: &str = "acme/web";

fn sha() -> String {
    "c0ffee".repeat(6) + "c0de"
}

fn check(sha: &str, title: &str, is_neutral: bool) -> Check {
    Check {
        sha: sha.to_owned(),
        mark: "<!-- laptime remark 1 7 -->".to_owned(),
        title: title.to_owned(),
        summary: "| a |\n|:--|\n| b |".to_owned(),
        is_neutral,
    }
}

#[test]
fn a_comment_goes_all_its_way() {
    let stand_in = github();
    let repository = stand_in.repository();
    let forge = wait(async { stand_in.by_token(clock) });
    let number = wait(forge.file(&repository, &draft())).unwrap();
    let id = wait(forge.comment(&repository, number, "first")).unwrap();
    let path = format!("/repos/{repository}/issues/comments/{id}");
    assert_eq!(stand_in.get(&path)["body"], "first");
    assert!(wait(forge.edit_comment(&repository, id, "second")).unwrap());
    assert_eq!(stand_in.get(&path)["body"], "second");
    // A person deletes it.
    assert_eq!(stand_in.call("DELETE", &path, None).status, 204);
    assert!(!wait(forge.edit_comment(&repository, id, "third")).unwrap());
    let wrong = stand_in.call("PATCH", &path, Some(&json!({"text": "no body"})));
    assert_eq!(wrong.status, 422, "{}", wrong.body);
}

#[test]
fn a_check_run_goes_all_its_way_as_an_app() {
    let stand_in = github();
    let repository = stand_in.repository();
    let forge = wait(async { stand_in.by_app(clock) });
    // The one commit that there is.
    let main = stand_in.get(&format!("/repos/{repository}/commits/main"));
    let sha = main["sha"].as_str().unwrap();
    let first = check(sha, "Slower", true);
    assert_eq!(wait(forge.found_check(&repository, sha, &first.mark)).unwrap(), None);
    let id = wait(forge.check(&repository, &first)).unwrap();
    let of = |path: &str| format!("/repos/{repository}{path}");
    let seen = || {
        let run = stand_in.get(&of(&format!("/check-runs/{id}")));
        let fields = ["name", "status", "conclusion", "head_sha", "external_id"];
        let mut seen = fields.map(|field| run[field].clone()).to_vec();
        seen.extend(["title", "summary"].map(|field| run["output"][field].clone()));
        Value::from(seen)
    };
    let Check { mark, summary, .. } = &first;
    let expected = |conclusion: &str, title: &str| {
        json!(["Laptime", "completed", conclusion, sha, mark, title, summary])
    };
    assert_eq!(seen(), expected("neutral", "Slower"));
    assert_eq!(wait(forge.found_check(&repository, sha, mark)).unwrap(), Some(id));
    assert_eq!(wait(forge.found_check(&repository, sha, "other")).unwrap(), None);
    assert!(wait(forge.edit_check(&repository, id, &check(sha, "As usual", false))).unwrap());
    assert_eq!(seen(), expected("success", "As usual"));
    assert!(!wait(forge.edit_check(&repository, id + 99, &first)).unwrap());
    let wrong = [
        ("POST", of("/check-runs"), json!({"head_sha": sha})),
        ("POST", of("/check-runs"), json!({"name": "Laptime", "head_sha": 5})),
        ("PATCH", of(&format!("/check-runs/{id}")), json!({"conclusion": "slow"})),
    ];
    for (method, path, body) in wrong {
        let answer = stand_in.call(method, &path, Some(&body));
        assert_eq!(answer.status, 422, "{method} {path} {body}: {}", answer.body);
    }
}

/// As GitHub lists a pull request, in part.
fn listed(number: u64, state: &str, head: &str) -> Value {
    json!({
        "number": number, "state": state, "locked": false, "draft": false, "title": "x",
        "head": {"ref": "topic", "sha": head, "label": "octocat:topic", "repo": null},
        "base": {"ref": "main", "sha": "b".repeat(40), "label": "acme:main"},
    })
}

/// What is found where the commit's own list, and that of all open ones, are answered like this.
fn pulls_of(
    answer: ResponseTemplate,
    open: &Value,
) -> Result<Vec<PullRequest>, (ForgeErrorKind, String)> {
    wait(async {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .and(path(format!("/repos/acme/web/commits/{}/pulls", sha())))
            .respond_with(answer)
            .mount(&server)
            .await;
        Mock::given(method("GET"))
            .and(path("/repos/acme/web/pulls"))
            .and(query_param("state", "open"))
            .respond_with(ResponseTemplate::new(200).set_body_json(open))
            .mount(&server)
            .await;
        let pulls = by_token(&server).pulls(WEB, &sha()).await;
        pulls.map_err(|error| (error.kind, error.to_string()))
    })
}

#[test]
fn the_open_pull_requests_of_a_commit_are_found() {
    let said = |status: u16, message: &str| {
        ResponseTemplate::new(status).set_body_json(json!({"message": message}))
    };
    let pull = |number, head: &str| PullRequest {
        number,
        base: "main".to_owned(),
        head: head.to_owned(),
        is_locked: false,
    };
    let (newer, none) = ("d".repeat(40), json!([]));
    let list = json!([listed(3, "closed", &sha()), listed(7, "open", &newer)]);
    let found = pulls_of(ResponseTemplate::new(200).set_body_json(list), &none).unwrap();
    assert_eq!(found, [pull(7, &newer)]);
    assert_eq!(pulls_of(said(422, "No commit found for SHA"), &none).unwrap(), []);
    // That of a fork is found among those that are open.
    let open = json!([listed(8, "open", &newer), listed(9, "open", &sha())]);
    let empty = || ResponseTemplate::new(200).set_body_json(json!([]));
    assert_eq!(pulls_of(empty(), &open).unwrap(), [pull(9, &sha())]);
    let many = vec![listed(8, "open", &newer); 100];
    assert_eq!(pulls_of(empty(), &json!(many)).unwrap(), []);

    let (kind, told) = pulls_of(said(403, "Resource not accessible"), &none).unwrap_err();
    assert_eq!(kind, ForgeErrorKind::Forbidden);
    assert!(told.contains("it needs to read pull requests"), "{told}");
    assert_eq!(pulls_of(said(404, "Not Found"), &none).unwrap_err().0, ForgeErrorKind::Missing);
    // What is no commit does not become part of an address.
    wait(async {
        let server = MockServer::start().await;
        for odd in ["", "main", "../../../user", &"g".repeat(40)] {
            assert_eq!(by_token(&server).pulls(WEB, odd).await.unwrap(), []);
            assert_eq!(by_token(&server).found_check(WEB, odd, "m").await.unwrap(), None);
        }
        assert_eq!(server.received_requests().await.unwrap().len(), 0);
    });
}

#[test]
fn a_token_that_may_not_make_check_runs_hears_what_to_do() {
    wait(async {
        let server = MockServer::start().await;
        let message = json!({"message": "You must authenticate via a GitHub App."});
        Mock::given(method("POST"))
            .respond_with(ResponseTemplate::new(403).set_body_json(message))
            .mount(&server)
            .await;
        let error = by_token(&server).check(WEB, &check(&sha(), "x", true)).await.unwrap_err();
        assert_eq!(error.kind, ForgeErrorKind::Forbidden);
        insta::assert_snapshot!(error, @r#"making a check-run on c0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0de in acme/web: GitHub answered 403 (You must authenticate via a GitHub App.): it may not do that there: it needs to write checks, which only an App can: set GITHUB_APP_ID and GITHUB_APP_KEY, or remark = "comment" under [pulls]"#);
    });
}

/// A month on `main` and a slow head, into the store of a program that remarks.
fn slow_head(program: &Laptime, policy: &str) -> Vec<String> {
    let config = std::path::Path::new(program.data()).join("laptime.toml");
    std::fs::write(&config, policy).unwrap();
    let end = clock().plus_millis(-600_000);
    let mut runs = thirty_days(end);
    runs.push(run(1, end, 900).of_pull("topic", 1));
    let deliveries: Vec<_> = runs.iter().flat_map(kit::Run::deliveries).collect();
    send(program, &deliveries);
    ["--config", config.to_str().unwrap()].map(str::to_owned).to_vec()
}

#[test]
fn the_program_comments_once_and_shows_beforehand_what_it_would_say() {
    let folder = tempfile::tempdir().unwrap();
    let server = wait(MockServer::start());
    let program = Laptime::on(folder.path()).telling(&server.uri(), "t");
    let config = slow_head(&program, "[pulls]\nremark = \"comment\"\n");
    let notify = |more: &[&str]| {
        let config = config.iter().map(String::as_str);
        let args: Vec<&str> =
            ["notify"].into_iter().chain(config).chain(more.iter().copied()).collect();
        program.ok(&args)
    };
    let shown = notify(&["--dry-run"]);
    assert!(shown.starts_with("0 things to do\n1 remark to make, where"), "{shown}");
    assert!(shown.contains("  Slower: `Workflow 1` took 15m 00s; usual on `main`"), "{shown}");
    assert_eq!(wait(server.received_requests()).unwrap().len(), 0);

    let head = format!("{:040x}", 1);
    wait(async {
        let pulls = ResponseTemplate::new(200).set_body_json(json!([listed(7, "open", &head)]));
        Mock::given(path(format!("/repos/acme/web/commits/{head}/pulls")))
            .respond_with(pulls)
            .expect(1)
            .mount(&server)
            .await;
        Mock::given(method("POST"))
            .and(path("/repos/acme/web/issues/7/comments"))
            .and(body_string_contains("<!-- laptime remark 1 #7 "))
            .respond_with(ResponseTemplate::new(201).set_body_json(json!({"id": 5})))
            .expect(1)
            .mount(&server)
            .await;
    });
    let said = notify(&[]);
    assert!(said.starts_with("acme/web#7: comment on it (0000"), "{said}");
    assert_eq!(notify(&[]), "nothing to do\n");
    wait(server.verify());
}

#[test]
fn the_program_says_what_kept_it_from_saying_something() {
    let folder = tempfile::tempdir().unwrap();
    let server = wait(MockServer::start());
    let program = Laptime::on(folder.path()).telling(&server.uri(), "t");
    let config = slow_head(&program, "[pulls]\nremark = \"check\"\n");
    wait(async {
        let message = json!({"message": "Resource not accessible by personal access token"});
        Mock::given(path_regex("/pulls$"))
            .respond_with(ResponseTemplate::new(403).set_body_json(message))
            .mount(&server)
            .await;
    });
    let config: Vec<&str> = config.iter().map(String::as_str).collect();
    let told = program.fails(&[&["notify"], &config[..]].concat());
    assert!(told.contains("1 thing could not be done"), "{told}");
}
