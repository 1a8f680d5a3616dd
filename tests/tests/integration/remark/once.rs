//! Killed anywhere, or many at once: one remark.

use kit::{Crashing, Doom, Dying, Hub, Memory, Moment, Run, wait};
use laptime_core::port::{Posted, Remarks, Said, Spot};
use laptime_core::time::Time;

use super::{WEB, comments, hours, remark_on, sha, store, take_up, topic};

/// What happens in three hours: a slow head, its second attempt, a push.
fn happen(store: &Memory, hub: &Hub, hour: i64) {
    match hour {
        0 => take_up(store, &[topic(1, 1, hours(-1), 900)], hours(0)),
        1 => take_up(store, &[Run { attempt: 2, ..topic(1, 1, hours(1), 605) }], hours(1)),
        _ => {
            hub.change_pull(1, |pull| pull.head = sha(2));
            take_up(store, &[topic(2, 2, hours(2), 950)], hours(2));
        }
    }
}

/// What is there in the end, without marks.
fn heard(hub: &Hub) -> Vec<String> {
    let comments = comments(hub).into_iter();
    let checks = hub.checks().into_iter().map(|held| held.check.summary);
    let plain = |text: String| text.split("<!--").next().unwrap_or_default().to_owned();
    comments.chain(checks).map(plain).collect()
}

fn killed_at(deadly: usize, moment: Moment, channel: &str) -> (Vec<String>, bool) {
    let (store, hub, doom) = (store(), Hub::default(), Doom::at(deadly, moment));
    hub.opens(WEB, "main", &sha(1));
    for hour in 0..3 {
        happen(&store, &hub, hour);
        let now = hours(hour);
        let was_dead = doom.is_dead();
        let dying = Dying { hub: &hub, doom: &doom };
        let lives = remark_on(&Crashing::new(&store, &doom), &dying, channel, now).is_ok();
        if !lives || was_dead || doom.is_dead() {
            // Started again at once, and a quarter of an hour later.
            let again = |at: Time| remark_on(&store, &hub, channel, at).unwrap();
            again(now.plus_millis(1_000));
            again(now.plus_millis(900_000));
        }
    }
    (heard(&hub), doom.is_dead())
}

#[test]
fn killed_at_every_step_there_is_one_remark() {
    for (channel, count) in [("comment", 1), ("check", 2)] {
        let (expected, _) = killed_at(usize::MAX, Moment::Before, channel);
        assert_eq!(expected.len(), count);
        for moment in [Moment::Before, Moment::After] {
            let mut deadly = 0;
            loop {
                let (heard, died) = killed_at(deadly, moment, channel);
                assert_eq!(heard, expected, "{channel}: dead {moment:?} call {deadly}");
                if !died {
                    break;
                }
                deadly += 1;
            }
            assert!(deadly > 60, "{deadly} calls");
        }
    }
}

#[test]
fn reporters_at_once_make_one_remark() {
    for channel in ["comment", "check"] {
        let (store, hub) = (store(), Hub::default());
        hub.opens(WEB, "main", &sha(1));
        for hour in 0..3 {
            happen(&store, &hub, hour);
            std::thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| remark_on(&store, &hub, channel, hours(hour)).unwrap());
                }
            });
            remark_on(&store, &hub, channel, hours(hour).plus_millis(900_000)).unwrap();
        }
        let heard = heard(&hub);
        assert_eq!(heard.len(), if channel == "comment" { 1 } else { 2 });
        assert!(heard.last().unwrap().contains("`Workflow 1` took 15m 50s"), "{heard:?}");
    }
}

#[test]
fn whoever_asked_earlier_does_not_write_over_who_asked_later() {
    let (store, hub) = (store(), Hub::default());
    hub.opens(WEB, "main", &sha(1));
    happen(&store, &hub, 0);
    remark_on(&store, &hub, "comment", hours(0)).unwrap();
    // Another reporter asked at four and told of a newer commit.
    let spot = Spot::Pull { repository: 1, number: 1 };
    let said = wait(store.said(&spot)).unwrap().unwrap();
    let posted = said.posted.map(|posted| Posted { asked: hours(4), ..posted });
    let later = Said { posted, ..Said::after(Some(&said), hours(4)) };
    assert!(wait(store.put_said(&spot, &later)).unwrap());
    happen(&store, &hub, 1);
    let told = |hour| {
        let remarked = remark_on(&store, &hub, "comment", hours(hour)).unwrap();
        (remarked.done.len(), remarked.left)
    };
    assert_eq!([told(1), told(5), told(6)], [(0, 1), (1, 0), (0, 0)]);
}
