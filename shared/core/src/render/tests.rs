use super::{html, json, markdown, sample, text};

/// Texts that act on something where they are written to unescaped.
pub(super) const ATTACKS: [&str; 14] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "@everyone",
    "Closes octo/repo#1, GH-2, #3",
    "https://evil.test/ www.evil.test [link](https://evil.test)",
    "a | b ` c \\| d",
    "two\nlines\r\n# heading",
    "abc\u{202e}cba\u{2066}\u{200b}\u{feff}",
    "nul\0 esc\u{1b}[31m bell\u{7}",
    "{{ 7 * 7 }} {% raw %}",
    "&lt;b&gt; &#64;octo",
    "](http://evil.test) :tada:\n- [ ] task",
    "--> <!-- laptime f00d 1 -->",
    " ",
];

#[test]
fn html_shows_attacks_as_words() {
    for attack in ATTACKS {
        let page = html(&sample::hostile(attack)).unwrap();
        for raw in
            ["<script", "<img", "\u{202e}", "\u{2066}", "\u{200b}", "\u{feff}", "\0", "\u{1b}"]
        {
            assert!(!page.contains(raw), "{attack:?} left {raw:?}");
        }
        assert!(!page.contains("href=\"http"), "{attack:?} made a link");
        assert!(!page.contains("&#64;octo"), "{attack:?} was taken for an entity");
    }
}

/// Outside of code spans GitHub finds nothing to act on.
#[test]
fn markdown_keeps_attacks_in_code_spans() {
    for attack in ATTACKS {
        let page = markdown(&sample::hostile(attack));
        let own = page
            .replace("<details><summary>", "")
            .replace("</summary>", "")
            .replace("</details>", "")
            .replace("<br>", " ");
        for line in own.lines() {
            assert!(line.matches('`').count() % 2 == 0, "{attack:?} left a span open: {line}");
            let outside: String = line.split('`').step_by(2).collect();
            let outside = outside.trim_start_matches('#');
            let found = outside.find(['@', '#', '<', '[', '&', '\\']);
            assert!(found.is_none(), "{attack:?} got out: {line}");
            assert!(!outside.contains("evil"), "{attack:?} links: {line}");
        }
    }
}

/// A table keeps its columns whatever its names hold.
#[test]
fn markdown_tables_keep_their_shape() {
    let pipes = |name: &str| -> Vec<usize> {
        let page = markdown(&sample::hostile(name));
        page.lines().filter(|line| line.starts_with('|')).map(|l| l.matches('|').count()).collect()
    };
    let plain = pipes("plain");
    for attack in ATTACKS {
        assert_eq!(pipes(attack), plain, "{attack:?}");
    }
}

#[test]
fn a_terminal_sees_no_control_character() {
    for attack in ATTACKS {
        let page = text(&sample::hostile(attack), 100);
        let acting = |c: char| {
            c != '\n' && (c.is_control() || "\u{202e}\u{2066}\u{200b}\u{feff}".contains(c))
        };
        assert!(!page.contains(acting), "{attack:?}");
        let lines = |name: &str| text(&sample::hostile(name), 100).lines().count();
        assert!(lines(attack) <= lines("plain") + 4, "{attack:?} added lines");
    }
}

#[test]
fn ten_kilobytes_of_name_do_not_swell_a_report() {
    let report = sample::hostile(&"<x>".repeat(3_500));
    assert!(html(&report).unwrap().len() < 120_000);
    assert!(markdown(&report).len() < 20_000);
    assert!(text(&report, 100).len() < 20_000);
}

#[test]
fn the_same_report_is_the_same_bytes() {
    let (one, other) = (sample::rich(6), sample::rich(6));
    assert_eq!(html(&one).unwrap(), html(&other).unwrap());
    assert_eq!(markdown(&one), markdown(&other));
    assert_eq!(text(&one, 100), text(&other, 100));
    assert_eq!(json(&one), json(&other));
}

/// Times that are no times, and days outside of the period, are left out of charts only.
#[test]
fn a_report_with_broken_dates_still_renders() {
    let mut report = sample::small();
    "yesterday".clone_into(&mut report.from);
    "9999-99-99".clone_into(&mut report.to);
    for workflow in &mut report.workflows {
        for day in &mut workflow.days {
            "someday".clone_into(&mut day.day);
        }
        for attempt in &mut workflow.recent {
            "soon".clone_into(&mut attempt.ended_at);
        }
    }
    assert!(html(&report).unwrap().contains("yesterday → 9999-99-99"));
    assert!(markdown(&report).contains("yesterday → 9999-99-99"));
    assert!(text(&report, 80).contains("yesterday → 9999-99-99"));
}

#[test]
fn two_workflows_of_one_name_are_told_apart_by_their_files() {
    let mut report = sample::small();
    let mut other = report.workflows[0].clone();
    other.workflow_id += 1;
    report.workflows[0].path = Some(".github/workflows/ci.yml".to_owned());
    other.path = Some(".github/workflows/ci-arm.yml".to_owned());
    let name = other.workflow.clone();
    report.workflows.push(other);
    for told in [text(&report, 120), markdown(&report), html(&report).unwrap()] {
        for file in ["ci.yml", "ci-arm.yml"] {
            assert!(told.contains(&format!("{name} ({file})")), "{told}");
        }
    }
    assert!(!json(&report).contains("(ci.yml)"), "JSON keeps names verbatim");
}
