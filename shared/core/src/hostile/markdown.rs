//! Text that GitHub renders without linking, mentioning or interpreting any of it.
//!
//! Backslashes and entities are not enough: GitHub looks for mentions and references in the
//! rendered text, where `&#64;user` is `@user` again. It leaves code spans alone, so everything in
//! doubt goes into one.

use super::{NAME_CHARS, PROSE_CHARS, Place, cut, is_unseen, named, one};

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

/// A sentence with names in it, at most 600 characters: plain words stay text, every other word
/// becomes a code span.
///
/// ```
/// use laptime_core::hostile::markdown_prose;
/// assert_eq!(markdown_prose("Split \"e2e\", ask @octo."), "Split \"e2e\", ask `@octo.`");
/// ```
pub fn markdown_prose(text: &str) -> String {
    let shown = cut(text, PROSE_CHARS, &SPAN);
    let mut words = Vec::new();
    let mut doubtful = Vec::new();
    for word in shown.split_whitespace() {
        if is_plain(word) {
            words.extend(span(&mut doubtful));
            words.push(word.to_owned());
        } else {
            doubtful.push(word);
        }
    }
    words.extend(span(&mut doubtful));
    words.join(" ")
}

const SPAN: Place = Place { columns: one, escaped: breaks_span };

fn breaks_span(c: char) -> bool {
    is_unseen(c) || matches!(c, '`' | '|')
}

/// Doubtful words that follow each other share one span.
fn span(doubtful: &mut Vec<&str>) -> Option<String> {
    let text = doubtful.join(" ");
    doubtful.clear();
    (!text.is_empty()).then(|| format!("`{text}`"))
}

/// Whether a word cannot be markup, a link, a mention, a commit or a reference such as `GH-1`.
fn is_plain(word: &str) -> bool {
    let body = word.strip_suffix(':').unwrap_or(word);
    body.starts_with(|c: char| c.is_alphanumeric() || "\"'(≥≤–—“‘".contains(c))
        && body.chars().all(|c| c.is_alphanumeric() || "\"'(),.;%’‘“”…–—-≥≤".contains(c))
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
