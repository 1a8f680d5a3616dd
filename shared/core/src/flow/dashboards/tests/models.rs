//! A store that knows findings, and a service, as plain models.

use std::ops::Range;
use std::sync::Mutex;

use super::*;

/// What a store knows of findings: those of workflows 1, 2, …
pub(super) struct Known(pub(super) Vec<Vec<Finding>>);

impl Rows for Known {
    async fn rows(&self, _: DayKey) -> Stored<Vec<Row>> {
        Ok(Vec::new())
    }

    async fn overtaken(&self, _: &Row) -> Stored<bool> {
        Ok(false)
    }

    async fn tracks(&self, _: WorkflowId, _: Range<Day>) -> Stored<Vec<(Day, Track)>> {
        Ok(Vec::new())
    }
}

impl Library for Known {
    async fn workflows(&self, _: Range<Day>) -> Stored<Vec<WorkflowId>> {
        Ok(Vec::new())
    }

    async fn days(&self, _: WorkflowId, _: Range<Day>) -> Stored<Vec<StoredDay>> {
        Ok(Vec::new())
    }

    async fn judgements(&self) -> Stored<Vec<(WorkflowId, Judgement)>> {
        let classes: std::collections::BTreeMap<_, _> =
            [("ubuntu".to_owned(), [day(-2).day().week()].into())].into();
        let of = |(workflow, findings): (u64, &Vec<Finding>)| {
            let (findings, classes) = (findings.clone(), classes.clone());
            let id = WorkflowId { repository: 1, workflow };
            (id, Judgement { findings, classes, ..Judgement::default() })
        };
        Ok((1..).zip(&self.0).map(of).collect())
    }

    async fn standing(&self) -> Stored<Standing> {
        Ok(Standing::default())
    }
}

/// A service as a plain model.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) state: Mutex<State_>,
}

#[derive(Default)]
pub(super) struct State_ {
    pub(super) folder: Option<Folder>,
    pub(super) dashboards: Vec<(String, Dashboard)>,
    pub(super) annotations: Vec<(u64, Annotation)>,
    pub(super) writes: usize,
    /// What every call fails with.
    pub(super) fault: Option<Trouble>,
    /// Calls that are answered before that begins.
    pub(super) patience: usize,
}

impl Shown {
    pub(super) fn with<T>(
        &self,
        writes: usize,
        run: impl FnOnce(&mut State_) -> T,
    ) -> Result<T, DashboardsError> {
        let mut state = self.state.lock().unwrap();
        if let Some(trouble) = state.fault {
            if state.patience == 0 {
                return Err(DashboardsError { trouble, what: "as told".to_owned() });
            }
            state.patience -= 1;
        }
        state.writes += writes;
        Ok(run(&mut state))
    }

    pub(super) fn fails(&self, fault: Option<Trouble>, patience: usize) {
        let mut state = self.state.lock().unwrap();
        (state.fault, state.patience) = (fault, patience);
    }

    pub(super) fn take_writes(&self) -> usize {
        std::mem::take(&mut self.state.lock().unwrap().writes)
    }

    /// `id from..until text` of all annotations, the text cut.
    pub(super) fn marks(&self) -> String {
        let state = self.state.lock().unwrap();
        let line = |(id, one): &(u64, Annotation)| {
            let (from, until) = (one.from.day(), one.until.day());
            let text: String = one.text.lines().next().unwrap().chars().take(40).collect();
            format!("{id} {from}..{until} {} {}", one.tags[2], text.trim_end())
        };
        state.annotations.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

impl Dashboards for Shown {
    async fn folder(&self, _: &str) -> Result<Option<Folder>, DashboardsError> {
        self.with(0, |state| state.folder.clone())
    }

    async fn create_folder(&self, folder: &Folder) -> Result<(), DashboardsError> {
        self.with(1, |state| state.folder = Some(folder.clone()))
    }

    async fn dashboard(&self, uid: &str) -> Result<Option<Held>, DashboardsError> {
        self.with(0, |state| {
            let held = state.dashboards.iter().find(|(_, one)| one.uid == uid);
            held.map(|(folder, one)| Held { folder: folder.clone(), model: one.model.clone() })
        })
    }

    async fn put_dashboard(&self, folder: &str, one: &Dashboard) -> Result<(), DashboardsError> {
        self.with(1, |state| {
            state.dashboards.retain(|(_, held)| held.uid != one.uid);
            state.dashboards.push((folder.to_owned(), one.clone()));
        })
    }

    async fn annotations(
        &self,
        tag: &str,
        limit: usize,
    ) -> Result<Vec<(u64, Annotation)>, DashboardsError> {
        self.with(0, |state| {
            let all = state.annotations.iter().rev();
            let of_tag = all.filter(|(_, one)| one.tags.iter().any(|held| held == tag));
            of_tag.take(limit).cloned().collect()
        })
    }

    async fn annotate(&self, one: &Annotation) -> Result<(), DashboardsError> {
        self.with(1, |state| {
            let id = state.annotations.len() as u64 + 1;
            state.annotations.push((id, one.clone()));
        })
    }

    async fn change_annotation(&self, id: u64, one: &Annotation) -> Result<(), DashboardsError> {
        self.with(1, |state| {
            let held = state.annotations.iter_mut().find(|(held, _)| *held == id).unwrap();
            held.1 = one.clone();
        })
    }
}
