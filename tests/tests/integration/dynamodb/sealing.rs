//! When days are sealed, and what stays of them.

use kit::{Delivery, Job, aggregate_at, append_all, cloud, wait};
use laptime_core::flow::{Pass, aggregate, refold};
use laptime_core::ingest::Progress::Keep;
use laptime_core::model::AttemptId;
use laptime_core::port::{Ledger, Library, Touched};
use laptime_core::rollup::Rollup;
use laptime_core::time::Day;
use laptime_core::track::Track;

use super::{WORKFLOW, day, lease, noon, run};

#[test]
fn the_rollup_of_a_sealed_day_stays_whatever_a_late_pass_does() {
    let store = cloud().store();
    let deliveries = run(1).deliveries();
    append_all(&store, &deliveries, Keep, noon()).unwrap();
    aggregate_at(&store, noon()).unwrap();
    let days = || wait(store.days(WORKFLOW, Day(0)..Day(99_999))).unwrap();
    let rollup = days()[0].rollup.clone();
    let fence = lease(&store, noon());
    wait(store.seal(fence, day())).unwrap();
    // As of a pass that had read the rows before they were gone, or after.
    let touched = Touched { day: day(), mark: 0 };
    wait(store.put_rollup(fence, touched, &Rollup::default(), &Track::default())).unwrap();
    assert_eq!((days()[0].sealed, &days()[0].rollup), (true, &rollup));
}

#[test]
fn a_touched_day_is_not_sealed() {
    let store = cloud().store();
    append_all(&store, &run(1).deliveries(), Keep, noon()).unwrap();
    aggregate_at(&store, noon()).unwrap();
    append_all(&store, &run(2).deliveries(), Keep, noon()).unwrap();
    let id = AttemptId { repository: 1, run: 2, attempt: 1 };
    wait(refold(&store, "a test", &[id], None, noon)).unwrap().unwrap();
    let late = noon().plus_days(40);
    assert!(wait(store.expiring(late, 10)).unwrap().is_empty());
    let fence = lease(&store, noon());
    wait(store.seal(fence, day())).unwrap();
    assert!(wait(store.sealed(&[day()])).unwrap().is_empty());
}

#[test]
fn a_day_that_facts_keep_coming_for_is_sealed_before_its_first_facts_are_dropped() {
    let store = cloud().store();
    append_all(&store, &run(1).deliveries(), Keep, noon()).unwrap();
    aggregate_at(&store, noon()).unwrap();
    let late = noon().plus_days(30);
    append_all(&store, &run(2).deliveries(), Keep, late).unwrap();
    // 35 days after the last fact would be day 65; the first facts are dropped on day 50.
    for (day, sealed) in [(36, 0), (46, 0), (48, 1)] {
        assert_eq!(aggregate_at(&store, noon().plus_days(day)).unwrap().sealed, sealed, "{day}");
    }
}

#[test]
fn a_day_whose_rows_have_all_moved_away_stays_open_for_a_while() {
    let store = cloud().store();
    append_all(&store, &run(1).deliveries(), Keep, noon()).unwrap();
    aggregate_at(&store, noon()).unwrap();
    let late = Job::new(11, "slow", "10:00:00", "10:01:00", "2026-05-02T00:10:00Z");
    append_all(&store, &run(1).job(late).deliveries(), Keep, noon()).unwrap();
    let passed = aggregate_at(&store, noon().plus_days(37)).unwrap();
    assert_eq!(passed.sealed, 1, "the day it moved to");
    assert!(wait(store.sealed(&[day()])).unwrap().is_empty());
    assert_eq!(aggregate_at(&store, noon().plus_days(73)).unwrap().sealed, 1);
}

#[test]
fn many_days_whose_time_has_not_come_cost_a_look_each_and_no_more() {
    let store = cloud().store();
    let of = |id: u64| {
        let mut run = run(id);
        run.workflow = id;
        run
    };
    let deliveries: Vec<Delivery> = (1..=70).flat_map(|id| of(id).deliveries()).collect();
    append_all(&store, &deliveries, Keep, noon()).unwrap();
    // The last of them has one fact more, ten days later.
    append_all(&store, [&of(70).concluded("failure").completed()], Keep, noon().plus_days(10))
        .unwrap();
    aggregate_at(&store, noon().plus_days(10)).unwrap();
    let pass = |day| {
        let before = store.units();
        let passed = aggregate_at(&store, noon().plus_days(day)).unwrap();
        (passed.sealed, store.units().since(before).calls)
    };
    // Until the end of the day, none of them is looked at.
    let (sealed, idle) = pass(35);
    assert_eq!(sealed, 0);
    assert_eq!(pass(36).0, 69);
    assert_eq!(pass(37), (0, idle));
    assert_eq!(pass(46).0, 1);
}

#[test]
fn a_longer_retention_does_not_let_rows_expire_before_their_day_is_sealed() {
    let cloud = cloud();
    let store = cloud.store();
    append_all(&store, &run(1).deliveries(), Keep, noon()).unwrap();
    aggregate_at(&store, noon()).unwrap();
    let longer = cloud.clients.store("laptime", 90);
    let pass = |day| {
        let now = noon().plus_days(day);
        let pass = Pass::new("a test", now, 90);
        wait(aggregate(&longer, pass, || now, |_| ())).unwrap().unwrap().sealed
    };
    // The row is dropped on day 50 as of the 35 days that held when it was put.
    assert_eq!([pass(36), pass(46), pass(48)], [0, 0, 1]);
    assert_eq!(wait(cloud.clients.store("laptime", 7).as_deployed()).unwrap().units().calls, 1);
}
