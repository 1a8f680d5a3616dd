//! Verify and parse against the bare hash that no receiver can do without.

use hmac::{Hmac, KeyInit, Mac};
use laptime_core::ingest::{Progress, Reading, read};
use sha2::Sha256;

use crate::body::{SECRET, Template, secrets};
use crate::measure::{cpu_spent, median};
use crate::table::{Bound, Table};

const ROUNDS: usize = 61;
const BATCH: usize = 200;

pub(crate) fn run(table: &mut Table) {
    let bound = (Bound::AtMost(1.8), Some(Bound::AtMost(1.7)));
    let (ratio, note) = compare(19_700);
    table.add("verify + parse ÷ bare HMAC-SHA256, 19.7 KB", bound, (ratio, "×"), note);
    let (ratio, note) = compare(55_000);
    table.show("verify + parse ÷ bare HMAC-SHA256, 55 KB", (ratio, "×"), note);
    refuses_malformed();
}

/// The ratio of medians, and both in µs.
fn compare(size: usize) -> (f64, String) {
    let body = Template::run("completed", size).with_run(1);
    let secrets = secrets();
    let header = secrets.sign(&body);
    let key = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    let good = || {
        secrets.verify(&body, Some(&header)).unwrap();
        let reading = read("workflow_run", &body, Progress::Keep).unwrap();
        assert!(matches!(reading, Reading::Event(_)));
    };
    let bare = || {
        std::hint::black_box(key.clone().chain_update(&body).finalize());
    };
    let (mut good_us, mut bare_us) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        good_us.push(micros(&good));
        bare_us.push(micros(&bare));
    }
    let (good, bare) = (median(good_us), median(bare_us));
    (good / bare, format!("{good:.1} against {bare:.1} µs"))
}

/// Speed must not come from looking less closely.
fn refuses_malformed() {
    let body = Template::run("completed", 19_700).with_run(1);
    let text = String::from_utf8(body).unwrap();
    let last = text.rfind('}').unwrap();
    let broken = [
        text[..last].to_owned(),
        text.replacen("\"sender\":{", "\"sender\":{,", 1),
        text.replacen("\"site_admin\":false", "\"site_admin\":fals", 1),
        format!("{text}}}"),
        text.replacen("https:", "https\\q", 1),
        text.replacen("\"watchers\":12", "\"watchers\":012", 1),
        text.replacen("Say why", "Say \u{1}why", 1),
    ];
    for body in broken {
        assert_ne!(body, text);
        assert!(read("workflow_run", body.as_bytes(), Progress::Keep).is_err());
    }
}

/// µs of CPU that one call takes, over a batch.
fn micros(call: &impl Fn()) -> f64 {
    cpu_spent(|| (0..BATCH).for_each(|_| call())) * 1e6 / BATCH as f64
}
