//! Logs as Lambda wants them: one line of JSON each, with the id of the invocation.

use std::fmt::{Debug, Write as _};
use std::io::Write as _;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::Targets;

use crate::settings::clock;

/// Our own crates. What libraries say below `info` may hold requests and responses whole.
const OURS: [&str; 4] = ["laptime", "webhook", "aggregator", "reporter"];

/// The invocation under way: a process has one at a time.
static REQUEST: Mutex<String> = Mutex::new(String::new());

/// Starts logging to standard error: by `RUST_LOG`, at `info` without it.
pub(crate) fn start(rust_log: Option<&str>) {
    let asked =
        rust_log.map(|text| Targets::from_str(text).ok().filter(|levels| speaks(levels, text)));
    let unreadable = matches!(asked, Some(None));
    let levels = asked.flatten().unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    // Somebody else's logging stays where there is one, as in tests.
    let _ = tracing::subscriber::set_global_default(Lines { levels });
    if unreadable {
        tracing::warn!(
            "RUST_LOG cannot be read, so the level is info; write it as in info,webhook=debug"
        );
    }
}

/// Whether any of our errors would be logged: a level that is misspelt reads as the name of a target,
/// and would silence all others. Who wants that says `off`.
fn speaks(levels: &Targets, text: &str) -> bool {
    text.trim() == "off" || OURS.iter().any(|name| levels.would_enable(name, &Level::ERROR))
}

/// The id of the invocation that following lines belong to.
pub(crate) fn request(id: &str) {
    let mut current = REQUEST.lock().unwrap_or_else(PoisonError::into_inner);
    id.clone_into(&mut current);
}

/// Events as lines. Spans are not kept: an invocation is the one unit of work.
struct Lines {
    levels: Targets,
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let (target, level) = (metadata.target(), metadata.level());
        let own = OURS.iter().any(|name| target.starts_with(name));
        metadata.is_event()
            && (own || *level <= Level::INFO)
            && self.levels.would_enable(target, level)
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let line = line(event, &REQUEST.lock().unwrap_or_else(PoisonError::into_inner));
        // A log that cannot be written must not stop what is being logged.
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn line(event: &Event<'_>, request: &str) -> String {
    let mut fields = Fields(Map::new());
    event.record(&mut fields);
    let Fields(mut fields) = fields;
    let message = fields.remove("message").unwrap_or_default();
    if !request.is_empty() {
        fields.insert("request.id".to_owned(), request.into());
    }
    let mut line = format!(
        r#"{{"timestamp":"{}","level":"{}","message":{message},"target":{}"#,
        clock(),
        event.metadata().level(),
        Value::from(event.metadata().target()),
    );
    for (name, value) in fields {
        // Writing to memory cannot fail.
        let _ = write!(line, ",{}:{value}", Value::from(name));
    }
    line + "}\n"
}

struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_is_misspelt_does_not_silence_everything() {
        let speaks = |text: &str| Targets::from_str(text).is_ok_and(|levels| speaks(&levels, text));
        for text in ["info", "debug", "warn,webhook=debug", "laptime=error", "off"] {
            assert!(speaks(text), "{text}");
        }
        for text in ["inof", "INFO;webhook=debug", "webhook:debug", "webhook=loud", "hyper=info"] {
            assert!(!speaks(text), "{text}");
        }
    }
}
