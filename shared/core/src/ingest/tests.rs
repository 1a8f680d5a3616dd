use serde_json::{Value, json};

use super::*;
use crate::model::Fact;

fn secrets() -> Secrets {
    Secrets::parse("It's a Secret to Everybody").unwrap()
}

#[test]
fn githubs_own_example_is_believed() {
    let header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    assert_eq!(secrets().verify(b"Hello, World!", Some(header)), Ok(()));
    assert_eq!(secrets().sign(b"Hello, World!"), header);
    assert_eq!(secrets().verify(b"Hello, World?", Some(header)), Err(Unsigned::Wrong));
}

#[test]
fn two_secrets_are_valid_while_one_is_rotated() {
    let both = Secrets::parse(" new ,It's a Secret to Everybody,").unwrap();
    for secret in ["new", "It's a Secret to Everybody"] {
        let header = Secrets::parse(secret).unwrap().sign(b"{}");
        assert_eq!(both.verify(b"{}", Some(&header)), Ok(()));
    }
    assert_eq!(Secrets::parse(" , ").unwrap_err(), NoSecret);
    assert_eq!(format!("{both:?}"), "Secrets(2 not shown)");
}

#[test]
fn what_is_no_signature_is_told_apart() {
    let check = |header: Option<&str>| secrets().verify(b"{}", header).unwrap_err();
    assert_eq!(check(None), Unsigned::Missing);
    for header in ["", "sha256=", "sha1=00", "sha256=zz", &"sha256=0".repeat(64)] {
        assert_eq!(check(Some(header)), Unsigned::NotASignature, "{header}");
    }
    let uppercase = secrets().sign(b"{}").to_uppercase().replace("SHA256", "sha256");
    assert_eq!(secrets().verify(b"{}", Some(&uppercase)), Ok(()));
}

fn a_run() -> Value {
    json!({
        "action": "completed",
        "workflow_run": {
            "id": 7, "workflow_id": 3, "name": "CI", "status": "completed",
            "conclusion": "success", "updated_at": "2026-05-01T10:00:00Z"
        },
        "repository": {"id": 1, "full_name": "acme/web"}
    })
}

fn read_json(event: &str, body: &Value) -> Result<Reading, Malformed> {
    read(event, body.to_string().as_bytes(), Progress::Keep)
}

fn refused(event: &str, body: &Value) -> String {
    read_json(event, body).unwrap_err().to_string()
}

#[test]
fn an_old_run_without_newer_fields_parses() {
    let Ok(Reading::Event(event)) = read_json("workflow_run", &a_run()) else { panic!() };
    assert_eq!(event.id.to_string(), "repository 1 run 7 attempt 1");
    let Fact::Run(run) = &event.fact else { panic!() };
    assert_eq!((run.workflow_id, run.run_started_at, run.path.as_deref()), (3, None, None));
}

#[test]
fn a_malformed_body_names_the_field() {
    let cases = [
        ("/workflow_run/id", Value::Null),
        ("/workflow_run/workflow_id", json!("3")),
        ("/workflow_run/id", json!(-7)),
        ("/workflow_run/id", json!(u64::MAX)),
        ("/workflow_run/updated_at", json!("soon")),
        ("/repository/id", json!(1.5)),
        ("/workflow_run", json!([])),
        ("/action", json!(1)),
    ];
    let mut said = String::new();
    for (pointer, value) in cases {
        let mut body = a_run();
        *body.pointer_mut(pointer).unwrap() = value;
        said += &refused("workflow_run", &body);
        said += "\n";
    }
    insta::assert_snapshot!(said, @r#"
    body of `workflow_run` cannot be used: workflow_run.id: invalid type: null, expected u64 at line 1 column 115
    body of `workflow_run` cannot be used: workflow_run.workflow_id: invalid type: string "3", expected u64 at line 1 column 199
    body of `workflow_run` cannot be used: workflow_run.id: invalid value: integer `-7`, expected u64 at line 1 column 113
    body of `workflow_run` cannot be used: workflow_run.id: id 18446744073709551615 is larger than any GitHub gives at line 1 column 131
    body of `workflow_run` cannot be used: workflow_run.updated_at: `soon` is not a time: write RFC 3339, as in 2026-01-31T12:00:00Z at line 1 column 165
    body of `workflow_run` cannot be used: repository.id: invalid type: floating point `1.5`, expected u64 at line 1 column 67
    body of `workflow_run` cannot be used: workflow_run: invalid length 0, expected struct RunBody with 15 elements at line 1 column 84
    body of `workflow_run` cannot be used: action: invalid type: integer `1`, expected a string at line 1 column 11
    "#);
}

#[test]
fn what_is_not_json_is_refused() {
    for body in [
        &b""[..],
        b"{",
        b"{\"action\": \"deleted\", \"x\": \"\xff\"}",
        b"nonsense",
        b"[]",
        b"{} {}",
        b"\xff\xfe",
        b"null",
    ] {
        assert!(read("workflow_run", body, Progress::Keep).is_err(), "{body:?}");
        assert!(read("workflow_job", body, Progress::Keep).is_err(), "{body:?}");
    }
    assert!(refused("workflow_job", &a_run()).contains("missing field `workflow_job"));
}

#[test]
fn what_is_not_used_is_ignored_with_its_reason() {
    let ignored = |event: &str, body: &Value, progress| match read(
        event,
        body.to_string().as_bytes(),
        progress,
    )
    .unwrap()
    {
        Reading::Ignored(reason) => reason,
        Reading::Event(event) => panic!("stored: {event:?}"),
    };
    let action = |name: &str| json!({"action": name});
    let said = [
        ignored("ping", &json!({"zen": "hi"}), Progress::Keep),
        ignored("push", &json!({}), Progress::Keep),
        ignored("workflow_run", &action("deleted"), Progress::Keep),
        ignored("workflow_job", &action("\u{202e}<b>"), Progress::Keep),
        ignored("workflow_run", &action("requested"), Progress::Drop),
        ignored("workflow_job", &action("queued"), Progress::Drop),
    ];
    insta::assert_snapshot!(said.join("\n"), @r"
    ping: the webhook is set up
    event `push` is not used
    workflow_run action `deleted` is not used
    workflow_job action `\u{202e}<b>` is not used
    workflow_run `requested`: the completed event repeats its times
    workflow_job `queued`: the completed event repeats its times
    ");
}

#[test]
fn a_ping_tells_what_is_wrong_with_the_settings() {
    let said = |body: &Value| match read_json("ping", body).unwrap() {
        Reading::Ignored(reason) => reason,
        Reading::Event(event) => panic!("stored: {event:?}"),
    };
    let hook = |events: &[&str]| said(&json!({"zen": "", "hook": {"events": events}}));
    assert_eq!(hook(&["workflow_run", "workflow_job"]), "ping: the webhook is set up");
    assert_eq!(hook(&["*"]), "ping: the webhook is set up");
    assert_eq!(
        hook(&["push", "workflow_run"]),
        "ping: the webhook does not send workflow_job; select them on GitHub"
    );
    let form = read("ping", b"payload=%7B%22zen%22", Progress::Keep).unwrap_err().to_string();
    assert!(form.contains("content type of the webhook to application/json"), "{form}");
}

#[test]
fn a_queued_job_let_through_by_a_deployment_is_kept_under_any_policy() {
    let body = json!({
        "action": "queued",
        "workflow_job": {"id": 1, "run_id": 7, "name": "deploy", "status": "queued"},
        "deployment": {"updated_at": "2026-05-01T10:00:00Z"},
        "repository": {"id": 1, "full_name": "acme/web"}
    });
    let read = read("workflow_job", body.to_string().as_bytes(), Progress::Drop);
    assert!(matches!(read, Ok(Reading::Event(_))));
}
