//! Killed anywhere, or many at once: one remark.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, Mutex};

use kit::{Crashing, Doom, Dying, Hub, Memory, Moment, Run, wait};
use laptime_core::flow::{Matter, Reporter};
use laptime_core::port::{Posted, Remarks, Said, Spot, Stored};
use laptime_core::render::Server;
use laptime_core::time::Time;

use super::{WEB, comments, ended, hours, of_ended, policy, remark_on, sha, store, take_up, topic};

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

/// How many go at once.
const CROWD: usize = 8;

/// What is known, read by all before any of them writes.
struct Meeting<'a> {
    store: &'a Memory,
    /// How often a spot was read, and how often all meet there.
    reads: Mutex<BTreeMap<Spot, usize>>,
    rounds: fn(&Spot) -> usize,
    barrier: Barrier,
}

impl Remarks for Meeting<'_> {
    async fn said(&self, spot: &Spot) -> Stored<Option<Said>> {
        let said = self.store.said(spot).await;
        let nth = {
            let mut reads = self.reads.lock().unwrap();
            let read = reads.entry(spot.clone()).or_default();
            *read += 1;
            *read
        };
        if nth <= (self.rounds)(spot) * CROWD {
            self.barrier.wait();
        }
        said
    }

    async fn put_said(&self, spot: &Spot, said: &Said) -> Stored<bool> {
        self.store.put_said(spot, said).await
    }
}

/// What a start knows that read before another one noted anything.
struct Late<'a>(&'a Memory, AtomicBool);

impl Remarks for Late<'_> {
    async fn said(&self, spot: &Spot) -> Stored<Option<Said>> {
        let is_late = matches!(spot, Spot::Head { .. }) && !self.1.swap(true, Ordering::Relaxed);
        if is_late { Ok(None) } else { self.0.said(spot).await }
    }

    async fn put_said(&self, spot: &Spot, said: &Said) -> Stored<bool> {
        self.0.put_said(spot, said).await
    }
}

#[test]
fn a_start_that_knew_less_forgets_no_workflow_for_the_next() {
    let (store, hub) = (store(), Hub::default());
    hub.opens(WEB, "main", &sha(1));
    let of = |workflow, run| Run { workflow, ..topic(run, 1, hours(-1), 900) };
    take_up(&store, &[of(1, 1), of(2, 2)], hours(0));
    let (policy, server) = (&policy("comment"), &Server::default());
    let late = Late(&store, AtomicBool::new(false));
    // Both start at once, each for the run of another workflow; the second has not seen the first.
    assert!(of_ended(&store, &hub, &[(1, 1)], hours(0)).contains("comment on it"));
    let ended = ended(&[(2, 2)]);
    let reporter = Reporter { library: &store, findings: &late, policy, server };
    wait(reporter.remark(&hub, Matter::Ended(&ended), || hours(0), || true)).unwrap();
    let said = comments(&hub).join("");
    assert!(!said.contains("| `Workflow 1` |") && said.contains("| `Workflow 2` |"), "{said}");
    // A third one brings all of them back.
    take_up(&store, &[of(3, 3)], hours(0));
    of_ended(&store, &hub, &[(3, 3)], hours(0));
    let said = comments(&hub).join("");
    assert!((1..=3).all(|nth| said.contains(&format!("| `Workflow {nth}` |"))), "{said}");
}

#[test]
fn reporters_at_once_make_one_remark() {
    let comment: fn(&Spot) -> usize = |_| 1;
    let check: fn(&Spot) -> usize = |_| 2;
    for (channel, rounds) in [("comment", comment), ("check", check)] {
        let (store, hub, server) = (store(), Hub::default(), Server::default());
        hub.opens(WEB, "main", &sha(1));
        happen(&store, &hub, 0);
        let (reads, barrier) = (Mutex::default(), Barrier::new(CROWD));
        let meeting = Meeting { store: &store, reads, rounds, barrier };
        let policy = policy(channel);
        let reporter =
            Reporter { library: &store, findings: &meeting, policy: &policy, server: &server };
        let tell =
            || wait(reporter.remark(&hub, Matter::Everything, || hours(0), || true)).unwrap();
        let told: Vec<_> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..CROWD).map(|_| scope.spawn(tell)).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let done: usize = told.iter().map(|one| one.done.len()).sum();
        let left: u64 = told.iter().map(|one| one.left).sum();
        assert_eq!((done, left), (1, 7), "{channel}");
        assert_eq!(heard(&hub).len(), 1);
        assert_eq!(tell().done, [], "all is told");
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
