//! Reading `time,value`.

use std::fmt;

use csv::{ReaderBuilder, StringRecord};

use crate::hostile;
use crate::stats::detect::Sample;
use crate::time::Time;

/// Problems that are spelled out.
const MOST_TOLD: usize = 20;

/// Seconds beyond which a number is no time: some thousand years.
const MOST_SECONDS: f64 = 2.5e11;

/// Which columns to read, by the names in the header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// Of the time; `time` or the first if not given.
    pub time: Option<String>,
    /// Of the value; `value` or the second if not given.
    pub value: Option<String>,
}

/// A series in order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// Its samples.
    pub samples: Vec<Sample>,
    /// Whether they were in that order in the file.
    pub was_sorted: bool,
}

/// Why there is no series: everything that is wrong, as far as it is worth telling.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct NoSeries(pub Vec<String>);

impl fmt::Display for NoSeries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl NoSeries {
    fn one(problem: impl Into<String>) -> Self {
        Self(vec![problem.into()])
    }
}

/// Reads a file of two or more columns, separated by commas, semicolons or tabs. A header is told
/// by not being a sample.
pub fn read(bytes: &[u8], columns: &Columns) -> Result<Read, NoSeries> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(bytes))
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let mut records = reader.records().enumerate().peekable();
    let first = match records.peek() {
        None => return Err(NoSeries::one("there is no line in it; write time,value")),
        Some((_, Err(error))) => return Err(NoSeries::one(error.to_string())),
        Some((_, Ok(first))) => first.clone(),
    };
    let (places, has_header) = places(&first, columns)?;
    let (mut samples, mut problems, mut more) = (Vec::new(), Vec::new(), 0);
    for (_, record) in records.skip(usize::from(has_header)) {
        match record.map_err(|error| error.to_string()).and_then(|one| sample(&one, places)) {
            Ok(sample) => samples.push(sample),
            Err(problem) if problems.len() < MOST_TOLD => problems.push(problem),
            Err(_) => more += 1,
        }
    }
    if more > 0 {
        problems.push(format!("and {more} more lines like these"));
    }
    if !problems.is_empty() {
        return Err(NoSeries(problems));
    }
    let was_sorted = samples.is_sorted_by_key(|sample: &Sample| sample.at);
    samples.sort_by_key(|sample| sample.at);
    Ok(Read { samples, was_sorted })
}

/// What separates the columns of the first line.
fn delimiter(bytes: &[u8]) -> u8 {
    let line = bytes.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty());
    let line = line.unwrap_or_default();
    let has = |wanted: u8| line.contains(&wanted);
    match () {
        () if has(b',') => b',',
        () if has(b';') => b';',
        () if has(b'\t') => b'\t',
        () => b',',
    }
}

/// Positions of time and value, and whether the first record is a header.
fn places(first: &StringRecord, columns: &Columns) -> Result<((usize, usize), bool), NoSeries> {
    if first.len() < 2 {
        return Err(NoSeries::one(
            "it has one column; two are needed: time,value (separated by comma, semicolon or tab)",
        ));
    }
    let named = columns.time.is_some() || columns.value.is_some();
    if !named && sample(first, (0, 1)).is_ok() {
        return Ok(((0, 1), false));
    }
    let find = |name: &str| first.iter().position(|one| one.eq_ignore_ascii_case(name));
    let wanted = |wanted: &Option<String>, usual: &str, place: usize| match wanted {
        None => Ok(find(usual).unwrap_or(place)),
        Some(name) => find(name).ok_or_else(|| {
            let header: Vec<String> =
                first.iter().map(|name| hostile::terminal(name, 30)).collect();
            NoSeries::one(format!("no column is called `{name}`; there are: {}", header.join(", ")))
        }),
    };
    let (time, value) = (wanted(&columns.time, "time", 0)?, wanted(&columns.value, "value", 1)?);
    // A first line that is a sample but for one mistake is no header.
    let is_words = |place: usize| first.get(place).is_some_and(|text| text.parse::<f64>().is_err());
    let has_header = named || (is_words(time) && is_words(value) && time_of(first, time).is_err());
    if time == value {
        return Err(NoSeries::one(
            "time and value are one column; name two with --time and --value",
        ));
    }
    Ok(((time, value), has_header))
}

fn sample(record: &StringRecord, (time, value): (usize, usize)) -> Result<Sample, String> {
    let line = record.position().map_or(0, csv::Position::line);
    let at = time_of(record, time).map_err(|problem| format!("line {line}: {problem}"))?;
    let Some(text) = record.get(value) else {
        return Err(format!("line {line}: there is no value"));
    };
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Sample { at, value }),
        _ => Err(format!("line {line}: the value `{}` is no number", hostile::terminal(text, 40))),
    }
}

fn time_of(record: &StringRecord, place: usize) -> Result<Time, String> {
    let text = record.get(place).unwrap_or_default();
    if let Ok(seconds) = text.parse::<f64>() {
        if seconds.is_nan() || seconds.abs() >= MOST_SECONDS {
            return Err(format!(
                "the time `{}` is no number of seconds",
                hostile::terminal(text, 40)
            ));
        }
        #[expect(clippy::cast_possible_truncation, reason = "bounded above")]
        let ms = (seconds * 1e3).round() as i64;
        return Ok(Time::from_millis(ms));
    }
    let midnight = format!("{text}T00:00:00Z");
    text.parse().or_else(|_| midnight.parse::<Time>()).map_err(|_| {
        format!(
            "the time `{}` is neither unix seconds nor RFC 3339, as in 2026-01-31T12:00:00Z",
            hostile::terminal(text, 40)
        )
    })
}
