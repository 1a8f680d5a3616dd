//! The reporter on AWS tells people: the real function before stand-ins for GitHub and Grafana.

use kit::{
    Cloud, Delivery, Deployed, Function, Grafana, Outcome, Relay, Run, Weeks, aggregate_at,
    append_all, cloud, github, wait,
};
use laptime_core::ingest::Progress::Drop;
use laptime_core::port::Notices;
use laptime_core::time::{Day, Time};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::notices::ways;
use super::permissions;

pub(super) const TOKEN: &str = "/laptime/github-token";
pub(super) const GRAFANA: &str = "/laptime/grafana-token";

/// Weeks that end now, of which the last have a slower step, in a repository of that name.
pub(super) fn weeks(repository: &str, now: Time) -> Vec<Delivery> {
    const DAYS: i32 = 28;
    let slow = |workflow, day| (if workflow == 1 && day >= 18 { 1.6 } else { 1.0 }, 1.0);
    let from = Day(now.day().0 - DAYS);
    let weeks = Weeks { repositories: 1, from, days: DAYS, seed: 7, slow: &slow };
    weeks.deliveries().into_iter().map(|one| one.of_repository(1, repository)).collect()
}

/// A secret where the function looks for it.
pub(super) fn put(cloud: &Cloud, name: &str, value: &str) {
    let client = aws_sdk_ssm::Client::new(cloud.clients.config());
    let put = client.put_parameter().name(name).value(value).overwrite(true);
    wait(put.r#type(aws_sdk_ssm::types::ParameterType::SecureString).send()).unwrap();
}

fn of_stream(p: &str, s: &str) -> Value {
    let keys = json!({ "p": { "S": p }, "s": { "S": s } });
    let change = json!({ "Keys": keys, "SequenceNumber": "1" });
    json!({ "Records": [{ "eventName": "MODIFY", "dynamodb": change }] })
}

/// What the stream says of judgements.
pub(super) fn judged() -> Value {
    of_stream("V", "1#2")
}

/// What the stream says of a run of workflow 1 that ended.
fn ended(repository: u64) -> Value {
    of_stream(&format!("D#{repository}#1#5020594"), "r#1#1")
}

fn sweep() -> Value {
    json!({ "laptime": "sweep" })
}

fn response(function: &Function, event: &Value) -> Value {
    match function.invoke(event) {
        Outcome::Response(told) => told,
        failed @ Outcome::Error(_) => panic!("{failed:?} {}", function.raw_log()),
    }
}

/// What was done about each channel.
fn steps(told: &Value) -> Vec<String> {
    let channels = told["channels"].as_array().unwrap().iter();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    channels.map(|one| format!("{} {}", word(&one["channel"]), word(&one["step"]))).collect()
}

fn issues(repository: &str) -> Vec<Value> {
    let path = format!("/repos/{repository}/issues?state=all");
    github().get(&path).as_array().unwrap().clone()
}

#[test]
fn the_function_tells_github_and_grafana_once() {
    let (direct, grafana) = (cloud(), Grafana::start());
    let (store, now) = (direct.store(), laptime_aws::clock());
    let repository = github().repository();
    append_all(&store, &weeks(&repository, now), Drop, now).unwrap();
    aggregate_at(&store, now).unwrap();
    let relay = Relay::before(&direct);
    let (chat, topic) = (ways::chat(ResponseTemplate::new(200)), ways::topic(&direct));
    let variables = [
        ("LAPTIME_TABLE", "laptime"),
        ("LAPTIME_BUCKET", "unused"),
        ("LAPTIME_GITHUB_TOKEN", "ssm:/laptime/github-token"),
        ("GITHUB_API_URL", &github().api),
        ("GRAFANA_URL", grafana.address()),
        ("LAPTIME_GRAFANA_TOKEN", "ssm:/laptime/grafana-token"),
        ("LAPTIME_SLACK_WEBHOOK", "ssm:/laptime/chat"),
        ("LAPTIME_TOPIC", &topic),
        ("LAPTIME_ISSUES", "{labels = ['slow']}"),
        ("LAPTIME_NOTICES", "{failed_runs = 'every'}"),
    ];
    let reporter = Function::start("reporter", &relay.cloud, &variables);

    // Without its secrets it says what to do. The stream does not repeat that, the sweep does.
    let told = response(&reporter, &judged());
    assert_eq!([&told["github"], &told["pulls"], &told["grafana"]], [&Value::Null; 3]);
    assert_eq!(steps(&told), ["sns begin"]);
    assert!(matches!(reporter.invoke(&sweep()), Outcome::Error(_)));
    let log = reporter.raw_log();
    let what =
        "make it with a token that may write issues in it, or name another in LAPTIME_GITHUB_TOKEN";
    assert!(
        log.contains("the token for GitHub in the SSM parameter /laptime/github-token"),
        "{log}"
    );
    assert!(log.contains(what), "{log}");

    // With one that cannot be used, the other is told all the same.
    put(&direct, TOKEN, "ghp_two\nlines");
    put(&direct, GRAFANA, grafana.token());
    put(&direct, "/laptime/chat", &ways::address(&chat));
    let told = response(&reporter, &judged());
    assert_eq!(told["github"], Value::Null);
    assert!(told["grafana"]["dashboards"].as_u64() > Some(0), "{told}");
    assert_eq!(told["grafana"]["annotations"], 1);
    assert_eq!(steps(&told), ["slack begin", "sns rest"]);
    assert!(matches!(reporter.invoke(&sweep()), Outcome::Error(_)));
    assert_eq!(issues(&repository).len(), 0);

    // A new secret is taken up without a restart, and a run that fails is told.
    put(&direct, TOKEN, &github().token);
    let now = laptime_aws::clock();
    let run = Run { workflow: 9, ..ways::failed(900_000, now) };
    let run = run.deliveries().into_iter().map(|one| one.of_repository(1, &repository));
    append_all(&store, &run.collect::<Vec<_>>(), Drop, now).unwrap();
    aggregate_at(&store, now).unwrap();
    let told = response(&reporter, &sweep());
    assert_eq!(told["github"]["done"].as_array().unwrap().len(), 1, "{told}");
    assert_eq!(steps(&told), ["slack tell", "sns tell"]);
    for event in [judged(), sweep()] {
        let again = response(&reporter, &event);
        assert_eq!(again["github"]["done"], json!([]));
        let nothing =
            ["folders", "dashboards", "annotations", "changed"].map(|of| &again["grafana"][of]);
        assert_eq!(nothing, [0, 0, 0, 0], "{again}");
        assert_eq!(steps(&again), ["slack rest", "sns rest"]);
    }
    let run = format!("{repository}, run 900000");
    assert_eq!(ways::posted(&chat).len(), 1);
    assert!(ways::posted(&chat)[0]["text"].as_str().unwrap().contains(&run));
    let mail = ways::received(&direct);
    assert_eq!(mail.matches(&run).count(), 1, "{mail}");
    let issues = issues(&repository);
    assert_eq!(issues.len(), 1);
    assert!(issues[0]["title"].as_str().unwrap().starts_with("`Workflow 2` became slower"));
    assert_eq!(issues[0]["labels"][0]["name"], "slow");
    let log = reporter.raw_log();
    assert!(
        !log.contains("/services/")
            && !log.contains(&github().token)
            && !log.contains(grafana.token())
    );
    permissions::hold_for_the_reporter(&relay);
}

#[test]
fn a_run_that_ends_is_told_where_it_ended() {
    let (cloud, chat) = (cloud(), ways::chat(ResponseTemplate::new(200)));
    let store = cloud.store();
    put(&cloud, "/laptime/chat", &ways::address(&chat));
    let variables = [
        ("LAPTIME_TABLE", "laptime"),
        ("LAPTIME_BUCKET", "unused"),
        ("LAPTIME_SLACK_WEBHOOK", "ssm:/laptime/chat"),
        ("LAPTIME_NOTICES", "{failed_runs = 'every'}"),
    ];
    let relay = Relay::before(&cloud);
    let reporter = Function::start("reporter", &relay.cloud, &variables);
    assert_eq!(steps(&response(&reporter, &ended(1))), ["slack begin"]);
    let now = laptime_aws::clock();
    append_all(&store, &ways::failed(1, now).deliveries(), Drop, now).unwrap();
    aggregate_at(&store, now).unwrap();
    // Nothing is read of what was judged, nor of other repositories.
    relay.take_calls();
    let told = response(&reporter, &ended(2));
    assert_eq!([&told["github"], &told["grafana"]], [&Value::Null; 2], "{told}");
    assert_eq!(steps(&told), ["slack rest"]);
    insta::assert_snapshot!(format!("{:?}", relay.take_calls()), @r#"{"GetItem": 1, "GetParameter": 1, "Query": 2}"#);
    assert_eq!(steps(&response(&reporter, &ended(1))), ["slack tell"]);
    assert_eq!(steps(&response(&reporter, &sweep())), ["slack rest"]);
    assert_eq!(ways::posted(&chat).len(), 1);
}

#[test]
fn as_an_app_and_with_secrets_of_secrets_manager() {
    let cloud = cloud();
    let (store, now) = (cloud.store(), laptime_aws::clock());
    let repository = github().repository();
    append_all(&store, &weeks(&repository, now), Drop, now).unwrap();
    aggregate_at(&store, now).unwrap();
    let client = aws_sdk_secretsmanager::Client::new(cloud.clients.config());
    let make = client.create_secret().name("/laptime/key").secret_string(&github().key);
    wait(make.send()).unwrap();
    let variables = [
        ("LAPTIME_TABLE", "laptime"),
        ("LAPTIME_BUCKET", "unused"),
        ("LAPTIME_GITHUB_APP_ID", "12"),
        ("LAPTIME_GITHUB_APP_KEY", "secretsmanager:/laptime/key"),
        ("GITHUB_API_URL", &github().api),
    ];
    let reporter = Function::start("reporter", &cloud, &variables);
    assert_eq!(response(&reporter, &sweep())["github"]["problems"], json!([]));
    let issues = issues(&repository);
    assert_eq!(issues.len(), 1, "{}", reporter.raw_log());
}

#[test]
fn settings_that_do_not_go_together_are_told_at_once() {
    let told = |variables: &[(&str, &str)]| {
        let needed = [("LAPTIME_TABLE", "laptime"), ("LAPTIME_BUCKET", "reports")];
        let ended = Function::ends("reporter", &cloud(), &[&needed, variables].concat());
        assert_eq!(ended.code, Some(1));
        let [line] = &ended.log[..] else { panic!("{:?}", ended.log) };
        serde_json::from_str::<Value>(line).unwrap()["message"].as_str().unwrap().to_owned()
    };
    insta::assert_snapshot!(told(&[
        ("LAPTIME_GITHUB_APP_ID", "12"),
        ("GRAFANA_URL", "https://grafana.example.org"),
        ("GITHUB_API_URL", "http://ghe.example.org/api/v3"),
    ]), @"the reporter cannot start: set LAPTIME_GITHUB_TOKEN, or LAPTIME_GITHUB_APP_ID and LAPTIME_GITHUB_APP_KEY; Grafana needs both GRAFANA_URL and LAPTIME_GRAFANA_TOKEN; GITHUB_API_URL does not begin with https: a token would be readable on its way");
    insta::assert_snapshot!(told(&[("LAPTIME_GITHUB_TOKEN", "ghp_something")]), @"the reporter cannot start: LAPTIME_GITHUB_TOKEN is not of the form ssm:NAME or secretsmanager:ID");
    insta::assert_snapshot!(told(&[
        ("LAPTIME_SLACK_WEBHOOK", "https://hooks.slack.com/services/secret"),
        ("LAPTIME_TOPIC", "notices"),
    ]), @"the reporter cannot start: LAPTIME_SLACK_WEBHOOK is not of the form ssm:NAME or secretsmanager:ID; LAPTIME_TOPIC is not of the form arn:aws:sns:REGION:ACCOUNT:NAME");
    insta::assert_snapshot!(told(&[("LAPTIME_ISSUES", "per_day = 3")]), @"the reporter cannot start: policy: `issues`: is not an inline table; write it as in {per_day = 3}");
}

#[test]
fn what_is_judged_wakes_the_deployed_reporter() {
    let repository = github().repository();
    let stack = Deployed::with(&[
        "PassSchedule=rate(1 minute)",
        "BatchWindowSeconds=0",
        "GitHubTokenName=/laptime/github-token",
        &format!("GitHubApiUrl={}", github().api),
        "IssueSettings={labels = ['slow']}",
        "NoticeTopic=true",
    ]);
    assert!(stack.name("Notices").contains(":sns:"), "{}", stack.name("Notices"));
    put(&stack.cloud, TOKEN, &github().token);
    let (store, now) = (stack.store(), laptime_aws::clock());
    append_all(&store, &weeks(&repository, now), Drop, now).unwrap();
    assert_eq!(issues(&repository).len(), 0);
    stack.until("an issue", || issues(&repository).len() == 1);
    assert_eq!(issues(&repository)[0]["labels"][0]["name"], "slow");
}

#[test]
fn a_run_that_ends_wakes_the_deployed_reporter() {
    let chat = ways::chat(ResponseTemplate::new(200));
    // Neither a pass nor a sweep comes while the test lasts.
    let stack = Deployed::with(&[
        "PassSchedule=rate(1 hour)",
        "BatchWindowSeconds=0",
        "SlackWebhookName=/laptime/chat",
        "NoticeSettings={failed_runs = 'every'}",
    ]);
    put(&stack.cloud, "/laptime/chat", &ways::address(&chat));
    let store = stack.store();
    let fail = |id| {
        let now = laptime_aws::clock();
        append_all(&store, &ways::failed(id, now).deliveries(), Drop, now).unwrap();
    };
    fail(1);
    stack.until("a beginning", || wait(store.announced("slack")).unwrap().is_some());
    fail(2);
    stack.until("a notice", || !ways::posted(&chat).is_empty());
    assert!(ways::posted(&chat)[0]["text"].as_str().unwrap().contains("run 2"));
}
