use schemars::generate::SchemaSettings;

use crate::report::Report;

/// The report as pretty JSON with a newline at its end; `docs/report.schema.json` describes it.
/// Names are verbatim.
pub fn json(report: &Report) -> String {
    pretty(report)
}

/// JSON Schema of [`json`]'s output, as kept in `docs/report.schema.json`.
pub fn schema() -> String {
    let schema = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Report>();
    pretty(&schema)
}

/// Nothing in either value can fail: their keys are strings and writing is to memory.
fn pretty(value: &impl serde::Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn the_schema_in_docs_is_the_one_of_the_types() {
        crate::kept::assert_kept("report.schema.json", &schema());
    }

    #[test]
    fn names_are_verbatim_and_missing_figures_are_null() {
        let text = json(&sample::hostile("a\0\u{202e}<b>"));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["workflows"][0]["workflow"], "a\0\u{202e}<b>");
        assert!(text.ends_with("}\n"));

        let value: serde_json::Value = serde_json::from_str(&json(&sample::unmeasured())).unwrap();
        assert_eq!(value["workflows"][0]["total_s"]["p50"], serde_json::Value::Null);
        assert_eq!(value["workflows"][0]["total_s"]["count"], 0);
    }
}
