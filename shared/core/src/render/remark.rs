//! What a remark on a pull request says: one line of verdict, and one row for each workflow.

#[cfg(test)]
mod tests;

use crate::hostile;
use crate::pulls::{ALARM, Call, Carrier, LEAST_RUNS, Line, Origin, Remark, Usual};
use crate::render::{IssueText, Server, units};

/// Workflows in the table.
const MOST_ROWS: usize = 40;

/// Workflows that the verdict names.
const MOST_NAMED: usize = 3;

/// Digits of a commit that are shown.
const SHOWN: usize = 10;

/// The remark, without the mark by which Laptime knows it again. Its title is the verdict.
pub(crate) fn remark(remark: &Remark, server: &Server) -> IssueText {
    let (word, full) = verdict(remark);
    let shown = remark.lines.iter().take(MOST_ROWS);
    let mut rows: Vec<String> = shown.map(|line| row(line, remark, server)).collect();
    if let Some(more @ 1..) = remark.lines.len().checked_sub(MOST_ROWS) {
        rows.push(format!("| *and {}* | | | | |", units::counted(more as u64, "more workflow")));
    }
    let body = format!(
        "**{word}**: {full}.\n\n| Workflow | This commit | Usual | Most of the difference | |\n\
         |:--|--:|:--|:--|:--|\n{}\n\n<sub>{}</sub>",
        rows.join("\n"),
        small_print(remark, server),
    );
    IssueText { title: hostile::issue_title(&format!("{word}: {full}")), body }
}

/// In one word or a few, and in full.
fn verdict(remark: &Remark) -> (&'static str, String) {
    let of = |call: Call| remark.lines.iter().filter(move |line| line.call == call);
    let [slower, faster] = [Call::Slower, Call::Faster].map(|call| told(of(call)));
    match remark.call() {
        Call::Slower if faster.is_empty() => ("Slower", slower),
        Call::Slower => ("Slower", format!("{slower}. Faster: {faster}")),
        Call::Faster => ("Faster", faster),
        Call::Usual => match &of(Call::Usual).collect::<Vec<_>>()[..] {
            [line] => ("As usual", one(line)),
            lines => {
                let count = units::counted(units::len(lines), "workflow");
                ("As usual", format!("{count} took about as long as ever"))
            }
        },
        Call::TooFew { .. } | Call::NotJudged => {
            ("Too few runs to compare with", format!("{LEAST_RUNS} green ones are needed"))
        }
        Call::NoneGreen => ("Nothing green yet", "failures are not times".to_owned()),
    }
}

fn told<'a>(lines: impl Iterator<Item = &'a Line>) -> String {
    let mut said: Vec<String> = lines.map(one).collect();
    let more = said.len().saturating_sub(MOST_NAMED);
    said.truncate(MOST_NAMED);
    if more > 0 {
        said.push(format!("and {more} more"));
    }
    said.join("; ")
}

/// One workflow in a sentence.
fn one(line: &Line) -> String {
    let name = hostile::markdown(&line.name);
    let took = line.took.map_or_else(String::new, |took| seconds(took.ran.0));
    let (Some(usual), Some((low, high, coverage))) = (&line.usual, ends(line)) else {
        return format!("{name} took {took}");
    };
    let within = format!("{low} to {high} ({coverage} of runs, judged by {})", usual.runs);
    format!("{name} took {took}; usual {} is {within}", place(&usual.origin))
}

fn place(origin: &Origin) -> String {
    match origin {
        Origin::Branch(name) => format!("on {}", hostile::markdown(name)),
        Origin::OtherPulls => "in other pull requests".to_owned(),
    }
}

/// Both ends of what is usual, and how much of it lies within, rounded down.
fn ends(line: &Line) -> Option<(String, String, String)> {
    let interval = line.usual.as_ref()?.interval?;
    let [low, high] = [interval.low, interval.high].map(|end| seconds(end.0));
    Some((low, high, format!("{} %", (interval.coverage * 100.0 + ROUNDING).floor())))
}

/// 0.9 · 100 is not quite 90.
const ROUNDING: f64 = 1e-6;

fn row(line: &Line, remark: &Remark, server: &Server) -> String {
    let name = hostile::markdown(&line.name);
    let took = line.took.map_or_else(
        || units::NONE.to_owned(),
        |took| {
            let told = seconds(took.ran.0);
            match server.attempt(&remark.repository, took.run, took.attempt) {
                Some(address) => format!("[{told}]({address})"),
                None => told,
            }
        },
    );
    let usual = line.usual.as_ref().map_or_else(|| units::NONE.to_owned(), |one| usual(line, one));
    let carrier = line.carrier.as_ref().map_or_else(String::new, carried);
    format!("| {name} | {took} | {usual} | {carrier} | {} |", call(line.call))
}

fn usual(line: &Line, usual: &Usual) -> String {
    let median = units::duration(usual.median_ms / 1_000.0);
    let within = ends(line).map_or_else(String::new, |(low, high, coverage)| {
        format!(", {low} to {high} ({coverage})")
    });
    let runs = units::counted(usual.runs as u64, "run");
    format!("{median}{within}; {runs} {}", place(&usual.origin))
}

fn carried(carrier: &Carrier) -> String {
    let job = hostile::markdown(&carrier.job);
    let told = |ms: f64| units::duration(ms / 1_000.0);
    match (carrier.usual_ms, carrier.took_ms) {
        (Some(usual), Some(took)) => format!("{job}: {} → {}", told(usual), told(took)),
        (None, Some(took)) => format!("{job} is new: {}", told(took)),
        (Some(usual), None) => format!("{job} did not run: {}", told(usual)),
        (None, None) => job,
    }
}

fn call(call: Call) -> String {
    match call {
        Call::Slower => "**slower**".to_owned(),
        Call::Faster => "**faster**".to_owned(),
        Call::Usual => "as usual".to_owned(),
        Call::TooFew { known } => format!("{known} of {LEAST_RUNS} runs known"),
        Call::NotJudged => "too many at once".to_owned(),
        Call::NoneGreen => "nothing green yet".to_owned(),
    }
}

fn small_print(remark: &Remark, server: &Server) -> String {
    let shown: String = remark.sha.chars().take(SHOWN).collect();
    let commit = match server.commit(&remark.repository, &remark.sha) {
        Some(address) => format!("[`{shown}`]({address})"),
        None => hostile::markdown(&shown),
    };
    let alarm = (ALARM * 100.0).round();
    format!(
        "Commit {commit}: the latest green attempt of all jobs, from the first start of a job to the \
         last end; the median of earlier green runs, and where the next one lies. Were nothing \
         changed, slower or faster would stand here by chance in {alarm} % of such tables at most. \
         Laptime writes this anew as runs end."
    )
}

fn seconds(ms: u64) -> String {
    units::duration(std::time::Duration::from_millis(ms).as_secs_f64())
}
