//! What was said on pull requests goes by itself.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use kit::{cloud, wait};
use laptime_core::port::{Remarks, Said, Spot};

use super::{items, noon};

#[test]
fn what_was_said_is_dropped_in_its_time() {
    let cloud = cloud();
    let store = cloud.store();
    let pull = Spot::Pull { repository: 7, number: 12 };
    let head = Spot::Head { repository: 7, sha: "a".repeat(40) };
    for spot in [&pull, &head] {
        assert!(wait(store.put_said(spot, &Said::after(None, noon()))).unwrap());
    }
    let mut found = items(&cloud, "Q#7");
    found.sort_by_key(|item| item["s"].as_s().unwrap().clone());
    let expiry = |item: &HashMap<String, AttributeValue>| {
        let seconds: i64 = item["x"].as_n().unwrap().parse().unwrap();
        let days = (seconds - noon().as_millis() / 1_000) / 86_400;
        (item["s"].as_s().unwrap().clone(), days)
    };
    let found: Vec<(String, i64)> = found.iter().map(expiry).collect();
    assert_eq!(found, [("#12".to_owned(), 400), ("a".repeat(40), 60)]);
}
