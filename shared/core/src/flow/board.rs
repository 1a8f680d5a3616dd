//! What the page shows: many workflows in a line each, or one in depth. Whole UTC days, today
//! included, so that no edge ever cuts a sealed day and all of it comes from rollups.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::config::Policy;
use crate::flow::report::{ReportError, Span, latest_first, one};
use crate::judging::{self, Judgement, Told, told};
use crate::port::{Library, Stored};
use crate::report::{Called, Finding, Line, Report, SCHEMA, Telling};
use crate::rollup::Head;
use crate::row::{Segment, WorkflowId};
use crate::time::{Day, Time};

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct View {
    /// Days up to and including today.
    pub days: u16,
    /// Only this repository, `owner/name` in any case.
    pub repository: Option<String>,
    /// Only attempts of this segment.
    pub segment: Option<Segment>,
}

/// All workflows of a view, while they are being read.
#[derive(Debug)]
pub struct Board<'a> {
    view: View,
    policy: &'a Policy,
    now: Time,
    lines: Vec<Line>,
    called: BTreeMap<WorkflowId, Called>,
}

/// All workflows of a view.
#[derive(Debug, Clone, PartialEq)]
pub struct Home {
    /// What is looked at.
    pub view: View,
    /// As of when.
    pub now: Time,
    /// Workflows with an attempt, by repository and name.
    pub lines: Vec<Line>,
    /// Every repository of the period, whatever the view leaves out.
    pub repositories: Vec<String>,
    /// What is open: confirmed ones, latest first, then candidates.
    pub findings: Vec<Finding>,
    /// Open findings by workflow, candidates left out; those of a fleet count at each member.
    pub open: BTreeMap<WorkflowId, u64>,
}

impl View {
    /// The days it covers as of `now`.
    pub fn range(&self, now: Time) -> Range<Day> {
        let end = now.day().next();
        Day(end.0.saturating_sub(i32::from(self.days)))..end
    }

    fn span(&self, now: Time) -> Span {
        let Range { start, end } = self.range(now);
        Span { from: start.start(), to: end.start() }
    }

    fn is_of_segment(&self, name: &str) -> bool {
        self.segment.is_none_or(|segment| segment.name() == name)
    }
}

impl<'a> Board<'a> {
    /// Nothing read yet.
    pub const fn new(view: View, policy: &'a Policy, now: Time) -> Self {
        Self { view, policy, now, lines: Vec::new(), called: BTreeMap::new() }
    }

    /// The days to be read.
    pub fn days(&self) -> Range<Day> {
        self.view.range(self.now)
    }

    /// Adds a workflow with its days, oldest first.
    pub fn add(&mut self, id: WorkflowId, mut days: Vec<(Day, Head)>) {
        let Some(names) = days.iter().filter_map(|(_, head)| head.names.as_ref()).max() else {
            return;
        };
        self.called.insert(id, Called::from(names.names.clone()));
        let wanted = self.view.repository.as_ref();
        if wanted.is_some_and(|wanted| !wanted.eq_ignore_ascii_case(&names.names.repository)) {
            return;
        }
        if let Some(segment) = self.view.segment {
            for (_, head) in &mut days {
                head.segments.retain(|of, _| *of == segment);
            }
        }
        let middle = self.view.span(self.now).middle();
        let stable_pct = self.policy.thresholds.stable_pct;
        self.lines.extend(Line::of(id, days, middle, stable_pct));
    }

    /// All of them, with what was judged.
    pub fn finish(mut self, judgements: &[(WorkflowId, Judgement)]) -> Home {
        self.lines.sort_by(|a, b| order(a).cmp(&order(b)));
        tell_apart(&mut self.lines);
        let repositories: BTreeSet<&String> =
            self.called.values().map(|called| &called.repository).collect();
        let span = self.view.span(self.now);
        let with = Telling { now: self.now, prices: &self.policy.prices };
        let called = |id| self.called.get(&id).cloned().unwrap_or_else(|| Called::by_ids(id));
        let concerns = |told: &Told<'_>| told.members().iter().any(|(_, one)| span.concerns(one));
        let told = told(judgements).into_iter().filter(concerns);
        let findings = told.filter_map(|told| Finding::of(&told, with, called));
        let wanted = self.view.repository.as_ref();
        let is_shown = |finding: &Finding| {
            matches!(finding.state, "confirmed" | "candidate")
                && self.view.is_of_segment(finding.segment)
                && wanted.is_none_or(|wanted| finding.concerns(wanted))
        };
        let count = |(id, judgement): &(WorkflowId, Judgement)| {
            let is_open = |one: &&judging::Finding| {
                one.is_beyond_doubt()
                    && one.is_open(self.now)
                    && span.concerns(one)
                    && self.view.is_of_segment(one.series.segment.name())
            };
            (*id, judgement.findings.iter().filter(is_open).count() as u64)
        };
        Home {
            repositories: repositories.into_iter().cloned().collect(),
            findings: latest_first(findings.filter(is_shown)),
            open: judgements.iter().map(count).filter(|(_, open)| *open > 0).collect(),
            view: self.view.clone(),
            now: self.now,
            lines: self.lines,
        }
    }
}

fn order(line: &Line) -> (&str, &str, Option<&str>, WorkflowId) {
    (&line.repository, &line.workflow, line.path.as_deref(), line.id)
}

/// Workflows of one repository that share a name are told apart by their files.
fn tell_apart(lines: &mut [Line]) {
    let is_alike =
        |a: &Line, b: &Line| (a.id.repository, &a.workflow) == (b.id.repository, &b.workflow);
    for alike in lines.chunk_by_mut(is_alike).filter(|alike| alike.len() > 1) {
        for line in alike {
            let file = line.path.as_deref().and_then(|path| path.rsplit('/').next());
            let by = file.map_or_else(|| line.id.workflow.to_string(), str::to_owned);
            line.workflow = format!("{} ({by})", line.workflow);
        }
    }
}

/// One workflow in depth: a report on it alone; none without an attempt in the view.
pub async fn workflow(
    library: &impl Library,
    id: WorkflowId,
    view: &View,
    policy: &Policy,
    now: Time,
) -> Stored<Option<Report>> {
    let span = view.span(now);
    let before = Span { from: span.from.plus_days(-i64::from(view.days)), to: span.from };
    let made = one(library, id, [span, before], view.segment, &policy.thresholds).await;
    let made = match made {
        Ok(made) => made,
        Err(ReportError::Store(error)) => return Err(error),
        // Whole days are never cut.
        Err(ReportError::Backwards { .. } | ReportError::Sealed { .. }) => None,
    };
    let Some(mut workflow) = made.filter(|one| one.attempts > 0) else { return Ok(None) };
    let judgements = library.judgements().await?;
    let own = judgements.iter().find(|(of, _)| *of == id);
    workflow.series_judged = own.map_or(0, |(_, judgement)| u64::from(judgement.series));
    let with = Telling { now, prices: &policy.prices };
    let is_its = |told: &Told<'_>| {
        told.members().iter().any(|(of, finding)| *of == id && span.concerns(finding))
    };
    let named = |of| Called::among(std::slice::from_ref(&workflow), of);
    let told = told(&judgements).into_iter().filter(is_its);
    let findings = told.filter_map(|told| Finding::of(&told, with, named));
    let findings = findings.filter(|finding| view.is_of_segment(finding.segment));
    Ok(Some(Report {
        schema: SCHEMA,
        generated_at: now.to_string(),
        from: span.from.to_string(),
        to: span.to.to_string(),
        findings: latest_first(findings),
        workflows: vec![workflow],
    }))
}
