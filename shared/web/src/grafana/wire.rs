//! The fields of Grafana's JSON that are used.

use laptime_core::port::{Annotation, Folder, Held};
use laptime_core::time::Time;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
pub(super) struct HeldFolder {
    uid: String,
    title: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct HeldDashboard {
    dashboard: Value,
    meta: Meta,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    #[serde(default)]
    folder_uid: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HeldAnnotation {
    id: u64,
    time: i64,
    /// Older versions leave it out of a point in time.
    #[serde(default)]
    time_end: i64,
    #[serde(default)]
    tags: Option<Vec<String>>,
    #[serde(default)]
    text: String,
}

impl From<HeldFolder> for Folder {
    fn from(held: HeldFolder) -> Self {
        Self { uid: held.uid, title: held.title }
    }
}

impl From<HeldDashboard> for Held {
    fn from(held: HeldDashboard) -> Self {
        Self { folder: held.meta.folder_uid, model: held.dashboard }
    }
}

impl HeldAnnotation {
    pub(super) fn into_annotation(self) -> (u64, Annotation) {
        let [from, until] = [self.time, self.time_end.max(self.time)].map(Time::from_millis);
        let tags = self.tags.unwrap_or_default();
        (self.id, Annotation { from, until, tags, text: self.text })
    }
}

/// An annotation to be added, or to be put in place of another.
pub(super) fn annotation(annotation: &Annotation) -> Value {
    json!({
        "time": annotation.from.as_millis(),
        "timeEnd": annotation.until.as_millis(),
        "tags": annotation.tags,
        "text": annotation.text,
    })
}
