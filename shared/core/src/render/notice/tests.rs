use super::*;
use crate::config::Prices;
use crate::judging::{Cause, Scope, Told, sample};
use crate::model::{AttemptId, Part};
use crate::render::tests::ATTACKS;
use crate::report::{Called, Telling};
use crate::row::{Branch, JobRow, Names, Segment, Times, WorkflowId};
use crate::time::{Millis, Time};

const ID: WorkflowId = WorkflowId { repository: 1, workflow: 2 };

fn at(day: i64) -> Time {
    Time::from_millis(1_767_225_600_000).plus_days(day)
}

/// A regression of a step, everything in it called like this.
fn finding(name: &str, repository: &str) -> Finding {
    let called = || name.to_owned();
    let mut one = sample::finding("f00d", at(11));
    one.first_bad.id.run = 109;
    one.series.scope =
        Scope::Step { job: called(), class: called(), step: called(), occurrence: 1 };
    one.cause = Some(Cause::RunnerClass { job: called(), from: called(), to: called() });
    let with = Telling { now: at(12), prices: &Prices::default() };
    let named = |_| Called { repository: repository.to_owned(), workflow: called() };
    Finding::of(&Told::One((ID, &one)), with, named).unwrap()
}

/// A failed run, everything in it called like this.
fn failed(name: &str, repository: &str) -> Row {
    let job = JobRow {
        name: name.to_owned(),
        runner_class: name.to_owned(),
        conclusion: "failure".to_owned(),
        part: Part::Ran,
        queued: None,
        approval: Millis(0),
        ran: None,
        on_critical_path: false,
        steps: Vec::new(),
    };
    Row {
        id: AttemptId { repository: 1, run: 7, attempt: 2 },
        workflow: ID,
        end: at(1),
        started_at: None,
        names: Names {
            repository: repository.to_owned(),
            workflow: name.to_owned(),
            known: true,
            path: None,
        },
        branch: Branch { repository: None, name: Some(name.to_owned()) },
        segment: Segment::DefaultBranch,
        conclusion: "failure".to_owned(),
        run_number: Some(70),
        head_sha: None,
        times: Times::default(),
        parts: None,
        tally: crate::row::Tally::default(),
        jobs: vec![job; 5],
    }
}

fn lines(name: &str, repository: &str) -> Vec<NoticeLine> {
    let server = &Server::default();
    let finding = finding(name, repository);
    vec![
        NoticeLine::finding(&finding, Some((repository, 12)), server),
        NoticeLine::over(&finding, None, server),
        NoticeLine::run(&failed(name, repository), server),
    ]
}

#[test]
fn a_notice_has_a_line_and_a_place_for_each() {
    let notice = notice(&lines("R&D", "acme/web"));
    insta::assert_snapshot!(notice.subject, @"Laptime: 1 finding, 1 over, 1 failed run");
    insta::assert_snapshot!(notice.chat, @r"
    Laptime: 1 finding, 1 over, 1 failed run
    • `R\u{26}D`, step `R\u{26}D` of job `R\u{26}D` became slower on the default branch: +30.0 % (1m 40s → 2m 10s); probably not your code: <https://github.com/acme/web/issues/12|acme/web#12>
    • over: `R\u{26}D`, step `R\u{26}D` of job `R\u{26}D` became slower on the default branch: +30.0 % (1m 40s → 2m 10s): <https://github.com/acme/web/actions/runs/109/attempts/1|acme/web, run with id 109>
    • `R\u{26}D` failed on `R\u{26}D`, jobs `R\u{26}D`, `R\u{26}D`, `R\u{26}D` and 2 more: <https://github.com/acme/web/actions/runs/7/attempts/2|acme/web, run 70, attempt 2>
    ");
    insta::assert_snapshot!(notice.plain, @"
    Laptime: 1 finding, 1 over, 1 failed run
    - `R&D`, step `R&D` of job `R&D` became slower on the default branch: +30.0 % (1m 40s → 2m 10s); probably not your code: acme/web#12, https://github.com/acme/web/issues/12
    - over: `R&D`, step `R&D` of job `R&D` became slower on the default branch: +30.0 % (1m 40s → 2m 10s): acme/web, run with id 109, https://github.com/acme/web/actions/runs/109/attempts/1
    - `R&D` failed on `R&D`, jobs `R&D`, `R&D`, `R&D` and 2 more: acme/web, run 70, attempt 2, https://github.com/acme/web/actions/runs/7/attempts/2
    ");
    insta::assert_snapshot!(once_more(&notice).chat.lines().next().unwrap_or_default(), @"Perhaps told before. Laptime: 1 finding, 1 over, 1 failed run");
}

/// Outside of code spans and links of ours a chat finds nothing to act on, and within them nothing
/// that would end them.
#[test]
fn names_act_on_nothing() {
    let more = [
        "<!here>",
        "<!channel|x>",
        "<@U123>",
        "@all",
        "@channel",
        "&lt;!here&gt;",
        "`@all`",
        "a|b>",
        "<https://evil.example|click>",
        "https://evil.example",
        "[x](https://evil.example)",
        "*b*",
        "two\nlines\r\n• three",
        "\u{202e}evil",
        ":evil:",
        "~evil~",
        "#evil",
        "```more",
    ];
    for attack in ATTACKS.iter().copied().chain(more) {
        for repository in ["acme/web", attack] {
            let notice = notice(&lines(attack, repository));
            assert_eq!(notice.chat.lines().count(), 4, "{attack:?}: {}", notice.chat);
            assert_eq!(notice.plain.lines().count(), 4, "{attack:?}: {}", notice.plain);
            for line in notice.chat.lines().skip(1) {
                assert!(line.matches('`').count() % 2 == 0, "{attack:?} left a span open: {line}");
                let (outside, inside): (Vec<_>, Vec<_>) =
                    line.split('`').enumerate().partition(|(nth, _)| nth % 2 == 0);
                let said: String = inside.iter().map(|(_, text)| *text).collect();
                assert!(!said.contains(['<', '>', '|']), "{attack:?} got out: {line}");
                let outside: String = outside.iter().map(|(_, text)| *text).collect();
                let (outside, link) = outside.split_once('<').unwrap_or((&outside, ""));
                let found = outside.find(['@', '#', '<', '>', '[', '&', '*', '_', '~', '|']);
                assert!(found.is_none(), "{attack:?} got out: {line}");
                assert!(!outside.contains("evil"), "{attack:?} links: {line}");
                let is_ours = link.is_empty()
                    || link.starts_with("https://github.com/acme/web/") && link.ends_with('>');
                assert!(is_ours, "{attack:?} changed a link: {line}");
                assert!(!line.chars().any(char::is_control), "{line:?}");
                assert!(!line.contains('\u{202e}'), "{line:?}");
            }
            let subject = &notice.subject;
            assert!(subject.is_ascii() && subject.len() <= 60, "{subject}");
            assert!(!subject.contains(char::is_control), "{subject}");
            assert!(!notice.plain.replace('\n', "").contains(char::is_control), "{}", notice.plain);
        }
    }
}

#[test]
fn many_are_counted_and_ten_kilobytes_become_a_line_again() {
    let count = |text: &str| text.chars().count();
    for name in ["x".to_owned(), "<".repeat(10_000), "\u{202e}".repeat(10_000), "😀".repeat(3_000)]
    {
        let lines: Vec<NoticeLine> = (0..200).flat_map(|_| lines(&name, "acme/web")).collect();
        let notice = once_more(&notice(&lines));
        assert!(count(&notice.chat) <= 2_000, "{}", notice.chat);
        assert!(count(&notice.subject) <= 100 && notice.subject.is_ascii(), "{}", notice.subject);
        let shown = notice.chat.lines().filter(|line| line.starts_with('•')).count() - 1;
        assert!((1..=MOST_TOLD).contains(&shown), "{shown}");
        let last = format!("• and {} more", 600 - shown);
        assert_eq!(notice.chat.lines().last(), Some(last.as_str()));
    }
}
