//! Series of others, with the changes that people saw in them: see the README.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use laptime_core::stats::detect::Sample;
use laptime_core::time::Time;
use serde::Deserialize;

/// What is known of a file.
#[derive(Debug, Clone, Deserialize)]
pub struct Label {
    /// The first samples after each change, by who saw them.
    pub annotators: BTreeMap<String, Vec<usize>>,
    /// Nothing in it is a change, however it looks.
    #[serde(default)]
    pub look_alike: bool,
    /// Where it is from, and what is special.
    #[serde(default)]
    pub note: String,
}

/// A series and its labels.
#[derive(Debug, Clone)]
pub struct Labelled {
    /// Folder and file.
    pub name: String,
    /// What people saw.
    pub label: Label,
    /// The series.
    pub samples: Vec<Sample>,
}

/// All labelled series below a folder: of every `labels.json`, in the order of names.
pub fn read(folder: &Path) -> Vec<Labelled> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(read(&path));
        } else if path.ends_with("labels.json") {
            found.extend(set(&path));
        }
    }
    found
}

fn set(labels: &Path) -> Vec<Labelled> {
    let text = std::fs::read_to_string(labels).unwrap();
    let labels_of: BTreeMap<String, Label> = serde_json::from_str(&text).unwrap();
    let folder = labels.parent().unwrap();
    let set = folder.file_name().unwrap_or_default().to_string_lossy();
    let one = |(file, label): (String, Label)| {
        let name = format!("{set}/{file}");
        Labelled { name, label, samples: samples(&folder.join(file)) }
    };
    labels_of.into_iter().map(one).collect()
}

/// `time,value` lines below a header, times in unix seconds.
fn samples(file: &Path) -> Vec<Sample> {
    let text = std::fs::read_to_string(file).unwrap();
    let sample = |line: &str| {
        let (at, value) = line.split_once(',').unwrap();
        let seconds: f64 = at.trim().parse().unwrap();
        let at = Time::from_millis((seconds * 1e3) as i64);
        Sample { at, value: value.trim().parse().unwrap() }
    };
    text.lines().skip(1).filter(|line| !line.trim().is_empty()).map(sample).collect()
}
