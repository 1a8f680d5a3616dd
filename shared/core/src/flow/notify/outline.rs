//! What is to be done, or was, as a value that prints itself.

use std::fmt;

use super::{Reporter, Round};
use crate::judging::told;
use crate::life::{Planned, plan};
use crate::port::{Findings, Issue, Library, Stored};
use crate::render::{IssueText, counted};
use crate::time::Time;

/// One act, told.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Outline {
    /// Where, as `owner/name`.
    pub repository: String,
    /// The issue, once it has a number.
    pub number: Option<u64>,
    /// The finding it is about.
    pub finding: String,
    /// What is done.
    pub act: String,
    /// What the issue says then, where it is written and that is asked for.
    pub text: Option<IssueText>,
    /// What is said aloud with it.
    pub comment: Option<String>,
}

/// What the next pass would do.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Planning {
    /// In this order.
    pub acts: Vec<Outline>,
}

impl<L: Library, F: Findings> Reporter<'_, L, F> {
    /// What [`Reporter::notify`] would do now. GitHub is not asked: what people did to issues there
    /// is seen only when it is done.
    pub async fn planned(&self, now: Time) -> Stored<Planning> {
        let known = self.held_and_known(now).await?;
        let told = told(&known.judgements);
        let round = Round { reporter: self, known: &known, told: &told, now };
        let mut acts = Vec::new();
        let per_day = u32::from(self.policy.issues.per_day);
        for planned in plan(&told, &known.crossings, &known.deeds, now, per_day) {
            acts.push(round.intended(&planned).await?);
        }
        Ok(Planning { acts })
    }
}

impl<L: Library, F: Findings> Round<'_, L, F> {
    /// What is about to be done, in full.
    async fn intended(&self, planned: &Planned) -> Stored<Outline> {
        let deeds = self.known.deeds.get(&planned.desk);
        let text = self.text(planned).await?;
        let comment = self.comment(planned);
        let issue = deeds.and_then(|deeds| deeds.issue(planned.about()));
        Ok(Outline { text, comment, ..self.outline(planned, issue) })
    }

    /// What was done, in short.
    pub(super) async fn done(&self, planned: &Planned) -> Stored<Outline> {
        let deeds = self.reporter.findings.deeds(planned.desk).await?;
        Ok(self.outline(planned, deeds.issue(&planned.finding)))
    }

    fn outline(&self, planned: &Planned, issue: Option<&Issue>) -> Outline {
        let named = || self.repository(planned).unwrap_or_else(|unknown| unknown.to_string());
        Outline {
            repository: issue.map_or_else(named, |issue| issue.repository.clone()),
            number: issue.and_then(|issue| issue.number),
            finding: planned.finding.clone(),
            act: planned.act.to_string(),
            text: None,
            comment: None,
        }
    }
}

impl fmt::Display for Planning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} to do", counted(self.acts.len() as u64, "thing"))?;
        self.acts.iter().try_for_each(|act| write!(f, "{act}"))
    }
}

impl fmt::Display for Outline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { repository, finding, act, .. } = self;
        let number = self.number.map_or_else(String::new, |number| format!("#{number}"));
        writeln!(f, "{repository}{number}: {act} ({finding})")?;
        if let Some(text) = &self.text {
            writeln!(f, "  {}", text.title)?;
        }
        if let Some(comment) = &self.comment {
            writeln!(f, "  and say: {comment}")?;
        }
        Ok(())
    }
}
