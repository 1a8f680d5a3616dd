//! GitHub's own example payloads, and ours: every one is stored or ignored.

use std::path::{Path, PathBuf};

use kit::variable;
use laptime_core::ingest::{Progress::Keep, Reading, read};
use serde_json::Value;

#[test]
fn every_example_of_octokit_is_stored_or_ignored() {
    let file = Path::new(&variable("LAPTIME_NODE_MODULES"))
        .join("@octokit/webhooks-examples/api.github.com/index.json");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
    let definitions: Vec<Value> = serde_json::from_str(&text).unwrap();
    let (mut stored, mut ignored) = (0, 0);
    for definition in &definitions {
        let name = definition["name"].as_str().unwrap();
        for example in definition["examples"].as_array().unwrap() {
            match read(name, example.to_string().as_bytes(), Keep) {
                Ok(Reading::Event(_)) => stored += 1,
                Ok(Reading::Ignored(reason)) => {
                    assert!(!reason.is_empty());
                    ignored += 1;
                }
                Err(error) => panic!("{name}: {error}\n{example}"),
            }
        }
    }
    assert_eq!(stored, 13, "5 workflow_run and 8 workflow_job examples");
    assert!(ignored > 100, "{ignored} ignored");
}

fn samples() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let json = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    json.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

#[test]
fn every_sample_is_described_and_does_what_its_description_says() {
    let readme = include_str!("../../../events/README.md");
    let samples = samples();
    assert!(samples.len() > 30);
    for (path, body) in samples {
        let file = path.file_name().unwrap().to_str().unwrap();
        let row = readme.lines().find(|line| line.contains(&format!("`{file}`")));
        let row = row.unwrap_or_else(|| panic!("{file} is not in events/README.md"));
        let event = file.split('.').next().unwrap();
        let row = row.to_lowercase();
        let said = ["ignored", "refused"].map(|word| row.contains(&format!("| {word}:")));
        match read(event, &body, Keep) {
            Ok(Reading::Event(_)) => assert_eq!(said, [false, false], "{file} is stored"),
            Ok(Reading::Ignored(_)) => assert_eq!(said, [true, false], "{file} is ignored"),
            Err(error) => assert_eq!(said, [false, true], "{file}: {error}"),
        }
    }
}
