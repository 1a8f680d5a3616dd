//! What an act says.

use super::{Reporter, Round, Trouble};
use crate::flow::report::{Span, one, whole};
use crate::judging::{Told, daily};
use crate::life::{Act, Crossing, Planned, Side, WEEK_DAYS};
use crate::port::{Desk, Draft, Findings, Gathered, Library, Stored};
use crate::render::{self, Evidence, IssueText};
use crate::report::{Bottleneck, Called, Finding, Telling};
use crate::row::WorkflowId;
use crate::time::Day;

/// Days before a change that its issue shows.
const SHOWN_DAYS: i32 = 60;

impl<L: Library, F: Findings> Round<'_, L, F> {
    /// `owner/name` of where it belongs.
    pub(super) fn repository(&self, planned: &Planned) -> Result<String, Trouble> {
        let id = match planned.desk {
            Desk::Workflow(id) => Some(id),
            Desk::Repository(_) | Desk::Thresholds(_) => {
                planned.gathered.first().map(|one| one.workflow)
            }
        };
        let called = id.and_then(|id| self.known.called.get(&id));
        let named = called.filter(|called| !called.repository.contains(' '));
        named.map(|called| called.repository.clone()).ok_or_else(|| {
            let repository = planned.desk.repository();
            Trouble::Unknown(format!(
                "the name of repository {repository} is not known, so no issue can be filed there; \
                 its next completed run tells it"
            ))
        })
    }

    /// What the issue is to say; none where its finding is no more, so that it stays as it is.
    pub(super) async fn text(&self, planned: &Planned) -> Stored<Option<IssueText>> {
        let settings = &self.reporter.policy.issues;
        let server = self.reporter.server;
        if let Some(crossing) = self.crossing(planned) {
            // What is over is told by a comment.
            if crossing.side() != Side::Beyond {
                return Ok(None);
            }
            let bottlenecks = self.bottlenecks(crossing).await?;
            let called = self.called(crossing.workflow);
            return Ok(Some(render::beyond(crossing, &called, &bottlenecks, settings)));
        }
        if let Desk::Repository(_) = planned.desk {
            let findings: Vec<Finding> =
                planned.gathered.iter().filter_map(|one| self.gathered(one)).collect();
            let gone = planned.gathered.len() - findings.len();
            let findings: Vec<&Finding> = findings.iter().collect();
            let evidence = Evidence { days: &[], server, settings };
            return Ok(Some(render::gathering(&findings, gone, &evidence)));
        }
        let Some((told, finding)) = self.finding(planned) else { return Ok(None) };
        let days = self.days(told).await?;
        Ok(Some(render::issue(&finding, &Evidence { days: &days, server, settings })))
    }

    pub(super) fn draft(&self, text: IssueText, mark: &str) -> Draft {
        let settings = &self.reporter.policy.issues;
        Draft {
            title: text.title,
            body: render::marked(&text.body, mark),
            labels: settings.labels.clone(),
            assignees: settings.assignees.clone(),
        }
    }

    /// What is said aloud with an act.
    pub(super) fn comment(&self, planned: &Planned) -> Option<String> {
        if let Some(crossing) = self.crossing(planned) {
            return match &planned.act {
                Act::Close(why) => Some(render::held(crossing, Some(why))),
                Act::Reopen { .. } | Act::Edit { aloud: true } => {
                    Some(render::held(crossing, None))
                }
                Act::File | Act::Settle | Act::Edit { aloud: false } | Act::Redate { .. } => None,
            };
        }
        let finding = self.finding(planned).map(|(_, finding)| finding);
        match (&planned.act, finding) {
            (Act::Close(why), finding) => Some(render::closing(why, finding.as_ref())),
            (Act::Reopen { from }, Some(finding)) => {
                Some(render::reopening(&finding, *from == planned.finding))
            }
            (Act::Edit { aloud: true }, Some(finding)) => Some(render::news(&finding)),
            (Act::Reopen { .. }, None) => Some("Some of it is so again.".to_owned()),
            (Act::Edit { aloud: true }, None) => {
                Some(format!("{} were found by now.", planned.gathered.len()))
            }
            (Act::File | Act::Settle | Act::Edit { aloud: false } | Act::Redate { .. }, _) => None,
        }
    }

    /// The finding of an act, if it is about a single one.
    pub(super) fn finding(&self, planned: &Planned) -> Option<(&Told<'_>, Finding)> {
        let Desk::Workflow(id) = planned.desk else { return None };
        let told = self.told_of(id, &planned.finding)?;
        Some((told, self.rendered(told)?))
    }

    fn gathered(&self, one: &Gathered) -> Option<Finding> {
        self.rendered(self.told_of(one.workflow, &one.finding)?)
    }

    fn told_of(&self, id: WorkflowId, finding: &str) -> Option<&Told<'_>> {
        let is_it = |told: &&Told<'_>| {
            told.members().iter().any(|(of, one)| *of == id && one.id == finding)
        };
        self.told.iter().find(is_it)
    }

    pub(in crate::flow) fn rendered(&self, told: &Told<'_>) -> Option<Finding> {
        let with = Telling { now: self.now, prices: &self.reporter.policy.prices };
        Finding::of(told, with, |id| self.called(id))
    }

    fn called(&self, id: WorkflowId) -> Called {
        self.known.called.get(&id).cloned().unwrap_or_else(|| Called::by_ids(id))
    }

    /// How the workflow stands that an act about a threshold is about.
    fn crossing(&self, planned: &Planned) -> Option<&Crossing> {
        let Desk::Thresholds(_) = planned.desk else { return None };
        let repository = planned.desk.repository();
        let mut of_it =
            self.known.crossings.iter().filter(|one| one.workflow.repository == repository);
        of_it.find(|one| one.is_about(&planned.subject))
    }

    /// What the report of the days that an issue shows would have as bottlenecks.
    async fn bottlenecks(&self, crossing: &Crossing) -> Stored<Vec<Bottleneck>> {
        let to = self.now.day().start();
        let from = to.plus_days(-i64::from(WEEK_DAYS));
        let span = Span { from, to };
        let Reporter { library, policy, .. } = self.reporter;
        let before = Span { from, to: from };
        let read = one(*library, crossing.workflow, [span, before], None, &policy.thresholds);
        Ok(whole(read.await)?.map(|found| found.bottlenecks).unwrap_or_default())
    }

    /// The days around the change, of its first member.
    async fn days(&self, told: &Told<'_>) -> Stored<Vec<(Day, f64)>> {
        let Some((id, finding)) = told.members().first() else { return Ok(Vec::new()) };
        let changed = finding.first_bad.end.day();
        let days = Day(changed.0.saturating_sub(SHOWN_DAYS))..self.now.day().next();
        let tracks = self.reporter.library.tracks(*id, days).await?;
        Ok(daily(&tracks, &finding.series))
    }
}
