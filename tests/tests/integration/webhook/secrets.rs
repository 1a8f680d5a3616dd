//! Where the secret is, and how it changes while the function runs.

use kit::wait;

use super::a_run;
use super::hook::{Hook, Request, SECRET, put_secret};

/// A delivery signed with this secret, and what it is answered.
fn signed(hook: &Hook, secret: &str, event: &str) -> u64 {
    let body = a_run();
    let request = Request::unsigned(event, &body);
    hook.send(&request.header("x-hub-signature-256", kit::signature(secret, &body))).status
}

#[test]
fn a_new_secret_is_taken_up_without_a_restart() {
    let hook = Hook::start_with(Some("old"), &[]);
    assert_eq!(signed(&hook, "old", "workflow_run"), 202);
    put_secret(&hook.direct, " new , old ");
    assert_eq!(signed(&hook, "new", "workflow_run"), 200);
    assert_eq!(signed(&hook, "old", "workflow_run"), 200);
    assert_eq!(hook.relay.calls("GetParameter"), 2);
    for _ in 0..10 {
        assert_eq!(signed(&hook, "guessed", "workflow_run"), 401);
    }
    assert_eq!(hook.relay.calls("GetParameter"), 2);
}

#[test]
fn without_a_secret_a_delivery_is_answered_503_and_the_log_says_what_to_do() {
    let hook = Hook::start_with(None, &[]);
    assert_eq!(signed(&hook, SECRET, "workflow_run"), 503);
    assert_eq!(signed(&hook, SECRET, "workflow_run"), 503);
    assert_eq!(hook.relay.calls("PutItem"), 0);
    let missing = &hook.function.log(1)[0];

    let hook = Hook::start_with(Some(" , "), &[]);
    assert_eq!(signed(&hook, SECRET, "workflow_run"), 503);
    let log = hook.function.log(1);
    assert_eq!((log.len(), hook.relay.calls("PutItem")), (1, 0));
    let said = [missing, &log[0]].map(|line| format!("{} {}", line["level"], line["error"]));
    insta::assert_snapshot!(said.join("\n"), @r#"
    "ERROR" "the webhook secret in the SSM parameter /laptime/webhook-secret cannot be read (ParameterNotFound: Parameter /laptime/webhook-secret not found): make it with the secret of the GitHub webhook in it, or name another in LAPTIME_SECRET"
    "ERROR" "the SSM parameter /laptime/webhook-secret is empty: put the secret of the GitHub webhook into it, as plain text"
    "#);
}

#[test]
fn the_secret_may_be_in_secrets_manager() {
    let place = ("LAPTIME_SECRET", "secretsmanager:laptime-webhook");
    let hook = Hook::start_with(None, &[place]);
    let client = aws_sdk_secretsmanager::Client::new(hook.direct.clients.config());
    wait(client.create_secret().name("laptime-webhook").secret_string("old").send()).unwrap();
    assert_eq!(signed(&hook, "old", "workflow_run"), 202);
    let put = client.put_secret_value().secret_id("laptime-webhook").secret_string("new");
    wait(put.send()).unwrap();
    assert_eq!(signed(&hook, "new", "workflow_run"), 200);
    assert_eq!(hook.relay.calls("GetSecretValue"), 2);

    let hook = Hook::start_with(None, &[place]);
    assert_eq!(signed(&hook, "old", "workflow_run"), 503);
    let error = hook.function.log(1)[0]["error"].as_str().unwrap().to_owned();
    assert!(error.contains("ResourceNotFoundException") && error.contains("make it"), "{error}");
}
