//! Holds the documents to the code: every constant in `docs/METHOD.md` with its value, every
//! setting in `docs/SETTINGS.md` with its default. A change on either side fails here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::config::Policy;
use crate::{ingest, rollup, row, stats};

/// Name and file of a constant, and its value.
type Constants = BTreeMap<(String, String), f64>;

/// Files and folders whose every numeric constant has to be in the table. Left out: the demo, tests,
/// and files that only draw.
const SCANNED: [&str; 61] = [
    "functions/aggregator/src/main.rs",
    "functions/reporter/src/main.rs",
    "functions/webhook/src/handler.rs",
    "shared/core/src/check/judge.rs",
    "shared/core/src/check/problem.rs",
    "shared/core/src/check/read",
    "shared/core/src/check/suite.rs",
    "shared/core/src/check/text.rs",
    "shared/core/src/check/threshold.rs",
    "shared/core/src/config",
    "shared/core/src/config.rs",
    "shared/core/src/dashboard/promql.rs",
    "shared/core/src/dashboard/tiles.rs",
    "shared/core/src/exposed",
    "shared/core/src/fleet/batch.rs",
    "shared/core/src/fleet/jobs.rs",
    "shared/core/src/fleet/mod.rs",
    "shared/core/src/fleet/samples.rs",
    "shared/core/src/news",
    "shared/core/src/port",
    "shared/core/src/flow",
    "shared/core/src/hostile",
    "shared/core/src/hostile.rs",
    "shared/core/src/ingest",
    "shared/core/src/judging",
    "shared/core/src/life",
    "shared/core/src/model",
    "shared/core/src/plan/volume.rs",
    "shared/core/src/pulls",
    "shared/core/src/report",
    "shared/core/src/rollup",
    "shared/core/src/row",
    "shared/core/src/series",
    "shared/core/src/series.rs",
    "shared/core/src/stats",
    "shared/core/src/stored.rs",
    "shared/core/src/time.rs",
    "shared/core/src/timeline.rs",
    "shared/core/src/track.rs",
    "shared/core/src/render/brief.rs",
    "shared/core/src/render/issue",
    "shared/core/src/render/issue.rs",
    "shared/core/src/render/notice.rs",
    "shared/core/src/render/remark.rs",
    "shared/core/src/render/html/bars.rs",
    "shared/core/src/render/html/chart/duration.rs",
    "shared/core/src/render/html/chart/scale.rs",
    "shared/core/src/render/html/live/home.rs",
    "shared/core/src/render/html/page.rs",
    "shared/core/src/render/markdown.rs",
    "shared/core/src/render/markdown/workflow.rs",
    "shared/core/src/render/text/workflow.rs",
    "shared/aws/src/clients.rs",
    "shared/aws/src/lease.rs",
    "shared/aws/src/notes.rs",
    "shared/aws/src/store.rs",
    "shared/aws/src/stream.rs",
    "shared/local/src",
    "shared/web/src",
    "functions/cli/src/command/aggregate.rs",
    "functions/cli/src/command/serve",
];

/// Sizes of what is drawn, in files that hold other constants too.
const DRAWN: [&str; 6] = ["HEIGHT", "BAR", "SMALL_BAR", "MOST_LINES", "NUMBERS", "GRAPHS"];

const POLICY_FILE: &str = "shared/core/src/config.rs";

#[test]
fn every_constant_is_in_the_table_with_its_value() {
    let (mut code, table) = (in_source(), in_table());
    code.extend(in_policy());
    let mut wrong = Vec::new();
    for ((name, file), value) in code.iter().filter(|(key, value)| table.get(key) != Some(value)) {
        wrong.push(format!("{file}: {name} is {value} in the code"));
    }
    for (name, file) in table.keys().filter(|key| !code.contains_key(key)) {
        wrong.push(format!("{file}: {name} is in the table and not in the code"));
    }
    assert!(wrong.is_empty(), "docs/METHOD.md and the code differ:\n{}", wrong.join("\n"));
    assert!(code.len() > 40, "only {} constants were found", code.len());
}

/// The table against the compiled values, for those that figures depend on.
#[test]
#[expect(clippy::cast_precision_loss, reason = "constants are small")]
fn the_table_has_the_compiled_values() {
    let compiled = [
        ("SKEW_MS", row::SKEW_MS as f64),
        ("LONGEST_MS", row::LONGEST_MS as f64),
        ("Z95", stats::Z95),
        ("EXACT_MAX", stats::EXACT_MAX as f64),
        ("BINS_PER_OCTAVE", stats::BINS_PER_OCTAVE as f64),
        ("MAX_JOBS", rollup::MAX_JOBS as f64),
        ("MAX_STEPS", rollup::MAX_STEPS as f64),
        ("MAX_CLASSES", rollup::MAX_CLASSES as f64),
        ("RECENT", rollup::RECENT as f64),
        ("MAX_BODY", ingest::MAX_BODY as f64),
    ];
    let table = in_table();
    for (name, value) in compiled {
        let rows = table.iter().filter(|((held, _), _)| held == name).map(|(_, value)| *value);
        assert_eq!(rows.collect::<Vec<_>>(), [value], "{name}");
    }
}

#[test]
fn the_settings_are_shown_with_their_defaults() {
    let settings = read("docs/SETTINGS.md");
    let block = settings.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
    let block = block.expect("docs/SETTINGS.md shows a laptime.toml");
    assert_eq!(Policy::parse(block), Ok(Policy::default()));

    let shown: toml::Table = block.parse().unwrap();
    let keys = |table: &toml::Table| -> Vec<String> {
        let fields = |(section, value): (&String, &toml::Value)| {
            let names: Vec<String> = value.as_table().unwrap().keys().cloned().collect();
            names.into_iter().map(|name| format!("{section}.{name}")).collect::<Vec<_>>()
        };
        table.iter().flat_map(fields).collect()
    };
    assert_eq!(keys(&shown), keys(&toml::Table::try_from(Policy::default()).unwrap()));
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Rows of the only table whose header begins with `name` and `value`.
fn in_table() -> Constants {
    let text = read("docs/METHOD.md");
    let rows = text.lines().skip_while(|line| !line.starts_with("| name | value |")).skip(2);
    let mut table = Constants::new();
    for row in rows.take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, name, value, file, meaning, _] = cells[..] else { panic!("five cells: {row}") };
        assert!(!meaning.is_empty(), "what it means: {row}");
        let number = value.split(' ').next().unwrap_or_default().replace(',', "");
        let number = number.parse().unwrap_or_else(|error| panic!("{row}: {error}"));
        let key = (name.replace('`', ""), file.replace('`', ""));
        assert!(table.insert(key, number).is_none(), "twice: {row}");
    }
    table
}

fn in_policy() -> Constants {
    let policy = serde_json::to_value(Policy::default()).unwrap();
    let sections = policy.as_object().unwrap();
    let fields = sections.iter().flat_map(|(section, fields)| {
        fields.as_object().unwrap().iter().map(move |(name, value)| (section, name, value))
    });
    fields
        .filter_map(|(section, name, value)| {
            Some(((format!("{section}.{name}"), POLICY_FILE.to_owned()), value.as_f64()?))
        })
        .collect()
}

fn in_source() -> Constants {
    let mut found = Constants::new();
    for scanned in SCANNED {
        for file in rust_files(&root().join(scanned)) {
            let text = fs::read_to_string(&file).unwrap();
            let file = file.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            let constants = text.lines().filter_map(constant);
            for (name, value) in constants.filter(|(name, _)| !DRAWN.contains(&name.as_str())) {
                assert!(found.insert((name.clone(), file.clone()), value).is_none(), "{name}");
            }
        }
    }
    found
}

fn rust_files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let paths = entries.map(|entry| entry.unwrap().path());
    let code = paths.filter(|path| path.is_dir() || path.extension().is_some_and(|e| e == "rs"));
    let code = code.filter(|path| path.file_stem().is_none_or(|stem| stem != "tests"));
    code.flat_map(|path| rust_files(&path)).collect()
}

/// `const NAME: i64 = 40 * 86_400_000;` as its name and value; a `Duration` counts its unit.
fn constant(line: &str) -> Option<(String, f64)> {
    let (_, rest) = line.split_once("const ")?;
    let (name, rest) = rest.split_once(": ")?;
    let (_, value) = rest.strip_suffix(';')?.split_once(" = ")?;
    let value = match value.strip_prefix("Duration::from_") {
        Some(duration) => duration.split_once('(')?.1.strip_suffix(')')?,
        None => value,
    };
    let factors = value.split(" * ").map(|factor| factor.replace('_', "").parse::<f64>());
    let product = factors.product::<Result<f64, _>>().ok()?;
    Some((name.to_owned(), product))
}
