//! Text for a mark on a graph, or for a chat.

use super::markdown_prose;

/// A sentence with names between backquotes, for a place that takes text for HTML and lets links,
/// pictures and styles through; some readers of it take it for Markdown, or show it as it is. So
/// nothing is an entity that a reader would have to know: what could begin a tag or an entity is
/// spelled out, and the rest is safe as Markdown.
///
/// ```
/// use laptime_core::hostile::annotation;
/// assert_eq!(annotation("step `a <b> & c`"), r"step `a \u{3c}b\u{3e} & c`");
/// ```
pub fn annotation(text: &str) -> String {
    let safe = markdown_prose(text);
    let mut shown = String::with_capacity(safe.len());
    let mut rest = safe.chars().peekable();
    while let Some(c) = rest.next() {
        let begins_entity =
            c == '&' && rest.peek().is_some_and(|next| next.is_alphanumeric() || *next == '#');
        if begins_entity || c == '<' || c == '>' {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}
