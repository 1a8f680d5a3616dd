//! Benchmarks as they come out of a file, and what is wrong with them, all of it.

use std::collections::BTreeMap;

use crate::check::{Format, Problem, Suite, Timing};

use super::figure::Fault;

pub(super) struct Gathered {
    format: Format,
    benchmarks: BTreeMap<String, Timing>,
    /// How often a name occurs.
    times: BTreeMap<String, u64>,
    problems: Vec<Problem>,
    nameless: bool,
}

impl Gathered {
    pub(super) fn new(format: Format) -> Self {
        Self {
            format,
            benchmarks: BTreeMap::new(),
            times: BTreeMap::new(),
            problems: Vec::new(),
            nameless: false,
        }
    }

    /// The one benchmark of a file that does not tell its name.
    pub(super) fn nameless(format: Format, name: String, timing: Result<Timing, Fault>) -> Self {
        let mut gathered = Self { nameless: true, ..Self::new(format) };
        gathered.add(name, timing);
        gathered
    }

    pub(super) fn add(&mut self, name: String, timing: Result<Timing, Fault>) {
        *self.times.entry(name.clone()).or_default() += 1;
        match timing {
            Ok(timing) => drop(self.benchmarks.insert(name, timing)),
            Err(Fault { field, found }) => {
                self.problems.push(Problem::Figure { name, field, found });
            }
        }
    }

    /// The same of an entry that may have no name; `at` counts from 1.
    pub(super) fn entry(&mut self, at: usize, name: Option<String>, timing: Result<Timing, Fault>) {
        match name {
            Some(name) => self.add(name, timing),
            None => self.refuse(Problem::NoName(at)),
        }
    }

    pub(super) fn refuse(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    pub(super) fn suite(mut self, source: &str) -> Result<Suite, Vec<Problem>> {
        let twice = self.times.into_iter().filter(|(_, times)| *times > 1);
        self.problems.extend(twice.map(|(name, times)| Problem::Twice { name, times }));
        if self.problems.is_empty() && self.benchmarks.is_empty() {
            self.problems.push(Problem::NoBenchmark(self.format));
        }
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        Ok(Suite {
            source: source.to_owned(),
            format: self.format,
            benchmarks: self.benchmarks,
            nameless: self.nameless,
        })
    }
}
