//! What the functions really call, held against what the template allows them. The stand-in for AWS
//! asks for no permission, so a call that nobody may make would be seen on AWS only.

use std::collections::BTreeSet;

use kit::{Fault, Function, Outcome, Relay, Run, aggregate_at, append_all, cloud};
use laptime_core::ingest::Progress::Keep;
use laptime_core::time::Time;
use serde_json::{Value, json};

use super::template::{allowed, properties};

/// The actions in a role's statements that are about one of these services.
fn actions(role: &str, services: &[&str]) -> BTreeSet<String> {
    let allowed = allowed(&properties(role));
    // What follows is about which and when.
    let before = allowed.lines().filter_map(|line| line.split(" on ").next());
    let words = before.flat_map(|line| line.split([' ', ',']));
    let chosen = words.filter(|word| {
        word.split_once(':').is_some_and(|(service, action)| {
            services.contains(&service) && action.starts_with(char::is_uppercase)
        })
    });
    chosen.map(ToOwned::to_owned).collect()
}

/// The actions that calls of these operations need.
fn needed(relay: &Relay) -> BTreeSet<String> {
    let mut needed = BTreeSet::new();
    for operation in relay.take_calls().into_keys() {
        let of = |service: &str| vec![format!("{service}:{operation}")];
        needed.extend(match operation.as_str() {
            "PutMetricData" => of("cloudwatch"),
            "PutObject" | "GetObject" => of("s3"),
            // To see whether an object is there is to read it, and to hear that it is not, to list.
            "HeadObject" => vec!["s3:GetObject".to_owned(), "s3:ListBucket".to_owned()],
            // A transaction needs what its parts would.
            "GetParameter" => of("ssm"),
            "Publish" => of("sns"),
            "TransactWriteItems" => ["PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"]
                .map(|part| format!("dynamodb:{part}"))
                .to_vec(),
            _ => of("dynamodb"),
        });
    }
    needed
}

fn works(function: &Function, event: &Value) {
    match function.invoke(event) {
        Outcome::Response(_) => {}
        failed @ Outcome::Error(_) => panic!("{failed:?} {}", function.raw_log()),
    }
}

/// A run that ended at noon, so many days ago.
fn run(id: u64, now: Time, days: i64) -> Run {
    let noon = now.day().start().plus_days(-days).plus_millis(12 * 3_600_000);
    Run::new(id, &noon.to_string(), &noon.plus_millis(300_000).to_string())
}

#[test]
fn the_aggregator_and_the_reporter_call_what_they_may_and_nothing_else() {
    let direct = cloud();
    let (store, stream) = (direct.store(), direct.stream());
    direct.new_bucket();
    let relay = Relay::before(&direct);
    let bucket = direct.bucket();
    let variables = [
        ("LAPTIME_TABLE", "laptime"),
        ("LAPTIME_STREAM", stream.as_str()),
        ("LAPTIME_BUCKET", bucket.as_str()),
    ];
    let aggregator = Function::start("aggregator", &relay.cloud, &variables);
    let schedule = json!({ "laptime": "schedule" });
    let now = laptime_aws::clock();

    // A day to be sealed, one of yesterday with a cancelled run that another replaces, and a run
    // that a later fact moves to another day.
    let long_ago = now.plus_days(-60);
    append_all(&store, &run(1, now, 60).deliveries(), Keep, long_ago).unwrap();
    let cancelled = run(2, now, 1).concluded("cancelled");
    append_all(&store, &[cancelled, run(3, now, 1)].map(|run| run.completed()), Keep, now).unwrap();
    works(&aggregator, &schedule);
    let mut moved = run(3, now, 1).completed();
    moved.body["workflow_run"]["updated_at"] = now.plus_millis(-3_600_000).to_string().into();
    append_all(&store, [&moved], Keep, now).unwrap();
    let key = json!({ "p": { "S": "E#1#3#1" }, "s": { "S": "e#00" } });
    let record = json!({ "dynamodb": { "Keys": key, "SequenceNumber": "1" } });
    works(&aggregator, &json!({ "Records": [record] }));
    works(&aggregator, &schedule);
    let needs = needed(&relay);
    let mut may = actions("AggregatorRole", &["dynamodb", "cloudwatch"]);
    // The event source lists streams under this role, not the function.
    assert!(may.remove("dynamodb:ListStreams"));
    assert_eq!(needs, may);

    let reporter = Function::start("reporter", &relay.cloud, &variables);
    relay.fail("PutObject", Fault::Answer(503, "SlowDown"));
    // A day is reported after a pass that ended some time after it: shortly after midnight, too.
    aggregate_at(&store, now.plus_days(1)).unwrap();
    assert!(matches!(reporter.invoke(&schedule), Outcome::Error(_)));
    relay.mend();
    works(&reporter, &schedule);
    let reports = needed(&relay);
    let of_reports = |action: &String| action.starts_with("s3:") || READING.contains(&&**action);
    let may = actions("ReporterRole", &["dynamodb", "s3"]);
    assert_eq!(reports, may.into_iter().filter(of_reports).collect());
}

const READING: [&str; 2] = ["dynamodb:GetItem", "dynamodb:Query"];

/// What the reporter has called to tell people is all that it may.
pub(super) fn hold_for_the_reporter(relay: &Relay) {
    let mut may = actions("ReporterRole", &["dynamodb", "ssm", "sns"]);
    // The event source reads the stream under this role, not the function.
    let stream = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"];
    for action in stream {
        assert!(may.remove(&format!("dynamodb:{action}")), "{action}");
    }
    // For a record of what was done that is larger than an item.
    assert!(may.remove("dynamodb:DeleteItem"));
    assert_eq!(needed(relay), may);
}
