//! Where dashboards and annotations are shown.

use std::fmt;

use serde_json::Value;

use crate::dashboard::Dashboard;
use crate::time::Time;

/// A folder of dashboards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// What it is known by; ours to choose.
    pub uid: String,
    /// What people read.
    pub title: String,
}

/// A dashboard as it is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// uid of its folder; empty at the root.
    pub folder: String,
    /// All of it, with what the service added.
    pub model: Value,
}

/// A mark on graphs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// What it begins with.
    pub from: Time,
    /// What it ends with; the same for a point in time.
    pub until: Time,
    /// By which it is found.
    pub tags: Vec<String>,
    /// What it says. The service takes it for HTML.
    pub text: String,
}

/// Sorts of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The token is not known, or may not do it.
    Refused,
    /// It is not there.
    Missing,
    /// The service is down, busy or silent: a later pass will do it.
    Unavailable,
    /// The service does not take what it was given.
    Invalid,
}

/// What was not read or written, why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{trouble}: {what}")]
pub struct DashboardsError {
    /// What sort of failure.
    pub trouble: Trouble,
    /// What failed, for which id, and what to do. Holds no part of the token.
    pub what: String,
}

impl DashboardsError {
    /// Whether there is no sense in asking for anything else now.
    pub fn is_unavailable(&self) -> bool {
        self.trouble == Trouble::Unavailable
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "Grafana refused",
            Self::Missing => "Grafana does not have it",
            Self::Unavailable => "Grafana is not available; the next pass tries again",
            Self::Invalid => "Grafana does not take it",
        })
    }
}

/// A service that shows dashboards.
pub trait Dashboards: Sync {
    /// The folder of a uid.
    fn folder(
        &self,
        uid: &str,
    ) -> impl Future<Output = Result<Option<Folder>, DashboardsError>> + Send;

    /// Makes a folder. That somebody else has made it meanwhile is no failure.
    fn create_folder(
        &self,
        folder: &Folder,
    ) -> impl Future<Output = Result<(), DashboardsError>> + Send;

    /// The dashboard of a uid.
    fn dashboard(
        &self,
        uid: &str,
    ) -> impl Future<Output = Result<Option<Held>, DashboardsError>> + Send;

    /// Puts a dashboard into a folder, in place of any of its uid.
    fn put_dashboard(
        &self,
        folder: &str,
        dashboard: &Dashboard,
    ) -> impl Future<Output = Result<(), DashboardsError>> + Send;

    /// The annotations that bear a tag, with their ids; at most `limit`, latest first.
    fn annotations(
        &self,
        tag: &str,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(u64, Annotation)>, DashboardsError>> + Send;

    /// Adds an annotation. Added twice, it is there twice.
    fn annotate(
        &self,
        annotation: &Annotation,
    ) -> impl Future<Output = Result<(), DashboardsError>> + Send;

    /// Puts an annotation in place of what it was.
    fn change_annotation(
        &self,
        id: u64,
        annotation: &Annotation,
    ) -> impl Future<Output = Result<(), DashboardsError>> + Send;
}
