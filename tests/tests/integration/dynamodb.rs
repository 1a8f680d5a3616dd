//! What the store on `DynamoDB` does beyond the contract: values too large for an item, items that
//! cannot be read, passes that overtake each other, expiry.

mod said;
mod sealing;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use kit::{
    Cloud, Delivery, Job, Memory, Run, aggregate_at, append_all, at, cloud, report_json, wait,
};
use laptime_aws::LEASE_MS;
use laptime_core::flow::refold;
use laptime_core::ingest::Progress::Keep;
use laptime_core::model::{Attempt, AttemptId};
use laptime_core::port::{
    Fence, Filed, Filing, Lease, Ledger, Library, Rows, StoreErrorKind, Touched,
};
use laptime_core::rollup::Rollup;
use laptime_core::row::{DayKey, Row, WorkflowId};
use laptime_core::time::{Day, Time};
use laptime_core::track::Track;

const NOON: &str = "2026-05-01T12:00:00Z";
const WORKFLOW: WorkflowId = WorkflowId { repository: 1, workflow: 1 };

fn noon() -> Time {
    at(NOON)
}

fn day() -> DayKey {
    DayKey { workflow: WORKFLOW, day: noon().day() }
}

fn run(id: u64) -> Run {
    let job = Job::new(id * 10, "test", "10:00:00", "10:00:05", "10:05:00");
    Run::new(id, "10:00:00", "10:05:00").job(job)
}

/// The report that a store in memory makes of the same deliveries.
fn expected(deliveries: &[Delivery]) -> String {
    let memory = Memory::default();
    append_all(&memory, deliveries, Keep, noon()).unwrap();
    aggregate_at(&memory, noon()).unwrap();
    report_json(&memory)
}

fn lease(store: &impl Ledger, clock: Time) -> Fence {
    match wait(store.lease("a test", clock)).unwrap() {
        Lease::Won(fence) => fence,
        Lease::Held { by, .. } => panic!("held by {by}"),
    }
}

/// Text that does not become smaller by packing.
fn noise(length: usize, seed: u64) -> String {
    let mut dice = fastrand::Rng::with_seed(seed);
    std::iter::repeat_with(|| dice.alphanumeric()).take(length).collect()
}

fn items(cloud: &Cloud, partition: &str) -> Vec<std::collections::HashMap<String, AttributeValue>> {
    let found = Client::new(cloud.clients.config())
        .query()
        .table_name("laptime")
        .key_condition_expression("p = :p")
        .expression_attribute_values(":p", AttributeValue::S(partition.to_owned()))
        .send();
    wait(found).unwrap().items.unwrap()
}

/// Changes an item behind the store's back.
fn set(cloud: &Cloud, [p, s]: [&str; 2], name: &str, value: AttributeValue) {
    let update = Client::new(cloud.clients.config())
        .update_item()
        .table_name("laptime")
        .key("p", AttributeValue::S(p.to_owned()))
        .key("s", AttributeValue::S(s.to_owned()))
        .update_expression("SET #n = :v")
        .expression_attribute_names("#n", name)
        .expression_attribute_values(":v", value)
        .send();
    wait(update).unwrap();
}

#[test]
fn events_rows_and_rollups_too_large_for_an_item_are_split_and_read_back() {
    let cloud = cloud();
    let store = cloud.store();
    let mut large = Run::new(1, "10:00:00", "10:05:00");
    for job in 0..6 {
        let name = format!("job {job} {}", noise(90_000, job));
        let mut job = Job::new(10 + job, &name, "10:00:00", "10:00:05", "10:05:00");
        for step in 0..6 {
            job = job.step(&noise(90_000, 100 + step), "10:00:05", "10:05:00");
        }
        large = large.job(job);
    }
    let deliveries = [large.deliveries(), run(2).deliveries()].concat();
    append_all(&store, &deliveries, Keep, noon()).unwrap();
    aggregate_at(&store, noon()).unwrap();
    assert_eq!(report_json(&store), expected(&deliveries));
    let rows = wait(store.rows(day())).unwrap();
    assert_eq!(rows.len(), 2);

    // A later rollup takes the parts of the one before away.
    let parts = |s: &str| {
        let item = items(&cloud, "R#1#1").remove(0);
        let digest = item["h"].as_s().unwrap().clone();
        assert_eq!(item["s"].as_s().unwrap(), s);
        (items(&cloud, &format!("C#{digest}")).len(), digest)
    };
    let place = format!("{:07}", day().day.0 + 5_000_000);
    let (count, before) = parts(&place);
    assert!(count > 1);
    let more = run(3).deliveries();
    append_all(&store, &more, Keep, noon()).unwrap();
    aggregate_at(&store, noon()).unwrap();
    assert_ne!(parts(&place).1, before);
    assert!(items(&cloud, &format!("C#{before}")).is_empty());
    assert_eq!(report_json(&store), expected(&[deliveries, more].concat()));
}

#[test]
fn an_event_that_cannot_be_read_is_set_aside_and_does_not_hold_up_the_others() {
    let cloud = cloud();
    let store = cloud.store();
    let deliveries = [run(1).deliveries(), run(2).deliveries()].concat();
    append_all(&store, &deliveries, Keep, noon()).unwrap();
    let spoilt = items(&cloud, "E#1#1#1").remove(0);
    let key = [spoilt["p"].as_s().unwrap().as_str(), spoilt["s"].as_s().unwrap()];
    set(&cloud, key, "b", AttributeValue::B(Blob::new([0, b'{'])));

    // As the stream would: both attempts in one batch.
    let ids = [1, 2].map(|run| AttemptId { repository: 1, run, attempt: 1 });
    let refolded = wait(refold(&store, "a test", &ids, None, noon)).unwrap().unwrap();
    assert!(refolded.failed.is_none());
    assert_eq!((refolded.done, refolded.passed.set_aside), (2, 1));
    // It is not taken up again until something new comes of it.
    let passed = aggregate_at(&store, noon()).unwrap();
    assert_eq!((passed.set_aside, passed.days), (0, 1));
    assert_eq!(wait(store.standing()).unwrap().attempts_set_aside, 1);
    assert_eq!(report_json(&store), expected(&run(2).deliveries()));
    let listed = items(&cloud, "Y").remove(0);
    assert!(listed["why"].as_s().unwrap().contains("an event of repository 1 run 1 attempt 1"));

    // Mended, and met again when everything is read.
    let mend = Client::new(cloud.clients.config())
        .put_item()
        .table_name("laptime")
        .set_item(Some(spoilt))
        .send();
    wait(mend).unwrap();
    let all = wait(store.attempts_by_scan()).unwrap();
    wait(refold(&store, "a test", &all, None, noon)).unwrap().unwrap();
    aggregate_at(&store, noon()).unwrap();
    assert_eq!(wait(store.standing()).unwrap().attempts_set_aside, 0);
    assert_eq!(report_json(&store), expected(&deliveries));
    let next = run(1).concluded("failure").completed();
    append_all(&store, [&next], Keep, noon()).unwrap();
    aggregate_at(&store, noon()).unwrap();
    assert_eq!(wait(store.standing()).unwrap().attempts_set_aside, 0);
    assert_eq!(report_json(&store), expected(&[deliveries, vec![next]].concat()));
}

#[test]
fn a_rollup_of_what_was_before_does_not_take_the_mark_of_what_came_since_away() {
    let store = cloud().store();
    append_all(&store, &run(1).deliveries(), Keep, noon()).unwrap();
    let ids = [1, 2].map(|run| AttemptId { repository: 1, run, attempt: 1 });
    wait(refold(&store, "a test", &ids[..1], None, noon)).unwrap().unwrap();
    // A pass sees the day and reads its rows; then it hangs until its lease has lapsed.
    let seen = wait(store.touched(None, 10)).unwrap()[0];
    append_all(&store, &run(2).deliveries(), Keep, noon()).unwrap();
    wait(refold(&store, "another", &ids, None, noon)).unwrap().unwrap();
    // Even if it were not fenced: another lease proves nothing about the mark.
    let fence = lease(&store, noon());
    wait(store.put_rollup(fence, seen, &Rollup::default(), &Track::default())).unwrap();
    assert_eq!(wait(store.touched(None, 10)).unwrap().len(), 1);
    wait(store.release(fence, None)).unwrap();
    aggregate_at(&store, noon()).unwrap();
    let both = [run(1).deliveries(), run(2).deliveries()].concat();
    assert_eq!(report_json(&store), expected(&both));
}

#[test]
fn a_pass_that_lost_its_lease_changes_nothing_that_a_later_one_has_written() {
    let cloud = cloud();
    let store = cloud.store();
    append_all(&store, &run(1).deliveries(), Keep, noon()).unwrap();
    let stale = lease(&store, noon());
    let id = AttemptId { repository: 1, run: 1, attempt: 1 };
    let read = wait(store.load(&[id])).unwrap().attempts.remove(0);
    // It hangs, and another one goes on with more.
    let failed = run(1).concluded("failure").completed();
    append_all(&store, [&failed], Keep, noon()).unwrap();
    append_all(&store, &run(2).deliveries(), Keep, noon()).unwrap();
    aggregate_at(&store, noon().plus_millis(LEASE_MS)).unwrap();
    let whole = report_json(&store);

    // All that it was about to write comes now, as if it had looked at the lease before.
    set(&cloud, ["P", "pass"], "f", AttributeValue::N(stale.0.to_string()));
    let row = Row::of(&Attempt::fold(read.id, &read.events)).unwrap();
    let moved = Row { end: row.end.plus_days(3), ..row.clone() };
    let elsewhere = moved.key();
    for row in [row, moved] {
        let filing = Filing::Row(Box::new(row));
        let (events, received) = (read.events.len(), read.received);
        let late = Filed { id, events, received, before: None, filing };
        wait(store.file(stale, &[late], &[], None)).unwrap();
    }
    let touched = Touched { day: day(), mark: 0 };
    let told =
        wait(store.put_rollup(stale, touched, &Rollup::default(), &Track::default())).unwrap_err();
    assert_eq!(told.kind, StoreErrorKind::Fenced);
    assert_eq!(wait(store.rows(elsewhere)).unwrap(), []);
    assert_eq!(wait(store.rows(day())).unwrap().len(), 2);
    assert_eq!(report_json(&store), whole);
}

#[test]
fn a_row_that_cannot_be_read_fails_the_pass_but_does_not_hold_up_the_others() {
    let cloud = cloud();
    let store = cloud.store();
    let mut other = run(2);
    other.workflow = 2;
    append_all(&store, &run(1).deliveries(), Keep, noon()).unwrap();
    let id = AttemptId { repository: 1, run: 1, attempt: 1 };
    wait(refold(&store, "a test", &[id], None, noon)).unwrap().unwrap();
    let row = items(&cloud, "D#1#1#5020574").remove(0);
    let spoil = |bytes: Blob| {
        let key = [row["p"].as_s().unwrap().as_str(), row["s"].as_s().unwrap()];
        set(&cloud, key, "b", AttributeValue::B(bytes));
    };
    spoil(Blob::new([0, 99]));
    append_all(&store, &other.deliveries(), Keep, noon()).unwrap();
    let error = aggregate_at(&store, noon()).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Corrupt);
    assert!(error.what.contains("r#1#1 of D#1#1#5020574"), "{error}");
    let days = wait(store.days(WorkflowId { workflow: 2, ..WORKFLOW }, Day(0)..Day(99_999)));
    assert!(days.unwrap()[0].rollup.is_some());
    spoil(row["b"].as_b().unwrap().clone());
    assert_eq!(aggregate_at(&store, noon()).unwrap().days, 1);

    // A rollup that cannot be read is made up for by the rows, as long as they are there.
    let whole = report_json(&store);
    set(&cloud, ["R#1#1", "5020574"], "b", AttributeValue::B(Blob::new([0, 99])));
    assert_eq!(report_json(&store), whole);
    let fence = lease(&store, noon());
    wait(store.seal(fence, day())).unwrap();
    let error = wait(store.days(WORKFLOW, Day(0)..Day(99_999))).unwrap_err();
    assert!(error.what.contains("a rollup (5020574 of R#1#1)"), "{error}");
}

#[test]
fn a_position_is_stored_before_the_stream_forgets_it_and_a_gap_is_passed_over() {
    let cloud = cloud();
    let store = cloud.store();
    let position =
        || items(&cloud, "P").into_iter().find(|item| item["s"].as_s().unwrap() == "stream");
    let text = |name: &str| {
        let value = &position().unwrap()[name];
        value.as_s().or_else(|_| value.as_n()).unwrap().clone()
    };
    append_all(&store, &run(1).deliveries(), Keep, noon()).unwrap();
    aggregate_at(&store, noon()).unwrap();
    let first = text("j");
    // Its own writes alone do not make a pass store where it is...
    aggregate_at(&store, noon()).unwrap();
    assert_eq!(text("j"), first);
    // ... unless that was long ago.
    let long_ago = text("t").parse::<i64>().unwrap() - 6 * 3_600;
    set(&cloud, ["P", "stream"], "t", AttributeValue::N(long_ago.to_string()));
    aggregate_at(&store, noon()).unwrap();
    assert_ne!(text("j"), first);

    // As after an outage: what was read last has been dropped, with its shard.
    set(&cloud, ["P", "stream"], "j", AttributeValue::S("shardId-gone 1234\n".to_owned()));
    append_all(&store, &run(2).deliveries(), Keep, noon()).unwrap();
    aggregate_at(&store, noon()).unwrap();
    assert!(!text("j").contains("gone"));
    let both = [run(1).deliveries(), run(2).deliveries()].concat();
    assert_eq!(report_json(&store), expected(&both));
    // Not even readable: all is read again, and nothing is new.
    set(&cloud, ["P", "stream"], "j", AttributeValue::S("nonsense".to_owned()));
    assert_eq!(aggregate_at(&store, noon()).unwrap().attempts, 0);
    assert_eq!(report_json(&store), expected(&both));
}

#[test]
fn a_missing_table_is_told_by_name() {
    let cloud = cloud();
    let store = cloud.clients.store("nowhere", 35);
    let error = append_all(&store, &run(1).deliveries(), Keep, noon()).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Missing);
    assert!(error.what.contains("the table nowhere"), "{error}");
    assert!(error.what.ends_with("check its name, the account and the region"), "{error}");
}

#[test]
fn what_the_stream_no_longer_tells_of_is_found_by_reading_everything() {
    let store = cloud().store();
    append_all(&store, &run(1).deliveries(), Keep, noon()).unwrap();
    // As if the stream had been read to its end by somebody who then did nothing.
    let lost = wait(store.changed(1_000)).unwrap();
    let fence = lease(&store, noon());
    wait(store.file(fence, &[], &[], lost.upto.as_ref())).unwrap();
    wait(store.release(fence, None)).unwrap();
    assert_eq!(aggregate_at(&store, noon()).unwrap().attempts, 0);

    let all = wait(store.attempts_by_scan()).unwrap();
    assert_eq!(all.len(), 1);
    wait(refold(&store, "a test", &all, None, noon)).unwrap().unwrap();
    aggregate_at(&store, noon()).unwrap();
    assert_eq!(report_json(&store), expected(&run(1).deliveries()));
}
