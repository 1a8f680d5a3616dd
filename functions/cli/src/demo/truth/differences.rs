//! Where a report departs from the truth.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Means and extremes are rounded to a thousandth of a second.
const ROUNDING_S: f64 = 0.0015;
/// Percentiles of many samples come from a sketch.
const SKETCH: f64 = 0.01;
/// Lists the truth covers whole: what the report has beyond them is wrong.
const COMPLETE: [&str; 4] = ["workflows", "segments", "jobs", "steps"];

/// All differences, a line for each.
pub(super) fn between(truth: &Value, report: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    compare("", "", truth, report, &mut lines);
    lines
}

/// Compares what stands under `key` at `place`.
fn compare(place: &str, key: &str, truth: &Value, report: &Value, lines: &mut Vec<String>) {
    match (truth, report) {
        (Value::Object(truth), Value::Object(report)) if key == "outcomes" => {
            for name in truth.keys().chain(report.keys().filter(|k| !truth.contains_key(*k))) {
                let zero = Value::from(0);
                let (want, have) = (truth.get(name), report.get(name));
                let at = join(place, name);
                compare(&at, name, want.unwrap_or(&zero), have.unwrap_or(&zero), lines);
            }
        }
        (Value::Object(truth), Value::Object(report)) => objects(place, truth, report, lines),
        (Value::Array(truth), Value::Array(report)) => lists(place, key, truth, report, lines),
        _ if same(key, truth, report) => {}
        _ => lines.push(format!("{} {truth}, report says {report}", place.trim())),
    }
}

/// The report may have more entries than the truth knows of, never fewer.
fn objects(
    place: &str,
    truth: &Map<String, Value>,
    report: &Map<String, Value>,
    lines: &mut Vec<String>,
) {
    for (key, want) in truth {
        match report.get(key) {
            Some(have) => compare(&join(place, key), key, want, have, lines),
            None => lines.push(format!("{} is missing from the report", join(place, key).trim())),
        }
    }
}

/// Lists are compared by what identifies their items, in any order.
fn lists(place: &str, key: &str, truth: &[Value], report: &[Value], lines: &mut Vec<String>) {
    let (wanted, had) = (by_name(truth), by_name(report));
    let place = place.strip_suffix(key).unwrap_or(place);
    if had.len() < report.len() {
        lines.push(format!("{place}{key}: the report lists one twice"));
    }
    for (id, want) in &wanted {
        let at = format!("{place}{}", title(key, want));
        match had.get(id) {
            Some(have) => compare(&at, "", want, have, lines),
            None => lines.push(format!("{} is missing from the report", at.trim())),
        }
    }
    let complete = COMPLETE.contains(&key);
    for (_, have) in had.iter().filter(|(id, _)| complete && !wanted.contains_key(*id)) {
        lines.push(format!("{place}{} is in the report, but not real", title(key, have)));
    }
}

/// Items by what identifies them, whatever their order.
fn by_name(items: &[Value]) -> BTreeMap<String, &Value> {
    let keys = ["repository_id", "workflow_id", "segment", "name", "occurrence"];
    let identity = |item: &Value| keys.map(|key| item.get(key).unwrap_or(&Value::Null).to_string());
    items.iter().map(|item| (identity(item).join("/"), item)).collect()
}

/// What a person calls an item of the list `key`.
fn title(key: &str, item: &Value) -> String {
    let text = |field: &str| item.get(field).and_then(Value::as_str).unwrap_or("?");
    match (key, item.get("occurrence").and_then(Value::as_u64)) {
        ("workflows", _) => {
            let id = item.get("workflow_id").unwrap_or(&Value::Null);
            format!("{} {} ({id}):", text("repository"), text("workflow"))
        }
        ("segments", _) => format!("segment {:?}", text("segment")),
        ("steps", Some(2..)) => format!("step {:?} (again)", text("name")),
        _ => format!("{} {:?}", key.trim_end_matches('s'), text("name")),
    }
}

/// Whether two plain values are equal, as far as the report can tell them.
fn same(key: &str, truth: &Value, report: &Value) -> bool {
    let exact = truth.is_u64() || !truth.is_number() || !report.is_number();
    match (truth.as_f64(), report.as_f64()) {
        (Some(truth), Some(report)) if !exact => {
            let sketch = if key.starts_with('p') { SKETCH * truth } else { 0.0 };
            (truth - report).abs() <= ROUNDING_S.max(sketch)
        }
        _ => truth == report,
    }
}

/// `acme/web CI (7):` + `ran_s` → `acme/web CI (7): ran_s`, then `….mean`.
fn join(place: &str, key: &str) -> String {
    match place.chars().last() {
        None => key.to_owned(),
        Some(':' | '"' | ')') => format!("{place} {key}"),
        Some(_) => format!("{place}.{key}"),
    }
}
