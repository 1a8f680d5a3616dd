//! A finding to begin with, for tests.

use crate::judging::{
    AttemptRef, Finding, Level, Measure, Member, Relevance, Scope, SeriesKey, State,
};
use crate::model::AttemptId;
use crate::row::Segment;
use crate::time::Time;

/// A regression of the job `build`, 100 s to 130 s, confirmed two days after its first attempt.
pub(crate) fn finding(id: &str, confirmed: Time) -> Finding {
    let attempt = |days: i64| AttemptRef {
        end: confirmed.plus_days(days),
        id: AttemptId { repository: 1, run: 1, attempt: 1 },
        run_number: None,
        head_sha: None,
    };
    let series = SeriesKey {
        segment: Segment::DefaultBranch,
        measure: Measure::Duration,
        scope: Scope::Job { job: "build".to_owned(), class: "ubuntu".to_owned() },
    };
    let level = Level { before: 100.0, after: 130.0, after_interval: [125.0, 135.0], errors: 9.0 };
    let first_bad = attempt(-2);
    Finding {
        id: id.to_owned(),
        is_regression: true,
        series: series.clone(),
        level,
        state: State::Confirmed,
        last_good: attempt(-3),
        confirmed: attempt(0),
        samples: 8,
        deviations: 4.0,
        carriers: None,
        cause: None,
        members: vec![Member { series, level, first_bad: (first_bad.id, first_bad.end) }],
        relevance: Relevance { attempts: 100, on_path: Some(1.0), billed: vec![] },
        last: confirmed,
        first_bad,
    }
}
