//! The ways that notices go: webhooks of chats, and SNS.

use std::time::Duration;

use kit::{Cloud, Fault, Laptime, Relay, Run, append_all, cloud, wait};
use laptime_aws::{Topic, TopicArn};
use laptime_core::ingest::Progress::Drop;
use laptime_core::port::{Channel, ChannelError, Notice};
use laptime_core::time::Time;
use laptime_local::Store;
use laptime_web::{Hook, Limits};
use secrecy::SecretString;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A chat behind HTTP that answers so.
pub(in super::super) fn chat(answer: ResponseTemplate) -> MockServer {
    wait(async {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(answer).mount(&server).await;
        server
    })
}

pub(in super::super) fn address(server: &MockServer) -> String {
    format!("{}/services/T0/secret?key=secret", server.uri())
}

/// What was posted to it.
pub(in super::super) fn posted(server: &MockServer) -> Vec<Value> {
    let requests = wait(server.received_requests()).unwrap();
    requests
        .iter()
        .map(|request| {
            assert_eq!(request.method.as_str(), "POST");
            assert_eq!(request.url.path(), "/services/T0/secret");
            assert_eq!(request.url.query(), Some("key=secret"));
            assert_eq!(request.headers["content-type"], "application/json");
            serde_json::from_slice(&request.body).unwrap()
        })
        .collect()
}

fn notice() -> Notice {
    let [subject, chat, plain] =
        ["Laptime: 1 finding", "for a chat: \u{1f9ea} \"`a`\"", "for mail:\nü"].map(str::to_owned);
    Notice { subject, chat, plain }
}

fn sent(address: &str) -> Result<(), ChannelError> {
    let limits = Limits { answer: Duration::from_millis(300), ..Limits::default() };
    wait(async {
        let hook = Hook::within(limits, &SecretString::from(address)).unwrap();
        hook.send(&notice()).await
    })
}

#[test]
fn a_chat_is_posted_to_once_whatever_it_answers() {
    let late = ResponseTemplate::new(200).set_delay(Duration::from_secs(5));
    let away = ResponseTemplate::new(302).insert_header("location", "https://evil.example/secret");
    let says = |status, text: &str| ResponseTemplate::new(status).set_body_string(text);
    let cases = [
        (says(200, "ok"), "sent"),
        (ResponseTemplate::new(204), "sent"),
        (says(400, "invalid_payload"), "surely not: 400 Bad Request (invalid_payload)"),
        (says(403, "action_prohibited"), "surely not: 403 Forbidden (action_prohibited)"),
        (says(404, "no_service"), "surely not: 404 Not Found (no_service)"),
        (says(410, "channel_is_archived"), "surely not: 410 Gone (channel_is_archived)"),
        (says(429, "{\"retry_after\": 5}"), "surely not: 429 Too Many Requests"),
        (away, "surely not: 302 Found"),
        (says(500, "<html>secret</html>"), "perhaps: 500 Internal Server Error"),
        (ResponseTemplate::new(503), "perhaps: 503 Service Unavailable"),
        (late, "perhaps: no answer within 0.3 s"),
    ];
    let mut told = Vec::new();
    for (answer, expected) in cases {
        let server = chat(answer);
        let came = match sent(&address(&server)) {
            Ok(()) => "sent".to_owned(),
            Err(error) => {
                let host = server.uri().replace("http://", "");
                let told = error.what.replace(&host, "HOST");
                let what = told.strip_prefix("the chat at HOST did not take a notice: ").unwrap();
                format!("{}: {what}", if error.is_unsure { "perhaps" } else { "surely not" })
            }
        };
        assert!(came.starts_with(expected), "{came}");
        assert!(!came.contains("secret") && !came.contains("evil"), "{came}");
        assert_eq!(posted(&server), [json!({ "text": notice().chat })]);
        told.push(came);
    }
    insta::assert_snapshot!(told.join("\n"), @"
    sent
    sent
    surely not: 400 Bad Request (invalid_payload): it does not take the message; is it a webhook that takes Slack's?
    surely not: 403 Forbidden (action_prohibited): it does not let this webhook write; allow it, or make a new one
    surely not: 404 Not Found (no_service): the webhook or its channel is gone; make a new one
    surely not: 410 Gone (channel_is_archived): the webhook or its channel is gone; make a new one
    surely not: 429 Too Many Requests: it was asked for too much; the next pass tries again
    surely not: 302 Found: it leads elsewhere; set the webhook to where it leads
    perhaps: 500 Internal Server Error: it may have arrived, so it is sent again in ten minutes, and says so
    perhaps: 503 Service Unavailable: it may have arrived, so it is sent again in ten minutes, and says so
    perhaps: no answer within 0.3 s: it may have arrived, so it is sent again in ten minutes, and says so
    ");
    // Nobody listens: surely not sent.
    let gone = sent("http://127.0.0.1:9/services/secret").unwrap_err();
    assert!(!gone.is_unsure && !gone.what.contains("secret"), "{gone:?}");
}

/// Fails now, on the default branch.
pub(in super::super) fn failed(id: u64, now: Time) -> Run {
    let started = now.plus_millis(-60_000).to_string();
    Run::new(id, &started, &now.to_string()).concluded("failure")
}

#[test]
fn the_program_tells_a_chat_of_a_failed_run_once() {
    let (folder, server) = (tempfile::tempdir().unwrap(), chat(ResponseTemplate::new(200)));
    let address = address(&server);
    let laptime = Laptime::on(folder.path());
    let notify = |args: &[&str]| {
        let mut command = laptime.command(&[&["notify"], args].concat());
        let output = command.env("SLACK_WEBHOOK_URL", &address).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{told}");
        assert!(!told.contains("secret"), "{told}");
        String::from_utf8(output.stdout).unwrap()
    };
    let append = |id| {
        let (store, now) = (Store::open(folder.path()).unwrap(), laptime_aws::clock());
        append_all(&store, &failed(id, now).deliveries(), Drop, now).unwrap();
    };
    append(1);
    laptime.ok(&["aggregate"]);
    let begins = "slack: what happens from now on is told\n";
    let plan = notify(&["--dry-run"]);
    assert!(plan.ends_with(begins), "{plan}");
    assert_eq!(notify(&[]), begins);
    append(2);
    laptime.ok(&["aggregate"]);
    let told = notify(&["--dry-run"]);
    assert!(told.ends_with("to do\n"), "the branch was red before: {told}");
    let (store, now) = (Store::open(folder.path()).unwrap(), laptime_aws::clock());
    append_all(&store, &failed(3, now).concluded("success").deliveries(), Drop, now).unwrap();
    drop(store);
    append(4);
    // The first pass of a server takes it up, and the notifier tells it.
    let running = laptime.serve_at("127.0.0.1:0", &[("SLACK_WEBHOOK_URL", &address)]);
    for _ in 0..600 {
        if !posted(&server).is_empty() {
            break;
        }
        wait(async { tokio::time::sleep(Duration::from_millis(100)).await });
    }
    drop(running);
    let [body] = &posted(&server)[..] else { panic!("{:?}", posted(&server)) };
    let text = body["text"].as_str().unwrap();
    insta::assert_snapshot!(text, @"
    Laptime: 1 failed run
    • `Workflow 1` failed on `main`: <https://github.com/acme/web/actions/runs/4/attempts/1|acme/web, run 4>
    ");
    // It may have been killed before it noted that.
    let again = notify(&[]);
    assert!(again == "nothing to do\n" || again.contains("wait"), "{again}");
    assert_eq!(posted(&server).len(), 1);
}

#[test]
fn a_webhook_that_cannot_be_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let laptime = Laptime::on(folder.path());
    drop(Store::open(folder.path()).unwrap());
    // Also where somebody else could be told.
    for (command, token) in [("notify", ""), ("serve", ""), ("serve", "ghp_token")] {
        let mut command = laptime.command(&[command]);
        command.env("SLACK_WEBHOOK_URL", "http://chat.example/secret").env("GITHUB_TOKEN", token);
        let output = command.output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains("SLACK_WEBHOOK_URL") && told.contains("https"), "{told}");
        assert!(!told.contains("secret"), "{told}");
    }
}

/// A topic, and a queue that has subscribed to it.
pub(in super::super) fn topic(cloud: &Cloud) -> String {
    let client = aws_sdk_sns::Client::new(cloud.clients.config());
    let arn = wait(client.create_topic().name("notices").send()).unwrap().topic_arn.unwrap();
    cloud.sqs(&[("Action", "CreateQueue"), ("QueueName", "ear")]);
    let queue = format!("arn:aws:sqs:us-east-1:{}:ear", cloud.account);
    let subscribe = client.subscribe().topic_arn(&arn).protocol("sqs").endpoint(queue);
    wait(subscribe.attributes("RawMessageDelivery", "false").send()).unwrap();
    arn
}

/// What the queue holds, as it came.
pub(in super::super) fn received(cloud: &Cloud) -> String {
    let url = format!("{}/{}/ear", cloud.endpoint, cloud.account);
    let parameters =
        [("Action", "ReceiveMessage"), ("QueueUrl", url.as_str()), ("MaxNumberOfMessages", "10")];
    let answer = cloud.sqs(&parameters);
    answer.replace("&quot;", "\"").replace("&amp;", "&")
}

fn published(cloud: &Cloud, arn: &str) -> Result<(), ChannelError> {
    let topic: Topic = cloud.clients.topic(arn.parse::<TopicArn>().unwrap());
    wait(topic.send(&notice()))
}

#[test]
fn a_topic_hands_on_what_it_is_given() {
    let cloud = cloud();
    let arn = topic(&cloud);
    published(&cloud, &arn).unwrap();
    let received = received(&cloud);
    assert!(received.contains("Laptime: 1 finding"), "{received}");
    assert_eq!(received.matches("<MessageId>").count(), 1, "{received}");
    let none = published(&cloud, &format!("{arn}-other")).unwrap_err();
    assert!(!none.is_unsure && none.what.contains("LAPTIME_TOPIC"), "{none:?}");
}

#[test]
fn what_a_topic_answers_decides_whether_it_is_sure() {
    let direct = cloud();
    let arn = topic(&direct);
    let relay = Relay::before(&direct);
    let cases = [
        (Fault::Answer(400, "Throttling"), false),
        (Fault::Answer(403, "AuthorizationError"), false),
        (Fault::Answer(500, "InternalError"), true),
        (Fault::Close, true),
        (Fault::SilenceAfterwards, true),
    ];
    for (fault, is_unsure) in cases {
        relay.take_calls();
        relay.fail_next("Publish", fault, 1);
        let error = published(&relay.cloud, &arn).unwrap_err();
        assert_eq!(error.is_unsure, is_unsure, "{fault:?}: {error:?}");
        assert_eq!(relay.calls("Publish"), 1, "{fault:?}: it was repeated");
    }
}
