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
    use std::{env, fs, path::Path};

    use super::*;
    use crate::render::sample;

    /// `LAPTIME_UPDATE_SCHEMA=1 cargo test -p laptime-core schema` writes the file anew.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "a switch of this test, no setting")]
    fn the_schema_in_docs_is_the_one_of_the_types() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/report.schema.json");
        if env::var("LAPTIME_UPDATE_SCHEMA").is_ok_and(|wanted| wanted == "1") {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, schema()).unwrap();
        }
        // As values: the order of keys depends on features that other crates turn on.
        let kept = fs::read_to_string(&file).unwrap_or_default();
        let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
        assert!(
            parse(&kept) == parse(&schema()),
            "{} is not what the types say; regenerate it with \
             `LAPTIME_UPDATE_SCHEMA=1 cargo test -p laptime-core schema` and review the difference",
            file.display()
        );
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
