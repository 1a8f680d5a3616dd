//! Scheduled reports: one object for each period, and a copy of the latest.

use kit::{Bucket, Job, Memory, Run, aggregate_at, append_all, at, wait};
use laptime_core::config::Thresholds;
use laptime_core::flow::{Published, publish};
use laptime_core::ingest::Progress::Keep;
use laptime_core::port::Stored;

/// The night after the runs of the first of May, which was a Friday.
const NIGHT: &str = "2026-05-02T01:30:00Z";

/// The night after the week-end.
const MONDAY: &str = "2026-05-04T01:30:00Z";

/// A store with a run that no pass has filed.
fn unfiled() -> Memory {
    let store = Memory::default();
    let job = Job::new(10, "test", "10:00:00", "10:00:05", "10:05:00");
    let run = Run::new(1, "10:00:00", "10:05:00").job(job);
    append_all(&store, &run.deliveries(), Keep, at(NIGHT)).unwrap();
    store
}

fn store() -> Memory {
    let store = unfiled();
    aggregate_at(&store, at(NIGHT)).unwrap();
    store
}

fn publish_at(store: &Memory, bucket: &Bucket, now: &str) -> Stored<Published> {
    wait(publish(store, bucket, &Thresholds::default(), at(now)))
}

#[test]
fn a_day_is_reported_once_for_all_and_for_each_repository() {
    let (store, bucket) = (store(), Bucket::default());
    let published = publish_at(&store, &bucket, NIGHT).unwrap();
    assert_eq!((published.objects, published.known), (6, 0));
    let keys: Vec<String> = bucket
        .objects()
        .values()
        .map(|object| format!("{} {}", object.key, object.content_type))
        .collect();
    insta::assert_snapshot!(keys.join("\n"), @"
    reports/daily/all/2026-05-01.html text/html; charset=utf-8
    reports/daily/all/2026-05-01.json application/json
    reports/daily/all/2026-05-01.md text/markdown; charset=utf-8
    reports/daily/all/latest.html text/html; charset=utf-8
    reports/daily/all/latest.json application/json
    reports/daily/all/latest.md text/markdown; charset=utf-8
    reports/daily/repositories/acme/web/2026-05-01.html text/html; charset=utf-8
    reports/daily/repositories/acme/web/2026-05-01.json application/json
    reports/daily/repositories/acme/web/2026-05-01.md text/markdown; charset=utf-8
    reports/daily/repositories/acme/web/latest.html text/html; charset=utf-8
    reports/daily/repositories/acme/web/latest.json application/json
    reports/daily/repositories/acme/web/latest.md text/markdown; charset=utf-8
    ");

    let before = bucket.objects();
    let again = publish_at(&store, &bucket, "2026-05-02T09:00:00Z").unwrap();
    assert_eq!((again.objects, again.known, again.complete), (0, 0, 1));
    assert_eq!(bucket.objects(), before);
}

#[test]
fn missed_nights_are_made_up_for_and_weeks_end_on_sunday() {
    let (store, bucket) = (store(), Bucket::default());
    aggregate_at(&store, at(MONDAY)).unwrap();
    let published = publish_at(&store, &bucket, MONDAY).unwrap();
    // Days without a run are reported too, once there has been one.
    let periods = ["daily 2026-05-01", "daily 2026-05-02", "daily 2026-05-03", "weekly 2026-W18"];
    assert_eq!(published.periods, periods);
    let latest = |kind: &str| {
        let objects = bucket.objects();
        let body = objects[&format!("reports/{kind}/all/latest.json")].body.clone();
        objects.values().filter(|object| object.body == body).count()
    };
    assert_eq!((latest("daily"), latest("weekly")), (2, 4));
}

#[test]
fn an_older_period_does_not_replace_the_latest_copy() {
    let (store, bucket) = (store(), Bucket::default());
    aggregate_at(&store, at(MONDAY)).unwrap();
    publish_at(&store, &bucket, MONDAY).unwrap();
    let latest = bucket.objects()["reports/daily/all/latest.json"].clone();
    // As by a reporter that was started two days ago, hung, and goes on now.
    bucket.remove("reports/daily/all/2026-05-01.json");
    assert_eq!(publish_at(&store, &bucket, NIGHT).unwrap().objects, 1);
    assert_eq!(bucket.objects()["reports/daily/all/latest.json"], latest);
}

#[test]
fn a_bucket_that_fails_at_any_put_gets_each_object_once_in_the_end() {
    let store = store();
    let whole = Bucket::default();
    publish_at(&store, &whole, NIGHT).unwrap();
    for puts in 0..12 {
        let bucket = Bucket::default();
        bucket.fail_after(Some(puts));
        let error = publish_at(&store, &bucket, NIGHT).unwrap_err();
        assert_eq!(error.what, "the bucket is down");
        bucket.fail_after(None);
        publish_at(&store, &bucket, NIGHT).unwrap();
        assert_eq!(bucket.objects(), whole.objects(), "failed at put {puts}");
    }
}

#[test]
fn a_period_waits_for_a_pass_that_ended_well_after_it() {
    let (store, bucket) = (unfiled(), Bucket::default());
    let told = |published: &Published| published.problems.last().cloned().unwrap_or_default();
    let day = "daily 2026-05-01 waits for a pass that ends at 2026-05-02T00:15:00Z or later";
    let published = publish_at(&store, &bucket, NIGHT).unwrap();
    assert!(published.problems.contains(&format!("{day}: none has ended yet")), "{published:?}");
    // It was received, and a pass ended after the day did; but more may have been on its way.
    aggregate_at(&store, at("2026-05-02T00:14:59Z")).unwrap();
    let published = publish_at(&store, &bucket, NIGHT).unwrap();
    assert_eq!(told(&published), format!("{day}: the last one ended at 2026-05-02T00:14:59Z"));
    assert_eq!((published.problems.len(), bucket.objects().len()), (1, 0));

    let late = Run::new(2, "23:50:00", "23:58:00");
    append_all(&store, &late.deliveries(), Keep, at(NIGHT)).unwrap();
    aggregate_at(&store, at("2026-05-02T00:15:00Z")).unwrap();
    let published = publish_at(&store, &bucket, NIGHT).unwrap();
    assert_eq!((published.objects, told(&published).as_str()), (6, ""));
    let whole = &bucket.objects()["reports/daily/all/2026-05-01.json"].body;
    let whole: serde_json::Value = serde_json::from_slice(whole).unwrap();
    assert_eq!(whole["workflows"][0]["attempts"], 2);
}
