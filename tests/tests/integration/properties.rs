//! What must hold for every history, order and number of copies.

use std::collections::BTreeMap;

use kit::{Delivery, History, Memory, aggregate_at, append_all, at, histories, report_json};
use laptime_core::ingest::Progress::{self, Drop, Keep};
use laptime_core::ingest::{Reading, read};
use laptime_core::model::{Attempt, AttemptId, Event};
use laptime_core::row::Row;
use laptime_core::time::Time;
use proptest::prelude::*;
use proptest::sample::Index;

const RECEIVED: &str = "2026-05-05T00:00:00Z";

/// What happens between two deliveries.
#[derive(Debug, Clone)]
enum Meanwhile {
    Nothing,
    /// An aggregation, this many minutes after (or before) the receipt.
    Pass(i32),
}

fn meanwhile() -> impl Strategy<Value = Meanwhile> {
    prop_oneof![
        3 => Just(Meanwhile::Nothing),
        1 => (-40_000..40_000_i32).prop_map(Meanwhile::Pass),
    ]
}

fn received() -> Time {
    at(RECEIVED)
}

fn plain(deliveries: &[Delivery], progress: Progress) -> String {
    let store = Memory::default();
    append_all(&store, deliveries, progress, received()).unwrap();
    aggregate_at(&store, received()).unwrap();
    report_json(&store)
}

/// Each delivery at a random place, some twice or three times.
fn jumbled(history: &History, picks: &[Index], order: &[u32]) -> Vec<Delivery> {
    let mut all = history.0.clone();
    all.extend(picks.iter().map(|pick| pick.get(&history.0).clone()));
    let mut keyed: Vec<(u32, usize, Delivery)> = all
        .into_iter()
        .enumerate()
        .map(|(at, one)| (order[at % order.len()].wrapping_mul(at as u32 + 1), at, one))
        .collect();
    keyed.sort_by_key(|(key, at, _)| (*key, *at));
    keyed.into_iter().map(|(_, _, one)| one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn an_attempts_events_tell_every_place_it_may_have_been_filed_at(
        history in histories(),
        kept in prop::collection::vec(any::<bool>(), 1..60),
    ) {
        let mut events: BTreeMap<AttemptId, Vec<Event>> = BTreeMap::new();
        for delivery in &history.0 {
            let body = delivery.body.to_string();
            let read = read(delivery.event, body.as_bytes(), Keep).unwrap();
            let Reading::Event(event) = read else { continue };
            events.entry(event.id).or_default().push(*event);
        }
        for (id, events) in events {
            let places = Row::places(id, &events);
            let some = events.iter().zip(kept.iter().cycle()).filter(|(_, kept)| **kept);
            let some: Vec<Event> = some.map(|(event, _)| event.clone()).collect();
            if let Some(row) = Row::of(&Attempt::fold(id, &some)) {
                prop_assert!(places.contains(&row.key()));
            }
        }
    }

    #[test]
    fn order_copies_and_passes_in_between_make_no_difference(
        history in histories(),
        picks in prop::collection::vec(any::<Index>(), 0..12),
        order in prop::collection::vec(any::<u32>(), 1..60),
        meanwhile in prop::collection::vec(meanwhile(), 1..40),
    ) {
        let store = Memory::default();
        let mut meanwhile = meanwhile.iter().cycle();
        for delivery in jumbled(&history, &picks, &order) {
            append_all(&store, [&delivery], Keep, received()).unwrap();
            if let Some(Meanwhile::Pass(minutes)) = meanwhile.next() {
                let now = received().plus_millis(i64::from(*minutes) * 60_000);
                aggregate_at(&store, now).unwrap();
            }
        }
        aggregate_at(&store, received()).unwrap();
        prop_assert_eq!(report_json(&store), plain(&history.0, Keep));
    }

    #[test]
    fn dropping_progress_makes_no_difference(history in histories()) {
        prop_assert_eq!(plain(&history.0, Drop), plain(&history.0, Keep));
    }

    #[test]
    fn times_are_never_negative_and_add_up(history in histories()) {
        let store = Memory::default();
        append_all(&store, &history.0, Keep, received()).unwrap();
        aggregate_at(&store, received()).unwrap();
        let report = kit::report_of(&store, "2026-04-01T00:00:00Z", "2026-06-01T00:00:00Z");
        for workflow in &report.workflows {
            let parts = &workflow.where_time_goes_s;
            let all = [
                parts.approval, parts.concurrency, parts.runner_queue, parts.set_up, parts.work,
                parts.tear_down, parts.unknown,
            ];
            prop_assert!(all.iter().all(|part| *part >= 0.0));
            prop_assert!((all.iter().sum::<f64>() - parts.wall_clock).abs() < 1e-6);
            let total = workflow.total_s.mean.unwrap_or(0.0) * workflow.total_s.count as f64;
            prop_assert!((total - parts.wall_clock).abs() < 0.001 * workflow.attempts as f64);
            prop_assert_eq!(parts.attempts, workflow.total_s.count);
            for recent in &workflow.recent {
                let (queued, ran, total) = (recent.queued_s, recent.ran_s, recent.total_s);
                if let (Some(queued), Some(ran), Some(total)) = (queued, ran, total) {
                    prop_assert!((queued + ran - total).abs() < 1e-9);
                }
            }
            prop_assert_eq!(workflow.outcomes.values().sum::<u64>(), workflow.attempts);
            let cancelled = workflow.outcomes.get("cancelled").copied().unwrap_or(0);
            prop_assert!(workflow.superseded <= cancelled);
        }
    }

    #[test]
    fn the_reader_takes_any_bytes(
        event in prop_oneof![Just("workflow_run"), Just("workflow_job")],
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let _ = laptime_core::ingest::read(event, &bytes, Keep);
    }

    #[test]
    fn the_reader_takes_any_mangled_delivery(
        history in histories(), pick in any::<Index>(), cut in any::<Index>(), byte in any::<u8>(),
    ) {
        let delivery = pick.get(&history.0);
        let mut body = delivery.body.to_string().into_bytes();
        let at = cut.index(body.len());
        body[at] = byte;
        let _ = laptime_core::ingest::read(delivery.event, &body, Keep);
        body.truncate(at);
        prop_assert!(laptime_core::ingest::read(delivery.event, &body, Keep).is_err());
    }
}
