//! GitHub out of order: what is tried again, what is not, and what a person reads.

use kit::{client, wait};
use laptime_core::port::{Draft, Forge, ForgeErrorKind, Rewrite};
use laptime_github::{Credentials, GitHub};
use secrecy::SecretString;
use serde_json::json;
use wiremock::matchers::{any, body_partial_json, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::clock;

const WEB: &str = "acme/web";

pub(super) fn by_token(server: &MockServer) -> GitHub {
    client(&Credentials::Token(SecretString::from("ghp_not_to_be_told")), &server.uri(), clock)
}

fn draft() -> Draft {
    let (title, body) = ("t".to_owned(), "b".to_owned());
    Draft { title, body, labels: vec![], assignees: vec![] }
}

/// What comes of filing where everything is answered like this, and how many requests it took.
fn filing(answer: ResponseTemplate) -> (ForgeErrorKind, String, usize) {
    wait(async {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let error = by_token(&server).file(WEB, &draft()).await.unwrap_err();
        let requests = server.received_requests().await.unwrap().len();
        (error.kind, error.to_string(), requests)
    })
}

#[test]
fn a_create_is_sent_once_whatever_is_answered() {
    use ForgeErrorKind::{Credentials, Forbidden, Invalid, Missing, Off, Unsure};
    let said = |status: u16, message: &str| {
        ResponseTemplate::new(status).set_body_json(json!({"message": message}))
    };
    let cases = [
        (
            said(401, "Bad credentials"),
            Credentials,
            "401 (Bad credentials): the token or key is not taken",
        ),
        (said(403, "Resource not accessible"), Forbidden, "it needs to write issues"),
        (
            said(404, "Not Found"),
            Missing,
            "the repository is not there, or the token may not see it",
        ),
        (said(410, "Issues are disabled"), Off, "issues are switched off there"),
        (said(422, "Validation Failed"), Invalid, "GitHub does not take what was sent"),
        (said(500, ""), Unsure, "GitHub answered 500: it may have been done"),
        (said(503, "<html>"), Unsure, "it may have been done"),
        (said(200, ""), Unsure, "it may have been done"),
        (ResponseTemplate::new(201).set_body_string("{\"numb"), Unsure, "cannot be read"),
    ];
    for (answer, kind, words) in cases {
        let (got, told, requests) = filing(answer);
        assert_eq!((got, requests), (kind, 1), "{told}");
        assert!(
            told.starts_with("filing an issue in acme/web: ") && told.contains(words),
            "{told}"
        );
        assert!(!told.contains("ghp_"), "{told}");
    }
}

#[test]
fn limits_are_waited_for_and_not_tried_against() {
    let now = clock();
    let reset = (now.as_millis() / 1_000 + 1_800).to_string();
    let cases = [
        (ResponseTemplate::new(429).insert_header("retry-after", "120"), 120),
        (
            ResponseTemplate::new(403)
                .set_body_json(json!({"message": "You have exceeded a secondary rate limit"})),
            60,
        ),
        (
            ResponseTemplate::new(403)
                .insert_header("x-ratelimit-limit", "5000")
                .insert_header("x-ratelimit-remaining", "0")
                .insert_header("x-ratelimit-reset", reset.as_str()),
            1_800,
        ),
    ];
    for (answer, seconds) in cases {
        wait(async {
            let server = MockServer::start().await;
            Mock::given(any()).respond_with(answer).mount(&server).await;
            let forge = by_token(&server);
            for _ in 0..3 {
                let error = forge.newest(WEB).await.unwrap_err();
                let ForgeErrorKind::Limited(until) = error.kind else { panic!("{error}") };
                let apart = until.since(now) - seconds * 1_000;
                assert!((-2_000..60_000).contains(&apart), "{until} for {seconds} s");
            }
            // The second and third were not even sent.
            assert_eq!(server.received_requests().await.unwrap().len(), 1);
        });
    }
}

#[test]
fn what_is_harmless_is_tried_three_times() {
    wait(async {
        let server = MockServer::start().await;
        let twice = || ResponseTemplate::new(502);
        Mock::given(method("GET")).respond_with(twice()).up_to_n_times(2).mount(&server).await;
        let found = json!([{"number": 41}]);
        Mock::given(method("GET"))
            .respond_with(ResponseTemplate::new(200).set_body_json(found))
            .mount(&server)
            .await;
        Mock::given(method("PATCH")).respond_with(twice()).mount(&server).await;
        let forge = by_token(&server);
        assert_eq!(forge.newest(WEB).await.unwrap(), 41);
        assert_eq!(forge.spent().retries, 2);
        let close = Rewrite { text: None, open: Some(false) };
        let error = forge.rewrite(WEB, 41, &close).await.unwrap_err();
        assert_eq!(error.kind, ForgeErrorKind::Unsure);
        let spent = forge.spent();
        assert_eq!((spent.requests, spent.writes, spent.retries), (6, 3, 4));
    });
}

#[test]
fn who_cannot_be_reached_was_certainly_not_asked() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let token = Credentials::Token(SecretString::from("t"));
    let forge = wait(async { client(&token, &nobody, clock) });
    let error = wait(forge.file(WEB, &draft())).unwrap_err();
    assert_eq!(error.kind, ForgeErrorKind::Unreached, "{error}");
    assert!(error.to_string().contains("GitHub could not be reached"), "{error}");
    assert!(!error.to_string().contains("backtrace"), "{error}");
}

#[test]
fn a_renamed_repository_is_written_to_under_its_new_name() {
    wait(async {
        let server = MockServer::start().await;
        let moved = ResponseTemplate::new(307).insert_header("location", "/repositories/1/issues");
        Mock::given(method("POST"))
            .and(path("/repos/acme/web/issues"))
            .respond_with(moved)
            .mount(&server)
            .await;
        Mock::given(path("/repos/acme/web"))
            .respond_with(
                ResponseTemplate::new(200).set_body_json(json!({"full_name": "acme/site"})),
            )
            .mount(&server)
            .await;
        Mock::given(method("POST"))
            .and(path("/repos/acme/site/issues"))
            .and(body_partial_json(json!({"title": "t"})))
            .respond_with(ResponseTemplate::new(201).set_body_json(json!({"number": 3})))
            .expect(1)
            .mount(&server)
            .await;
        assert_eq!(by_token(&server).file(WEB, &draft()).await.unwrap(), 3);
    });
}

/// What comes of reading an issue that leads to this address, where there is one.
fn led_to(place: impl Fn(&str) -> String) -> (Result<bool, String>, usize) {
    wait(async {
        let (server, other) = (MockServer::start().await, MockServer::start().await);
        let leads = ResponseTemplate::new(301)
            .insert_header("location", place(&server.uri()).replace("OTHER", &other.uri()));
        Mock::given(path("/repos/acme/web/issues/5")).respond_with(leads).mount(&server).await;
        let issue = json!({"number": 5, "state": "open", "body": null, "repository_url": ""});
        for server in [&server, &other] {
            Mock::given(path("/repositories/1/issues/5"))
                .respond_with(ResponseTemplate::new(200).set_body_json(issue.clone()))
                .mount(server)
                .await;
        }
        let read = by_token(&server).issue(WEB, 5).await;
        let elsewhere = other.received_requests().await.unwrap().len();
        (read.map(|seen| seen.is_some()).map_err(|error| error.to_string()), elsewhere)
    })
}

#[test]
fn a_read_is_led_on_within_github_and_nowhere_else() {
    assert_eq!(led_to(|_| "/repositories/1/issues/5".to_owned()), (Ok(true), 0));
    assert_eq!(led_to(|here| format!("{here}/repositories/1/issues/5")), (Ok(true), 0));
    let away = ["OTHER/repositories/1/issues/5", "//evil.example/x", "/repos/acme/web/issues/5"];
    for place in away {
        let (read, elsewhere) = led_to(|_| place.to_owned());
        let told = read.unwrap_err();
        assert!(told.contains("has moved, and where to is not told"), "{place}: {told}");
        assert_eq!(elsewhere, 0, "{place}");
    }
}

#[test]
fn an_issue_that_was_moved_to_another_repository_is_told_from_a_renamed_one() {
    for (now_called, state) in [("acme/other", "Moved"), ("acme/site", "Open")] {
        wait(async {
            let server = MockServer::start().await;
            let issue = json!({"number": 5, "state": "open", "body": null,
                "repository_url": format!("{}/repos/{now_called}", server.uri())});
            Mock::given(path("/repos/acme/web/issues/5"))
                .respond_with(ResponseTemplate::new(200).set_body_json(issue))
                .mount(&server)
                .await;
            let named = json!({"full_name": "acme/site"});
            Mock::given(path("/repos/acme/web"))
                .respond_with(ResponseTemplate::new(200).set_body_json(named))
                .mount(&server)
                .await;
            let seen = by_token(&server).issue(WEB, 5).await.unwrap().unwrap();
            assert_eq!(format!("{:?}", seen.state), state);
        });
    }
}

#[test]
fn an_enterprise_server_has_a_path_of_its_own() {
    wait(async {
        let server = MockServer::start().await;
        Mock::given(path("/api/v3/repos/acme/web/issues"))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!([])))
            .expect(1)
            .mount(&server)
            .await;
        Mock::given(path("/api/v3/rate_limit"))
            .respond_with(ResponseTemplate::new(404))
            .mount(&server)
            .await;
        let token = Credentials::Token(SecretString::from("t"));
        let forge = client(&token, &format!("{}/api/v3", server.uri()), clock);
        assert_eq!(forge.newest(WEB).await.unwrap(), 0);
        assert_eq!(forge.limits().await.unwrap().accounts[0].limit, None);
    });
}

#[test]
fn a_name_that_would_lead_elsewhere_is_not_asked_for() {
    wait(async {
        let server = MockServer::start().await;
        let forge = by_token(&server);
        for name in ["../admin", "a/b/c", "acme/we b", "acme/web?x=", "acme/..", "", "acme/ωeb"] {
            let error = forge.newest(name).await.unwrap_err();
            assert_eq!(error.kind, ForgeErrorKind::Missing, "{name}");
        }
        assert_eq!(server.received_requests().await.unwrap().len(), 0);
    });
}

#[test]
fn a_second_lies_between_two_writes() {
    wait(async {
        let server = MockServer::start().await;
        let filed = ResponseTemplate::new(201).set_body_json(json!({"number": 3}));
        Mock::given(any()).respond_with(filed).mount(&server).await;
        let forge = by_token(&server);
        let begin = clock();
        let (one, two) = (draft(), draft());
        let (one, two) = tokio::join!(forge.file(WEB, &one), forge.file(WEB, &two));
        one.and(two).unwrap();
        assert!(clock().since(begin) >= 1_000);
    });
}
