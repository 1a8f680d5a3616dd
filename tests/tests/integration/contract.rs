//! One contract, every store.

mod notices;
mod remarks;

use std::path::Path;

use kit::{Delivery, Job, Memory, Run, aggregate_at, append_all, at, wait};
use laptime_core::ingest::Progress::Keep;
use laptime_core::judging::Judgement;
use laptime_core::model::AttemptId;
use laptime_core::port::{
    Appended, Claim, Claimed, Closed, Deeds, Desk, Fence, Filed, Filing, Findings, Gathered, Gist,
    Inbox, Issue, Lease, Ledger, Library, Note, Notes, Place, Received, Remarks, Standing,
    StoreErrorKind, Touched,
};
use laptime_core::rollup::Rollup;
use laptime_core::row::{DayKey, WorkflowId};
use laptime_core::time::{Day, Time};
use laptime_core::track::Track;
use laptime_local::Store;

use notices::what_a_channel_was_told_is_written_over_what_was_known;
use remarks::what_was_said_is_written_over_what_was_known;

const NOON: &str = "2026-05-01T12:00:00Z";

/// A store under test, and a library on the same facts.
trait Subject: Inbox + Ledger + Notes + Findings + Remarks {
    /// Whether a pass drops old events and says so, or the store does, some days later.
    const FORGETS: bool = true;

    /// How long a lease lasts that is not renewed.
    const LEASE_MS: i64 = laptime_local::LEASE_MS;

    fn with_library(&self, check: impl FnOnce(&dyn Shelf));
}

/// `Library` as an object, for checks that only look.
trait Shelf {
    fn workflows(&self) -> Vec<WorkflowId>;
    fn days(&self) -> Vec<(Day, bool, bool)>;
    fn standing(&self) -> Standing;
    fn judgements(&self) -> Vec<(WorkflowId, Judgement)>;
}

impl<L: Library> Shelf for L {
    fn workflows(&self) -> Vec<WorkflowId> {
        wait(Library::workflows(self, Day(0)..Day(99_999))).unwrap()
    }

    fn days(&self) -> Vec<(Day, bool, bool)> {
        let days = wait(Library::days(self, WORKFLOW, Day(0)..Day(99_999))).unwrap();
        days.iter().map(|day| (day.day, day.sealed, day.rollup.is_some())).collect()
    }

    fn standing(&self) -> Standing {
        wait(Library::standing(self)).unwrap()
    }

    fn judgements(&self) -> Vec<(WorkflowId, Judgement)> {
        wait(Library::judgements(self)).unwrap()
    }
}

impl Subject for Memory {
    fn with_library(&self, check: impl FnOnce(&dyn Shelf)) {
        check(self);
    }
}

impl Subject for Store {
    fn with_library(&self, check: impl FnOnce(&dyn Shelf)) {
        check(&self.snapshot().unwrap());
    }
}

impl Subject for laptime_aws::Store {
    const FORGETS: bool = false;
    const LEASE_MS: i64 = laptime_aws::LEASE_MS;

    fn with_library(&self, check: impl FnOnce(&dyn Shelf)) {
        check(self);
    }
}

const WORKFLOW: WorkflowId = WorkflowId { repository: 1, workflow: 1 };

macro_rules! contract {
    ($($name:ident),* $(,)?) => {
        mod memory {
            $(#[test] fn $name() { super::$name(&super::Memory::default()); })*
        }
        mod sqlite {
            $(#[test] fn $name() {
                let folder = tempfile::tempdir().unwrap();
                super::$name(&super::open(folder.path()));
            })*
        }
        mod dynamodb {
            $(#[test] fn $name() { super::$name(&kit::cloud().store()); })*
        }
    };
}

contract!(
    an_event_is_kept_once,
    changed_attempts_come_with_all_their_events,
    a_filed_attempt_has_one_row_under_its_day,
    a_cancelled_run_is_overtaken_by_a_newer_one_of_its_branch,
    a_run_that_ends_before_it_starts_overtakes_nobody,
    a_touched_day_waits_for_its_rollup,
    a_sealed_day_keeps_its_rollup_and_nothing_else,
    the_lease_has_one_holder,
    a_pass_that_lost_the_lease_writes_nothing,
    facts_for_a_sealed_day_are_refused_and_counted,
    a_refused_attempt_that_moves_to_an_open_day_is_filed,
    what_never_completed_is_forgotten_after_its_time,
    what_is_judged_is_kept_with_its_days,
    a_note_is_what_was_put_last,
    what_was_done_is_written_over_what_was_known,
    what_was_said_is_written_over_what_was_known,
    what_a_channel_was_told_is_written_over_what_was_known,
);

fn open(folder: &Path) -> Store {
    Store::open(folder).unwrap()
}

fn a_run(id: u64) -> Run {
    Run::new(id, "10:00:00", "10:05:00").job(Job::new(
        id * 10,
        "test",
        "10:00:00",
        "10:00:05",
        "10:05:00",
    ))
}

fn day_one() -> DayKey {
    DayKey { workflow: WORKFLOW, day: at(NOON).day() }
}

fn append(store: &impl Inbox, deliveries: &[Delivery]) -> Vec<Appended> {
    append_all(store, deliveries, Keep, at(NOON)).unwrap()
}

fn lease(store: &impl Ledger, clock: Time) -> Fence {
    match wait(store.lease("a test", clock)).unwrap() {
        Lease::Won(fence) => fence,
        held @ Lease::Held { .. } => panic!("{held:?}"),
    }
}

fn an_event_is_kept_once(store: &impl Subject) {
    let deliveries = a_run(1).deliveries();
    assert!(append(store, &deliveries).iter().all(|one| *one == Appended::New));
    assert!(append(store, &deliveries).iter().all(|one| *one == Appended::Known));
    let changed = wait(store.changed(1_000)).unwrap();
    assert_eq!(changed.loaded.attempts.len(), 1);
    assert_eq!(changed.loaded.attempts[0].events.len(), deliveries.len());
}

fn changed_attempts_come_with_all_their_events(store: &impl Subject) {
    append(store, &a_run(1).deliveries());
    let first = wait(store.changed(1_000)).unwrap();
    let fence = lease(store, at(NOON));
    wait(store.file(fence, &[], &[], first.upto.as_ref())).unwrap();
    assert!(wait(store.changed(1_000)).unwrap().upto.is_none());

    append(store, &[a_run(1).concluded("failure").completed(), a_run(2).completed()]);
    let second = wait(store.changed(1_000)).unwrap();
    let events: Vec<usize> = second.loaded.attempts.iter().map(|one| one.events.len()).collect();
    assert_eq!(events, [first.loaded.attempts[0].events.len() + 1, 1]);
    // One at a time, every attempt is still met.
    assert_eq!(wait(store.changed(1)).unwrap().loaded.attempts.len(), 1);
}

fn a_filed_attempt_has_one_row_under_its_day(store: &impl Subject) {
    append(store, &a_run(1).deliveries());
    aggregate_at(store, at(NOON)).unwrap();
    assert_eq!(wait(store.rows(day_one())).unwrap().len(), 1);

    // A later completion moves the end to the next day: the old row goes.
    let late = a_run(1).job(Job::new(11, "slow", "10:00:00", "10:01:00", "2026-05-02T00:10:00Z"));
    append(store, &late.deliveries());
    let row = wait(store.rows(day_one())).unwrap().remove(0);
    let changed = wait(store.changed(1_000)).unwrap();
    assert_eq!(changed.loaded.attempts[0].place, Place::Row(Box::new(row)));
    aggregate_at(store, at(NOON)).unwrap();
    let next = DayKey { day: day_one().day.next(), ..day_one() };
    assert!(wait(store.rows(day_one())).unwrap().is_empty());
    assert_eq!(wait(store.rows(next)).unwrap().len(), 1);
    assert!(wait(store.touched(None, 10)).unwrap().is_empty());
}

fn a_cancelled_run_is_overtaken_by_a_newer_one_of_its_branch(store: &impl Subject) {
    let cancelled = a_run(1).concluded("cancelled");
    append(store, &cancelled.deliveries());
    append(store, &Run::new(2, "10:04:00", "10:09:00").on_branch("topic").deliveries());
    append(store, &Run::new(3, "10:05:00", "10:09:00").deliveries());
    aggregate_at(store, at(NOON)).unwrap();
    let row = |run: u64| {
        let rows = wait(store.rows(day_one())).unwrap();
        rows.into_iter().find(|row| row.id.run == run).unwrap()
    };
    // Another branch, or a start when it had ended, replaces nothing.
    assert!(!wait(store.overtaken(&row(1))).unwrap());
    assert!(wait(store.overtakes(&row(3))).unwrap().is_empty());

    append(store, &Run::new(4, "10:04:59", "10:09:00").deliveries());
    aggregate_at(store, at(NOON)).unwrap();
    assert!(wait(store.overtaken(&row(1))).unwrap());
    assert_eq!(wait(store.overtakes(&row(4))).unwrap(), [day_one()]);
    // One that had started before did not replace it, however new.
    append(store, &[Run::new(9, "09:59:59", "10:09:00").completed()]);
    append(store, &[a_run(5).concluded("cancelled").completed()]);
    aggregate_at(store, at(NOON)).unwrap();
    assert!(!wait(store.overtaken(&row(5))).unwrap());
    assert!(wait(store.overtakes(&row(9))).unwrap().is_empty());
    // An older run replaces nobody.
    assert!(!wait(store.overtaken(&row(4))).unwrap());
}

fn a_run_that_ends_before_it_starts_overtakes_nobody<S: Subject>(store: &S) {
    let skewed = Run::new(1, "10:00:01", "10:00:00").concluded("cancelled");
    append(store, &[skewed.deliveries(), a_run(2).deliveries()].concat());
    aggregate_at(store, at(NOON)).unwrap();
    let rows = wait(store.rows(day_one())).unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert!(!wait(store.overtaken(&row)).unwrap());
    }
}

fn a_touched_day_waits_for_its_rollup(store: &impl Subject) {
    append(store, &a_run(1).deliveries());
    let changed = wait(store.changed(1_000)).unwrap();
    let one = &changed.loaded.attempts[0];
    let attempt = laptime_core::model::Attempt::fold(one.id, &one.events);
    let row = laptime_core::row::Row::of(&attempt).unwrap();
    let filing = Filing::Row(Box::new(row));
    let events = one.events.len();
    let filed = Filed { id: one.id, events, received: one.received, before: None, filing };
    let fence = lease(store, at(NOON));
    wait(store.file(fence, &[filed], &[day_one()], changed.upto.as_ref())).unwrap();
    let touched = wait(store.touched(None, 10)).unwrap();
    assert_eq!(touched.iter().map(|one| one.day).collect::<Vec<_>>(), [day_one()]);
    assert!(wait(store.touched(Some(day_one()), 10)).unwrap().is_empty());
    store.with_library(|library| assert_eq!(library.days(), [(day_one().day, false, false)]));

    wait(store.put_rollup(fence, touched[0], &Rollup::default(), &Track::default())).unwrap();
    assert!(wait(store.touched(None, 10)).unwrap().is_empty());
    store.with_library(|library| {
        assert_eq!(library.days(), [(day_one().day, false, true)]);
        assert_eq!(library.workflows(), [WORKFLOW]);
    });
}

fn a_sealed_day_keeps_its_rollup_and_nothing_else(store: &impl Subject) {
    append(store, &a_run(1).deliveries());
    aggregate_at(store, at(NOON)).unwrap();
    assert!(wait(store.expiring(at(NOON), 10)).unwrap().is_empty());
    // A store may wait for the end of the day.
    assert_eq!(wait(store.expiring(at("2026-05-02T00:00:01Z"), 10)).unwrap(), [day_one()]);

    let fence = lease(store, at(NOON));
    wait(store.seal(fence, day_one())).unwrap();
    assert!(wait(store.rows(day_one())).unwrap().is_empty());
    assert_eq!(wait(store.sealed(&[day_one()])).unwrap(), [day_one()]);
    assert!(wait(store.expiring(at("2027-05-01T12:00:00Z"), 10)).unwrap().is_empty());
    store.with_library(|library| assert_eq!(library.days(), [(day_one().day, true, true)]));
}

fn the_lease_has_one_holder<S: Subject>(store: &S) {
    let noon = at(NOON);
    let first = lease(store, noon);
    // A little earlier, too: the other asked for the time and then had to wait for the store.
    for asked in [-4_000, 0, S::LEASE_MS - 1] {
        let second = wait(store.lease("another", noon.plus_millis(asked))).unwrap();
        assert!(matches!(second, Lease::Held { by, .. } if by == "a test"));
    }

    wait(store.renew(first, noon.plus_millis(9_000))).unwrap();
    assert!(matches!(
        wait(store.lease("another", noon.plus_millis(9_000 + S::LEASE_MS - 1))).unwrap(),
        Lease::Held { .. }
    ));
    // It lapses when it is not renewed; a released one is free at once.
    let later = lease(store, noon.plus_millis(9_001 + S::LEASE_MS));
    assert!(later > first);
    wait(store.release(later, Some(noon))).unwrap();
    assert!(lease(store, noon) > later);
    // A lease from before the clock was set back does not bind for hours.
    assert!(lease(store, noon.plus_days(-1)) > later);
}

fn a_pass_that_lost_the_lease_writes_nothing<S: Subject>(store: &S) {
    append(store, &a_run(1).deliveries());
    aggregate_at(store, at(NOON)).unwrap();
    let lost = lease(store, at(NOON));
    let _later = lease(store, at(NOON).plus_millis(2 * S::LEASE_MS));
    let id = AttemptId { repository: 1, run: 9, attempt: 1 };
    let received = Received { first: at(NOON), last: at(NOON), print: 0 };
    let filed = Filed { id, events: 1, received, before: None, filing: Filing::Open };
    let attempts = [
        wait(store.renew(lost, at(NOON))),
        wait(store.release(lost, None)),
        wait(store.file(lost, &[filed], &[day_one()], None)),
        wait(store.put_rollup(
            lost,
            Touched { day: day_one(), mark: 0 },
            &Rollup::default(),
            &Track::default(),
        )),
        wait(store.seal(lost, day_one())),
        wait(store.forget(lost, at("2030-01-01T00:00:00Z"))).map(drop),
    ];
    for attempt in attempts {
        assert_eq!(attempt.unwrap_err().kind, StoreErrorKind::Fenced);
    }
    assert!(wait(store.touched(None, 10)).unwrap().is_empty());
    assert!(wait(store.changed(10)).unwrap().upto.is_none());
    assert_eq!(wait(store.rows(day_one())).unwrap().len(), 1);
}

fn facts_for_a_sealed_day_are_refused_and_counted<S: Subject>(store: &S) {
    append(store, &a_run(1).deliveries());
    aggregate_at(store, at(NOON)).unwrap();
    assert_eq!(aggregate_at(store, at(NOON).plus_days(36)).unwrap().sealed, 1);

    // When its events are gone from every store: the sealed attempt once more, and another one.
    let after = at(NOON).plus_days(60);
    append_all(store, &a_run(1).deliveries(), Keep, after).unwrap();
    append_all(store, &a_run(2).deliveries(), Keep, after).unwrap();
    let passed = aggregate_at(store, after).unwrap();
    assert_eq!((passed.refused, passed.days), (2, 0));
    assert!(wait(store.rows(day_one())).unwrap().is_empty());

    let forgotten = aggregate_at(store, after.plus_days(36)).unwrap();
    assert_eq!((forgotten.forgotten, forgotten.sealed), (if S::FORGETS { 2 } else { 0 }, 0));
    assert_eq!(aggregate_at(store, after.plus_days(37)).unwrap().forgotten, 0);
    store.with_library(|library| {
        let standing = library.standing();
        assert_eq!(standing.attempts_refused, 2);
    });
    // Even then they are not counted anew.
    append_all(store, &a_run(1).deliveries(), Keep, after.plus_days(60)).unwrap();
    assert_eq!(aggregate_at(store, after.plus_days(60)).unwrap().refused, 1);
}

fn a_refused_attempt_that_moves_to_an_open_day_is_filed(store: &impl Subject) {
    append(store, &a_run(1).deliveries());
    aggregate_at(store, at(NOON)).unwrap();
    let after = at(NOON).plus_days(36);
    aggregate_at(store, after).unwrap();

    // First it seems to belong to the sealed day, then a later job moves its end to the next.
    let moving = a_run(2).job(Job::new(21, "slow", "10:00:00", "10:01:00", "2026-05-02T00:10:00Z"));
    append_all(store, &a_run(2).deliveries(), Keep, after).unwrap();
    assert_eq!(aggregate_at(store, after).unwrap().refused, 1);
    append_all(store, &moving.deliveries(), Keep, after).unwrap();
    assert_eq!(aggregate_at(store, after).unwrap().refused, 0);

    // While its day is open its events are kept, however old: a late fact still meets them all.
    let next = DayKey { day: day_one().day.next(), ..day_one() };
    let rows = wait(store.rows(next)).unwrap();
    assert_eq!((rows.len(), rows[0].jobs.len()), (1, 2));
    let fence = lease(store, after);
    assert_eq!(wait(store.forget(fence, after.plus_days(99))).unwrap(), 0);
    append_all(store, &[moving.concluded("failure").completed()], Keep, after).unwrap();
    let changed = wait(store.changed(1_000)).unwrap();
    assert!(changed.loaded.attempts[0].events.len() > 5);
}

fn what_never_completed_is_forgotten_after_its_time<S: Subject>(store: &S) {
    let run = a_run(1);
    let orphan = run.jobs[0].completed(&run);
    append(store, std::slice::from_ref(&orphan));
    assert_eq!(aggregate_at(store, at(NOON).plus_days(35)).unwrap().forgotten, 0);
    let forgotten = aggregate_at(store, at(NOON).plus_days(36)).unwrap().forgotten;
    assert_eq!(forgotten, u64::from(S::FORGETS));
    assert_eq!(aggregate_at(store, at(NOON).plus_days(37)).unwrap().forgotten, 0);
    // It may come again, and then it is new.
    let again = append_all(store, &[orphan], Keep, at(NOON).plus_days(60)).unwrap();
    assert_eq!(again, [Appended::New]);
}

fn what_is_judged_is_kept_with_its_days(store: &impl Subject) {
    append(store, &a_run(1).deliveries());
    aggregate_at(store, at(NOON)).unwrap();
    let days = day_one().day..day_one().day.next();
    let tracks = wait(store.tracks(WORKFLOW, days.clone())).unwrap();
    assert_eq!((tracks.len(), tracks[0].0, tracks[0].1.laps.len()), (1, day_one().day, 1));
    let before = Day(days.start.0 - 9)..days.start;
    assert!(wait(store.tracks(WORKFLOW, before)).unwrap().is_empty());
    let judged = wait(store.judgement(WORKFLOW)).unwrap().unwrap();
    assert_eq!(judged.classes.len(), 1, "{judged:?}");
    store.with_library(|library| assert_eq!(library.judgements(), [(WORKFLOW, judged.clone())]));

    let fence = lease(store, at(NOON));
    wait(store.seal(fence, day_one())).unwrap();
    assert_eq!(wait(store.tracks(WORKFLOW, days)).unwrap(), tracks, "tracks outlive rows");
    let other = WorkflowId { workflow: 99, ..WORKFLOW };
    assert_eq!(wait(store.judgement(other)).unwrap(), None);
    wait(store.put_judgement(fence, other, &judged)).unwrap();
    store.with_library(|library| assert_eq!(library.judgements().len(), 2));

    let late = at(NOON).plus_millis(3_600_000);
    lease(store, late);
    let lost = wait(store.put_judgement(fence, other, &judged)).unwrap_err();
    assert_eq!(lost.kind, StoreErrorKind::Fenced);
}

fn a_note_is_what_was_put_last(store: &impl Subject) {
    let notes = [
        Note::Sent(day_one()),
        Note::Flight,
        Note::Fleet,
        Note::Jobs,
        Note::Unjudged,
        Note::Active(day_one().day),
        Note::Active(day_one().day.next()),
    ];
    let fence = lease(store, at(NOON));
    for (note, value) in notes.into_iter().zip(1_u8..) {
        assert_eq!(wait(store.note(note)).unwrap(), None, "{note:?}");
        wait(store.put_note(fence, note, vec![0])).unwrap();
        wait(store.put_note(fence, note, vec![value])).unwrap();
    }
    for (note, value) in notes.into_iter().zip(1_u8..) {
        assert_eq!(wait(store.note(note)).unwrap(), Some(vec![value]), "{note:?}");
    }
}

fn what_was_done_is_written_over_what_was_known(store: &impl Subject) {
    let workflow = WorkflowId { repository: 1, workflow: 7 };
    let [a, b, c] = [Desk::Workflow(workflow), Desk::Repository(1), Desk::Repository(7)];
    let issue = |number| Issue {
        finding: "f00d".to_owned(),
        subject: "5eed".to_owned(),
        repository: "acme/web".to_owned(),
        number: Some(number),
        filed: at(NOON),
        claim: Some(Claim { at: at(NOON), what: Claimed::Comment("mark".to_owned()) }),
        closed: Some(Closed { at: at(NOON), by_hand: true }),
        reopened: 0,
        says: [7; 8],
        said_at: at(NOON),
        told: Gist { change: -250, not_your_code: true },
        muted: Some(at(NOON)),
        gathered: vec![Gathered {
            workflow,
            finding: "f00d".to_owned(),
            subject: "5eed".to_owned(),
        }],
    };
    let deeds = |revision| Deeds { revision, issues: vec![issue(revision), issue(99)] };
    assert_eq!(wait(store.deeds(a)).unwrap(), Deeds::default());
    assert!(!wait(store.put_deeds(a, &deeds(2))).unwrap(), "nothing comes before it");
    assert!(wait(store.put_deeds(a, &deeds(1))).unwrap());
    assert!(!wait(store.put_deeds(a, &deeds(1))).unwrap(), "somebody was first");
    assert!(wait(store.put_deeds(a, &deeds(2))).unwrap());
    assert!(wait(store.put_deeds(b, &deeds(1))).unwrap(), "that of its repository is another");
    assert_eq!(wait(store.deeds(a)).unwrap(), deeds(2));
    assert_eq!(wait(store.deeds(b)).unwrap(), deeds(1));
    assert_eq!(wait(store.deeds(c)).unwrap(), Deeds::default());
    let mut all = wait(store.all_deeds()).unwrap();
    all.sort_by_key(|(desk, _)| *desk);
    assert_eq!(all, [(a, deeds(2)), (b, deeds(1))]);
}
