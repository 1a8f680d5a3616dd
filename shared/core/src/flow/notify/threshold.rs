//! How workflows stand against thresholds, from the days that are over.

use std::collections::BTreeMap;

use super::Reporter;
use crate::flow::report::{Span, whole_days};
use crate::life::{AGREEING, Crossing, ENOUGH_IN_A_WEEK, Limit, WEEK_DAYS, watched};
use crate::port::{Deeds, Desk, Findings, Library, Stored};
use crate::report::Called;
use crate::rollup::Rollup;
use crate::row::{Segment, WorkflowId};
use crate::stats::{Dist, Outcomes};
use crate::time::{Day, Time};

/// Crossings, and what their workflows are called.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) crossings: Vec<Crossing>,
    pub(super) called: BTreeMap<WorkflowId, Called>,
}

impl<L: Library, F: Findings> Reporter<'_, L, F> {
    /// Of all workflows that ran lately, or have an issue that is open; of none where nobody asked
    /// for such issues.
    pub(super) async fn held(&self, deeds: &BTreeMap<Desk, Deeds>, now: Time) -> Stored<Held> {
        let mut held = Held::default();
        if !self.policy.issues.thresholds {
            return Ok(held);
        }
        let today = now.day();
        let back = WEEK_DAYS + i32::try_from(AGREEING).unwrap_or(i32::MAX);
        let first = Day(today.0.saturating_sub(back));
        let span = Span { from: first.start(), to: today.start() };
        let of_thresholds = deeds.iter().filter(|(desk, _)| matches!(desk, Desk::Thresholds(_)));
        let mut ids = watched(of_thresholds.flat_map(|(_, deeds)| &deeds.issues));
        ids.extend(self.library.workflows(first..today).await?);
        for id in ids {
            let days = whole_days(self.library, id, span).await?;
            let named = days.iter().filter_map(|(_, rollup)| rollup.names.as_ref()).max();
            held.called.extend(named.map(|named| (id, Called::from(named.names.clone()))));
            held.crossings.extend(self.crossings(id, &days, today));
        }
        Ok(held)
    }

    fn crossings(&self, id: WorkflowId, days: &[(Day, Rollup)], today: Day) -> [Crossing; 2] {
        let thresholds = &self.policy.thresholds;
        let crossing = |limit, threshold, figure: fn(&[&Rollup]) -> (u64, Option<f64>)| {
            let of = |from: i32, to: i32| {
                let is_in = |day: Day| (from..to).contains(&(today.0 - day.0));
                let some = days.iter().filter(|(day, _)| is_in(*day));
                figure(&some.map(|(_, rollup)| rollup).collect::<Vec<_>>())
            };
            let weeks = std::array::from_fn(|ago| {
                let ended = i32::try_from(ago).unwrap_or_default() + 1;
                let (attempts, figure) = of(ended, ended + WEEK_DAYS);
                figure.filter(|_| attempts >= ENOUGH_IN_A_WEEK)
            });
            let day = |ago| {
                let (attempts, figure) = of(ago, ago + 1);
                Some((Day(today.0 - ago), attempts, figure?))
            };
            let days = (1..=WEEK_DAYS).rev().filter_map(day).collect();
            Crossing { workflow: id, limit, threshold, weeks, days }
        };
        [
            crossing(Limit::P95, thresholds.p95_s, slow),
            crossing(Limit::SuccessRate, thresholds.success_rate, successful),
        ]
    }
}

/// Attempts with a `total`, and its 95th percentile in seconds.
fn slow(days: &[&Rollup]) -> (u64, Option<f64>) {
    let mut total = Dist::default();
    for day in days {
        total.merge(&day.whole().total.all());
    }
    (total.count(), total.quantile(0.95).map(|ms| ms / 1_000.0))
}

/// Attempts on the default branch that succeeded or failed, and the share that succeeded.
fn successful(days: &[&Rollup]) -> (u64, Option<f64>) {
    let mut outcomes = Outcomes::default();
    for segment in days.iter().filter_map(|day| day.segments.get(&Segment::DefaultBranch)) {
        outcomes.merge(segment.outcomes.clone());
    }
    (outcomes.judged_count(), outcomes.success_rate())
}
