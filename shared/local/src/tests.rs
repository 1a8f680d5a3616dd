//! What the store does beyond the contract that all stores share.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use laptime_core::flow::{Pass, aggregate};
use laptime_core::ingest::{Progress, Reading, read};
use laptime_core::model::Event;
use laptime_core::port::{Appended, Inbox, StoreErrorKind};
use laptime_core::time::Time;
use rusqlite::StatementStatus;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

use crate::{FILE_NAME, Store};

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn now() -> Time {
    "2026-05-02T00:00:00Z".parse().unwrap()
}

/// A completed run: ten a day, on one branch, of one workflow.
fn completed(run: u64, conclusion: &str) -> Event {
    let day = i64::try_from(run / 10).unwrap();
    let started = now().plus_days(day).plus_millis(i64::try_from(run % 10).unwrap() * 3_600_000);
    let body = format!(
        r#"{{"action": "completed",
            "workflow_run": {{"id": {run}, "workflow_id": 1, "run_number": {run},
                "status": "completed", "conclusion": "{conclusion}", "head_branch": "main",
                "run_started_at": "{started}", "updated_at": "{}"}},
            "repository": {{"id": 1, "full_name": "acme/web"}}}}"#,
        started.plus_millis(60_000)
    );
    match read("workflow_run", body.as_bytes(), Progress::Keep).unwrap() {
        Reading::Event(event) => *event,
        Reading::Ignored(reason) => panic!("{reason}"),
    }
}

fn pass(store: &Store, now: Time) {
    let pass = Pass::new("a test", now, 35);
    wait(aggregate(store, pass, || now, |_| ())).unwrap().unwrap();
}

fn in_folder(check: impl FnOnce(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    check(folder.path());
}

type Steps = Arc<Mutex<BTreeMap<String, i32>>>;

/// Makes the statements of a store tell how many steps they took.
fn listen(store: &Store) -> Steps {
    let steps = Steps::default();
    let heard = steps.clone();
    let hear = move |event: TraceEvent<'_>| {
        if let TraceEvent::Profile(statement, _) = event {
            // A statement counts on from one use to the next: its last word is its sum.
            let taken = statement.get_status(StatementStatus::VmStep);
            heard.lock().unwrap().insert(statement.sql().into_owned(), taken);
        }
    };
    let mut conn = store.conn.lock().unwrap();
    conn.trace_v2(TraceEventCodes::SQLITE_TRACE_PROFILE, Some(hear)).unwrap();
    steps
}

/// Steps of a pass over ten new runs, in a store that holds this many.
fn steps_of_a_pass(folder: &Path, stored: u64) -> i32 {
    let append = |store: &Store, runs: std::ops::Range<u64>| {
        let writer = store.writer().unwrap();
        for run in runs {
            let conclusion = if run.is_multiple_of(4) { "cancelled" } else { "success" };
            wait(writer.append(&completed(run, conclusion), now())).unwrap();
        }
    };
    let store = Store::open(folder).unwrap();
    append(&store, 0..stored);
    pass(&store, now());
    drop(store);

    // The pass that is watched has statements of its own.
    let store = Store::open(folder).unwrap();
    let steps = listen(&store);
    append(&store, stored..stored + 10);
    pass(&store, now());
    let steps = steps.lock().unwrap();
    assert!(steps.len() > 10, "{steps:#?}");
    // Judging reads the days before, as far back as it looks and no further.
    let is_counted = |(statement, _): &(&String, &i32)| !statement.contains("SELECT day, track");
    steps.iter().filter(is_counted).map(|(_, taken)| taken).sum()
}

#[test]
fn a_pass_takes_as_many_steps_however_much_is_stored() {
    in_folder(|folder| {
        let few = steps_of_a_pass(&folder.join("few"), 200);
        let many = steps_of_a_pass(&folder.join("many"), 1_000);
        assert!(many < few * 11 / 10, "{few} steps with 200 runs stored, {many} with 1,000");
    });
}

#[test]
fn the_writer_answers_every_event_once_it_is_stored() {
    in_folder(|folder| {
        let store = Store::open(folder).unwrap();
        let writer = store.writer().unwrap();
        let events: Vec<Event> = (0..50).map(|run| completed(run % 25, "success")).collect();
        let answers: Vec<Appended> =
            events.iter().map(|event| wait(writer.append(event, now())).unwrap()).collect();
        let new = answers.iter().filter(|answer| **answer == Appended::New).count();
        assert_eq!((new, answers.len()), (25, 50));
        drop(writer);
        let count = store.read("counting", |conn| {
            conn.query_row("SELECT count(*) FROM event", [], |row| row.get::<_, i64>(0))
        });
        assert_eq!(count.unwrap(), 25);
    });
}

#[test]
fn rows_of_another_form_are_an_error_that_names_the_file() {
    in_folder(|folder| {
        let store = Store::open(folder).unwrap();
        wait(store.append(&completed(1, "success"), now())).unwrap();
        pass(&store, now());
        store.write("spoiling", |tx| tx.execute("UPDATE attempt SET facts = x'ff00'", [])).unwrap();
        wait(store.append(&completed(4, "success"), now())).unwrap();
        let spoilt = Pass::new("a test", now(), 35);
        let error = wait(aggregate(&store, spoilt, now, |_| ())).unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Corrupt);
        assert!(error.what.contains(FILE_NAME) && error.what.contains("form"), "{error}");
    });
}

#[test]
fn a_store_opens_again_and_again() {
    in_folder(|folder| {
        assert!(Store::open_existing(folder).is_err());
        for _ in 0..3 {
            let store = Store::open(folder).unwrap();
            let _other = Store::open_existing(folder).unwrap();
            wait(store.append(&completed(1, "success"), now())).unwrap();
        }
    });
}
