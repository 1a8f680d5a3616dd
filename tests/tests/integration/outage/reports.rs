//! S3 fails while reports are put: once it is mended each object is there, once, with its bytes.

use std::collections::BTreeMap;

use kit::{
    Cloud, Delivery, Fault, Function, Memory, Outcome, Relay, Run, aggregate_at, append_all, at,
    cloud, publish_at, wait,
};
use laptime_core::config::Policy;
use laptime_core::flow::{Published, publish};
use laptime_core::ingest::Progress::Keep;
use laptime_core::port::{Object, Objects};
use laptime_core::time::Time;
use serde_json::json;

/// The night after the runs of the first of May.
fn night() -> Time {
    at("2026-05-02T01:30:00Z")
}

/// Two repositories with a run each.
fn store() -> Memory {
    let store = Memory::default();
    let run = |id: u64| Run::new(id, "10:00:00", "10:05:00").completed();
    let of = |id: u64| run(id).of_repository(id, &format!("acme/repository-{id}"));
    append_all(&store, &[of(1), of(2)] as &[Delivery], Keep, night()).unwrap();
    aggregate_at(&store, night()).unwrap();
    store
}

/// All objects as they are without any fault, and the store they are of.
fn whole() -> (Memory, BTreeMap<String, (String, String)>) {
    let (store, cloud) = (store(), cloud());
    let published = publish_at(&store, &cloud.new_bucket(), night());
    assert_eq!((published.objects, published.problems.len()), (3 * 3, 0));
    let objects = cloud.objects(&cloud.bucket());
    assert_eq!(objects.len(), 3 * 3 * 2);
    (store, objects)
}

struct Outage {
    relay: Relay,
    direct: Cloud,
    bucket: laptime_aws::Bucket,
}

impl Outage {
    fn new() -> Self {
        let direct = cloud();
        direct.new_bucket();
        let relay = Relay::before(&direct);
        let bucket = relay.cloud.clients.bucket(direct.bucket());
        Self { relay, direct, bucket }
    }

    fn objects(&self) -> BTreeMap<String, (String, String)> {
        self.direct.objects(&self.direct.bucket())
    }
}

/// The fault makes the start fail and say so; the next one makes all that is missing.
fn made_up_for(operation: &'static str, fault: Fault) -> Published {
    let (store, whole) = whole();
    let outage = Outage::new();
    outage.relay.fail(operation, fault);
    let failed = publish_at(&store, &outage.bucket, night());
    assert_eq!((failed.problems.len(), failed.periods.len()), (1, 0), "{fault:?}: {failed:?}");
    outage.relay.mend();
    let mended = publish_at(&store, &outage.bucket, night());
    assert_eq!((mended.problems.len(), mended.periods.len()), (0, 1), "{fault:?}: {mended:?}");
    assert!(outage.objects() == whole, "{fault:?}: other objects");
    let again = publish_at(&store, &outage.bucket, night());
    assert_eq!((again.objects, again.complete), (0, 1), "{fault:?}: {again:?}");
    failed
}

#[test]
fn a_put_that_is_refused_is_made_by_the_next_start() {
    made_up_for("PutObject", Fault::Answer(503, "SlowDown"));
    made_up_for("PutObject", Fault::Answer(500, "InternalError"));
    let failed = made_up_for("PutObject", Fault::Answer(403, "AccessDenied"));
    let told = &failed.problems[0];
    assert!(told.starts_with("daily 2026-05-01 is missing for 2 of 2 repositories; "), "{told}");
    assert!(told.ends_with(" failed (403, AccessDenied)"), "{told}");
}

#[test]
fn a_put_that_conflicts_or_loses_its_condition_puts_nothing_and_hides_nothing() {
    let conflict = made_up_for("PutObject", Fault::Answer(409, "ConditionalRequestConflict"));
    made_up_for("PutObject", Fault::Answer(412, "PreconditionFailed"));
    insta::assert_snapshot!(conflict.problems[0], @"daily 2026-05-01 is missing for 2 of 2 repositories; one of them is missing: its latest copy is replaced by others all the time");
}

#[test]
fn a_put_whose_connection_is_closed_is_made_by_the_next_start() {
    made_up_for("PutObject", Fault::Close);
}

#[test]
fn a_put_that_hangs_is_made_by_the_next_start() {
    made_up_for("PutObject", Fault::Silence);
}

#[test]
fn a_put_that_is_taken_and_never_answered_is_found_by_the_next_start() {
    made_up_for("PutObject", Fault::SilenceAfterwards);
}

#[test]
fn a_bucket_that_cannot_be_looked_at_is_left_for_the_next_start() {
    for fault in [Fault::Answer(503, ""), Fault::Answer(500, ""), Fault::Close, Fault::Silence] {
        let failed = made_up_for("HeadObject", fault);
        assert_eq!(failed.objects + failed.known, 0);
        assert!(failed.problems[0].contains("and what comes after it are left"), "{failed:?}");
    }
}

/// A single fault is made up for by the SDK's own second try.
#[test]
fn a_single_fault_at_any_put_is_not_even_noticed() {
    let (store, whole) = whole();
    for fault in [Fault::Answer(503, "SlowDown"), Fault::Close, Fault::SilenceAfterwards] {
        let outage = Outage::new();
        outage.relay.fail_next("PutObject", fault, 1);
        let published = publish_at(&store, &outage.bucket, night());
        assert_eq!((published.problems.len(), published.periods.len()), (0, 1), "{published:?}");
        assert!(outage.objects() == whole, "{fault:?}: other objects");
    }
}

#[test]
fn two_reporters_at_once_put_each_object_once() {
    let (store, whole) = whole();
    let cloud = cloud();
    let buckets = [cloud.new_bucket(), cloud.clients.bucket(cloud.bucket())];
    let start = async |n: usize| {
        let deadline = night().plus_days(1);
        publish(&store, &buckets[n], &Policy::default(), deadline, night).await
    };
    let (one, two) = wait(async { tokio::join!(start(0), start(1)) });
    assert_eq!((&one.problems, &two.problems), (&vec![], &vec![]));
    assert_eq!(one.objects + two.objects, 3 * 3, "{one:?} {two:?}");
    assert!(cloud.objects(&cloud.bucket()) == whole);
}

#[test]
fn the_function_fails_until_all_is_there() {
    let outage = Outage::new();
    let (store, bucket) = (outage.direct.store(), outage.direct.bucket());
    let variables = [("LAPTIME_TABLE", "laptime"), ("LAPTIME_BUCKET", bucket.as_str())];
    let function = Function::start("reporter", &outage.relay.cloud, &variables);
    let start = || function.invoke(&json!({ "laptime": "schedule" }));

    // It goes by the real time.
    let now = laptime_aws::clock();
    let time = |minute: i64| now.day().start().plus_millis(-36 * 3_600_000 + minute * 60_000);
    let run = Run::new(1, &time(0).to_string(), &time(5).to_string());
    append_all(&store, &[run.completed()], Keep, now).unwrap();
    assert!(matches!(start(), Outcome::Error(_)));
    let error = function.log(1)[0]["error"].as_str().unwrap().to_owned();
    assert!(error.contains("waits for a pass") && error.ends_with("none has ended yet"), "{error}");

    aggregate_at(&store, now.plus_days(1)).unwrap();
    outage.relay.fail("PutObject", Fault::Answer(503, "SlowDown"));
    let Outcome::Error(told) = start() else { panic!("nothing was put") };
    assert!(told["errorMessage"].as_str().unwrap().ends_with("periods are missing: see the log"));
    assert!(!function.raw_log().contains("acme"), "names of repositories are not logged");
    outage.relay.mend();
    let Outcome::Response(told) = start() else { panic!("{}", function.raw_log()) };
    assert_eq!(told["problems"], json!([]));
    let key = format!("reports/daily/all/{}.json", time(0).day());
    assert!(outage.objects().contains_key(&key));
}

#[test]
fn a_conflict_is_no_object() {
    let outage = Outage::new();
    let object = Object {
        key: "reports/daily/all/2026-05-01.md".to_owned(),
        content_type: "text/markdown; charset=utf-8",
        body: b"a report".to_vec(),
    };
    let create = || wait(outage.bucket.create(&object));
    outage.relay.fail("PutObject", Fault::Answer(409, "ConditionalRequestConflict"));
    // Whoever it conflicts with may have failed, too.
    let error = create().unwrap_err();
    assert!(error.what.ends_with("failed (409, ConditionalRequestConflict)"), "{error}");
    outage.relay.mend();
    assert_eq!((create().unwrap(), create().unwrap()), (true, false));
    outage.relay.fail("PutObject", Fault::Answer(409, "ConditionalRequestConflict"));
    assert!(!create().unwrap(), "it is there");
}

#[test]
fn a_copy_does_not_replace_one_that_came_in_between() {
    let cloud = cloud();
    let bucket = cloud.new_bucket();
    let copy = |body: &str| Object {
        key: "reports/daily/all/latest.md".to_owned(),
        content_type: "text/markdown; charset=utf-8",
        body: body.as_bytes().to_vec(),
    };
    let standing = || wait(bucket.standing(&copy("").key)).unwrap();
    let replace =
        |body: &str, before: Option<&_>| wait(bucket.replace(&copy(body), body, before)).unwrap();
    assert!(replace("2026-05-01", None));
    let first = standing();
    assert!(replace("2026-05-02", first.as_ref()));
    // As by somebody who looked before that.
    assert!(!replace("2026-05-01", first.as_ref()));
    assert!(!replace("2026-05-01", None));
    assert_eq!(standing().unwrap().period, "2026-05-02");
    assert_eq!(cloud.object(&cloud.bucket(), &copy("").key).unwrap().1, "2026-05-02");
}
