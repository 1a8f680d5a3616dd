//! The text format of Prometheus, version 0.0.4.

use std::fmt::Write;

use crate::exposed::{BOUNDS_MS, Counts, Exposed, Histogram, Told};
use crate::hostile;
use crate::port::Standing;
use crate::prometheus::{
    ATTEMPTS, ATTEMPTS_HELD, DIRECTION, EVENTS_WAITING, EXECUTING, FINDINGS_OPEN, LAST_PASS,
    PENDING, REFUSED, REGRESSION, RESULT, ROLLUPS_STALE, RUN_DURATION, SET_ASIDE, STATE, WHERE,
};
use crate::row::Segment;
use crate::time::{Millis, Time};

/// How Laptime itself does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// What the store holds.
    pub standing: Standing,
    /// Confirmed findings that are open: regressions and improvements.
    pub findings: [u64; 2],
    /// Version of the program.
    pub version: &'static str,
}

/// Everything, ready to be scraped.
pub fn text(exposed: &Exposed, health: &Health) -> String {
    let mut page = Page(String::new());
    let all = labelled(exposed);
    page.head(
        RUN_DURATION,
        "histogram",
        "Duration of a completed attempt of a workflow run by state: pending until its first job \
         started, executing from then on.",
    );
    for (labels, counts) in &all {
        page.histogram(labels, PENDING, &counts.pending);
        page.histogram(labels, EXECUTING, &counts.executing);
    }
    page.head(ATTEMPTS, "counter", "Completed attempts of workflow runs by result.");
    for (labels, counts) in &all {
        for (result, times) in &counts.results {
            page.line(ATTEMPTS, &format!("{labels},{RESULT}=\"{result}\""), *times);
        }
    }
    page.health(health);
    page.0
}

/// Every segment of every workflow with its labels, and those of the others last.
fn labelled(exposed: &Exposed) -> Vec<(String, &Counts)> {
    let own = exposed.own.iter().flat_map(|(id, Told { names, tally })| {
        let names = [&names.repository, &names.workflow].map(|name| escaped(&hostile::html(name)));
        let [repository, workflow] = names;
        let id = id.workflow.to_string();
        tally
            .segments()
            .map(move |(segment, counts)| (labels([&repository, &workflow, &id], segment), counts))
    });
    let other = exposed.other.segments();
    own.chain(other.map(|(segment, counts)| (labels(["other"; 3], segment), counts))).collect()
}

/// Two workflows may have one name in one repository: the id tells them apart.
fn labels([repository, workflow, id]: [&str; 3], segment: Segment) -> String {
    let segment = segment.name();
    format!(
        "repository=\"{repository}\",cicd_pipeline_name=\"{workflow}\",workflow_id=\"{id}\",\
         segment=\"{segment}\""
    )
}

fn escaped(label: &str) -> String {
    label.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
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

    fn histogram(&mut self, labels: &str, state: &str, histogram: &Histogram) {
        if histogram.count() == 0 {
            return;
        }
        let name = RUN_DURATION;
        let labels = format!("{labels},{STATE}=\"{state}\"");
        let bounds = BOUNDS_MS.map(|ms| Millis(ms).seconds().to_string());
        let bounds = bounds.iter().map(String::as_str).chain(["+Inf"]);
        let mut below = 0;
        for (bound, count) in bounds.zip(&histogram.buckets) {
            below += count;
            self.line(&format!("{name}_bucket"), &format!("{labels},le=\"{bound}\""), below);
        }
        self.line(&format!("{name}_sum"), &labels, Millis(histogram.sum_ms).seconds());
        self.line(&format!("{name}_count"), &labels, below);
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
                self.line(name, &format!("{WHERE}=\"{state}\""), count);
            }
        }
        self.gauge(
            ROLLUPS_STALE,
            "Days of workflows whose rollup is out of date.",
            standing.days_touched,
        );
        let name = FINDINGS_OPEN;
        self.head(name, "gauge", "Confirmed findings that are open.");
        for (direction, count) in [REGRESSION, "improvement"].iter().zip(health.findings) {
            self.line(name, &format!("{DIRECTION}=\"{direction}\""), count);
        }
        self.head("laptime_build_info", "gauge", "The running program; always 1.");
        self.line("laptime_build_info", &format!("version=\"{}\"", escaped(health.version)), 1);
    }
}

fn seconds(at: Time) -> f64 {
    Millis(u64::try_from(at.as_millis()).unwrap_or_default()).seconds()
}
