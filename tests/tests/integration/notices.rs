//! People hear of a failed run and of a finding once, in a chat or by mail.

mod once;
mod runs;
pub(super) mod ways;

use std::fmt::Write;

use fastrand::Rng;
use kit::{Chat, Delivery, Hub, wait};
use laptime_core::config::Policy;
use laptime_core::flow::{Announcement, Matter, Reporter, Step};
use laptime_core::port::{Channel, Findings, Library, Notices, Stored};
use laptime_core::render::Server;
use laptime_core::time::Time;

use super::notify::{Story, six_weeks};

fn announce_on<S: Library + Findings + Notices>(
    store: &S,
    channel: impl Channel,
    policy: &str,
    now: Time,
) -> Stored<Announcement> {
    let (policy, server) = (Policy::parse(policy).unwrap(), Server::default());
    let reporter = Reporter { library: store, findings: store, policy: &policy, server: &server };
    let announced = wait(reporter.announce(&[channel], Matter::Everything, || now, || true))?;
    Ok(announced.into_iter().next().unwrap())
}

/// Findings alone: in the story runs fail by chance.
const FINDINGS: &str = "[notices]\nfailed_runs = 'off'";

/// What the chat hears of findings, night by night; where `files` issues are filed before.
fn all_nights(weeks: &Story, hub: Option<&Hub>) -> String {
    let (store, chat, mut heard) = (weeks.afresh(), Chat::default(), String::new());
    for night in &weeks.nights {
        store.judge(&night.judgements);
        if let Some(hub) = hub {
            let (policy, server) = (Policy::default(), Server::default());
            let reporter =
                Reporter { library: store, findings: store, policy: &policy, server: &server };
            wait(reporter.notify(hub, || night.now, || true)).unwrap();
        }
        for _ in 0..2 {
            announce_on(store, by_ref(&chat), FINDINGS, night.now).unwrap();
        }
        let told = chat.take();
        if !told.is_empty() {
            writeln!(heard, "{} {told}", night.now.day()).unwrap();
        }
    }
    heard
}

/// A chat that lives on.
fn by_ref(chat: &Chat) -> kit::DyingChat<'_> {
    static NEVER: std::sync::LazyLock<kit::Doom> = std::sync::LazyLock::new(kit::Doom::never);
    kit::DyingChat { chat, doom: &NEVER }
}

#[test]
fn a_finding_is_told_once_and_so_is_that_it_is_over() {
    let deliveries = six_weeks();
    let heard = all_nights(&Story::of(&deliveries), None);
    insta::assert_snapshot!(heard, @"
    2026-03-25 Laptime: 1 finding
    • `Workflow 2` became slower on the default branch: +31.7 % (9m 28s → 12m 28s): <https://github.com/acme/r1/actions/runs/10061/attempts/1|acme/r1, run 10061>
    2026-04-08 Laptime: 1 over
    • over: `Workflow 2` became slower on the default branch: +31.7 % (9m 28s → 12m 28s): <https://github.com/acme/r1/actions/runs/10061/attempts/1|acme/r1, run 10061>
    ");
    let with_issues = all_nights(&Story::of(&deliveries), Some(&Hub::default()));
    insta::assert_snapshot!(with_issues, @"
    2026-03-25 Laptime: 1 finding
    • `Workflow 2` became slower on the default branch: +31.7 % (9m 28s → 12m 28s): <https://github.com/acme/r1/issues/1|acme/r1#1>
    2026-04-08 Laptime: 1 over
    • over: `Workflow 2` became slower on the default branch: +31.7 % (9m 28s → 12m 28s): <https://github.com/acme/r1/issues/1|acme/r1#1>
    ");

    // All of it twice, and in another order.
    let mut jumbled: Vec<Delivery> = deliveries.clone();
    jumbled.extend(deliveries);
    Rng::with_seed(3).shuffle(&mut jumbled);
    assert_eq!(all_nights(&Story::of(&jumbled), None), heard);
}

#[test]
fn what_happened_before_it_was_switched_on_is_never_told() {
    let weeks = Story::of(&six_weeks());
    let (store, chat) = (weeks.afresh(), Chat::default());
    let heard = all_nights(&weeks, None);
    let first = heard.split(' ').next().unwrap();
    let begun = weeks.nights.iter().position(|night| night.now.day().to_string() == first).unwrap();
    weeks.afresh();
    for (place, night) in weeks.nights.iter().enumerate().skip(begun) {
        store.judge(&night.judgements);
        let told = announce_on(store, by_ref(&chat), FINDINGS, night.now).unwrap();
        assert_eq!(told.step, if place == begun { Step::Begin } else { Step::Rest });
    }
    assert_eq!(chat.take(), "");
}

#[test]
fn who_wants_to_hear_nothing_hears_nothing() {
    let weeks = Story::of(&six_weeks());
    let (store, chat) = (weeks.afresh(), Chat::default());
    let policy = Policy::parse("[notices]\nfindings = false\nfailed_runs = 'off'").unwrap();
    let server = Server::default();
    let reporter = Reporter { library: store, findings: store, policy: &policy, server: &server };
    let now = weeks.nights[0].now;
    assert_eq!(
        wait(reporter.announce(&[by_ref(&chat)], Matter::Everything, || now, || true)).unwrap(),
        []
    );
    assert_eq!(wait(store.announced("chat")).unwrap(), None);
    let policy = Policy::default();
    let reporter = Reporter { policy: &policy, ..reporter };
    assert_eq!(
        wait(reporter.announce(&[] as &[Chat], Matter::Everything, || now, || true)).unwrap(),
        []
    );
    let planned = wait(reporter.notices_planned(&["chat"], now)).unwrap();
    assert_eq!(planned.to_string(), "chat: what happens from now on is told\n");
    assert_eq!(wait(store.announced("chat")).unwrap(), None, "a plan stores nothing");
}
