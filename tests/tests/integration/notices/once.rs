//! Killed anywhere, many at once, or with a chat that does not answer: told once, or said to be told
//! again.

use kit::{
    Chat, Crashing, Doom, DyingChat, Memory, Moment, Reception, Run, aggregate_at, append_all, at,
};
use laptime_core::flow::Step;
use laptime_core::ingest::Progress::Drop;
use laptime_core::time::Time;

use super::super::notify::{Story, six_weeks};
use super::{announce_on, by_ref};

const AGAIN: &str = "Perhaps told before. ";

/// Both kinds of news.
const BOTH: &str = "[notices]\nfailed_runs = 'every'";

/// The nights on which something is told, the ones before and after them.
fn eventful(weeks: &Story) -> Vec<usize> {
    let (store, chat) = (weeks.afresh(), Chat::default());
    let mut places = Vec::new();
    for (place, night) in weeks.nights.iter().enumerate() {
        store.judge(&night.judgements);
        announce_on(store, by_ref(&chat), super::FINDINGS, night.now).unwrap();
        if !chat.take().is_empty() {
            places.extend([place - 1, place, place + 1]);
        }
    }
    places.dedup();
    weeks.afresh();
    places
}

#[test]
fn killed_at_every_step_nothing_is_lost_and_a_repetition_says_so() {
    let weeks = Story::of(&six_weeks());
    let nights: Vec<_> = eventful(&weeks).into_iter().map(|place| &weeks.nights[place]).collect();
    // No pass looks at that day before.
    fails(&weeks.store, 9, &nights[1].now.to_string());
    let heard_with = |doom: &Doom| {
        let (store, chat) = (weeks.afresh(), Chat::default());
        for night in &nights {
            store.judge(&night.judgements);
            let was_dead = doom.is_dead();
            let dying = DyingChat { chat: &chat, doom };
            let died = announce_on(&Crashing::new(store, doom), dying, BOTH, night.now);
            if died.is_err() || was_dead || doom.is_dead() {
                // Started again at once, a quarter of an hour later, and once more for what waited.
                for later in [1_000, 900_000, 901_000] {
                    let now = night.now.plus_millis(later);
                    announce_on(store, by_ref(&chat), BOTH, now).unwrap();
                }
            }
        }
        let heard = chat.heard();
        heard.into_iter().map(|notice| notice.chat).collect::<Vec<_>>()
    };
    let expected = heard_with(&Doom::never());
    let heads: Vec<_> = expected.iter().map(|text| text.lines().next().unwrap()).collect();
    assert_eq!(heads, ["Laptime: 1 finding, 1 failed run", "Laptime: 1 over"]);
    for moment in [Moment::Before, Moment::After] {
        let mut deadly = 0;
        loop {
            let doom = Doom::at(deadly, moment);
            let heard = heard_with(&doom);
            let plain = |text: &String| text.strip_prefix(AGAIN).unwrap_or(text).to_owned();
            let mut once: Vec<String> = heard.iter().map(plain).collect();
            once.dedup();
            assert_eq!(once, expected, "dead {moment:?} call {deadly}");
            let unmarked = heard.iter().filter(|text| !text.starts_with(AGAIN)).count();
            assert!(unmarked <= expected.len() && heard.len() <= expected.len() + 1, "{heard:?}");
            let mut distinct = heard.clone();
            distinct.dedup();
            assert_eq!(distinct, heard, "an unmarked repetition");
            if !doom.is_dead() {
                break;
            }
            deadly += 1;
        }
        assert!(deadly > 30, "{deadly} calls");
    }
}

const NINE: &str = "2026-05-01T09:00:00Z";
const TEN: &str = "2026-05-01T10:00:00Z";

/// A store whose channel has begun, and a run that failed since.
fn red() -> (Memory, Chat) {
    let (store, chat) = (Memory::default(), Chat::default());
    announce_on(&store, by_ref(&chat), "", at(NINE)).unwrap();
    fails(&store, 1, TEN);
    (store, chat)
}

fn fails(store: &Memory, workflow: u64, ended: &str) {
    let started = at(ended).plus_millis(-60_000).to_string();
    let run = Run::new(900_000 + workflow, &started, ended).concluded("failure");
    append_all(store, &[Run { workflow, ..run }.completed()], Drop, at(ended)).unwrap();
    aggregate_at(store, at(ended)).unwrap();
}

fn minutes(count: i64) -> Time {
    at(TEN).plus_millis(count * 60_000)
}

#[test]
fn who_tells_at_once_tells_once() {
    let (store, chat) = red();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| announce_on(&store, by_ref(&chat), "", minutes(1)).unwrap());
        }
    });
    assert_eq!(chat.heard().len(), 1);
}

#[test]
fn what_is_refused_is_told_by_the_next_pass() {
    let (store, chat) = red();
    chat.then(&[Reception::Refused, Reception::Refused]);
    for minute in [0, 1] {
        let told = announce_on(&store, by_ref(&chat), "", minutes(minute)).unwrap();
        assert_eq!((told.step, told.problem.as_deref()), (Step::Tell, Some("Refused")));
    }
    // With what came meanwhile, in one message.
    fails(&store, 2, "2026-05-01T10:01:30Z");
    let told = announce_on(&store, by_ref(&chat), "", minutes(2)).unwrap();
    assert_eq!((told.step, told.topics, told.problem), (Step::Tell, 2, None));
    assert_eq!(announce_on(&store, by_ref(&chat), "", minutes(3)).unwrap().step, Step::Rest);
    let heard = chat.take();
    assert!(heard.starts_with("Laptime: 2 failed runs\n"), "{heard}");
}

#[test]
fn what_may_have_arrived_is_told_again_after_ten_minutes_and_says_so() {
    for reception in [Reception::Unanswered, Reception::Lost] {
        let (store, chat) = red();
        chat.then(&[reception, Reception::Refused, Reception::Lost]);
        let step = |minute| announce_on(&store, by_ref(&chat), "", minutes(minute)).unwrap().step;
        assert_eq!(step(0), Step::Tell);
        fails(&store, 2, "2026-05-01T10:01:30Z");
        assert_eq!([step(2), step(9)], [Step::Wait; 2]);
        // Refused: it may still have arrived the first time.
        assert_eq!([step(10), step(11)], [Step::TellAgain; 2]);
        assert_eq!(step(20), Step::Wait);
        assert_eq!([step(21), step(22), step(23)], [Step::TellAgain, Step::Tell, Step::Rest]);
        let heard = chat.heard();
        let marked: Vec<bool> = heard.iter().map(|one| one.chat.starts_with(AGAIN)).collect();
        let first = (reception == Reception::Unanswered).then_some(false);
        assert_eq!(marked, first.into_iter().chain([true, false]).collect::<Vec<_>>());
    }
}
