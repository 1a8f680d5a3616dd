//! A million runs as lines of JSON, through `laptime_core::stats` and through `DuckDB`, each in a
//! process of its own. Nothing of this is shipped.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::Command;

use laptime_core::stats::{Dist, EXACT_MAX, Outcomes};
use laptime_core::time::{Day, Millis, Time};

use crate::measure::{folder, mebibytes, median, own_cpu};
use crate::server::variable;
use crate::table::{Bound, Table};

/// The word that makes this program do our side of the work.
pub(crate) const CHILD: &str = "figures-child";

const RUNS: usize = 1_000_000;
const WORKFLOWS: usize = 400;
const ROUNDS: usize = 3;

#[derive(serde::Deserialize)]
struct Run<'a> {
    workflow: &'a str,
    started_at: &'a str,
    ended_at: &'a str,
    conclusion: &'a str,
}

/// What is kept of a run until its workflow and day are summed up.
#[derive(Clone, Copy)]
struct Sample {
    day: Day,
    ran_ms: u32,
    /// Place in the list of conclusions.
    conclusion: u8,
}

/// All that was read, by workflow: so that adding a run touches little memory.
#[derive(Default)]
struct Read {
    workflows: HashMap<String, usize>,
    samples: Vec<Vec<Sample>>,
    conclusions: Vec<String>,
}

pub(crate) fn run(table: &mut Table) {
    let folder = folder("figures");
    let (runs, ours, theirs) =
        (folder.join("runs.ndjson"), folder.join("ours.csv"), folder.join("theirs.csv"));
    generate(&runs);
    let bench = std::env::current_exe().unwrap();
    let python = variable("BENCH_PYTHON");
    let script = Path::new(&variable("BENCH_PEERS")).join("figures.py");
    let (mut mine, mut ducks) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        mine.push(measured(Command::new(&bench).arg(CHILD).arg(&runs).arg(&ours)));
        ducks.push(measured(Command::new(&python).arg(&script).arg(&runs).arg(&theirs)));
    }
    let column = |side: &[[f64; 2]], at: usize| median(side.iter().map(|one| one[at]).collect());
    let (cpu, duck_cpu) = (column(&mine, 0), column(&ducks, 0));
    let (memory, duck_memory) = (column(&mine, 1), column(&ducks, 1));
    let (groups, binned, worst) = compare(&ours, &theirs);
    table.add(
        "1 M runs, CPU of core::stats ÷ DuckDB",
        (Bound::AtMost(1.0), Some(Bound::AtMost(0.25))),
        (cpu / duck_cpu, "×"),
        format!("{cpu:.2} against {duck_cpu:.2} s of CPU"),
    );
    table.show(
        "1 M runs, peak memory of core::stats ÷ DuckDB",
        (memory / duck_memory, "×"),
        format!("{memory:.0} against {duck_memory:.0} MiB resident"),
    );
    table.add(
        "1 M runs, largest difference from DuckDB's figures",
        (Bound::AtMost(1.0), None),
        (worst * 100.0, " %"),
        format!("equal in {} groups of up to {EXACT_MAX}; {binned} larger ones", groups - binned),
    );
}

/// CPU seconds and peak MiB, as the child prints them.
fn measured(command: &mut Command) -> [f64; 2] {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    let mut numbers = text.split_whitespace().map(|number| number.parse().unwrap());
    [numbers.next().unwrap(), numbers.next().unwrap()]
}

/// Our side: reads `runs`, writes `out`, prints what it took.
pub(crate) fn child(runs: &Path, out: &Path) {
    let before = own_cpu();
    let mut read = Read::default();
    let mut lines = BufReader::with_capacity(1 << 16, File::open(runs).unwrap());
    let mut line = String::new();
    while lines.read_line(&mut line).unwrap() > 0 {
        read.add(&serde_json::from_str(&line).unwrap());
        line.clear();
    }
    let mut out = BufWriter::new(File::create(out).unwrap());
    for (workflow, number) in &read.workflows {
        let samples = &mut read.samples[*number];
        samples.sort_unstable_by_key(|sample| sample.day);
        for day in samples.chunk_by(|a, b| a.day == b.day) {
            write_day(&mut out, workflow, day, &read.conclusions);
        }
    }
    out.flush().unwrap();
    let cpu = own_cpu() - before;
    println!("{cpu} {}", mebibytes(std::process::id(), "VmHWM"));
}

impl Read {
    fn add(&mut self, run: &Run<'_>) {
        let (start, end): (Time, Time) =
            (run.started_at.parse().unwrap(), run.ended_at.parse().unwrap());
        let workflow = self.workflows.get(run.workflow).copied().unwrap_or_else(|| {
            self.workflows.insert(run.workflow.to_owned(), self.samples.len());
            self.samples.push(Vec::new());
            self.samples.len() - 1
        });
        let known = self.conclusions.iter().position(|known| known == run.conclusion);
        let conclusion = known.unwrap_or_else(|| {
            self.conclusions.push(run.conclusion.to_owned());
            self.conclusions.len() - 1
        });
        self.samples[workflow].push(Sample {
            day: end.day(),
            ran_ms: end.since(start).try_into().unwrap(),
            conclusion: conclusion.try_into().unwrap(),
        });
    }
}

fn write_day(out: &mut impl Write, workflow: &str, samples: &[Sample], conclusions: &[String]) {
    let ran = Dist::of(samples.iter().map(|sample| Millis(sample.ran_ms.into())));
    let mut outcomes = Outcomes::default();
    for sample in samples {
        outcomes.add(&conclusions[usize::from(sample.conclusion)]);
    }
    let day = samples[0].day;
    write!(out, "{workflow},{day},{},{}", ran.count(), ran.mean().unwrap() / 1e3).unwrap();
    for p in [0.5, 0.95, 0.99] {
        write!(out, ",{}", ran.quantile(p).unwrap() / 1e3).unwrap();
    }
    writeln!(out, ",{}", outcomes.success_rate().unwrap_or(-1.0)).unwrap();
}

/// Groups, how many of them are beyond exactness, and the largest relative difference in those;
/// elsewhere a difference beyond rounding ends the bench.
fn compare(ours: &Path, theirs: &Path) -> (usize, usize, f64) {
    let (ours, theirs) = (read(ours), read(theirs));
    assert!(ours.keys().eq(theirs.keys()), "not the same groups");
    let (mut binned, mut worst) = (0, 0.0_f64);
    for (key, mine) in &ours {
        let duck = &theirs[key];
        let is_exact = mine[0] <= EXACT_MAX as f64;
        binned += usize::from(!is_exact);
        for (at, (a, b)) in mine.iter().zip(duck).enumerate() {
            let is_quantile = (2..5).contains(&at);
            if is_exact || !is_quantile {
                assert!((a - b).abs() < 1e-6 * b.abs().max(1.0), "{key}: {mine:?}, not {duck:?}");
            } else {
                worst = worst.max((a - b).abs() / b);
            }
        }
    }
    (ours.len(), binned, worst)
}

fn read(file: &Path) -> BTreeMap<String, Vec<f64>> {
    let text = std::fs::read_to_string(file).unwrap();
    let line = |line: &str| {
        let mut cells = line.splitn(3, ',');
        let key = format!("{},{}", cells.next().unwrap(), cells.next().unwrap());
        (key, cells.next().unwrap().split(',').map(|cell| cell.parse().unwrap()).collect())
    };
    text.lines().map(line).collect()
}

/// Thirty days; a few workflows are busy enough for sketches, most are not.
fn generate(file: &Path) {
    let mut dice = fastrand::Rng::with_seed(7);
    let mut out = BufWriter::new(File::create(file).unwrap());
    let first = "2026-05-01T00:00:00Z".parse::<Time>().unwrap();
    for _ in 0..RUNS {
        // Squared: the first workflow gets a hundred times what the last one gets.
        let workflow = (dice.f64().powi(2) * WORKFLOWS as f64) as usize;
        let start = first.plus_millis(dice.i64(0..30 * 86_400) * 1_000);
        let typical = 60.0 + (workflow % 40) as f64 * 45.0;
        let noise = (0..6).map(|_| dice.f64()).sum::<f64>() / 3.0 - 1.0;
        let seconds = (typical * (noise * 0.9).exp()) as i64;
        let conclusion = match dice.u8(0..100) {
            0..86 => "success",
            86..95 => "failure",
            95..98 => "cancelled",
            98 => "timed_out",
            _ => "skipped",
        };
        let end = start.plus_millis(seconds * 1_000);
        writeln!(
            out,
            r#"{{"workflow":"acme/web workflow {workflow}","started_at":"{start}","ended_at":"{end}","conclusion":"{conclusion}"}}"#
        )
        .unwrap();
    }
    out.flush().unwrap();
}
