//! A workflow in one line: how it fares among many.

use crate::report::Change;
use crate::report::sheet::change;
use crate::rollup::{Head, Named, SegmentRollup};
use crate::row::WorkflowId;
use crate::stats::{Dist, round};
use crate::time::Day;

/// One workflow over a period, without its jobs.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The workflow.
    pub id: WorkflowId,
    /// `owner/name` as last seen in the period.
    pub repository: String,
    /// The workflow's name as last seen in the period.
    pub workflow: String,
    /// Path of its file, when GitHub told it.
    pub path: Option<String>,
    /// Completed attempts.
    pub attempts: u64,
    /// Those that succeeded.
    pub succeeded: u64,
    /// Those that succeeded or failed.
    pub judged: u64,
    /// As in a report.
    pub success_rate: Option<f64>,
    /// Median of `total`, in seconds.
    pub p50_s: Option<f64>,
    /// 95th percentile of `total`.
    pub p95_s: Option<f64>,
    /// Median of `queued`.
    pub queued_s: Option<f64>,
    /// The median of green attempts, second half of the period against the first.
    pub trend: Change,
    /// The median of `total` on each day that has one, oldest first.
    pub medians: Vec<(Day, f64)>,
}

impl Line {
    /// The line of a workflow from its days, oldest first; none without an attempt. `middle` is the
    /// first day of the second half; changes up to `stable_pct` per cent are none.
    pub fn of(
        id: WorkflowId,
        days: Vec<(Day, Head)>,
        middle: Day,
        stable_pct: f64,
    ) -> Option<Self> {
        let (mut whole, mut latest) = (SegmentRollup::default(), None::<Named>);
        let (mut halves, mut medians) = ([Dist::default(), Dist::default()], Vec::new());
        for (day, head) in days {
            latest = latest.max(head.names);
            let mut of_day = Dist::default();
            let [first, second] = &mut halves;
            let half = if day < middle { first } else { second };
            for segment in head.segments.into_values() {
                of_day.merge(&segment.total.all());
                half.merge(&segment.total.green);
                whole.merge(segment);
            }
            medians.extend(of_day.quantile(0.5).map(|ms| (day, round(ms / 1_000.0, 3))));
        }
        let names = latest?.names;
        let (total, outcomes) = (whole.total.all().figures(), whole.outcomes);
        let [first, second] = &halves;
        (outcomes.total() > 0).then(|| Self {
            id,
            repository: names.repository,
            workflow: names.workflow,
            path: names.path,
            attempts: outcomes.total(),
            succeeded: outcomes.counts().get("success").copied().unwrap_or_default(),
            judged: outcomes.judged_count(),
            success_rate: outcomes.success_rate(),
            p50_s: total.p50,
            p95_s: total.p95,
            queued_s: whole.queued.figures().p50,
            trend: change(first, second, stable_pct),
            medians,
        })
    }
}
