//! Names of workflows, jobs, steps and branches come from whoever opens a pull request. Each
//! function here makes such a text safe for one place it is written to.
//!
//! Whatever cannot be seen (controls, bidi overrides, zero-width characters) is spelled out, as in
//! `\u{202e}`, and everything is cut: a name of 10 kB is an attack or an accident, never a name.
//! JSON is the exception: there names stay verbatim, and `serde_json` escapes what JSON must.

mod annotation;
mod markdown;
#[cfg(test)]
mod tests;

pub use annotation::annotation;
pub use markdown::{issue_title, markdown, markdown_prose};

use unicode_width::UnicodeWidthChar;

/// Longest name in HTML and Markdown, in characters.
const NAME_CHARS: usize = 120;
/// Longest sentence (a recommendation with names in it), in characters.
const PROSE_CHARS: usize = 600;
/// Longest text in a log line, in characters.
const LOG_CHARS: usize = 200;
/// Combining marks cost no width, so width alone does not bound a text.
const CHARS_PER_COLUMN: usize = 4;

/// One line for a terminal, at most `width` columns wide; a longer text ends in `…`.
///
/// ```
/// use laptime_core::hostile::terminal;
/// assert_eq!(terminal("build\u{1b}[31m", 40), r"build\u{1b}[31m");
/// assert_eq!(terminal("integration tests", 8), "integra…");
/// ```
pub fn terminal(text: &str, width: usize) -> String {
    cut(named(text), width, &Place { columns: columns_of, escaped: is_unseen })
}

/// One line of a log, at most 200 characters.
pub fn log(text: &str) -> String {
    cut(text, LOG_CHARS, &Place { columns: one, escaped: is_unseen })
}

/// A name as it stands in a sentence: between backquotes, of which it brings none of its own.
///
/// ```
/// assert_eq!(laptime_core::hostile::quoted("a `b`"), "`a 'b'`");
/// ```
pub fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "'"))
}

/// A name for HTML, at most 120 characters. Tags are left alone: the template escapes them.
pub fn html(name: &str) -> String {
    cut(named(name), NAME_CHARS, &Place { columns: one, escaped: is_unseen })
}

/// A sentence for HTML or a terminal, at most 600 characters; tags are left alone as in [`html`].
pub fn prose(text: &str) -> String {
    cut(text, PROSE_CHARS, &Place { columns: one, escaped: is_unseen })
}

/// What a place counts as length, and what it cannot show.
struct Place {
    columns: fn(char) -> usize,
    escaped: fn(char) -> bool,
}

fn named(text: &str) -> &str {
    if text.trim().is_empty() { "(no name)" } else { text }
}

fn one(_: char) -> usize {
    1
}

/// Columns of a character, never too few: U+FE0F widens the emoji before it.
fn columns_of(c: char) -> usize {
    if c == '\u{fe0f}' { 1 } else { c.width().unwrap_or(0) }
}

/// `text` with what `place` cannot show spelled out, at most `limit` columns long. An escape is
/// never cut in two.
fn cut(text: &str, limit: usize, place: &Place) -> String {
    if limit == 0 {
        return String::new();
    }
    let (mut shown, mut used, mut keep) = (String::new(), 0, 0);
    for (index, c) in text.chars().enumerate() {
        used += push(&mut shown, c, place);
        if used > limit || index >= limit.saturating_mul(CHARS_PER_COLUMN) {
            shown.truncate(keep);
            shown.push('…');
            return shown;
        }
        if used < limit {
            keep = shown.len();
        }
    }
    shown
}

fn push(shown: &mut String, c: char, place: &Place) -> usize {
    if !(place.escaped)(c) {
        shown.push(c);
        return (place.columns)(c);
    }
    // `escape_default` leaves printable ASCII alone, and a backquote has to go too.
    if c.is_ascii_graphic() {
        let escape = c.escape_unicode();
        shown.extend(escape.clone());
        return escape.len();
    }
    let escape = c.escape_default();
    shown.extend(escape.clone());
    escape.len()
}

/// Characters that show nothing, or change how their neighbours are shown: controls, bidi marks,
/// zero-width characters, line separators, fillers that look blank, and tags.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}
