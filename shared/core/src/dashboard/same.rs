//! Whether a dashboard is still as it was written.
//!
//! Grafana gives back what it was given, and more: ids, a version, a newer schema, its own
//! annotations, defaults of fields that were not there; and it may leave out a field that has its
//! default. All of that is no change. Anything else is.

use serde_json::Value;

/// Whether `there` says all that `ours` says.
pub fn holds(there: &Value, ours: &Value) -> bool {
    match (there, ours) {
        (Value::Object(there), Value::Object(ours)) => {
            ours.iter().all(|(key, our)| match (key.as_str(), there.get(key)) {
                (_, None) => is_nothing(our),
                ("schemaVersion", Some(there)) => there.as_u64() >= our.as_u64(),
                (_, Some(there)) => holds(there, our),
            })
        }
        (Value::Array(there), Value::Array(ours)) if ours.iter().all(|one| name(one).is_some()) => {
            ours.iter().all(|our| there.iter().any(|one| name(one) == name(our) && holds(one, our)))
        }
        (Value::Array(there), Value::Array(ours)) => {
            there.len() == ours.len() && there.iter().zip(ours).all(|(one, our)| holds(one, our))
        }
        // 80 may come back as 80.0.
        (Value::Number(there), Value::Number(ours)) => {
            there == ours || there.as_f64().zip(ours.as_f64()).is_some_and(|(a, b)| is_same(a, b))
        }
        (there, ours) => there == ours || is_nothing(there) && is_nothing(ours),
    }
}

fn is_same(a: f64, b: f64) -> bool {
    a.total_cmp(&b).is_eq()
}

/// Variables and sets of annotations have names, and may stand among others.
fn name(value: &Value) -> Option<&str> {
    value.get("name").and_then(Value::as_str)
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64().is_some_and(|number| is_same(number.abs(), 0.0)),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_grafana_adds_or_leaves_out_is_no_change() {
        let ours = json!({
            "uid": "a", "schemaVersion": 39, "refresh": "", "editable": true,
            "panels": [{"id": 1, "min": 80, "overrides": [], "base": null}],
            "annotations": {"list": [{"name": "Findings", "enable": true}]},
        });
        let there = json!({
            "id": 7, "uid": "a", "version": 3, "schemaVersion": 42, "editable": true,
            "panels": [{"id": 1, "min": 80.0, "pluginVersion": "12.4.0"}],
            "annotations": {"list": [
                {"name": "Annotations & Alerts", "builtIn": 1},
                {"name": "Findings", "enable": true, "hide": false},
            ]},
        });
        assert!(holds(&there, &ours));
        let changed = |pointer: &str, value: Value| {
            let mut there = there.clone();
            *there.pointer_mut(pointer).unwrap() = value;
            !holds(&there, &ours)
        };
        assert!(changed("/uid", json!("b")));
        assert!(changed("/editable", json!(false)));
        assert!(changed("/schemaVersion", json!(16)));
        assert!(changed("/panels", json!([])));
        assert!(changed("/panels/0/min", json!(81)));
        assert!(changed("/annotations/list/1/enable", json!(false)));
        assert!(changed("/annotations/list", json!([])));
        assert!(!changed("/version", json!(4)));
    }
}
