use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::{annotation, html, log, markdown, markdown_prose, prose, terminal};

#[test]
fn a_terminal_sees_escapes_instead_of_acting_on_them() {
    let table = [
        ("build", "build"),
        ("\u{1b}[2Jgone", r"\u{1b}[2Jgone"),
        ("two\nlines\r", r"two\nlines\r"),
        ("nul\0", r"nul\u{0}"),
        ("abc\u{202e}cba", r"abc\u{202e}cba"),
        ("soft\u{ad}hyphen", r"soft\u{ad}hyphen"),
        (" \t ", "(no name)"),
        ("", "(no name)"),
        ("⚙️ CI", "⚙️ CI"),
        ("テスト", "テスト"),
    ];
    for (name, shown) in table {
        assert_eq!(terminal(name, 40), shown);
    }
}

#[test]
fn a_cut_name_keeps_its_width_and_whole_escapes() {
    assert_eq!(terminal("テストする", 6), "テス…");
    assert_eq!(terminal("ab\u{202e}c", 9), "ab…");
    assert_eq!(terminal("exact", 5), "exact");
    assert_eq!(terminal("x", 0), "");
    let stacked = format!("Z{}", "\u{301}".repeat(10_000));
    assert!(terminal(&stacked, 10).chars().count() <= 42, "combining marks are bounded too");
}

#[test]
fn ten_kilobytes_become_a_name_again() {
    let name = "x".repeat(10_000);
    assert_eq!(html(&name).chars().count(), 120);
    assert_eq!(markdown(&name).chars().count(), 122);
    assert_eq!(log(&name).chars().count(), 200);
    assert_eq!(prose(&name).chars().count(), 600);
}

#[test]
fn markdown_names_stay_inside_their_span_and_cell() {
    let table = [
        ("@everyone", "`@everyone`"),
        ("a`b` @c", r"`a\u{60}b\u{60} @c`"),
        ("a|b", r"`a\u{7c}b`"),
        (r"a\|b", r"`a\\u{7c}b`"),
        ("a\n# b", r"`a\n# b`"),
        ("<img src=x>", "`<img src=x>`"),
    ];
    for (name, shown) in table {
        assert_eq!(markdown(name), shown);
    }
}

#[test]
fn sentences_keep_their_words_and_fence_the_rest() {
    let table = [
        ("Split the job \"test\": saves 12s.", "Split the job \"test\": saves 12s."),
        ("Ask @octo/team now", "Ask `@octo/team` now"),
        ("Closes #1 and owner/repo#1", "Closes `#1` and `owner/repo#1`"),
        ("see GH-1, JIRA-22", "see `GH-1, JIRA-22`"),
        ("https://evil.test www.evil.test", "`https://evil.test www.evil.test`"),
        ("a@b.test", "`a@b.test`"),
        ("at deadbeef1 now", "at `deadbeef1` now"),
        ("<b>x</b> *y* _z_ [l](u)", "`<b>x</b> *y* _z_ [l](u)`"),
        ("Split job `a b`, not `c`.", "Split job `a b`, not `c`."),
        ("job `a` `@b`", "job `a @b`"),
        ("job `a`@b", "job `a@b`"),
        ("job `` `x", "job `x`"),
        (
            "job `a` (+1m 14s, 96 % of it): −6 % (5m 08s → 6m 12s) at 14:07 UTC",
            "job `a` (+1m 14s, 96 % of it): −6 % (5m 08s → 6m 12s) at 14:07 UTC",
        ),
        ("so :1: and 1:x", "so `:1:` and `1:x`"),
        ("$9 → $7", "`$9` → `$7`"),
        ("`code` | cell", r"`code \u{7c}` cell"),
    ];
    for (text, shown) in table {
        assert_eq!(markdown_prose(text), shown);
    }
}

/// What must never reach a reader, written down once more: the code's own list cannot check itself.
const NEVER: &str = "\0\n\r\t\u{1b}\u{7f}\u{85}\u{9b}\u{ad}\u{61c}\u{180e}\u{200b}\u{200c}\u{200d}\
                     \u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2028}\u{2029}\u{2060}\
                     \u{2064}\u{2066}\u{2067}\u{2068}\u{2069}\u{206f}\u{3164}\u{feff}\u{fff9}\u{e0041}";

fn hostile_text() -> impl Strategy<Value = String> {
    let markup = "\u{301}\u{fe0f}⚙❤👩💻テ1#@/-.:`|\\<>&[]()*_~$ aG";
    let nasty: Vec<char> = NEVER.chars().chain(markup.chars()).collect();
    let nasty = prop::sample::select(nasty);
    prop::collection::vec(prop_oneof![3 => nasty, 1 => any::<char>()], 0..120)
        .prop_map(String::from_iter)
}

/// The text with its code spans taken out, or nothing when a span stays open.
fn outside_spans(text: &str) -> Option<String> {
    text.matches('`')
        .count()
        .is_multiple_of(2)
        .then(|| text.split('`').step_by(2).collect::<Vec<_>>().join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn nothing_unseen_survives_anywhere(text in hostile_text()) {
        let places =
            [terminal(&text, 60), log(&text), html(&text), prose(&text), markdown(&text), markdown_prose(&text)];
        for shown in places {
            prop_assert!(!shown.contains(|c| NEVER.contains(c)), "{shown:?}");
        }
    }

    #[test]
    fn a_terminal_line_is_never_wider_than_asked(text in hostile_text(), width in 0_usize..100) {
        let shown = terminal(&text, width);
        prop_assert!(shown.width() <= width, "{} > {width}: {shown:?}", shown.width());
    }

    #[test]
    fn a_markdown_name_is_one_span(name in hostile_text()) {
        let shown = markdown(&name);
        prop_assert_eq!(shown.matches('`').count(), 2);
        prop_assert!(shown.starts_with('`') && shown.ends_with('`'));
        prop_assert!(!shown.contains('|'));
    }

    #[test]
    fn outside_its_spans_a_sentence_is_words(text in hostile_text()) {
        let shown = markdown_prose(&text);
        prop_assert!(!shown.contains("``"), "a longer fence: {shown:?}");
        let outside = outside_spans(&shown);
        prop_assert!(outside.is_some(), "open span: {shown:?}");
        let outside = outside.unwrap_or_default();
        prop_assert!(!outside.contains(['@', '#', '<', '>', '&', '[', '*', '_', '|', '\\', '/', '$', '~']), "{shown:?}");
    }

    #[test]
    fn plain_names_are_left_alone(name in "[A-Za-z][A-Za-z0-9 ().,:/_-]{0,30}[a-z]") {
        prop_assert_eq!(terminal(&name, 60), name.clone());
        prop_assert_eq!(html(&name), name);
    }
}

#[test]
fn no_tag_entity_or_link_reaches_an_annotation() {
    let shown = |name: &str| annotation(&format!("job `{name}` of `acme/web` became slower"));
    for attack in [
        "<img src=x onerror=alert(1)>",
        "</div><script>x</script>",
        "&lt;b&gt;",
        "&#60;b",
        "a`<b>`c",
        "[x](https://evil.example)",
        "![x](https://evil.example/a.png)",
        "https://evil.example",
        "\u{202e}txt",
        "a\nb",
    ] {
        let shown = shown(attack);
        assert!(!shown.contains(['<', '>', '\n', '\u{202e}']), "{shown}");
        assert!(!shown.contains("&l") && !shown.contains("&#"), "{shown}");
        // Whatever could be a link is between backquotes, which come in pairs.
        let outside: String = shown.split('`').step_by(2).collect();
        assert!(!outside.contains("evil") && shown.matches('`').count() % 2 == 0, "{shown}");
    }
    assert_eq!(shown("build & test"), "job `build & test` of `acme/web` became slower");
}
