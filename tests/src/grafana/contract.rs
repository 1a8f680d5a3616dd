//! What requests and answers have to look like.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

static CONTRACT: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../grafana/contract.schema.json")).unwrap()
});

/// What is wrong with a value of this name in the contract.
pub(super) fn problems(name: &str, value: &Value) -> Vec<String> {
    let validator = validator(name);
    let told = validator.iter_errors(value);
    told.map(|error| format!("{name}: {error}")).collect()
}

fn validator(name: &str) -> Validator {
    let defs = &CONTRACT["$defs"];
    assert!(defs.get(name).is_some(), "the contract has nothing of {name}");
    let schema = json!({"$ref": format!("#/$defs/{name}"), "$defs": defs});
    jsonschema::validator_for(&schema).unwrap()
}
