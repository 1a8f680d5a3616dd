//! How Prometheus is asked: for the histograms, counters and gauges that `laptime serve` shows.

use super::json::{Ref, Variable};
use super::panel::{PromQuery, Target};
use super::tile::{Figure, Figures, Outcome, Scope, Timing, Vital, datasource, letter};
use crate::config::Policy;
use crate::prometheus::{
    ATTEMPTS, ATTEMPTS_HELD, DIRECTION, EVENTS_WAITING, EXECUTING, FINDINGS_OPEN, JOB_DURATION,
    JOB_QUEUE, JOB_RESULT, JOBS, JOBS_WITHOUT_SERIES, JUDGED, LAST_PASS, PENDING, PIPELINE,
    REFUSED, REGRESSION, REPOSITORY, RESULT, ROLLUPS_STALE, RUN_DURATION, SEGMENT, SET_ASIDE,
    STATE, STEP, STEP_DURATION, SUCCESS, TASK, WHERE,
};

const PLUGIN: &str = "prometheus";

/// A point of a graph, wide enough for scrapes; and the whole time range.
const POINT: &str = "[$__rate_interval]";
const RANGE: &str = "[$__range]";

/// Steps of a job that are shown.
const MOST_STEPS: u8 = 15;

/// What Prometheus has scraped.
#[derive(Debug)]
pub(super) struct Prometheus<'a> {
    uid: &'a str,
}

impl<'a> Prometheus<'a> {
    /// Of an installation with this policy.
    pub(super) fn new(policy: &'a Policy) -> Self {
        Self { uid: &policy.grafana.prometheus }
    }
}

impl Prometheus<'_> {
    fn asked(
        &self,
        name: &'static str,
        label: &'static str,
        counter: &str,
        chosen: &[&str],
        values: &str,
    ) -> Variable {
        let query = format!("label_values({counter}{{{}}}, {values})", chosen.join(", "));
        Variable::asked(name, label, self.datasource(), query)
    }
}

impl Figures for Prometheus<'_> {
    fn name(&self) -> &'static str {
        "prometheus"
    }

    fn title(&self) -> &'static str {
        "Prometheus"
    }

    fn datasource(&self) -> Ref {
        datasource(PLUGIN, self.uid)
    }

    fn chooser(&self) -> Option<Variable> {
        self.uid.is_empty().then(|| Variable::chooser(PLUGIN))
    }

    fn variables(&self) -> Vec<Variable> {
        let counter = format!("{RUN_DURATION}_count");
        let [repository, workflow, _] = chosen();
        vec![
            self.asked("repository", "Repository", &counter, &[], REPOSITORY),
            self.asked("workflow", "Workflow", &counter, &[&repository], PIPELINE),
            self.asked("segment", "Segment", &counter, &[&repository, &workflow], SEGMENT),
        ]
    }

    fn job(&self) -> Option<Variable> {
        let chosen = chosen();
        let chosen = chosen.each_ref().map(String::as_str);
        Some(self.asked("job", "Job", JOBS, &chosen, TASK))
    }

    fn ask(&self, figure: Figure, scope: Scope, nth: usize) -> Vec<Target> {
        let answer = Asked { scope }.of(figure);
        let target = answer.map(|Question { expr, label, instant }| {
            Target::Prometheus(PromQuery {
                ref_id: letter(nth).to_string(),
                expr,
                legend_format: label,
                editor_mode: "code",
                instant,
                range: !instant,
            })
        });
        target.into_iter().collect()
    }
}

struct Question {
    expr: String,
    label: String,
    instant: bool,
}

struct Asked {
    scope: Scope,
}

impl Asked {
    fn of(&self, figure: Figure) -> Option<Question> {
        let points = |expr, label: &str| Some(self.question(expr, label, false));
        let now = |expr, label: &str| Some(self.question(expr, label, true));
        match figure {
            Figure::Quantile(timing, per_cent) => {
                points(self.quantile(per_cent, timing, POINT), &format!("p{per_cent}"))
            }
            Figure::Mean(timing) => points(self.mean(timing, POINT), "mean"),
            Figure::MeanOfAll(timing) => now(self.mean(timing, RANGE), "mean"),
            Figure::SumOfAll(timing) => now(self.time(timing, "sum", RANGE), "sum"),
            Figure::Steps => points(self.steps(POINT), &legend(STEP)),
            Figure::StepsOfAll => {
                now(format!("topk({MOST_STEPS}, {})", self.steps(RANGE)), &legend(STEP))
            }
            Figure::Attempts(outcome) => {
                let (results, label) = self.results(outcome);
                points(self.count(&results, POINT), label)
            }
            Figure::Count => now(self.count("", RANGE), "attempts"),
            Figure::SuccessShare => points(self.success(POINT), "success rate"),
            Figure::SuccessPercent => now(format!("100 * {}", self.success(RANGE)), "success rate"),
            Figure::Trend => now(self.trend(), "trend"),
            Figure::Vital(vital) => {
                let (expr, label) = gauge(vital)?;
                Some(Question { expr, label: label.to_owned(), instant: false })
            }
        }
    }

    fn question(&self, expr: String, label: &str, instant: bool) -> Question {
        let label = match self.scope {
            Scope::Each => [REPOSITORY, PIPELINE, SEGMENT].map(legend).join(" · "),
            Scope::EachJob => legend(TASK),
            Scope::All | Scope::Chosen | Scope::Job => label.to_owned(),
        };
        Question { expr, label, instant }
    }

    /// What grew of a counter within a span, put together as the scope asks for, by one more label
    /// if it is named.
    fn grown(&self, counter: &str, matched: &str, by: &'static str, span: &str) -> String {
        let mut chosen = match self.scope {
            Scope::All | Scope::Each => Vec::new(),
            Scope::Chosen | Scope::EachJob | Scope::Job => chosen().to_vec(),
        };
        chosen.extend((self.scope == Scope::Job).then(|| format!("{TASK}=\"$job\"")));
        chosen.extend((!matched.is_empty()).then(|| matched.to_owned()));
        let mut all_by: Vec<&str> = match self.scope {
            Scope::Each => vec![REPOSITORY, PIPELINE, SEGMENT],
            Scope::EachJob => vec![TASK],
            Scope::All | Scope::Chosen | Scope::Job => Vec::new(),
        };
        all_by.extend((!by.is_empty()).then_some(by));
        let (by, chosen) = (all_by.join(", "), chosen.join(", "));
        format!("sum by ({by}) (increase({counter}{{{chosen}}}{span}))")
    }

    /// A part of a histogram: `bucket`, `sum` or `count`.
    fn time(&self, timing: Timing, part: &str, span: &str) -> String {
        let (histogram, state) = match timing {
            Timing::Run => (RUN_DURATION, EXECUTING),
            Timing::RunQueue => (RUN_DURATION, PENDING),
            Timing::Job => (JOB_DURATION, ""),
            Timing::JobQueue => (JOB_QUEUE, ""),
        };
        let matched = if state.is_empty() { String::new() } else { format!("{STATE}=\"{state}\"") };
        let by = if part == "bucket" { "le" } else { "" };
        self.grown(&format!("{histogram}_{part}"), &matched, by, span)
    }

    fn quantile(&self, per_cent: u8, timing: Timing, span: &str) -> String {
        let buckets = self.time(timing, "bucket", span);
        format!("histogram_quantile({}, {buckets})", f64::from(per_cent) / 100.0)
    }

    fn mean(&self, timing: Timing, span: &str) -> String {
        let [sum, count] = ["sum", "count"].map(|part| self.time(timing, part, span));
        quotient(&sum, &count)
    }

    fn steps(&self, span: &str) -> String {
        let [sum, count] = ["sum", "count"]
            .map(|part| self.grown(&format!("{STEP_DURATION}_{part}"), "", STEP, span));
        quotient(&sum, &count)
    }

    /// The counter of what has ended, and its label for how.
    const fn ended(&self) -> (&'static str, &'static str) {
        match self.scope {
            Scope::All | Scope::Each | Scope::Chosen => (ATTEMPTS, RESULT),
            Scope::EachJob | Scope::Job => (JOBS, JOB_RESULT),
        }
    }

    fn count(&self, results: &str, span: &str) -> String {
        self.grown(self.ended().0, results, "", span)
    }

    fn success(&self, span: &str) -> String {
        let [good, all] = [self.results(Outcome::Succeeded).0, self.judged("=~")];
        let [good, all] = [self.count(&good, span), self.count(&all, span)];
        // Where nothing ever succeeded there is no series of successes.
        quotient(&format!("({good} or 0 * {all})"), &all)
    }

    fn trend(&self) -> String {
        let [later, earlier] =
            ["[15d]", "[15d] offset 15d"].map(|span| self.quantile(50, Timing::Run, span));
        format!("100 * ({later} / {earlier} - 1)")
    }

    fn judged(&self, matches: &str) -> String {
        format!("{}{matches}\"{}\"", self.ended().1, JUDGED.join("|"))
    }

    fn results(&self, outcome: Outcome) -> (String, &'static str) {
        let result = self.ended().1;
        match outcome {
            Outcome::Succeeded => (format!("{result}=\"{SUCCESS}\""), "succeeded"),
            Outcome::Failed => {
                (format!("{}, {result}!=\"{SUCCESS}\"", self.judged("=~")), "failed")
            }
            Outcome::Neither => (self.judged("!~"), "neither"),
        }
    }
}

/// The workflow and segment that are chosen.
fn chosen() -> [String; 3] {
    [(REPOSITORY, "repository"), (PIPELINE, "workflow"), (SEGMENT, "segment")]
        .map(|(label, variable)| format!("{label}=\"${variable}\""))
}

/// Nothing where there is nothing to divide by.
fn quotient(of: &str, by: &str) -> String {
    format!("{of} / ({by} > 0)")
}

/// The value of a label, in the name of a line.
fn legend(label: &str) -> String {
    format!("{{{{{label}}}}}")
}

fn gauge(vital: Vital) -> Option<(String, &'static str)> {
    let held = |state: &str| format!("max({ATTEMPTS_HELD}{{{WHERE}=\"{state}\"}})");
    Some(match vital {
        Vital::PassAge => (format!("time() - max({LAST_PASS})"), "age"),
        Vital::Waiting => (format!("max({EVENTS_WAITING})"), "events"),
        Vital::Touched => (format!("max({ROLLUPS_STALE})"), "days"),
        Vital::SetAside => (held(SET_ASIDE), "set aside"),
        Vital::Refused => (held(REFUSED), "refused"),
        Vital::JobsWithoutSeries => (format!("max({JOBS_WITHOUT_SERIES})"), "jobs"),
        Vital::FindingsOpen => {
            (format!("max({FINDINGS_OPEN}{{{DIRECTION}=\"{REGRESSION}\"}})"), "findings")
        }
        Vital::Slow
        | Vital::Failing
        | Vital::Queueing
        | Vital::Passes
        | Vital::Lag
        | Vital::Measured
        | Vital::WithoutSeries
        | Vital::Skipped
        | Vital::Lost => return None,
    })
}
