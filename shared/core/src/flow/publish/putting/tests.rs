use std::cell::Cell;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::flow::publish::term::terms;
use crate::port::ObjectStanding;
use crate::time::Time;

/// Keys in the order in which they were put. Everything is granted at once.
#[derive(Default)]
struct Keys(Mutex<Vec<String>>);

impl Objects for Keys {
    async fn has(&self, key: &str) -> Stored<bool> {
        Ok(self.0.lock().unwrap().iter().any(|held| held == key))
    }

    async fn create(&self, object: &Object) -> Stored<bool> {
        let is_new = !self.has(&object.key).await?;
        if is_new {
            self.0.lock().unwrap().push(object.key.clone());
        }
        Ok(is_new)
    }

    async fn standing(&self, _: &str) -> Stored<Option<ObjectStanding>> {
        Ok(None)
    }

    async fn replace(&self, _: &Object, _: &str, _: Option<&ObjectStanding>) -> Stored<bool> {
        Ok(true)
    }
}

/// A future that never has to wait.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

fn term() -> Term {
    terms("2026-05-02T01:30:00Z".parse::<Time>().unwrap().day()).swap_remove(6)
}

fn empty() -> Report {
    Report {
        schema: crate::report::SCHEMA,
        generated_at: String::new(),
        from: String::new(),
        to: String::new(),
        workflows: Vec::new(),
        findings: Vec::new(),
    }
}

fn no_page(_: &Report) -> Result<String, HtmlError> {
    Err(askama::Error::Fmt.into())
}

#[test]
fn a_report_without_its_page_is_not_complete_and_gets_it_the_next_time() {
    let objects = Keys::default();
    let broken = Putting { objects: &objects, page: no_page, has_time: || true };
    let (put, done) = ready(broken.put(&term(), &empty()));
    assert_eq!(done.unwrap_err().to_string(), "is missing: the HTML report did not render");
    assert_eq!(put, Tally { objects: 1, known: 0 });
    assert!(!ready(broken.has_all(&term())).unwrap());

    let mended = Putting { objects: &objects, page: render::html, has_time: || true };
    let (put, done) = ready(mended.put(&term(), &empty()));
    assert!(done.is_ok() && ready(mended.has_all(&term())).unwrap());
    assert_eq!(put, Tally { objects: 2, known: 1 });
    insta::assert_snapshot!(objects.0.into_inner().unwrap().join("\n"), @"
    reports/daily/all/2026-05-01.md
    reports/daily/all/2026-05-01.html
    reports/daily/all/2026-05-01.json
    ");
}

#[test]
fn nothing_is_begun_when_the_time_is_up() {
    let (objects, asked) = (Keys::default(), Cell::new(0));
    let has_time = || asked.replace(asked.get() + 1) < 2;
    let putting = Putting { objects: &objects, page: render::html, has_time };
    let (put, done) = ready(putting.put(&term(), &empty()));
    assert!(matches!(done, Err(Missing::NoTime)));
    assert_eq!(put.objects, 2);
}

#[test]
fn a_folder_is_named_by_what_may_stand_in_a_key() {
    assert_eq!(folder("acme/web.js"), "repositories/acme/web.js");
    assert_eq!(folder("../..//\u{202e}x y"), "repositories/_/_/_/_x_y");
}
