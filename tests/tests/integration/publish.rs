//! Scheduled reports: one object for each period, and a copy of the latest.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

use kit::{
    Bucket, Delivery, Job, Memory, Run, Stumbling, aggregate_at, append_all, at, publish_at, wait,
};
use laptime_core::config::Policy;
use laptime_core::flow::{Published, publish};
use laptime_core::ingest::Progress::Keep;
use laptime_core::port::Object;
use laptime_core::time::Time;

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

/// A store that knows this many repositories, each with a run.
fn store_of(repositories: u64) -> Memory {
    let store = Memory::default();
    let delivery = |id: u64| Run::new(id, "10:00:00", "10:05:00").completed();
    let of = |id: u64| delivery(id).of_repository(id, &format!("acme/repository-{id}"));
    let deliveries: Vec<Delivery> = (1..=repositories).map(of).collect();
    append_all(&store, &deliveries, Keep, at(NIGHT)).unwrap();
    aggregate_at(&store, at(MONDAY)).unwrap();
    store
}

#[test]
fn a_day_is_reported_once_for_all_and_for_each_repository() {
    let (store, bucket) = (store(), Bucket::default());
    let published = publish_at(&store, &bucket, at(NIGHT));
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
    let again = publish_at(&store, &bucket, at("2026-05-02T09:00:00Z"));
    assert_eq!((again.objects, again.known, again.complete), (0, 0, 1));
    assert_eq!(bucket.objects(), before);
}

#[test]
fn missed_nights_are_made_up_for_and_weeks_end_on_sunday() {
    let (store, bucket) = (store(), Bucket::default());
    aggregate_at(&store, at(MONDAY)).unwrap();
    let published = publish_at(&store, &bucket, at(MONDAY));
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
    publish_at(&store, &bucket, at(MONDAY));
    let latest = bucket.objects()["reports/daily/all/latest.json"].clone();
    // As by a reporter that was started two days ago, hung, and goes on now.
    bucket.remove("reports/daily/all/2026-05-01.json");
    assert_eq!(publish_at(&store, &bucket, at(NIGHT)).objects, 1);
    assert_eq!(bucket.objects()["reports/daily/all/latest.json"], latest);
}

#[test]
fn a_bucket_that_fails_at_any_put_gets_each_object_once_in_the_end() {
    let store = store();
    let whole = Bucket::default();
    publish_at(&store, &whole, at(NIGHT));
    for puts in 0..12 {
        let bucket = Bucket::default();
        bucket.fail_after(Some(puts));
        let problems = publish_at(&store, &bucket, at(NIGHT)).problems;
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("daily 2026-05-01 is missing"), "{problems:?}");
        assert!(problems[0].contains("the bucket is down"), "{problems:?}");
        bucket.fail_after(None);
        publish_at(&store, &bucket, at(NIGHT));
        assert_eq!(bucket.objects(), whole.objects(), "failed at put {puts}");
    }
}

#[test]
fn a_period_waits_for_a_pass_that_ended_well_after_it() {
    let (store, bucket) = (unfiled(), Bucket::default());
    let told = |published: &Published| published.problems.last().cloned().unwrap_or_default();
    let day = "daily 2026-05-01 waits for a pass that ends at 2026-05-02T00:15:00Z or later";
    let published = publish_at(&store, &bucket, at(NIGHT));
    assert!(published.problems.contains(&format!("{day}: none has ended yet")), "{published:?}");
    // It was received, and a pass ended after the day did; but more may have been on its way.
    aggregate_at(&store, at("2026-05-02T00:14:59Z")).unwrap();
    let published = publish_at(&store, &bucket, at(NIGHT));
    assert_eq!(told(&published), format!("{day}: the last one ended at 2026-05-02T00:14:59Z"));
    assert_eq!((published.problems.len(), bucket.objects().len()), (1, 0));

    let late = Run::new(2, "23:50:00", "23:58:00");
    append_all(&store, &late.deliveries(), Keep, at(NIGHT)).unwrap();
    aggregate_at(&store, at("2026-05-02T00:15:00Z")).unwrap();
    let published = publish_at(&store, &bucket, at(NIGHT));
    assert_eq!((published.objects, told(&published).as_str()), (6, ""));
    let whole = &bucket.objects()["reports/daily/all/2026-05-01.json"].body;
    let whole: serde_json::Value = serde_json::from_slice(whole).unwrap();
    assert_eq!(whole["workflows"][0]["attempts"], 2);
}

#[test]
fn a_repository_that_fails_holds_up_no_other_and_is_told() {
    let (store, bucket) = (store_of(40), Bucket::default());
    let stumbling = Stumbling::new(&bucket, 1, 40);
    let published = publish_at(&store, &stumbling, at(NIGHT));
    let [problem] = &published.problems[..] else { panic!("{published:?}") };
    assert!(problem.starts_with("daily 2026-05-01 is missing for "), "{problem}");
    assert!(problem.contains(" of 40 repositories; one of them is missing: "), "{problem}");
    assert!((60..120).contains(&published.objects) && published.periods.is_empty());
    // What is complete is passed over by its last object.
    let again = publish_at(&store, &bucket, at(NIGHT));
    assert_eq!((again.problems.len(), again.periods.len()), (0, 1));
    assert!(again.known >= published.objects, "{again:?}");
    assert_eq!(bucket.objects().len(), 2 * 41 * 3);
    assert!(bucket.created_once());
    assert!((2..=16).contains(&stumbling.most_at_once()), "{}", stumbling.most_at_once());
}

#[test]
fn what_there_is_no_time_for_is_told_and_made_by_later_starts() {
    let (store, bucket) = (store_of(40), Bucket::default());
    let (mut starts, mut objects) = (0, 0);
    loop {
        // Each look at the clock takes a second; there are 100.
        let clock = AtomicI64::new(at(NIGHT).as_millis());
        let tick = || Time::from_millis(clock.fetch_add(1_000, Ordering::Relaxed));
        let deadline = at(NIGHT).plus_millis(100_000);
        let published = wait(publish(&store, &bucket, &Policy::default(), deadline, tick));
        (starts, objects) = (starts + 1, objects + published.objects);
        if published.problems.is_empty() {
            break;
        }
        let told = published.problems.join(", ");
        assert!(told.contains("is left for the next start: the time is up"), "{told}");
        assert!(starts < 9, "each start gets further");
    }
    assert_eq!(objects, 41 * 3);
    assert!(starts > 1);
}

/// Objects without the time at which they were made.
fn undated(bucket: &Bucket) -> BTreeMap<String, String> {
    let text = |object: Object| {
        let mut text = String::from_utf8(object.body).unwrap();
        for now in [NIGHT, MONDAY, "2026-05-02 01:30", "2026-05-04 01:30"] {
            text = text.replace(now, "then");
        }
        text
    };
    bucket.objects().into_iter().map(|(key, object)| (key, text(object))).collect()
}

#[test]
fn reporters_at_once_put_each_object_once_however_their_calls_interleave() {
    let (store, whole) = (store_of(3), Bucket::default());
    publish_at(&store, &whole, at(MONDAY));
    let whole = undated(&whole);
    for seed in 0..200 {
        let bucket = Bucket::default();
        let one_in = [0, 9][usize::from(seed % 2 == 1)];
        // One of them was started days ago, hung, and goes on now.
        let callers = [0, 1, 2].map(|n| Stumbling::new(&bucket, 3 * seed + n, one_in));
        let start = async |caller: usize, now: &str| {
            let (now, policy) = (at(now), Policy::default());
            publish(&store, &callers[caller], &policy, now.plus_days(1), || now).await
        };
        let (one, two, old) =
            wait(async { tokio::join!(start(0, MONDAY), start(1, MONDAY), start(2, NIGHT)) });
        let mut put = one.objects + two.objects + old.objects;
        if one_in == 0 {
            assert_eq!((one.problems, two.problems, old.problems), Default::default());
        }
        let last = publish_at(&store, &bucket, at(MONDAY));
        assert_eq!(last.problems, Vec::<String>::new(), "seed {seed}");
        put += last.objects;
        assert!(undated(&bucket) == whole, "seed {seed}: other objects");
        // A put that failed after it took effect is counted by nobody.
        let dated = whole.keys().filter(|key| !key.contains("latest")).count() as u64;
        assert!(put == dated || one_in > 0 && put < dated, "seed {seed}: {put} of {dated}");
        assert!(bucket.created_once(), "seed {seed}");
    }
}
