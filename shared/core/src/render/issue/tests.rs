use super::*;
use crate::render::sample::finding;
use crate::render::tests::ATTACKS;

fn at(day: i64) -> Time {
    Time::from_millis(1_767_225_600_000).plus_days(day)
}

fn told(name: &str) -> IssueText {
    let days: Vec<(Day, f64)> =
        (0..12).map(|day| (at(day).day(), if day < 9 { 100.0 } else { 130.0 })).collect();
    let (server, settings) = (&Server::default(), &Issues::default());
    issue(&finding(name), &Evidence { days: &days, server, settings })
}

/// Outside of code spans, and of the markup that is ours, GitHub finds nothing to act on.
#[test]
fn names_act_on_nothing() {
    for attack in ATTACKS {
        let IssueText { title, body } = told(attack);
        let said = [closing(&Why::Recovered, None), news(&finding(attack))];
        let said = said.into_iter().chain([reopening(&finding(attack), true), title, body]);
        for text in said {
            let ours = ["<sub>", "</sub>", "[!NOTE]", "### ", "> ", "**"];
            let text = ours.iter().fold(text, |text, ours| text.replace(ours, ""));
            for line in text.lines() {
                assert!(line.matches('`').count() % 2 == 0, "{attack:?} left a span open: {line}");
                let outside: String = line.split('`').step_by(2).collect();
                let found = outside.find(['@', '#', '<', '[', '&', '\\']);
                assert!(found.is_none(), "{attack:?} got out: {line}");
                assert!(!outside.contains("evil"), "{attack:?} links: {line}");
            }
        }
    }
}

#[test]
fn a_name_cannot_change_the_shape_of_an_issue() {
    let shape = |name: &str| -> Vec<usize> {
        let body = told(name).body;
        body.lines().map(|line| line.matches('|').count()).collect()
    };
    let expected = shape("plain");
    for attack in ATTACKS {
        assert_eq!(shape(attack), expected, "{attack:?}");
    }
}

#[test]
fn ten_kilobytes_of_name_fit() {
    for name in ["x".repeat(10_000), "@`|".repeat(3_400), "\u{202e}".repeat(3_400)] {
        let IssueText { title, body } = told(&name);
        assert!(title.chars().count() <= 256, "{title}");
        // Figures stay, unless a name is all signs that have to be spelled out.
        assert!(title.contains("+30.0 % (1m 40s → 2m 10s)") || !name.starts_with('x'), "{title}");
        assert!(body.chars().count() < 12_000, "{}", body.len());
    }
}

#[test]
fn what_is_too_long_is_cut_at_a_line_and_keeps_its_mark() {
    let mark = mark("f00d", at(0));
    let long = "`a name` and so on\n".repeat(5_000);
    let cut = marked(&long, &mark);
    assert!(cut.chars().count() <= BODY_MAX);
    assert!(cut.ends_with(&format!("Shortened: all of it is in the report.*\n\n{mark}")), "{cut}");
    assert_eq!(cut.matches('`').count() % 2, 0);
    assert_eq!(marked("short", &mark), format!("short\n\n{mark}"));
}

#[test]
fn a_gathering_issue_lists_as_many_as_fit() {
    let (server, settings) = (&Server::default(), &Issues::default());
    let evidence = Evidence { days: &[], server, settings };
    let one = finding(&"long ".repeat(100));
    let text = gathering(&vec![&one; 500], 2, &evidence);
    assert_eq!(text.title, "502 more changes of CI times and outcomes");
    assert!(text.body.chars().count() <= BODY_MAX, "{}", text.body.chars().count());
    let listed = text.body.lines().filter(|line| line.starts_with("- `long")).count();
    let more = format!("- and {} more: all are in the report", 500 - listed);
    assert!(listed > 30 && text.body.contains(&more), "{listed}");
    assert!(text.body.contains("- 2 changes that what came since took back"));
}

#[test]
fn only_what_is_well_formed_is_linked() {
    let (plain, server) = (finding("acme/web"), Server::default());
    assert_eq!(
        links::run(&server, "acme/web", &plain.first_bad),
        "[run 7](https://github.com/acme/web/actions/runs/109/attempts/1)"
    );
    let [mut last, mut first] = [plain.last_good.clone(), plain.first_bad.clone()];
    // What is called a commit is none.
    assert_eq!(links::compare(&server, "acme/web", [&last, &first]), None);
    let [from, to] = ["0123456789", "fedcba9876"].map(|sha| sha.repeat(4));
    (last.head_sha, first.head_sha) = (Some(from.clone()), Some(to.clone()));
    let range = links::compare(&server, "acme/web", [&last, &first]).unwrap();
    let address = format!("https://github.com/acme/web/compare/{from}...{to}");
    assert_eq!(range, format!("[`0123456789..fedcba9876`]({address})"));
    for name in ["acme", "acme/..", "a/b/c", "acme/we b", "acme/web?x", "acme/", "/web", "ä/web"] {
        assert_eq!(links::run(&server, name, &first), "run 7", "{name}");
        assert_eq!(links::compare(&server, name, [&last, &first]), None, "{name}");
    }
}

#[test]
fn the_line_of_days_shows_where_it_changed() {
    let one = finding("build");
    let day = |day: i64, value: f64| (at(day).day(), value);
    let days: Vec<(Day, f64)> =
        (0..100).map(|nth| day(nth - 88, if nth < 97 { 100.0 } else { 130.0 })).collect();
    let line = spark::spark(&one, &days).unwrap();
    let shown = line.lines().next().unwrap();
    assert_eq!(shown.chars().count(), 60 + 3, "{line}");
    assert!(shown.ends_with("▁│███`"), "{line}");
    assert!(line.contains("lowest 1m 40s, highest 2m 10s"), "{line}");
    assert_eq!(spark::spark(&one, &days[..1]), None);
    assert_eq!(spark::spark(&one, &[]), None);
    let flat = spark::spark(&one, &[day(1, 5.0), day(2, 5.0)]).unwrap();
    assert!(flat.starts_with("`▁▁`"), "{flat}");
}

#[test]
fn a_name_brings_no_backquotes_of_its_own() {
    for name in ["x `APPROVED by evil.com` y", "``", "`"] {
        let IssueText { title, body } = told(name);
        let said = [title, body, news(&finding(name))].join("\n");
        for line in said.lines() {
            assert_eq!(line.matches('`').count() % 2, 0, "{line}");
            let outside: String = line.split('`').step_by(2).collect();
            assert!(!outside.contains("APPROVED") && !outside.contains("evil"), "{line}");
        }
    }
}
