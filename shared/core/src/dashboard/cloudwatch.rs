//! How `CloudWatch` is asked: for the metrics that passes on AWS send, by the names they send them by.
//!
//! A mean or a rate over the whole time range is the last value of a quotient of running sums: the
//! mean of means of steps would count a quiet hour like a busy one.

use std::collections::BTreeMap;

use super::json::{Ref, Variable};
use super::panel::{MetricQuery, Target};
use super::tile::{Figure, Figures, Outcome, Scope, Timing, Vital, datasource, letter};
use crate::config::Policy;
use crate::fleet::{job_places, names};

const PLUGIN: &str = "cloudwatch";

/// The region that is set in the data source.
const REGION: &str = "default";

/// What tells series of a search apart; `CloudWatch` fills it in.
const EACH: &str = "${PROP('Dim.Repository')} · ${PROP('Dim.Workflow')} · ${PROP('Dim.Branch')}";
const EACH_WORKFLOW: &str = "${PROP('Dim.Repository')} · ${PROP('Dim.Workflow')}";
const EACH_JOB: &str = "${PROP('Dim.Job')}";
const EACH_STEP: &str = "${PROP('Dim.Step')}";

/// The metrics of one namespace.
#[derive(Debug)]
pub(super) struct CloudWatch<'a> {
    namespace: &'a str,
    uid: &'a str,
    /// Whether single jobs have metrics.
    has_jobs: bool,
}

impl<'a> CloudWatch<'a> {
    /// Of an installation with this policy.
    pub(super) fn new(policy: &'a Policy) -> Self {
        Self {
            namespace: &policy.metrics.namespace,
            uid: &policy.grafana.cloudwatch,
            has_jobs: job_places(&policy.metrics) > 0,
        }
    }

    /// The values of a dimension of a metric, where these others are as chosen.
    fn values(&self, metric: &str, dimension: &str, chosen: &[&str]) -> String {
        let Self { namespace, .. } = self;
        let chosen: Vec<String> =
            chosen.iter().map(|name| format!("\"{name}\":\"{}\"", variable(name))).collect();
        let filter = match chosen.as_slice() {
            [] => String::new(),
            some => format!(",{{{}}}", some.join(",")),
        };
        format!("dimension_values({REGION},{namespace},{metric},{dimension}{filter})")
    }
}

impl Figures for CloudWatch<'_> {
    fn name(&self) -> &'static str {
        "cloudwatch"
    }

    fn title(&self) -> &'static str {
        "CloudWatch"
    }

    fn datasource(&self) -> Ref {
        datasource(PLUGIN, self.uid)
    }

    fn chooser(&self) -> Option<Variable> {
        self.uid.is_empty().then(|| Variable::chooser(PLUGIN))
    }

    fn variables(&self) -> Vec<Variable> {
        let of = names::RUN_DURATION;
        let [repository, workflow, segment] = CHOSEN;
        let asked = |name, label, query| Variable::asked(name, label, self.datasource(), query);
        vec![
            asked("repository", "Repository", self.values(of, repository, &[])),
            asked("workflow", "Workflow", self.values(of, workflow, &[repository])),
            asked("segment", "Segment", self.values(of, segment, &[repository, workflow])),
        ]
    }

    fn job(&self) -> Option<Variable> {
        let query = || self.values(names::JOB_DURATION, names::JOB, &CHOSEN);
        self.has_jobs.then(|| Variable::asked("job", "Job", self.datasource(), query()))
    }

    fn ask(&self, figure: Figure, scope: Scope, nth: usize) -> Vec<Target> {
        if matches!(scope, Scope::EachJob | Scope::Job) && !self.has_jobs {
            return Vec::new();
        }
        let asked = Asked { namespace: self.namespace, scope, letter: letter(nth) };
        asked.of(figure).into_iter().map(Target::CloudWatch).collect()
    }
}

/// What is chosen on a dashboard of one workflow.
const CHOSEN: [&str; 3] = [names::REPOSITORY, names::WORKFLOW, names::BRANCH];

/// By which the value of a dimension is chosen.
fn variable(dimension: &str) -> &'static str {
    match dimension {
        names::REPOSITORY => "$repository",
        names::WORKFLOW => "$workflow",
        names::JOB => "$job",
        _ => "$segment",
    }
}

/// Where the questions of one figure go, and how they are told apart.
struct Asked<'a> {
    namespace: &'a str,
    scope: Scope,
    letter: char,
}

impl Asked<'_> {
    fn of(&self, figure: Figure) -> Vec<MetricQuery> {
        match figure {
            Figure::Quantile(timing, per_cent) => {
                let label = format!("p{per_cent}");
                self.single(timing_name(timing), &label, &label)
            }
            Figure::Mean(timing) => self.single(timing_name(timing), "Average", "mean"),
            Figure::MeanOfAll(timing) => self.quotient(timing_name(timing), ""),
            Figure::Attempts(outcome) if self.scope == Scope::Job => self.runs(outcome),
            Figure::Attempts(outcome) => self.attempts(outcome),
            Figure::Count => {
                let parts = vec![self.part(1, names::RUN_DURATION, "SampleCount")];
                let expression = format!("RUNNING_SUM({})", self.whole(1));
                self.math(parts, expression, "attempts")
            }
            Figure::SuccessShare => self.single(names::SUCCESS_RATE, "Average", "success rate"),
            Figure::SuccessPercent if self.scope == Scope::EachJob => Vec::new(),
            Figure::SuccessPercent => self.quotient(names::SUCCESS_RATE, "100 * "),
            Figure::SumOfAll(timing) => self.single(timing_name(timing), "Sum", "sum"),
            Figure::Steps => self.single(names::STEP_DURATION, "Average", EACH_STEP),
            // There is no quotient of many series by many.
            Figure::StepsOfAll => Vec::new(),
            Figure::Trend => self.single(names::DURATION_TREND, "Average", "trend"),
            Figure::Vital(vital) => self.vital(vital),
        }
    }

    /// A metric as it is; of all together there is none.
    fn single(&self, metric: &'static str, statistic: &str, label: &str) -> Vec<MetricQuery> {
        let label = match self.scope {
            Scope::All => return Vec::new(),
            Scope::Each if metric == names::DURATION_TREND => EACH_WORKFLOW,
            Scope::Each => EACH,
            Scope::EachJob => EACH_JOB,
            Scope::Chosen | Scope::Job => label,
        };
        vec![MetricQuery { label: label.to_owned(), ..self.query("", metric, statistic) }]
    }

    /// Runs of a job: what is 1 for a success and 0 for a failure tells how many there were of both.
    fn runs(&self, outcome: Outcome) -> Vec<MetricQuery> {
        let rate = names::JOB_SUCCESS_RATE;
        match outcome {
            Outcome::Succeeded => self.single(rate, "Sum", "succeeded"),
            Outcome::Failed => {
                let parts = vec![self.part(1, rate, "SampleCount"), self.part(2, rate, "Sum")];
                self.math(parts, format!("{} - {}", self.id(1), self.id(2)), "failed")
            }
            Outcome::Neither => Vec::new(),
        }
    }

    fn attempts(&self, outcome: Outcome) -> Vec<MetricQuery> {
        let (metric, label) = match outcome {
            Outcome::Succeeded => (names::RUNS_SUCCEEDED, "succeeded"),
            Outcome::Failed => (names::RUNS_FAILED, "failed"),
            Outcome::Neither => (names::RUNS_NEITHER, "neither"),
        };
        if self.scope == Scope::All {
            self.math(vec![self.part(1, metric, "Sum")], self.whole(1), label)
        } else {
            self.single(metric, "Sum", label)
        }
    }

    /// The mean of all samples of a metric.
    fn quotient(&self, metric: &'static str, factor: &str) -> Vec<MetricQuery> {
        let parts = vec![self.part(1, metric, "Sum"), self.part(2, metric, "SampleCount")];
        let [sum, count] = [self.whole(1), self.whole(2)];
        self.math(parts, format!("{factor}RUNNING_SUM({sum}) / RUNNING_SUM({count})"), "mean")
    }

    fn vital(&self, vital: Vital) -> Vec<MetricQuery> {
        let (metric, statistic) = match vital {
            Vital::Slow => (names::WORKFLOWS_OVER_P95, "Maximum"),
            Vital::Failing => (names::WORKFLOWS_UNDER_SUCCESS_RATE, "Maximum"),
            Vital::Queueing => (names::WORKFLOWS_QUEUEING, "Maximum"),
            Vital::Passes => (names::PASSES, "Sum"),
            Vital::Lag => (names::FILING_LAG, "Maximum"),
            Vital::Measured => (names::ATTEMPTS_MEASURED, "Sum"),
            Vital::SetAside => (names::ATTEMPTS_SET_ASIDE, "Maximum"),
            Vital::Refused => (names::ATTEMPTS_REFUSED, "Maximum"),
            Vital::WithoutSeries => (names::WITHOUT_SERIES, "Maximum"),
            Vital::Skipped => return self.summed(names::SAMPLES_SKIPPED),
            Vital::Lost => return self.summed(names::SAMPLES_LOST),
            Vital::PassAge
            | Vital::Waiting
            | Vital::Touched
            | Vital::JobsWithoutSeries
            | Vital::FindingsOpen => return Vec::new(),
        };
        vec![MetricQuery { label: metric.to_owned(), ..self.query("", metric, statistic) }]
    }

    /// A count of the whole time range.
    fn summed(&self, metric: &'static str) -> Vec<MetricQuery> {
        let parts = vec![self.part(1, metric, "Sum")];
        self.math(parts, format!("RUNNING_SUM({})", self.id(1)), metric)
    }

    /// One line from the answers to `parts`.
    fn math(
        &self,
        mut parts: Vec<MetricQuery>,
        expression: String,
        label: &str,
    ) -> Vec<MetricQuery> {
        let label = label.to_owned();
        let mut line = MetricQuery { expression, label, ..self.query("", "", "Average") };
        line.metric_editor_mode = 1;
        parts.push(line);
        parts
    }

    /// A metric that is only reckoned with.
    fn part(&self, number: u8, metric: &'static str, statistic: &str) -> MetricQuery {
        MetricQuery { hide: true, ..self.query(&number.to_string(), metric, statistic) }
    }

    /// A part as one series: that of a search may be many.
    fn whole(&self, number: u8) -> String {
        let id = self.id(number);
        if self.scope == Scope::Chosen { id } else { format!("SUM({id})") }
    }

    fn id(&self, number: u8) -> String {
        format!("{}{number}", self.letter.to_ascii_lowercase())
    }

    fn query(&self, part: &str, metric: &'static str, statistic: &str) -> MetricQuery {
        let (dimensions, each): (_, &[&str]) = match self.scope {
            Scope::All | Scope::Each => (names::dimensions_of(metric), &CHOSEN),
            Scope::Chosen => (names::dimensions_of(metric), &[]),
            Scope::EachJob => (names::dimensions_of_job(metric), &[names::JOB]),
            Scope::Job => (names::dimensions_of_job(metric), &[names::STEP]),
        };
        let value = |name| if each.contains(&name) { "*" } else { variable(name) };
        let dimensions: BTreeMap<_, _> =
            dimensions.iter().map(|name| (*name, value(*name))).collect();
        MetricQuery {
            ref_id: format!("{}{part}", self.letter),
            id: format!("{}{part}", self.letter.to_ascii_lowercase()),
            hide: false,
            query_mode: "Metrics",
            metric_query_type: 0,
            metric_editor_mode: 0,
            region: REGION,
            namespace: self.namespace.to_owned(),
            metric_name: metric,
            dimensions,
            match_exact: true,
            statistic: statistic.to_owned(),
            period: "",
            expression: String::new(),
            label: String::new(),
        }
    }
}

const fn timing_name(timing: Timing) -> &'static str {
    match timing {
        Timing::Run => names::RUN_DURATION,
        Timing::RunQueue => names::RUN_QUEUE_TIME,
        Timing::Job => names::JOB_DURATION,
        Timing::JobQueue => names::JOB_QUEUE_TIME,
    }
}
