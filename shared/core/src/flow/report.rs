//! A report over a period, from rollups of whole days and rows of the days cut by its edges.

use std::ops::Range;

use futures_util::stream::{StreamExt, iter};

use crate::config::{Policy, Thresholds};
use crate::flow::aggregate::judged_rows;
use crate::judging::{self, Judgement, State, Told, told};
use crate::port::{Library, StoreError, Stored, StoredDay};
use crate::report::{Called, Finding, Report, SCHEMA, Sheet, Telling, WorkflowReport};
use crate::rollup::Rollup;
use crate::row::{DayKey, Segment, WorkflowId};
use crate::time::{Day, Time};

/// Days a report covers when no start is given.
const DEFAULT_DAYS: i64 = 30;

/// Workflows read at once.
const AT_ONCE: usize = 8;

/// Days before the period that an open finding may be old: what has been so for longer is normal.
const OPEN_DAYS: i64 = 90;

/// What a report is to cover.
#[derive(Debug, Clone, Default)]
pub struct Period {
    /// First instant; 30 days before `to` if not given.
    pub from: Option<Time>,
    /// First instant after it; now if not given.
    pub to: Option<Time>,
    /// Only this repository, `owner/name` in any case.
    pub repository: Option<String>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The period ends before it begins.
    #[error("the period ends at {to}, before it begins at {from}: swap --from and --to")]
    Backwards {
        /// First instant.
        from: Time,
        /// First instant after it.
        to: Time,
    },
    /// An edge cuts a day of which only the rollup is left.
    #[error(
        "{edge} lies inside {day}, which is sealed: its raw facts are gone and only the whole day \
         is known; use {day}T00:00:00Z or the midnight after it"
    )]
    Sealed {
        /// The edge.
        edge: Time,
        /// The day.
        day: Day,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the report for `period` as of `now`.
pub async fn report(
    library: &impl Library,
    period: &Period,
    policy: &Policy,
    now: Time,
) -> Result<Report, ReportError> {
    let to = period.to.unwrap_or(now);
    let from = period.from.unwrap_or_else(|| to.plus_days(-DEFAULT_DAYS));
    if from > to {
        return Err(ReportError::Backwards { from, to });
    }
    let made = make(library, period, policy, Span { from, to }, now).await;
    match made {
        // Nobody asked for this edge: take the whole of the sealed day instead.
        Err(ReportError::Sealed { edge, day }) if period.from.is_none() && edge == from => {
            make(library, period, policy, Span { from: day.start(), to }, now).await
        }
        made => made,
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) from: Time,
    pub(super) to: Time,
}

/// What to do where an edge cuts a sealed day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SealedEdge {
    Refuse,
    LeaveOut,
}

async fn make(
    library: &impl Library,
    period: &Period,
    policy: &Policy,
    span: Span,
    now: Time,
) -> Result<Report, ReportError> {
    let before = Span { from: span.from.plus_millis(span.from.since(span.to)), to: span.from };
    let mut workflows: Vec<WorkflowReport> = Vec::new();
    let ids = library.workflows(span.days()).await?;
    let loads =
        ids.into_iter().map(|id| one(library, id, [span, before], None, &policy.thresholds));
    let mut loads = iter(loads).buffered(AT_ONCE);
    while let Some(workflow) = loads.next().await {
        workflows.extend(workflow?.filter(|workflow| {
            let wanted = period.repository.as_ref();
            wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(&workflow.repository))
        }));
    }
    workflows.sort_by(|a, b| a.order().cmp(&b.order()));
    let judgements = library.judgements().await?;
    for (id, judgement) in &judgements {
        let is_it = |one: &&mut WorkflowReport| one.is(*id);
        if let Some(workflow) = workflows.iter_mut().find(is_it) {
            workflow.series_judged = u64::from(judgement.series);
        }
    }
    let with = Telling { now, prices: &policy.prices };
    let findings = findings(&judgements, &workflows, period, span, with);
    Ok(Report {
        schema: SCHEMA,
        generated_at: now.to_string(),
        from: span.from.to_string(),
        to: span.to.to_string(),
        workflows,
        findings,
    })
}

/// What is to be told, latest confirmed first.
fn findings(
    judgements: &[(WorkflowId, Judgement)],
    workflows: &[WorkflowReport],
    period: &Period,
    span: Span,
    with: Telling<'_>,
) -> Vec<Finding> {
    let is_shown = |id: WorkflowId| {
        period.repository.is_none()
            || workflows.iter().any(|one| one.repository_id == id.repository)
    };
    let called = |id| Called::among(workflows, id);
    let told = told(judgements).into_iter().filter(|told| match told {
        Told::One((id, finding)) => is_shown(*id) && span.concerns(finding),
        Told::Fleet { members, .. } => {
            members.iter().any(|(id, finding)| is_shown(*id) && span.concerns(finding))
        }
    });
    latest_first(told.filter_map(|told| Finding::of(&told, with, called)))
}

/// Latest confirmed first, candidates last.
pub(super) fn latest_first(findings: impl Iterator<Item = Finding>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = findings.collect();
    findings.reverse();
    findings.sort_by_key(|finding| finding.confirmed_at.is_none());
    findings
}

/// One workflow over a span, compared with the one before; of one segment or of all.
pub(super) async fn one(
    library: &impl Library,
    id: WorkflowId,
    [span, before]: [Span; 2],
    segment: Option<Segment>,
    thresholds: &Thresholds,
) -> Result<Option<WorkflowReport>, ReportError> {
    let of_segment = |(day, rollup): (Day, Rollup)| match segment {
        Some(segment) => (day, rollup.only(segment)),
        None => (day, rollup),
    };
    let days = load(library, id, span, SealedEdge::Refuse).await?;
    let earlier = load(library, id, before, SealedEdge::LeaveOut).await?;
    let days = days.into_iter().map(of_segment).collect();
    let previous = earlier.into_iter().map(|one| of_segment(one).1).collect();
    let sheet = Sheet { id, days, previous, middle: span.middle() };
    Ok(WorkflowReport::of(sheet, thresholds))
}

/// How the median of a workflow's green times has changed, in per cent: the later half of the
/// [`DEFAULT_DAYS`] days before `today` against the earlier one.
pub(super) async fn trend(
    library: &impl Library,
    id: WorkflowId,
    today: Day,
    thresholds: &Thresholds,
) -> Stored<Option<f64>> {
    let to = today.start();
    let span = Span { from: to.plus_days(-DEFAULT_DAYS), to };
    let before = Span { from: span.from, to: span.from };
    let workflow = whole(one(library, id, [span, before], None, thresholds).await)?;
    Ok(workflow.and_then(|workflow| workflow.trend.halves.change_pct))
}

impl Span {
    /// The days it touches.
    fn days(self) -> Range<Day> {
        let last = self.to.day();
        self.from.day()..if self.to.is_midnight() { last } else { last.next() }
    }

    /// The UTC midnight nearest to its middle.
    pub(super) fn middle(self) -> Day {
        let middle = self.from.plus_millis(self.to.since(self.from) / 2);
        middle.plus_millis(12 * 3_600_000).day()
    }

    /// Whether a finding was confirmed or went back within it, or is open and not old news.
    pub(super) fn concerns(self, finding: &judging::Finding) -> bool {
        let within = |at: Time| self.from <= at && at < self.to;
        match &finding.state {
            State::Recovered { at, .. } => within(finding.confirmed.end) || within(*at),
            State::Candidate(_) => within(finding.last),
            State::Confirmed => {
                finding.confirmed.end < self.to
                    && finding.confirmed.end >= self.from.plus_days(-OPEN_DAYS)
            }
        }
    }

    fn covers(self, day: Day) -> bool {
        self.from <= day.start() && day.next().start() <= self.to
    }
}

async fn load(
    library: &impl Library,
    workflow: WorkflowId,
    span: Span,
    edge: SealedEdge,
) -> Result<Vec<(Day, Rollup)>, ReportError> {
    let mut loaded = Vec::new();
    for stored in library.days(workflow, span.days()).await? {
        let StoredDay { day, sealed, rollup } = stored;
        let rollup = match rollup {
            Some(rollup) if span.covers(day) => rollup,
            Some(_) if sealed && edge == SealedEdge::LeaveOut => continue,
            Some(_) if sealed => {
                let edge = if span.from > day.start() { span.from } else { span.to };
                return Err(ReportError::Sealed { edge, day });
            }
            _ => part_of_day(library, DayKey { workflow, day }, span).await?,
        };
        loaded.push((day, rollup));
    }
    Ok(loaded)
}

/// The rollups of whole days.
pub(super) async fn whole_days(
    library: &impl Library,
    id: WorkflowId,
    span: Span,
) -> Stored<Vec<(Day, Rollup)>> {
    whole(load(library, id, span, SealedEdge::LeaveOut).await)
}

/// What comes of days that no edge cuts.
pub(super) fn whole<T: Default>(read: Result<T, ReportError>) -> Stored<T> {
    match read {
        Ok(read) => Ok(read),
        Err(ReportError::Store(error)) => Err(error),
        // Whole days are never cut.
        Err(ReportError::Backwards { .. } | ReportError::Sealed { .. }) => Ok(T::default()),
    }
}

/// Of a day cut by an edge, or changed since it was rolled up: what lies in the period.
async fn part_of_day(library: &impl Library, key: DayKey, span: Span) -> Stored<Rollup> {
    let mut rows = judged_rows(library, key).await?;
    rows.retain(|judged| span.from <= judged.row.end && judged.row.end < span.to);
    Ok(Rollup::of(&rows))
}
