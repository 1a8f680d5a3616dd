//! A finding of which everything has one name.

use crate::config::Prices;
use crate::judging::{Carrier, Carriers, Cause, Scope, Told, sample};
use crate::report::{Called, Finding, Telling};
use crate::row::WorkflowId;
use crate::time::Time;

fn at(day: i64) -> Time {
    Time::from_millis(1_767_225_600_000).plus_days(day)
}

/// A regression of a step, everything in it called like this.
pub(in super::super) fn finding(name: &str) -> Finding {
    let called = || name.to_owned();
    let mut one = sample::finding("f00d", at(11));
    for (attempt, day) in [(&mut one.last_good, 8), (&mut one.first_bad, 9)] {
        (attempt.id.run, attempt.run_number) = (100 + day, Some(7));
        attempt.head_sha = Some(called());
    }
    one.series.scope =
        Scope::Step { job: called(), class: called(), step: called(), occurrence: 1 };
    let carrier = |step: Option<(String, u32)>, after| {
        let job = Some(called());
        Carrier { job, step, before: 100.0, after }
    };
    let parts = vec![carrier(Some((called(), 1)), 128.0), carrier(None, 102.0)];
    let rest = Carrier { job: None, step: None, before: 5.0, after: 5.0 };
    one.carriers = Some(Carriers { before: 205.0, after: 235.0, parts, rest });
    one.cause = Some(Cause::RunnerClass { job: called(), from: called(), to: called() });
    one.members[0].series = one.series.clone();
    let id = WorkflowId { repository: 1, workflow: 2 };
    let with = Telling { now: at(12), prices: &Prices::default() };
    let named = |_| Called { repository: called(), workflow: called() };
    Finding::of(&Told::One((id, &one)), with, named).unwrap()
}
