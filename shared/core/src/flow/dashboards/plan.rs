//! What is to be done in Grafana, as a value that prints itself.

use std::fmt;

use super::GrafanaWritten;
use crate::dashboard::Dashboard;
use crate::port::{Annotation, Folder};

/// What is to be written to Grafana.
#[derive(Debug, Clone, PartialEq)]
pub struct GrafanaPlan {
    pub(super) acts: Vec<Act>,
    /// What could not be read, and is therefore not planned.
    pub problems: Vec<String>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Act {
    CreateFolder(Folder),
    PutDashboard { folder: String, dashboard: Dashboard, is_new: bool },
    Annotate(Annotation),
    Change(u64, Annotation),
}

impl GrafanaPlan {
    /// Whether all is as it should be.
    pub fn is_empty(&self) -> bool {
        self.acts.is_empty()
    }
}

impl Act {
    /// Where it is counted.
    pub(super) const fn counted<'a>(&self, written: &'a mut GrafanaWritten) -> &'a mut u64 {
        match self {
            Self::CreateFolder(_) => &mut written.folders,
            Self::PutDashboard { .. } => &mut written.dashboards,
            Self::Annotate(_) => &mut written.annotations,
            Self::Change(..) => &mut written.changed,
        }
    }
}

impl fmt::Display for GrafanaPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.acts.is_empty() {
            writeln!(f, "Grafana: nothing to write")?;
        }
        self.acts.iter().try_for_each(|act| writeln!(f, "Grafana: {act}"))?;
        self.problems.iter().try_for_each(|problem| writeln!(f, "Grafana: {problem}"))
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateFolder(folder) => {
                write!(f, "make the folder {} ({})", folder.uid, folder.title)
            }
            Self::PutDashboard { dashboard, is_new, .. } => {
                let how = if *is_new { "" } else { " anew" };
                write!(f, "write the dashboard {}{how} ({})", dashboard.uid, dashboard.title)
            }
            Self::Annotate(one) => write!(f, "annotate {}: {}", one.from, line(one)),
            Self::Change(id, one) => write!(f, "write annotation {id} anew: {}", line(one)),
        }
    }
}

fn line(annotation: &Annotation) -> String {
    annotation.text.replace('\n', "; ")
}
