//! Files in `docs/` that are generated from the types, and kept so that people can read them.

use std::path::Path;
use std::{env, fs};

/// Compares a JSON file in `docs/` with what the types say now.
/// `LAPTIME_UPDATE_SCHEMA=1 cargo test -p laptime-core schema` writes it anew.
#[expect(clippy::disallowed_methods, reason = "a switch of these tests, no setting")]
pub(crate) fn assert_kept(name: &str, generated: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    if env::var("LAPTIME_UPDATE_SCHEMA").is_ok_and(|wanted| wanted == "1") {
        fs::write(&file, generated).unwrap();
    }
    // As values: the order of keys depends on features that other crates turn on.
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    assert!(
        parse(&fs::read_to_string(&file).unwrap_or_default()) == parse(generated),
        "{} is not what the types say; regenerate it with `make schema` and review the difference",
        file.display()
    );
}
