//! Text that GitHub renders without linking, mentioning or interpreting any of it.
//!
//! Backslashes and entities are not enough: GitHub looks for mentions and references in the
//! rendered text, where `&#64;user` is `@user` again. It leaves code spans alone, so everything in
//! doubt goes into one.

use super::{NAME_CHARS, PROSE_CHARS, Place, cut, is_unseen, named, one};

/// Longest title before its spans are set apart by backquotes.
const TITLE_CHARS: usize = 200;

/// Shortest run of hexadecimal digits that GitHub takes for a commit.
const SHORTEST_SHA: usize = 7;

/// A name as a code span, at most 120 characters, fit for a table cell.
///
/// A backquote would end the span and a pipe the cell (also inside a span, and `\|` after a
/// backslash ends it again), so both are spelled out.
///
/// ```
/// use laptime_core::hostile::markdown;
/// assert_eq!(markdown("test @everyone"), "`test @everyone`");
/// assert_eq!(markdown("a|b"), r"`a\u{7c}b`");
/// ```
pub fn markdown(name: &str) -> String {
    format!("`{}`", cut(named(name), NAME_CHARS, &SPAN))
}

/// A sentence, at most 600 characters, whose names stand between backquotes. Those become code
/// spans, plain words stay text, and every other word becomes a code span too, so a name that
/// brings backquotes of its own gains nothing. To be written behind other text: at the start of a
/// line a word such as `1.` would begin a list.
///
/// ```
/// use laptime_core::hostile::markdown_prose;
/// assert_eq!(markdown_prose("Split job `a b`: ask @octo."), "Split job `a b`: ask `@octo.`");
/// ```
pub fn markdown_prose(text: &str) -> String {
    sentence(text, PROSE_CHARS)
}

/// The same for the title of an issue, which GitHub takes up to 256 characters long.
pub fn issue_title(text: &str) -> String {
    sentence(text, TITLE_CHARS)
}

fn sentence(text: &str, limit: usize) -> String {
    let shown = cut(text, limit, &Place { columns: one, escaped: breaks_cell });
    let mut line = Line::default();
    for (nth, part) in shown.split('`').enumerate() {
        if nth % 2 == 1 {
            line.code(part);
            continue;
        }
        for word in part.split_inclusive(' ') {
            let bare = word.trim_end_matches(' ');
            if is_plain(bare) {
                line.plain(bare);
            } else {
                line.code(bare);
            }
            if bare.len() < word.len() {
                line.space();
            }
        }
    }
    line.close()
}

const SPAN: Place = Place { columns: one, escaped: breaks_span };

fn breaks_span(c: char) -> bool {
    breaks_cell(c) || c == '`'
}

fn breaks_cell(c: char) -> bool {
    is_unseen(c) || c == '|'
}

/// A line of words and code spans. Spans that would touch, or have only a space between them,
/// become one: two backquotes in a row would mean something else.
#[derive(Default)]
struct Line {
    done: String,
    span: String,
    space: bool,
}

impl Line {
    fn code(&mut self, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        if self.span.is_empty() {
            self.pause();
        } else if std::mem::take(&mut self.space) {
            self.span.push(' ');
        }
        self.span.push_str(text);
    }

    fn plain(&mut self, text: &str) {
        if !text.is_empty() {
            self.end_span();
            self.pause();
            self.done.push_str(text);
        }
    }

    fn space(&mut self) {
        self.space = true;
    }

    fn pause(&mut self) {
        if std::mem::take(&mut self.space) && !self.done.is_empty() {
            self.done.push(' ');
        }
    }

    fn end_span(&mut self) {
        if !self.span.is_empty() {
            self.done.extend(["`", &self.span, "`"]);
            self.span.clear();
        }
    }

    fn close(mut self) -> String {
        self.end_span();
        self.done
    }
}

/// Signs that mean nothing to GitHub behind other text.
const PLAIN: &str = "\"'(),.;%’‘“”…–—-≥≤+−±→";

/// A time of day, and not `:1:`, which would be a picture.
fn is_clock(word: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let bare = word.strip_suffix(',').unwrap_or(word);
    bare.split_once(':').is_some_and(|(hour, minute)| is_number(hour) && is_number(minute))
}

/// Whether a word cannot be markup, a link, a mention, a commit or a reference such as `GH-1`.
fn is_plain(word: &str) -> bool {
    let body = word.strip_suffix(':').unwrap_or(word);
    is_clock(body)
        || body.chars().all(|c| c.is_alphanumeric() || PLAIN.contains(c))
            && !body.to_ascii_lowercase().contains("www.")
            && !has_commit(body)
            && !has_reference(body)
}

fn has_commit(word: &str) -> bool {
    word.split(|c: char| !c.is_ascii_hexdigit()).any(|run| run.len() >= SHORTEST_SHA)
}

/// A letter, a hyphen and a digit: `GH-1`, or a key of a tracker that a repository links to.
fn has_reference(word: &str) -> bool {
    word.split('-').zip(word.split('-').skip(1)).any(|(before, after)| {
        before.ends_with(char::is_alphabetic) && after.starts_with(char::is_numeric)
    })
}
