//! What a Grafana holds, and what it does by itself.

use std::collections::BTreeMap;

use serde_json::{Value, json};

#[derive(Debug, Default)]
pub(super) struct Model {
    /// Titles by uid.
    pub(super) folders: BTreeMap<String, String>,
    pub(super) dashboards: BTreeMap<String, Board>,
    pub(super) annotations: Vec<Marked>,
}

#[derive(Debug)]
pub(super) struct Board {
    pub(super) folder: String,
    pub(super) version: u64,
    pub(super) model: Value,
}

/// An annotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// Its id.
    pub id: u64,
    /// Milliseconds of its beginning and its end.
    pub time: (i64, i64),
    /// Its tags.
    pub tags: Vec<String>,
    /// Its text.
    pub text: String,
}

impl Model {
    /// Stores a dashboard as Grafana does: with an id and a version, the newest schema, and the
    /// annotations that each dashboard has.
    pub(super) fn save(&mut self, folder: &str, mut model: Value) -> (String, u64) {
        let uid = model["uid"].as_str().unwrap().to_owned();
        let version = self.dashboards.get(&uid).map_or(1, |held| held.version + 1);
        model["id"] = json!(self.dashboards.len() + 1);
        model["version"] = json!(version);
        model["schemaVersion"] = json!(42);
        let list = model["annotations"]["list"].as_array_mut().unwrap();
        list.insert(
            0,
            json!({
                "builtIn": 1, "name": "Annotations & Alerts", "enable": true, "hide": true,
                "iconColor": "rgba(0, 211, 255, 1)", "type": "dashboard",
                "datasource": {"type": "grafana", "uid": "-- Grafana --"},
            }),
        );
        for panel in model["panels"].as_array_mut().unwrap() {
            panel["pluginVersion"] = json!("12.4.0");
            // Empty lists are not kept.
            panel["fieldConfig"].as_object_mut().unwrap().remove("overrides");
        }
        self.dashboards.insert(uid.clone(), Board { folder: folder.to_owned(), version, model });
        (uid, version)
    }

    /// Annotations by their tags, latest first.
    ///
    /// A tag with a colon is a key and a value, and a tag without one is a key: it is asked how many
    /// tags of an annotation fit, and that number has to be that of the tags asked for.
    pub(super) fn tagged(&self, asked: &[String], limit: usize) -> Vec<Marked> {
        let fits = |held: &str, asked: &str| match asked.split_once(':') {
            Some(_) => held == asked,
            None => held.split(':').next() == Some(asked),
        };
        let count = |one: &Marked| {
            let pairs = one.tags.iter().flat_map(|held| asked.iter().map(move |tag| (held, tag)));
            pairs.filter(|(held, tag)| fits(held.as_str(), tag.as_str())).count()
        };
        let found = self.annotations.iter().filter(|one| count(one) == asked.len());
        let mut found: Vec<Marked> = found.cloned().collect();
        found.sort_by_key(|one| std::cmp::Reverse((one.time.1, one.time.0)));
        found.truncate(limit);
        found
    }
}

impl Marked {
    pub(super) fn json(&self) -> Value {
        json!({
            "id": self.id, "alertId": 0, "dashboardId": 0, "panelId": 0, "userId": 0,
            "newState": "", "prevState": "", "data": {},
            "time": self.time.0, "timeEnd": self.time.1, "tags": self.tags, "text": self.text,
        })
    }
}
