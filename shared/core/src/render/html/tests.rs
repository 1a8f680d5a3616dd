use std::{env, fs, path::PathBuf};

use super::html;
use crate::render::sample;

/// A folder named by `LAPTIME_HTML_OUT` keeps the files for the eye.
#[test]
#[expect(clippy::disallowed_methods, reason = "a switch of this test, no setting")]
fn every_kind_of_report_is_one_file_without_network_or_script() {
    let kinds = [
        ("rich", sample::rich(6)),
        ("many", sample::rich(60)),
        ("single", sample::rich(1)),
        ("small", sample::small()),
        ("empty", sample::empty()),
        ("unmeasured", sample::unmeasured()),
        ("hostile", sample::hostile("<script>alert(1)</script> @everyone \u{202e}\0 `|` #1 x")),
        ("long", sample::hostile(&"long name ".repeat(1_000))),
    ];
    let folder = env::var("LAPTIME_HTML_OUT").ok().map(PathBuf::from);
    for (kind, report) in kinds {
        let page = html(&report).unwrap();
        if let Some(folder) = &folder {
            fs::write(folder.join(format!("{kind}.html")), &page).unwrap();
        }
        let own = page.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "");
        for outside in ["http", "src=", "<script", "@import", "url(", "onload", "javascript:"] {
            assert!(!own.contains(outside), "{kind}: {outside}");
        }
    }
}
