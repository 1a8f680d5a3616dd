//! The history as a whole: reproducible, hazardous, and well-formed.

mod census;

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use serde_json::Value;

use super::story::MINUTE;
use super::*;
use census::HAZARDS;

/// 2026-03-20T16:40:00Z, a Friday.
const END: i64 = 1_774_024_800_000;

/// A history takes a second or two without optimisation; most tests only look at it.
static HISTORY: LazyLock<History> = LazyLock::new(|| History::generate(1, END));

#[test]
fn one_seed_is_one_history() {
    let (one, same) = (&*HISTORY, History::generate(1, END));
    assert!(one.deliveries == same.deliveries);
    assert!(one.jumbled(5) == same.jumbled(5));
    assert!(one.jumbled(5) != one.jumbled(6));
    assert!(one.deliveries != History::generate(2, END).deliveries);
}

#[test]
fn every_hazard_is_there_whatever_the_seed() {
    for seed in 1..=6 {
        // Other seeds end on other days of the week, too.
        let end = END + i64::try_from(seed).unwrap() * 35 * 60 * MINUTE;
        let census = census::of(&story::play(seed, end), end);
        let missing: Vec<_> = HAZARDS.iter().filter(|name| !census.contains_key(*name)).collect();
        assert!(missing.is_empty(), "seed {seed} lacks {missing:?}: {census:#?}");
        let odd: Vec<_> = census.keys().filter(|name| !HAZARDS.contains(name)).collect();
        assert!(odd.is_empty(), "seed {seed} has {odd:?}: {census:#?}");
    }
}

#[test]
fn a_history_is_large_enough_and_no_larger() {
    let count = HISTORY.deliveries.len();
    assert!((15_000..20_000).contains(&count), "{count} deliveries");
}

#[test]
fn bodies_parse_and_have_ids() {
    let history = &*HISTORY;
    for delivery in &history.deliveries {
        let body: Value = serde_json::from_str(&delivery.body).unwrap();
        let ids: &[&str] = match delivery.event {
            "workflow_run" => &["id", "workflow_id", "run_attempt", "run_number"],
            "workflow_job" => &["id", "run_id", "run_attempt"],
            other => panic!("an event {other}"),
        };
        for id in ids {
            assert!(body[delivery.event][id].is_u64(), "no {id} in {}", delivery.body);
        }
        assert!(body["repository"]["id"].is_u64() && body["action"].is_string());
        assert!(delivery.body.len() < 6_000, "{}", delivery.body);
    }
    let guids: BTreeSet<&str> = history.deliveries.iter().map(|d| d.guid.as_str()).collect();
    assert_eq!(guids.len(), history.deliveries.len());
}

#[test]
fn bodies_hold_no_address_and_no_leftover() {
    for delivery in &HISTORY.deliveries {
        for part in delivery.body.split('@').skip(1) {
            let domain: String = part
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || ".-".contains(*c))
                .collect();
            assert!(!domain.contains('.'), "an address: @{domain}");
        }
        for leftover in ["Some(", "None", "\"\"", "1970-", "TODO", "{}/", "\\u"] {
            assert!(!delivery.body.contains(leftover), "{leftover} in {}", delivery.body);
        }
    }
}

#[test]
fn jumbling_loses_nothing_and_repeats_a_tenth() {
    let history = &*HISTORY;
    let postings = history.jumbled(9);
    let mut bodies: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for posting in &postings {
        bodies.entry(posting.body).or_default().insert(&posting.guid);
    }
    assert!(history.deliveries.iter().all(|d| bodies[d.body.as_str()].contains(d.guid.as_str())));
    let (sent, extra) = (history.deliveries.len(), postings.len() - history.deliveries.len());
    assert!((sent / 12..sent / 8).contains(&extra), "{extra} of {sent}");
    assert!(postings.iter().zip(&history.deliveries).any(|(p, d)| p.guid != d.guid));
}

#[test]
fn the_truth_of_a_part_is_less_than_of_the_whole() {
    let history = &*HISTORY;
    let attempts = |truth: &Truth| -> u64 {
        let json = truth.as_json();
        let workflows = json["workflows"].as_array().unwrap();
        workflows.iter().map(|workflow| workflow["attempts"].as_u64().unwrap()).sum()
    };
    let middle = history.from + 20 * DAY;
    let first = history.truth_over(history.from, middle);
    let second = history.truth_over(middle, history.to);
    assert_eq!(attempts(&first) + attempts(&second), attempts(&history.truth));
    assert!(!first.differences(&history.truth.as_json()).is_empty());
    assert!(history.truth.differences(&history.truth.as_json()).is_empty());
}
