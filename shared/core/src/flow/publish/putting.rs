//! Putting the reports of a period: repositories at once, and last of all the JSON on all of them,
//! which tells that the period is complete.

use std::collections::BTreeMap;

use futures_util::stream::{StreamExt, iter};

use super::Missing;
use super::term::Term;
use crate::port::{Object, Objects, Stored};
use crate::render::{self, HtmlError};
use crate::report::{Report, WorkflowReport};

/// Repositories put at once. Each waits for one call at a time.
const AT_ONCE: usize = 16;

/// Tries at a copy that somebody else is replacing too.
const TRIES: u32 = 5;

/// Scope of the report on all repositories.
const ALL: &str = "all";

/// Makes the page of a report.
pub(super) trait Renders: Fn(&Report) -> Result<String, HtmlError> {}

impl<F: Fn(&Report) -> Result<String, HtmlError>> Renders for F {}

/// How reports are put.
pub(super) struct Putting<'a, O, P, T> {
    pub(super) objects: &'a O,
    pub(super) page: P,
    pub(super) has_time: T,
}

/// Numbers of objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) objects: u64,
    pub(super) known: u64,
}

/// What a report is on.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    term: &'a Term,
    scope: &'a str,
}

/// One of the forms of a report: extension and media type.
#[derive(Debug, Clone, Copy)]
struct Form(&'static str, &'static str);

const HTML: Form = Form("html", "text/html; charset=utf-8");
const MARKDOWN: Form = Form("md", "text/markdown; charset=utf-8");
const JSON: Form = Form("json", "application/json");

impl<O: Objects, P: Renders, T: Fn() -> bool> Putting<'_, O, P, T> {
    pub(super) fn check_time(&self) -> Result<(), Missing> {
        if (self.has_time)() { Ok(()) } else { Err(Missing::NoTime) }
    }

    /// Whether all of a term is there.
    pub(super) async fn has_all(&self, term: &Term) -> Stored<bool> {
        self.has(Place { term, scope: ALL }).await
    }

    /// Puts what is missing of a term. A repository that fails does not hold up the others.
    pub(super) async fn put(&self, term: &Term, whole: &Report) -> (Tally, Result<(), Missing>) {
        let parts = by_repository(whole);
        let puts = parts.iter().map(|(name, part)| self.put_part(term, folder(name), part));
        let mut puts = iter(puts).buffer_unordered(AT_ONCE);
        let (mut tally, mut missing) = (Tally::default(), Vec::new());
        while let Some((put, done)) = puts.next().await {
            tally.objects += put.objects;
            tally.known += put.known;
            missing.extend(done.err());
        }
        let count = missing.len();
        let done = match missing.into_iter().next() {
            Some(one) => Err(Missing::Some { count, of: parts.len(), one: Box::new(one) }),
            None => self.put_forms(Place { term, scope: ALL }, whole, &mut tally).await,
        };
        (tally, done)
    }

    async fn put_part(
        &self,
        term: &Term,
        scope: String,
        part: &Report,
    ) -> (Tally, Result<(), Missing>) {
        let place = Place { term, scope: &scope };
        let mut tally = Tally::default();
        let done = self.put_missing(place, part, &mut tally).await;
        (tally, done)
    }

    async fn put_missing(
        &self,
        place: Place<'_>,
        part: &Report,
        tally: &mut Tally,
    ) -> Result<(), Missing> {
        self.check_time()?;
        if self.has(place).await? {
            tally.known += [HTML, MARKDOWN, JSON].len() as u64;
            return Ok(());
        }
        self.put_forms(place, part, tally).await
    }

    /// Whether the last object of a report is there, and with it all others.
    async fn has(&self, place: Place<'_>) -> Stored<bool> {
        self.objects.has(&place.term.key(place.scope, JSON.0)).await
    }

    /// The report in all its forms; JSON last, and only beside all others.
    async fn put_forms(
        &self,
        place: Place<'_>,
        report: &Report,
        tally: &mut Tally,
    ) -> Result<(), Missing> {
        let mut pageless = None;
        match (self.page)(report) {
            Ok(page) => self.put_form(place, HTML, page, tally).await?,
            Err(error) => pageless = Some(error),
        }
        self.put_form(place, MARKDOWN, render::markdown(report), tally).await?;
        if let Some(error) = pageless {
            return Err(error.into());
        }
        self.put_form(place, JSON, render::json(report), tally).await
    }

    async fn put_form(
        &self,
        Place { term, scope }: Place<'_>,
        Form(extension, content_type): Form,
        text: String,
        tally: &mut Tally,
    ) -> Result<(), Missing> {
        self.check_time()?;
        let key = term.latest(scope, extension);
        let copy = Object { key, content_type, body: text.into_bytes() };
        self.put_latest(&copy, &term.name).await?;
        let object = Object { key: term.key(scope, extension), ..copy };
        if self.objects.create(&object).await? {
            tally.objects += 1;
        } else {
            tally.known += 1;
        }
        Ok(())
    }

    /// Puts a copy, unless one of a later term stands there.
    async fn put_latest(&self, copy: &Object, period: &str) -> Result<(), Missing> {
        for _ in 0..TRIES {
            let before = self.objects.standing(&copy.key).await?;
            if before.as_ref().is_some_and(|before| before.period.as_str() > period) {
                return Ok(());
            }
            if self.objects.replace(copy, period, before.as_ref()).await? {
                return Ok(());
            }
        }
        Err(Missing::Contested)
    }
}

/// The parts of a report, by `owner/name`.
fn by_repository(whole: &Report) -> BTreeMap<String, Report> {
    let mut parts: BTreeMap<String, Vec<WorkflowReport>> = BTreeMap::new();
    for workflow in &whole.workflows {
        parts.entry(workflow.repository.clone()).or_default().push(workflow.clone());
    }
    let part = |name: &str, workflows| Report {
        schema: whole.schema,
        generated_at: whole.generated_at.clone(),
        from: whole.from.clone(),
        to: whole.to.clone(),
        workflows,
        findings: whole.findings.iter().filter(|one| one.concerns(name)).cloned().collect(),
    };
    parts.into_iter().map(|(name, workflows)| (name.clone(), part(&name, workflows))).collect()
}

/// The folder of a repository. GitHub's names need no escape; anything else is not trusted.
fn folder(repository: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_./".contains(c) { c } else { '_' };
    let name: String = repository.chars().take(200).map(plain).collect();
    let parts =
        name.split('/').map(|part| if part.trim_matches('.').is_empty() { "_" } else { part });
    format!("repositories/{}", parts.collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests;
