//! Laptime beside other programs on the same series, one after the other for each of them, every
//! call timed by the CPU clock of its own thread.
//! `BENCH_PYTHON` is a Python with `tests/bench/peers/requirements.txt`.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use laptime_core::stats::detect::{Judge, Rules, Sample, history};
use nix::time::{ClockId, clock_gettime};
use scorecard::committed::{FIRST_SEED, of_history};
use scorecard::partition::Tally;
use scorecard::simulator::{Stretches, stretches};
use serde::{Deserialize, Serialize};

use crate::table;

#[derive(Serialize)]
struct Question<'a> {
    values: &'a [f64],
}

/// What a peer says of a series, and the CPU seconds that took.
#[derive(Deserialize)]
struct Answer {
    peer: String,
    changes: Vec<usize>,
    cpu_s: f64,
}

/// Calls of ours whose middle counts, as with the peers.
const CALLS: usize = 9;

/// How often as fast as a peer we want to be.
const TARGETS: [(&str, f64); 3] = [("rbf", 20.0), ("otava", 100.0), ("otava-tuned", 100.0)];

pub(crate) fn print(count: u64) {
    let Ok(python) = std::env::var("BENCH_PYTHON") else {
        println!("\nPeers: BENCH_PYTHON names no Python, see tests/bench/peers/detect.py.");
        return;
    };
    let histories: Vec<Stretches> = (FIRST_SEED..FIRST_SEED + count).map(stretches).collect();
    let values: Vec<Vec<f64>> = histories.iter().map(|one| plain(&one.samples)).collect();
    let mut tallies: BTreeMap<String, (Tally, Vec<f64>)> = BTreeMap::new();
    let mut ratios: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut peers = Peers::start(&python);
    for (one, values) in histories.iter().zip(&values) {
        let (said, ours) = timed(&one.samples);
        let mut add = |name: &str, said: &[usize], cpu: f64| {
            let (tally, times) = tallies.entry(name.to_owned()).or_default();
            tally.add(said, &one.changes, one.samples.len());
            times.push(cpu);
        };
        add("Laptime", &said, ours);
        for answer in peers.ask(values) {
            add(&answer.peer, &answer.changes, answer.cpu_s);
            ratios.entry(answer.peer).or_default().push(answer.cpu_s / ours);
        }
    }
    let rows = tallies.iter().map(|(name, (tally, times))| {
        let per_1000 = times.iter().sum::<f64>() * 1e6 / tally.samples as f64;
        vec![
            name.clone(),
            format!("{:.3}", tally.f1()),
            format!("{:.2}", tally.made_up_per_1000()),
            format!("{per_1000:.3}"),
            ratios.get(name).map_or_else(String::new, |all| format!("{:.0}", median(all.clone()))),
        ]
    });
    let header =
        ["detector", "F1", "made up in 1,000", "CPU ms in 1,000", "CPU ÷ ours, median of pairs"];
    let title = format!("Whole histories beside others ({count} series, seeds from {FIRST_SEED})");
    table::print(&title, &header, rows.collect());
    targets(&tallies, &ratios, &python);
}

fn targets(
    tallies: &BTreeMap<String, (Tally, Vec<f64>)>,
    ratios: &BTreeMap<String, Vec<f64>>,
    python: &str,
) {
    let f1 = |name: &str| tallies[name].0.f1();
    let mut rows = vec![
        line("F1 beyond that of rbf", f1("Laptime") - f1("rbf"), 0.03, true),
        line(
            "changes made up in 1,000 samples",
            tallies["Laptime"].0.made_up_per_1000(),
            0.2,
            false,
        ),
    ];
    for (peer, least) in TARGETS {
        let ratio = median(ratios[peer].clone());
        rows.push(line(&format!("CPU of {peer} ÷ ours"), ratio, least, true));
    }
    rows.push(line("CPU of otava on a window of 256 ÷ our push", window(python), 500.0, true));
    table::print("Targets", &["what", "reached", "target", ""], rows);
}

fn line(what: &str, reached: f64, target: f64, is_least: bool) -> Vec<String> {
    let is_met = if is_least { reached >= target } else { reached <= target };
    let bound = if is_least { "≥" } else { "≤" };
    let verdict = if is_met { "" } else { "missed" };
    vec![what.to_owned(), format!("{reached:.3}"), format!("{bound} {target}"), verdict.to_owned()]
}

/// Otava on windows of 256 samples against a push, the weekly description anew included.
fn window(python: &str) -> f64 {
    let series: Vec<Stretches> =
        (FIRST_SEED..).map(stretches).filter(|one| one.samples.len() == 1_000).take(20).collect();
    let mut peers = Peers::start(python);
    let ratio = |one: &Stretches| {
        let ours = cpu_spent(|| {
            let mut judge = Judge::new(Rules::default());
            for sample in &one.samples {
                std::hint::black_box(judge.push(*sample, 1));
            }
        });
        let theirs = peers.ask(&plain(&one.samples[..256]));
        let theirs = theirs.iter().find(|answer| answer.peer == "otava").unwrap().cpu_s;
        theirs / (ours / one.samples.len() as f64)
    };
    median(series.iter().map(ratio).collect())
}

fn plain(samples: &[Sample]) -> Vec<f64> {
    samples.iter().map(|sample| sample.value).collect()
}

fn timed(samples: &[Sample]) -> (Vec<usize>, f64) {
    let rules = of_history();
    let once = |_| cpu_spent(|| drop(std::hint::black_box(history(samples, &rules))));
    let cpu = median((0..CALLS).map(once).collect());
    (history(samples, &rules).changes.iter().map(|change| change.index).collect(), cpu)
}

/// Seconds of this thread's CPU time.
fn cpu_spent(work: impl FnOnce()) -> f64 {
    let clock =
        || Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap()).as_secs_f64();
    let before = clock();
    work();
    clock() - before
}

/// The other program, which answers a series at a time.
struct Peers {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Peers {
    fn start(python: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bench/peers/detect.py");
        let mut command = Command::new(python);
        let command = command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, answers }
    }

    fn ask(&mut self, values: &[f64]) -> Vec<Answer> {
        let question = serde_json::to_string(&Question { values }).unwrap();
        writeln!(self.child.stdin.as_mut().unwrap(), "{question}").unwrap();
        let lines = (&mut self.answers).lines().take(TARGETS.len());
        lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
    }
}

impl Drop for Peers {
    /// It ends with its input.
    fn drop(&mut self) {
        self.child.stdin = None;
        self.child.wait().unwrap();
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
