//! Dashboards, and annotations that tell of findings, in Grafana.
//!
//! What is there is read first, and only what differs is written. Grafana may be down or refuse:
//! that is part of what is answered, never an error, and the next pass begins anew.

mod marks;
mod plan;

use serde::Serialize;

use self::marks::{Listed, Mark, Marks};
use self::plan::Act;
use crate::config::{Policy, Source};
use crate::dashboard::{Dashboard, dashboards, holds};
use crate::flow::findings::names;
use crate::judging::told;
use crate::port::{Dashboards, DashboardsError, Folder, Held, Library, Stored};
use crate::report::{Called, Telling};
use crate::time::Time;

pub use self::plan::GrafanaPlan;

/// Most annotations that are looked through at once. Of what is not among them, each is looked up.
const LISTED: usize = 1_000;

/// What a pass over Grafana works with.
#[derive(Debug)]
pub struct Grafana<'a, L, D> {
    /// Where findings are read from.
    pub library: &'a L,
    /// Grafana.
    pub dashboards: &'a D,
    /// The policy.
    pub policy: &'a Policy,
    /// The source of figures that this installation feeds: what dashboards show unless the policy
    /// names sources.
    pub feeds: Source,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GrafanaWritten {
    /// Folders made.
    pub folders: u64,
    /// Dashboards put.
    pub dashboards: u64,
    /// Annotations added.
    pub annotations: u64,
    /// Annotations changed.
    pub changed: u64,
    /// What was planned and not tried, as something before it had failed.
    pub left: u64,
    /// What failed, why, and what to do. The next pass tries again.
    pub problems: Vec<String>,
}

/// What is to be written, for a dry run. Reads, and writes nothing.
///
/// # Errors
/// Only of the store.
pub async fn plan_grafana<L: Library, D: Dashboards>(
    at: &Grafana<'_, L, D>,
    now: Time,
) -> Stored<GrafanaPlan> {
    let ours = decode(at, now).await?;
    let there = load(at.dashboards, &ours).await;
    Ok(decide(ours, there))
}

/// Makes Grafana show what it is to show.
///
/// # Errors
/// Only of the store: what Grafana does not do is told in the answer.
pub async fn update_grafana<L: Library, D: Dashboards>(
    at: &Grafana<'_, L, D>,
    now: Time,
) -> Stored<GrafanaWritten> {
    let plan = plan_grafana(at, now).await?;
    Ok(apply(at.dashboards, plan).await)
}

/// What Grafana is to show.
struct Ours {
    /// By which all of it is known.
    uid: String,
    folder: Folder,
    dashboards: Vec<Dashboard>,
    /// None where findings are not to be shown.
    marks: Option<Marks>,
}

async fn decode<L: Library, D: Dashboards>(at: &Grafana<'_, L, D>, now: Time) -> Stored<Ours> {
    let settings = &at.policy.grafana;
    let marks = if settings.annotations {
        let judgements = at.library.judgements().await?;
        let called = names(at.library, &judgements).await?;
        let called = |id| called.get(&id).cloned().unwrap_or_else(|| Called::by_ids(id));
        let with = Telling { now, prices: &at.policy.prices };
        Some(Marks::of(&told(&judgements), with, &settings.uid, called))
    } else {
        None
    };
    Ok(Ours {
        uid: settings.uid.clone(),
        folder: Folder { uid: settings.uid.clone(), title: settings.folder.clone() },
        dashboards: dashboards(at.policy, at.feeds),
        marks,
    })
}

/// What Grafana shows, as far as it could be read: what was not read is not written.
#[derive(Default)]
struct There {
    /// Whether there is a folder.
    folder: Option<bool>,
    /// By the place among ours.
    dashboards: Vec<(usize, Option<Held>)>,
    annotations: Option<Listed>,
    problems: Vec<String>,
}

async fn load(service: &impl Dashboards, ours: &Ours) -> There {
    let mut there = There::default();
    // When it is down, asking for the rest would only take time.
    if let Err(down) = read(service, ours, &mut there).await {
        there.problems.push(down.to_string());
    }
    there
}

/// Fails only where Grafana is not available.
async fn read(
    service: &impl Dashboards,
    ours: &Ours,
    there: &mut There,
) -> Result<(), DashboardsError> {
    if !ours.dashboards.is_empty() {
        let folder = there.note(service.folder(&ours.folder.uid).await)?;
        there.folder = folder.map(|folder| folder.is_some());
        for (nth, dashboard) in ours.dashboards.iter().enumerate() {
            let held = there.note(service.dashboard(&dashboard.uid).await)?;
            there.dashboards.extend(held.map(|held| (nth, held)));
        }
    }
    if let Some(marks) = &ours.marks
        && let Some(all) = there.note(service.annotations(&ours.uid, LISTED).await)?
    {
        let mut listed = Listed { all, ..Listed::default() };
        for mark in marks.unlisted(&listed.all) {
            look_up(service, mark, there, &mut listed).await?;
        }
        there.annotations = Some(listed);
    }
    Ok(())
}

/// Looks a mark up by each tag it may bear, so that none is added twice.
async fn look_up(
    service: &impl Dashboards,
    mark: &Mark,
    there: &mut There,
    listed: &mut Listed,
) -> Result<(), DashboardsError> {
    for tag in &mark.tags {
        let found = there.note(service.annotations(tag, LISTED).await)?;
        // What could not be looked up is not known to be missing.
        let Some(found) = found else { return Ok(()) };
        listed.all.extend(found);
    }
    listed.missing.extend(mark.tags.iter().cloned());
    Ok(())
}

impl There {
    /// Notes what failed, unless Grafana is not available.
    fn note<T>(&mut self, read: Result<T, DashboardsError>) -> Result<Option<T>, DashboardsError> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(error) if error.is_unavailable() => Err(error),
            Err(error) => {
                self.problems.push(error.to_string());
                Ok(None)
            }
        }
    }
}

fn decide(ours: Ours, there: There) -> GrafanaPlan {
    let mut acts = Vec::new();
    let Ours { folder, dashboards, marks, .. } = ours;
    if there.folder == Some(false) {
        acts.push(Act::CreateFolder(folder.clone()));
    }
    // Without the folder there is nowhere to put them.
    if there.folder.is_some() {
        let held = |nth: usize| there.dashboards.iter().find(|(of, _)| *of == nth);
        for (nth, dashboard) in dashboards.into_iter().enumerate() {
            if let Some((_, held)) = held(nth)
                && !held.as_ref().is_some_and(|held| is_as_written(held, &folder, &dashboard))
            {
                let (folder, is_new) = (folder.uid.clone(), held.is_none());
                acts.push(Act::PutDashboard { folder, dashboard, is_new });
            }
        }
    }
    if let (Some(marks), Some(listed)) = (marks, &there.annotations) {
        acts.extend(marks.acts(listed));
    }
    GrafanaPlan { acts, problems: there.problems }
}

fn is_as_written(held: &Held, folder: &Folder, dashboard: &Dashboard) -> bool {
    held.folder == folder.uid && holds(&held.model, &dashboard.model)
}

async fn apply(service: &impl Dashboards, plan: GrafanaPlan) -> GrafanaWritten {
    let mut written = GrafanaWritten { problems: plan.problems, ..GrafanaWritten::default() };
    let (mut has_folder, mut is_down) = (true, false);
    for act in plan.acts {
        if is_down || matches!(act, Act::PutDashboard { .. }) && !has_folder {
            written.left += 1;
            continue;
        }
        match carry_out(service, &act).await {
            Ok(()) => *act.counted(&mut written) += 1,
            Err(error) => {
                is_down = error.is_unavailable();
                has_folder &= !matches!(act, Act::CreateFolder(_));
                written.problems.push(error.to_string());
            }
        }
    }
    written
}

async fn carry_out(service: &impl Dashboards, act: &Act) -> Result<(), DashboardsError> {
    match act {
        Act::CreateFolder(folder) => service.create_folder(folder).await,
        Act::PutDashboard { folder, dashboard, .. } => {
            service.put_dashboard(folder, dashboard).await
        }
        Act::Annotate(annotation) => service.annotate(annotation).await,
        Act::Change(id, annotation) => service.change_annotation(*id, annotation).await,
    }
}

#[cfg(test)]
mod tests;
