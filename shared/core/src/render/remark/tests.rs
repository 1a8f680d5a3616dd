use super::*;
use crate::pulls::{Interval, Took};
use crate::row::WorkflowId;
use crate::time::Millis;

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

fn line(name: &str, call: Call, took: Option<u64>) -> Line {
    let interval = Interval {
        rank: 1,
        low: Millis(490_000),
        high: Millis(620_000),
        coverage: 1.0 - 2.0 / 31.0,
    };
    Line {
        workflow: WorkflowId { repository: 1, workflow: 1 },
        name: name.to_owned(),
        attempts: 1,
        took: took.map(|seconds| Took { run: 77, attempt: 2, ran: Millis(seconds * 1_000) }),
        usual: Some(Usual {
            origin: Origin::Branch("main".to_owned()),
            runs: 30,
            median_ms: 550_000.0,
            interval: Some(interval),
        }),
        call,
        carrier: None,
    }
}

fn of(lines: Vec<Line>) -> IssueText {
    let said = Remark { repository: "acme/web".to_owned(), sha: SHA.to_owned(), lines };
    remark(&said, &Server::default())
}

#[test]
fn a_remark_is_a_verdict_and_a_table() {
    let carrier =
        Carrier { job: "test".to_owned(), usual_ms: Some(300_000.0), took_ms: Some(480_000.0) };
    let slower = Line { carrier: Some(carrier), ..line("ci", Call::Slower, Some(750)) };
    let few = Usual { origin: Origin::OtherPulls, runs: 4, median_ms: 61_000.0, interval: None };
    let few = Line { usual: Some(few), ..line("docs", Call::TooFew { known: 4 }, Some(60)) };
    let red = Line { usual: None, ..line("lint", Call::NoneGreen, None) };
    insta::assert_snapshot!(of(vec![slower, few, red]).body, @"
    **Slower**: `ci` took 12m 30s; usual on `main` is 8m 10s to 10m 20s (93 % of runs, judged by 30).

    | Workflow | This commit | Usual | Most of the difference | |
    |:--|--:|:--|:--|:--|
    | `ci` | [12m 30s](https://github.com/acme/web/actions/runs/77/attempts/2) | 9m 10s, 8m 10s to 10m 20s (93 %); 30 runs on `main` | `test`: 5m 00s → 8m 00s | **slower** |
    | `docs` | [1m 00s](https://github.com/acme/web/actions/runs/77/attempts/2) | 1m 01s; 4 runs in other pull requests |  | 4 of 19 runs known |
    | `lint` | – | – |  | nothing green yet |

    <sub>Commit [`0123456789`](https://github.com/acme/web/commit/0123456789abcdef0123456789abcdef01234567): the latest green attempt of all jobs, from the first start of a job to the last end; the median of earlier green runs, and where the next one lies. Were nothing changed, slower or faster would stand here by chance in 10 % of such tables at most. Laptime writes this anew as runs end.</sub>
    ");
}

#[test]
fn the_verdict_is_one_line() {
    let fine = |name| line(name, Call::Usual, Some(500));
    let slow = |name| line(name, Call::Slower, Some(750));
    let fast = |name| line(name, Call::Faster, Some(75));
    let verdicts = [
        vec![fine("ci")],
        vec![fine("ci"), fine("lint")],
        vec![slow("ci"), fast("lint"), fine("docs")],
        vec![fast("ci")],
        vec![slow("a"), slow("b"), slow("c"), slow("d"), slow("e")],
        vec![line("ci", Call::TooFew { known: 4 }, Some(75))],
        vec![line("ci", Call::NoneGreen, None)],
    ];
    let verdicts = verdicts.map(|lines| of(lines).title).join("\n");
    insta::assert_snapshot!(verdicts, @"
    As usual: `ci` took 8m 20s; usual on `main` is 8m 10s to 10m 20s (93 % of runs, judged by 30)
    As usual: 2 workflows took about as long as ever
    Slower: `ci` took 12m 30s; usual on `main` is 8m 10s to 10m 20s (93 % of runs, judged by 30). Faster: `lint` took 1m 15s; usual on `main` is 8m 10s to 10m 20s (93 % of runs, judged by 30)
    Faster: `ci` took 1m 15s; usual on `main` is 8m 10s to 10m 20s (93 % of runs, judged by 30)
    Slower: `a` took 12m 30s; usual on `main` is 8m 10s to 10m 20s (93 % of runs, judged by 30); `b` took 12m 30s; usual on `main` is 8m 10s to 10m 20s (93 % of runs, judged by 30); `c` took 12m 30s; usu…
    Too few runs to compare with: 19 green ones are needed
    Nothing green yet: failures are not times
    ");
}

#[test]
fn names_reach_nobody_and_break_nothing() {
    let hostile = "@acme/all `x` | #1 https://evil.test <img src=x> ](y)\n\n<!-- -->\u{202e}";
    let carrier = Carrier { job: hostile.to_owned(), usual_ms: None, took_ms: Some(9.0) };
    let mut one = Line { carrier: Some(carrier), ..line(hostile, Call::Slower, Some(750)) };
    if let Some(usual) = &mut one.usual {
        usual.origin = Origin::Branch(hostile.to_owned());
    }
    let text = of(vec![one; 3]);
    for line in text.body.lines() {
        // Outside of code spans, which are the odd parts, is nothing of it.
        let outside: String = line.split('`').step_by(2).collect();
        for sign in ["@", "#1", "evil", "<img", "](y)", "\u{202e}"] {
            assert!(!outside.contains(sign), "{sign} in {line}");
        }
        if line.starts_with("| ") {
            assert_eq!(line.matches('|').count(), 6, "{line}");
        }
    }
    assert_eq!(text.title.lines().count(), 1);
    assert!(text.title.chars().count() <= 202, "{}", text.title);
    let said = Remark {
        repository: "acme/we b](x)".to_owned(),
        sha: hostile.to_owned(),
        lines: vec![line("ci", Call::Usual, Some(500))],
    };
    let text = remark(&said, &Server::default());
    assert!(!text.body.contains("]("), "{}", text.body);
}

#[test]
fn many_workflows_of_long_names_fit_into_a_comment() {
    let lines = vec![line(&"@x|".repeat(3_000), Call::Slower, Some(750)); 300];
    let body = of(lines).body;
    assert!(body.chars().count() < crate::render::BODY_MAX - 1_000, "{}", body.len());
    assert!(body.contains("| *and 260 more workflows* | | | | |"));
}
