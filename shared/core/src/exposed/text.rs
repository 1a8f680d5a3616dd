//! The text format of Prometheus, version 0.0.4.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::exposed::jobs::{Job, step_label};
use crate::exposed::{BOUNDS_MS, Counts, Exposed, Histogram, Tally};
use crate::hostile;
use crate::port::Standing;
use crate::prometheus::{
    ATTEMPTS, ATTEMPTS_HELD, DIRECTION, EVENTS_WAITING, EXECUTING, FINDINGS_OPEN, JOB_DURATION,
    JOB_QUEUE, JOB_RESULT, JOBS, JOBS_WITHOUT_SERIES, LAST_PASS, PENDING, PIPELINE, REFUSED,
    REGRESSION, REPOSITORY, RESULT, ROLLUPS_STALE, RUN_DURATION, SEGMENT, SET_ASIDE, STATE, STEP,
    STEP_DURATION, TASK, WHERE,
};
use crate::row::{Names, Segment, WorkflowId};
use crate::time::{Millis, Time};

/// How Laptime itself does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// What the store holds.
    pub standing: Standing,
    /// Confirmed findings that are open: regressions and improvements.
    pub findings: [u64; 2],
    /// Jobs that had no room for series of their own when they were chosen.
    pub jobs_without_series: u64,
    /// Version of the program.
    pub version: &'static str,
}

/// Everything, ready to be scraped.
pub fn text(exposed: &Exposed, health: &Health) -> String {
    let mut page = Page(String::new());
    let all = workflows(exposed);
    page.head(
        RUN_DURATION,
        "histogram",
        "Duration of a completed attempt of a workflow run by state: pending until its first job \
         started, executing from then on.",
    );
    for (labels, counts) in &all {
        for (state, histogram) in [(PENDING, &counts.pending), (EXECUTING, &counts.executing)] {
            page.histogram(RUN_DURATION, &format!("{labels},{}", shown(STATE, state)), histogram);
        }
    }
    page.head(ATTEMPTS, "counter", "Completed attempts of workflow runs by result.");
    for (labels, counts) in &all {
        page.results(ATTEMPTS, labels, RESULT, counts);
    }
    page.jobs(&jobs(exposed));
    page.health(health);
    page.0
}

/// Labels, and what was counted under them.
type Labelled<'a, T> = Vec<(String, &'a T)>;

/// Every segment of every workflow, and those of the others last.
fn workflows(exposed: &Exposed) -> Labelled<'_, Counts> {
    let own = exposed.own.iter().map(|(id, told)| (workflow(&told.names, *id), &told.tally));
    let other = [(labels(["other"; 3]), &exposed.other)];
    own.chain(other).flat_map(|(labels, tally)| by_segment(labels, tally)).collect()
}

fn by_segment(labels: String, tally: &Tally) -> impl Iterator<Item = (String, &Counts)> {
    tally.segments().map(move |(segment, counts)| (in_segment(&labels, segment), counts))
}

/// Every job, with the labels of its workflow. What would bear the labels of another, because its
/// name is cut off, is left out.
fn jobs(exposed: &Exposed) -> Labelled<'_, Job> {
    let told = exposed.jobs.iter().filter_map(|(id, jobs)| Some((exposed.own.get(id)?, *id, jobs)));
    let all = told.flat_map(|(told, id, jobs)| {
        let workflow = workflow(&told.names, id);
        jobs.iter().map(move |(name, job)| (format!("{workflow},{}", label(TASK, name)), job))
    });
    let mut seen = BTreeSet::new();
    all.filter(|(labels, _)| seen.insert(labels.clone())).collect()
}

fn workflow(names: &Names, id: WorkflowId) -> String {
    labels([&names.repository, &names.workflow, &id.workflow.to_string()])
}

/// Two workflows may have one name in one repository: the id tells them apart.
fn labels([repository, workflow, id]: [&str; 3]) -> String {
    let names =
        [label(REPOSITORY, repository), label(PIPELINE, workflow), shown("workflow_id", id)];
    names.join(",")
}

fn in_segment(labels: &str, segment: Segment) -> String {
    format!("{labels},{}", shown(SEGMENT, segment.name()))
}

/// A label whose value a stranger chose.
fn label(name: &str, value: &str) -> String {
    shown(name, &hostile::html(value))
}

/// A label whose value is fit to be shown.
fn shown(name: &str, value: &str) -> String {
    let value = value.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
    format!("{name}=\"{value}\"")
}

struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to memory does not fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = match labels {
            "" => writeln!(self.0, "{name} {value}"),
            labels => writeln!(self.0, "{name}{{{labels}}} {value}"),
        };
    }

    fn histogram(&mut self, name: &str, labels: &str, histogram: &Histogram) {
        if histogram.count() == 0 {
            return;
        }
        let bounds = BOUNDS_MS.map(|ms| Millis(ms).seconds().to_string());
        let bounds = bounds.iter().map(String::as_str).chain(["+Inf"]);
        let mut below = 0;
        for (bound, count) in bounds.zip(&histogram.buckets) {
            below += count;
            self.line(&format!("{name}_bucket"), &format!("{labels},le=\"{bound}\""), below);
        }
        self.sum_and_count(name, labels, [below, histogram.sum_ms]);
    }

    fn sum_and_count(&mut self, name: &str, labels: &str, [count, sum_ms]: [u64; 2]) {
        self.line(&format!("{name}_sum"), labels, Millis(sum_ms).seconds());
        self.line(&format!("{name}_count"), labels, count);
    }

    fn results(&mut self, name: &str, labels: &str, of: &str, counts: &Counts) {
        for (result, times) in &counts.results {
            self.line(name, &format!("{labels},{}", shown(of, result)), times);
        }
    }

    fn jobs(&mut self, jobs: &Labelled<'_, Job>) {
        let all = jobs.iter().flat_map(|(labels, job)| by_segment(labels.clone(), &job.tally));
        let all: Labelled<'_, Counts> = all.collect();
        self.head(JOB_DURATION, "histogram", "Start of a job to its completion.");
        for (labels, counts) in &all {
            self.histogram(JOB_DURATION, labels, &counts.executing);
        }
        self.head(JOB_QUEUE, "histogram", "Creation of a job to its start.");
        for (labels, counts) in &all {
            self.histogram(JOB_QUEUE, labels, &counts.pending);
        }
        self.head(JOBS, "counter", "Completed jobs by result.");
        for (labels, counts) in &all {
            self.results(JOBS, labels, JOB_RESULT, counts);
        }
        self.head(STEP_DURATION, "summary", "Start of a step to its completion.");
        for (labels, job) in jobs {
            let mut seen = BTreeSet::new();
            let distinct = |(key, step)| {
                let name = step_label(key);
                seen.insert(name.clone()).then_some((name, step))
            };
            for (name, step) in job.steps.iter().filter_map(distinct) {
                let labels = format!("{labels},{}", shown(STEP, &name));
                for (segment, ran) in &step.ran {
                    self.sum_and_count(STEP_DURATION, &in_segment(&labels, *segment), *ran);
                }
            }
        }
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, "gauge", help);
        self.line(name, "", value);
    }

    fn health(&mut self, health: &Health) {
        let standing = &health.standing;
        if let Some(waiting) = standing.events_waiting {
            self.gauge(EVENTS_WAITING, "Events that no pass has taken up yet.", waiting);
        }
        if let Some(at) = standing.last_pass {
            self.gauge(LAST_PASS, "When the last pass ended, since the epoch.", seconds(at));
        }
        let name = ATTEMPTS_HELD;
        self.head(name, "gauge", "Attempts in the store by where they are filed.");
        let states = [
            ("open", standing.attempts_open),
            ("filed", standing.attempts_filed),
            ("sealed", standing.attempts_sealed),
            (REFUSED, Some(standing.attempts_refused)),
            (SET_ASIDE, Some(standing.attempts_set_aside)),
        ];
        for (state, count) in states {
            if let Some(count) = count {
                self.line(name, &shown(WHERE, state), count);
            }
        }
        self.gauge(
            ROLLUPS_STALE,
            "Days of workflows whose rollup is out of date.",
            standing.days_touched,
        );
        self.gauge(
            JOBS_WITHOUT_SERIES,
            "Jobs that ran lately and have no series of their own.",
            health.jobs_without_series,
        );
        let name = FINDINGS_OPEN;
        self.head(name, "gauge", "Confirmed findings that are open.");
        for (direction, count) in [REGRESSION, "improvement"].iter().zip(health.findings) {
            self.line(name, &shown(DIRECTION, direction), count);
        }
        self.head("laptime_build_info", "gauge", "The running program; always 1.");
        self.line("laptime_build_info", &shown("version", health.version), 1);
    }
}

fn seconds(at: Time) -> f64 {
    Millis(u64::try_from(at.as_millis()).unwrap_or_default()).seconds()
}
