//! Reading recorded deliveries.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use laptime_core::model::Event;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A delivery, or an event that was exported from a store.
#[derive(Debug, Clone)]
pub(crate) enum Record {
    /// A webhook delivery.
    Delivery {
        /// Its event name.
        event: String,
        /// Its GUID, if it was recorded.
        guid: Option<String>,
        /// The raw body.
        body: Vec<u8>,
    },
    /// An exported event: it has no body to sign.
    Event(Box<Event>),
}

/// A record and where it was read.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    pub(crate) record: Record,
    /// File and line, for messages.
    pub(crate) place: String,
}

type Records = Box<dyn Iterator<Item = anyhow::Result<Recorded>>>;

/// All records of a file: one body in a `.json` file, else one record a line.
pub(super) fn open(path: &Path) -> anyhow::Result<Records> {
    let name = path.display().to_string();
    if path == Path::new("-") {
        return Ok(lines("standard input".to_owned(), std::io::stdin().lock()));
    }
    let file = File::open(path).with_context(|| format!("{name} cannot be opened"))?;
    if path.extension().is_some_and(|extension| extension == "json") {
        return Ok(Box::new(std::iter::once(whole(&name, file))));
    }
    Ok(lines(name, BufReader::new(file)))
}

fn whole(name: &str, mut file: File) -> anyhow::Result<Recorded> {
    let mut body = Vec::new();
    file.read_to_end(&mut body).with_context(|| format!("{name} cannot be read"))?;
    let event = match event_named(Path::new(name)) {
        Some(event) => event,
        None => event_of(&body).with_context(|| name.to_owned())?.to_owned(),
    };
    Ok(Recorded { record: Record::Delivery { event, guid: None, body }, place: name.to_owned() })
}

/// `push.json` and `workflow_job.completed.json` name their event up to the first dot.
fn event_named(path: &Path) -> Option<String> {
    let (event, rest) = path.file_name()?.to_str()?.split_once('.')?;
    let is_event = matches!(event, "ping" | "push" | "workflow_job" | "workflow_run");
    (is_event || rest != "json").then(|| event.to_owned())
}

fn lines(name: String, reader: impl BufRead + 'static) -> Records {
    let numbered = reader.split(b'\n').zip(1_u64..);
    Box::new(numbered.filter_map(move |(line, number)| {
        let place = format!("{name}:{number}");
        let line = match line.with_context(|| format!("{place} cannot be read")) {
            Ok(line) if line.trim_ascii().is_empty() => return None,
            Ok(line) => line,
            Err(error) => return Some(Err(error)),
        };
        // Some programs begin text with a byte order mark.
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line);
        let record = parse(line).with_context(|| place.clone());
        Some(record.map(|record| Recorded { record, place }))
    }))
}

#[derive(Deserialize)]
struct Line<'a> {
    event: Option<String>,
    delivery: Option<String>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
    #[serde(borrow)]
    fact: Option<&'a RawValue>,
}

fn parse(line: &[u8]) -> anyhow::Result<Record> {
    let read: Line<'_> = serde_json::from_slice(line)
        .map_err(|error| anyhow!("not a recorded delivery: {error}"))?;
    match read {
        Line { event: Some(event), delivery, body: Some(body), .. } => {
            let body = body_bytes(body)?;
            Ok(Record::Delivery { event, guid: delivery, body })
        }
        Line { fact: Some(_), .. } => {
            Ok(Record::Event(Box::new(Event::decode(line).context("not an exported event")?)))
        }
        Line { event: None, body: None, .. } => {
            let event = event_of(line)?.to_owned();
            Ok(Record::Delivery { event, guid: None, body: line.to_vec() })
        }
        _ => bail!("not a recorded delivery: write {{\"event\", \"delivery\", \"body\"}}"),
    }
}

/// A body is recorded as JSON or as the text that was sent; either way its very bytes are kept.
fn body_bytes(body: &RawValue) -> anyhow::Result<Vec<u8>> {
    if body.get().starts_with('"') {
        return Ok(serde_json::from_str::<String>(body.get())?.into_bytes());
    }
    Ok(body.get().as_bytes().to_vec())
}

#[derive(Deserialize)]
struct Shape<'a> {
    #[serde(borrow)]
    workflow_job: Option<&'a RawValue>,
    #[serde(borrow)]
    workflow_run: Option<&'a RawValue>,
    #[serde(borrow)]
    zen: Option<&'a RawValue>,
}

/// The event name that a bare body belongs to.
fn event_of(body: &[u8]) -> anyhow::Result<&'static str> {
    let shape: Shape<'_> =
        serde_json::from_slice(body).map_err(|error| anyhow!("not a delivery's body: {error}"))?;
    match shape {
        Shape { workflow_job: Some(_), .. } => Ok("workflow_job"),
        Shape { workflow_run: Some(_), .. } => Ok("workflow_run"),
        Shape { zen: Some(_), .. } => Ok("ping"),
        _ => bail!(
            "neither workflow_run nor workflow_job is in it; record it as \
             {{\"event\", \"delivery\", \"body\"}} to name its event"
        ),
    }
}
