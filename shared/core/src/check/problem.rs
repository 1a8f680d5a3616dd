//! What is wrong with a file of timings.

use std::fmt;

use crate::check::Format;
use crate::hostile;

/// Problems of one file that are spelled out; the rest is counted.
const MOST_TOLD: usize = 20;

/// Why a file, or a benchmark in it, cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It cannot be opened or read.
    #[error("cannot be read: {0}")]
    Unread(String),
    /// Larger than is taken.
    #[error("is larger than {0} MiB: leave out the single samples, or split it")]
    TooLarge(usize),
    /// Nothing but white space.
    #[error("is empty")]
    Empty,
    /// As PowerShell's `>` writes.
    #[error("is UTF-16: write it as UTF-8")]
    Utf16,
    /// No JSON, or not of the form that it looks like.
    #[error("line {line}, column {column}: {what}")]
    Json {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What is wrong there.
        what: String,
    },
    /// JSON, but no known format.
    #[error(
        "{0}; what can be read is JSON of pytest-benchmark, estimates.json or sample.json of \
         criterion, messages of cargo-criterion, hyperfine's export, or an object of names and \
         seconds"
    )]
    Unknown(&'static str),
    /// A format without anything in it.
    #[error("holds no benchmark ({})", .0.name())]
    NoBenchmark(Format),
    /// A folder without results.
    #[error(
        "has no <benchmark>/new/estimates.json in it: name the folder target/criterion after \
         `cargo bench`"
    )]
    NoCriterion,
    /// An entry that does not say what it is.
    #[error("entry {0} has no name")]
    NoName(usize),
    /// Which one is meant is not known.
    #[error("`{}` occurs {times} times: give each benchmark a name of its own", hostile::log(.name))]
    Twice {
        /// The benchmark.
        name: String,
        /// How often.
        times: u64,
    },
    /// A figure that is no time.
    #[error("`{}`: {field} {found}", hostile::log(.name))]
    Figure {
        /// The benchmark.
        name: String,
        /// Where in it.
        field: String,
        /// What is wrong.
        found: String,
    },
    /// In one file of a folder.
    #[error("{}: {problem}", hostile::log(.file))]
    Within {
        /// Path in the folder.
        file: String,
        /// What is wrong with it.
        problem: Box<Problem>,
    },
}

impl Problem {
    /// With the word JSON does not have, where that is what stands there.
    pub(super) fn json(error: &serde_json::Error, bytes: &[u8]) -> Self {
        let (line, column) = (error.line(), error.column());
        let told = error.to_string();
        let what = told.split(" at line ").next().unwrap_or_default();
        let hint = if error.is_syntax() && is_no_number(bytes, line, column) {
            " (NaN and Infinity are no JSON)"
        } else {
            ""
        };
        Self::Json { line, column, what: format!("{}{hint}", hostile::log(what)) }
    }

    pub(super) fn within(self, file: &str) -> Self {
        Self::Within { file: file.to_owned(), problem: Box::new(self) }
    }
}

/// Whether the parser stopped in or at the end of `NaN`, `Infinity` or `-Infinity`.
fn is_no_number(bytes: &[u8], line: usize, column: usize) -> bool {
    let text = bytes.split(|byte| *byte == b'\n').nth(line.saturating_sub(1)).unwrap_or_default();
    let near = text.get(column.saturating_sub(2)..).unwrap_or_default();
    ["NaN", "Infinity"]
        .iter()
        .any(|word| near.windows(word.len()).take(3).any(|part| part == word.as_bytes()))
}

/// Files that cannot be used, with all that is wrong with each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unreadable(pub Vec<(String, Vec<Problem>)>);

impl std::error::Error for Unreadable {}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing is compared, as there are problems:")?;
        for (file, problems) in &self.0 {
            let file = hostile::log(file);
            for problem in problems.iter().take(MOST_TOLD) {
                write!(f, "\n  {file}: {problem}")?;
            }
            if let Some(more @ 1..) = problems.len().checked_sub(MOST_TOLD) {
                write!(f, "\n  {file}: and {more} more")?;
            }
        }
        Ok(())
    }
}
