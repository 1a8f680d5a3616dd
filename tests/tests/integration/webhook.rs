//! The real webhook function: its bootstrap under a stub of the Runtime API, on the stand-in for
//! AWS, with a relay between them that counts the calls and breaks them.

mod faults;
mod hook;
mod secrets;

use kit::{Delivery, Function, Memory, Outcome, busy_history, jumbled, report_json};
use laptime_aws::clock;
use laptime_core::ingest::{MAX_BODY, Progress};
use serde_json::{Value, json};

use self::hook::{Front, Hook, Request, SECRET};

fn a_run() -> Vec<u8> {
    busy_history(1).pop().unwrap().body.to_string().into_bytes()
}

#[test]
fn deliveries_are_stored_once_whatever_their_guid() {
    let hook = Hook::start();
    let deliveries = busy_history(6);
    let mut answers = [0, 0];
    for (at, one) in jumbled(&deliveries).iter().enumerate() {
        let body = one.body.to_string();
        let answer = hook.deliver(one.event, &format!("guid-{at}"), body.as_bytes());
        assert!(matches!(answer.status, 200 | 202), "{answer:?}");
        answers[usize::from(answer.status == 200)] += 1;
    }
    let copies = jumbled(&deliveries).len() - deliveries.len();
    assert_eq!(answers, [deliveries.len(), copies]);
    // One conditional write each, no read, and the secret once.
    let calls = hook.relay.take_calls();
    assert_eq!(calls["PutItem"], deliveries.len() + copies);
    assert_eq!((calls["GetParameter"], calls.len()), (1, 2), "{calls:?}");

    let memory = Memory::default();
    kit::append_all(&memory, &deliveries, Progress::Keep, clock()).unwrap();
    kit::aggregate_at(&memory, clock()).unwrap();
    kit::aggregate_at(&hook.store, clock()).unwrap();
    assert_eq!(report_json(&hook.store), report_json(&memory));
}

#[test]
fn what_is_not_believed_costs_no_call() {
    let hook = Hook::start();
    let body = a_run();
    let unsigned = || Request::unsigned("workflow_run", &body);
    let refused = |signature: Option<&str>| {
        let request = unsigned();
        let answer = hook.send(&match signature {
            Some(signature) => request.header("x-hub-signature-256", signature),
            None => request,
        });
        assert_eq!(answer.status, 401);
        answer.body
    };
    let said = [
        refused(None),
        refused(Some("sha256=abc")),
        refused(Some("sha1=757107ea0eb2509fc211221cce984b8a37570b6d")),
        refused(Some("")),
    ];
    insta::assert_snapshot!(said.join("\n"), @r"
    header X-Hub-Signature-256 is missing: set a secret on the GitHub webhook
    header X-Hub-Signature-256 is not `sha256=` and 64 hexadecimal digits
    header X-Hub-Signature-256 is not `sha256=` and 64 hexadecimal digits
    header X-Hub-Signature-256 is not `sha256=` and 64 hexadecimal digits
    ");
    assert!(hook.relay.take_calls().is_empty());

    let wrong = kit::signature("another secret", &body);
    for _ in 0..20 {
        assert!(refused(Some(&wrong)).starts_with("the signature does not match"));
    }
    let calls = hook.relay.take_calls();
    assert_eq!(calls.len(), 1, "{calls:?}");
    // The first to have one, and the one of this minute.
    assert!(calls["GetParameter"] <= 2, "{calls:?}");
    // A body changed by a single byte, and a signature of another body.
    let mut changed = Request::delivery("workflow_run", "a guid", &body);
    changed.body[10] ^= 1;
    assert_eq!(hook.send(&changed).status, 401);
    assert!(hook.relay.take_calls().is_empty());
}

#[test]
fn what_is_not_kept_costs_no_write() {
    let policy = "[ingest]\nprogress = \"drop\"\n";
    let hook = Hook::start_with(Some(SECRET), &[("LAPTIME_POLICY", policy)]);
    let say = |event: &str, body: &str| {
        let answer = hook.deliver(event, "a guid", body.as_bytes());
        format!("{} {}", answer.status, answer.body)
    };
    let queued = busy_history(1).into_iter().find(|one| one.body["action"] == "queued").unwrap();
    let mut broken: Value = serde_json::from_slice(&a_run()).unwrap();
    broken["workflow_run"]["id"] = json!("seven");
    let mut said = vec![
        say("ping", r#"{"zen": "hi", "hook": {"events": ["workflow_run", "workflow_job"]}}"#),
        say("push", "{}"),
        say("workflow_run", r#"{"action": "deleted"}"#),
        say(queued.event, &queued.body.to_string()),
        say("workflow_run", &broken.to_string()),
        say("workflow_run", "nonsense"),
        say("workflow_job", r#"{"action": "completed"}"#),
        say("workflow_job", ""),
    ];
    let body = a_run();
    let mut nameless = Request::delivery("workflow_run", "a guid", &body);
    nameless.headers.remove(0);
    let answer = hook.send(&nameless);
    said.push(format!("{} {}", answer.status, answer.body));
    insta::assert_snapshot!(said.join("\n"), @r#"
    200 ignored: ping: the webhook is set up
    200 ignored: event `push` is not used
    200 ignored: workflow_run action `deleted` is not used
    200 ignored: workflow_job `queued`: the completed event repeats its times
    400 body of `workflow_run` cannot be used: workflow_run.id: invalid type: string "seven", expected u64 at line 1 column 295
    400 body of `workflow_run` cannot be used: expected ident at line 1 column 2
    400 body of `workflow_job` cannot be used: missing field `workflow_job`
    400 body of `workflow_job` cannot be used: EOF while parsing a value at line 1 column 0
    400 header X-GitHub-Event is missing
    "#);
    let calls = hook.relay.take_calls();
    assert_eq!((calls.len(), calls["GetParameter"]), (1, 1), "{calls:?}");
}

#[test]
fn every_front_and_form_of_a_request_is_understood() {
    let hook = Hook::start();
    let bodies: Vec<Delivery> = busy_history(2);
    let mut bodies = bodies.iter().map(|one| (one.event, one.body.to_string().into_bytes()));
    let mut send = |change: &dyn Fn(&mut Request<'_>)| {
        let (event, body) = bodies.next().unwrap();
        let mut request = Request::delivery(event, "a guid", &body);
        change(&mut request);
        hook.send(&request).status
    };
    assert_eq!(send(&|_| ()), 202);
    assert_eq!(send(&|request| request.in_base64 = true), 202);
    assert_eq!(send(&|request| request.path = "/webhook"), 202);
    for stage in ["$default", "prod"] {
        let api = |request: &mut Request<'_>, path| {
            (request.front, request.path) = (Front::HttpApi(stage), path);
        };
        assert_eq!(send(&|request| api(request, "/webhook")), 202, "{stage}");
        assert_eq!(send(&|request| api(request, "/")), 202, "{stage}");
    }
    let names = ["X-GitHub-Event", "X-GITHUB-DELIVERY", "X-Hub-Signature-256"];
    assert_eq!(
        send(&|request| {
            for (header, name) in request.headers.iter_mut().zip(names) {
                header.0 = name;
            }
        }),
        202
    );

    hook.relay.take_calls();
    let other = |method: &str, path: &str| {
        let mut request = Request::unsigned("workflow_run", b"");
        request.method = method;
        request.path = path;
        let answer = hook.send(&request);
        format!("{method} {path}: {} {} {:?}", answer.status, answer.body, answer.allow)
    };
    let said = [
        other("GET", "/"),
        other("PUT", "/webhook"),
        other("DELETE", "/healthz"),
        other("GET", "/healthz"),
        other("POST", "/admin"),
        other("POST", "/webhook/.."),
    ];
    insta::assert_snapshot!(said.join("\n"), @r#"
    GET /: 405 use POST Some("POST")
    PUT /webhook: 405 use POST Some("POST")
    DELETE /healthz: 405 use GET, HEAD Some("GET, HEAD")
    GET /healthz: 200 laptime webhook None
    POST /admin: 404 not found: deliveries go to POST /webhook None
    POST /webhook/..: 404 not found: deliveries go to POST /webhook None
    "#);
    assert!(hook.relay.take_calls().is_empty());
}

#[test]
fn a_body_that_is_too_large_is_refused_before_anything_is_asked() {
    let hook = Hook::start();
    let body = vec![b' '; MAX_BODY + 1];
    let mut request = Request::delivery("workflow_run", "a guid", &body);
    assert_eq!(hook.send(&request).status, 413);
    request.in_base64 = true;
    request.body.extend([b' '; 3]);
    assert_eq!(hook.send(&request).status, 413);
    assert!(hook.relay.take_calls().is_empty());
    // At the limit it is read.
    let mut largest = a_run();
    largest.resize(MAX_BODY, b' ');
    assert_eq!(hook.deliver("workflow_run", "a guid", &largest).status, 202);
    assert_eq!(hook.function.log(2).len(), 2);
}

#[test]
fn an_event_too_large_for_one_item_is_stored_whole() {
    let hook = Hook::start();
    let mut random = fastrand::Rng::with_seed(1);
    let mut name = || (0..200).map(|_| random.char('!'..'\u{2fff}')).collect::<String>();
    let history = busy_history(1);
    let mut deliveries: Vec<Delivery> =
        history.into_iter().filter(|one| one.body["action"] == "completed").collect();
    let job = deliveries.iter_mut().find(|one| one.event == "workflow_job").unwrap();
    let [start, end] =
        ["started_at", "completed_at"].map(|key| job.body["workflow_job"][key].clone());
    let step = |number| json!({"name": name(), "number": number, "conclusion": "success", "started_at": start, "completed_at": end});
    job.body["workflow_job"]["steps"] = Value::Array((1..=3_000).map(step).collect());
    assert!(job.body.to_string().len() > 1_000_000);
    for one in &deliveries {
        assert_eq!(hook.deliver(one.event, "a guid", one.body.to_string().as_bytes()).status, 202);
    }
    assert!(hook.relay.calls("PutItem") > deliveries.len() + 2);
    for one in &deliveries {
        assert_eq!(hook.deliver(one.event, "new", one.body.to_string().as_bytes()).status, 200);
    }
    let memory = Memory::default();
    kit::append_all(&memory, &deliveries, Progress::Keep, clock()).unwrap();
    kit::aggregate_at(&memory, clock()).unwrap();
    kit::aggregate_at(&hook.store, clock()).unwrap();
    assert_eq!(report_json(&hook.store), report_json(&memory));
}

#[test]
fn missing_settings_are_told_together_and_in_one_line() {
    let cloud = kit::cloud();
    let told = |variables: &[(&str, &str)]| {
        let ended = Function::ends("webhook", &cloud, variables);
        assert_eq!((ended.code, ended.log.len()), (Some(1), 1), "{ended:?}");
        let line: Value = serde_json::from_str(&ended.log[0]).unwrap();
        assert_eq!(line["level"], "ERROR");
        line["message"].as_str().unwrap().to_owned()
    };
    let secret = ("LAPTIME_SECRET", "hunter2");
    let policy = ("LAPTIME_POLICY", "[retention]\nraw_days = 1");
    let said = [told(&[]), told(&[secret, policy, ("AWS_REGION", "")])];
    insta::assert_snapshot!(said.join("\n"), @"
    the webhook cannot start: LAPTIME_TABLE is not set (the name of the table); LAPTIME_SECRET is not set (ssm:NAME or secretsmanager:ID)
    the webhook cannot start: LAPTIME_TABLE is not set (the name of the table); LAPTIME_SECRET is not of the form ssm:NAME or secretsmanager:ID; policy: `retention.raw_days`: must be 4 to 3650 days; AWS_REGION is not set (the region of the table)
    ");
}

#[test]
fn logs_are_json_with_the_invocation_and_hold_no_secret() {
    let hook = Hook::start_with(Some(SECRET), &[("RUST_LOG", "trace")]);
    let body = a_run();
    assert_eq!(hook.deliver("workflow_run", &"g".repeat(99), &body).status, 202);
    assert_eq!(hook.send(&Request::unsigned("workflow_run", &body)).status, 401);
    let log = hook.function.log(2);
    let [stored, refused] = log.as_slice() else { panic!("{log:?}") };
    assert_eq!((&stored["level"], &stored["message"]), (&json!("DEBUG"), &json!("stored")));
    assert_eq!(stored["delivery.id"], "g".repeat(64));
    assert_eq!(
        (&stored["request.id"], &refused["request.id"]),
        (&json!("request-1"), &json!("request-2"))
    );
    assert_eq!(
        (&refused["level"], &refused["target"]),
        (&json!("WARN"), &json!("webhook::handler"))
    );
    let text = hook.function.raw_log();
    let signature = kit::signature(SECRET, &body);
    for never in [SECRET, &signature, "sha256=", "head_sha", "a token"] {
        assert!(!text.contains(never), "{never}: {text}");
    }

    // Without RUST_LOG what was taken is not told, and a level that is none is.
    let hook = Hook::start_with(Some(SECRET), &[("RUST_LOG", "=verbose=")]);
    assert_eq!(hook.deliver("workflow_run", "a guid", &body).status, 202);
    assert_eq!(hook.send(&Request::unsigned("workflow_run", &body)).status, 401);
    let levels: Vec<Value> =
        hook.function.log(2).iter().map(|line| line["level"].clone()).collect();
    assert_eq!(levels, ["WARN", "WARN"]);
}

#[test]
fn nobody_listening_to_its_log_stops_nothing() {
    let hook = Hook::start();
    let variables =
        [("LAPTIME_TABLE", "laptime"), ("LAPTIME_SECRET", "ssm:/laptime/webhook-secret")];
    let function = Function::start_unheard("webhook", &hook.direct, &variables);
    let unheard = Hook { function, ..hook };
    assert_eq!(unheard.send(&Request::unsigned("workflow_run", b"{}")).status, 401);
    assert_eq!(unheard.deliver("workflow_run", "a guid", &a_run()).status, 202);
}

#[test]
fn what_is_no_request_fails_alone() {
    let hook = Hook::start();
    for event in
        [json!({}), json!([]), json!("x"), json!({"Records": []}), json!({"requestContext": 1})]
    {
        assert!(matches!(hook.function.invoke(&event), Outcome::Error(_)), "{event}");
    }
    assert_eq!(hook.deliver("workflow_run", "a guid", &a_run()).status, 202);
}
