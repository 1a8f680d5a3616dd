//! A check for people.

mod cells;

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::check::{Basis, Check, Comparison, Counts, Side, Verdict};
use crate::hostile;
use crate::render::{Column, NONE, Table, change, change_interval, counted};

/// Names of added and of removed benchmarks that are listed; the rest is counted.
const MOST_NAMES: usize = 10;
/// Longest of these names, in columns.
const NAME_WIDTH: usize = 60;
/// A table has no room for less.
const NARROWEST: usize = 60;

/// A table for a terminal `width` columns wide, the most severe first, and what is worth knowing
/// about it. No row is wider, and nothing in a name acts on the terminal.
pub fn text(check: &Check, width: usize) -> String {
    let mut text = head(check);
    text.push_str(&table(&check.comparisons, width.max(NARROWEST)));
    text.push('\n');
    for (what, names) in [("added", &check.added), ("removed", &check.removed)] {
        listed(&mut text, what, names);
    }
    text + &tail(check)
}

fn head(check: &Check) -> String {
    let side = |side: &Side| {
        let benchmarks = counted(side.benchmarks, "benchmark");
        let source = hostile::log(&side.source);
        format!("{source} ({}, {benchmarks})", side.format.name())
    };
    format!(
        "{}\nbaseline {}\ncurrent  {}\nthreshold {} %; lower is better\n\n",
        summary(check.counts),
        side(&check.baseline),
        side(&check.current),
        check.threshold_pct,
    )
}

/// All that there is, and that there is no regression.
fn summary(counts: Counts) -> String {
    let mut told = match counts.regression {
        0 => vec!["no regression".to_owned()],
        some => vec![counted(some, "regression")],
    };
    let others = [
        (counts.unclear, "unclear"),
        (counts.improvement, "faster"),
        (counts.unchanged, "unchanged"),
        (counts.added, "added"),
        (counts.removed, "removed"),
    ];
    told.extend(others.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")));
    told.join(", ")
}

fn table(comparisons: &[Comparison], width: usize) -> String {
    let rows: Vec<[String; 6]> = comparisons.iter().map(row).collect();
    let mut table = Table::new(vec![
        Column::name("BENCHMARK"),
        Column::number("BEFORE", 3),
        Column::number("AFTER", 4),
        Column::number("CHANGE", 5),
        Column::text("95 % INTERVAL", 2),
        Column::text("BASIS", 1),
        Column::text("VERDICT", 6),
    ]);
    let room = cells::room_for_names(&rows, width);
    for (comparison, row) in comparisons.iter().zip(rows) {
        let mut cells = vec![cells::ends(&comparison.name, room)];
        cells.extend(row);
        table.row(cells);
    }
    table.fit(width)
}

fn row(one: &Comparison) -> [String; 6] {
    [
        cells::seconds(one.before_s),
        cells::seconds(one.after_s),
        one.change_pct.map_or_else(|| NONE.to_owned(), change),
        one.interval_pct.map_or_else(|| NONE.to_owned(), change_interval),
        basis(one.basis).to_owned(),
        verdict(one.verdict).to_owned(),
    ]
}

fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Samples => "samples",
        Basis::Spread => "spread",
        Basis::Threshold => "threshold",
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Regression => "regression",
        Verdict::Unclear => "unclear",
        Verdict::Improvement => "improvement",
        Verdict::Unchanged => "unchanged",
    }
}

fn listed(text: &mut String, what: &str, names: &[String]) {
    if names.is_empty() {
        return;
    }
    let shown = names.iter().take(MOST_NAMES).map(|name| hostile::terminal(name, NAME_WIDTH));
    let shown = shown.collect::<Vec<_>>().join(", ");
    // Writing to memory does not fail.
    let _ = match names.len().checked_sub(MOST_NAMES) {
        Some(more @ 1..) => writeln!(text, "\n{what}: {shown} and {more} more"),
        _ => writeln!(text, "\n{what}: {shown}"),
    };
}

/// What the words in the table mean, of those that are there.
fn tail(check: &Check) -> String {
    let bases: BTreeSet<Basis> = check.comparisons.iter().map(|one| one.basis).collect();
    let mut lines: Vec<String> = bases.into_iter().map(|basis| meant(basis).to_owned()).collect();
    let tested = check.comparisons.iter().filter(|one| one.p.is_some()).count() as u64;
    if tested > 0 {
        let tests = counted(tested, "test");
        let level = check.significance * 100.0;
        lines.push(format!("verdicts: at most {level} % chance of a false alarm in {tests}"));
    }
    if check.counts.unclear > 0 {
        lines.push("unclear: past the threshold, but it may be chance; or from or to 0".to_owned());
    }
    format!("\n{}\n", lines.join("\n"))
}

fn meant(basis: Basis) -> &'static str {
    match basis {
        Basis::Samples => {
            "samples: medians; the change is that of the typical pair, tested by ranks"
        }
        Basis::Spread => "spread: means, tested by their standard deviations",
        Basis::Threshold => {
            "threshold: nothing says how far chance goes, so the change alone decides"
        }
    }
}
