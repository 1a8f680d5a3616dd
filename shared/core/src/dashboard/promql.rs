//! How Prometheus is asked: for the histogram of attempts and the gauges that `laptime serve` shows.
//! It has nothing of jobs.

use super::json::{Ref, Variable};
use super::panel::{PromQuery, Target};
use super::tile::{Figure, Figures, Outcome, Scope, Timing, Vital, datasource, letter};
use crate::config::Policy;
use crate::prometheus::{
    ATTEMPTS, ATTEMPTS_HELD, DIRECTION, EVENTS_WAITING, EXECUTING, FINDINGS_OPEN, JUDGED,
    LAST_PASS, PENDING, PIPELINE, REFUSED, REGRESSION, REPOSITORY, RESULT, ROLLUPS_STALE,
    RUN_DURATION, SEGMENT, SET_ASIDE, STATE, SUCCESS, WHERE,
};

const PLUGIN: &str = "prometheus";

/// A step, wide enough for scrapes; and the whole time range.
const STEP: &str = "[$__rate_interval]";
const RANGE: &str = "[$__range]";

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
        let values =
            |chosen: &str, label| format!("label_values({RUN_DURATION}_count{chosen}, {label})");
        let repository = format!("{{{REPOSITORY}=\"$repository\"}}");
        let workflow = format!("{{{REPOSITORY}=\"$repository\", {PIPELINE}=\"$workflow\"}}");
        let asked = |name, label, query| Variable::asked(name, label, self.datasource(), query);
        vec![
            asked("repository", "Repository", values("", REPOSITORY)),
            asked("workflow", "Workflow", values(&repository, PIPELINE)),
            asked("segment", "Segment", values(&workflow, SEGMENT)),
        ]
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
        let steps =
            |expr, label: &str| Some(Question { expr, label: self.label(label), instant: false });
        let now =
            |expr, label: &str| Some(Question { expr, label: self.label(label), instant: true });
        match figure {
            Figure::Quantile(timing, per_cent) => {
                let expr = self.quantile(per_cent, state(timing)?, STEP);
                steps(expr, &format!("p{per_cent}"))
            }
            Figure::Mean(timing) => steps(self.mean(state(timing)?, STEP), "mean"),
            Figure::MeanOfAll(timing) => now(self.mean(state(timing)?, RANGE), "mean"),
            Figure::Attempts(outcome) => {
                let (results, label) = results(outcome);
                steps(self.count(&results, STEP), label)
            }
            Figure::Count => now(self.count("", RANGE), "attempts"),
            Figure::SuccessShare => steps(self.success(STEP), "success rate"),
            Figure::SuccessPercent => now(format!("100 * {}", self.success(RANGE)), "success rate"),
            Figure::Trend => now(self.trend(), "trend"),
            Figure::Vital(vital) => {
                let (expr, label) = gauge(vital)?;
                Some(Question { expr, label: label.to_owned(), instant: false })
            }
        }
    }

    fn label(&self, label: &str) -> String {
        match self.scope {
            Scope::Each => format!("{{{{{REPOSITORY}}}}} · {{{{{PIPELINE}}}}} · {{{{{SEGMENT}}}}}"),
            Scope::All | Scope::Chosen => label.to_owned(),
        }
    }

    /// What grew of a counter within a span, put together as the scope asks for.
    fn grown(&self, counter: &str, matched: &str, span: &str) -> String {
        let mut chosen = match self.scope {
            Scope::Chosen => vec![
                format!("{REPOSITORY}=\"$repository\""),
                format!("{PIPELINE}=\"$workflow\""),
                format!("{SEGMENT}=\"$segment\""),
            ],
            Scope::All | Scope::Each => Vec::new(),
        };
        chosen.extend((!matched.is_empty()).then(|| matched.to_owned()));
        let mut by: Vec<&str> = match self.scope {
            Scope::Each => vec![REPOSITORY, PIPELINE, SEGMENT],
            Scope::All | Scope::Chosen => Vec::new(),
        };
        if counter.ends_with("_bucket") {
            by.push("le");
        }
        let (by, chosen) = (by.join(", "), chosen.join(", "));
        format!("sum by ({by}) (increase({counter}{{{chosen}}}{span}))")
    }

    fn quantile(&self, per_cent: u8, state: &str, span: &str) -> String {
        let buckets = self.grown(&format!("{RUN_DURATION}_bucket"), &in_state(state), span);
        format!("histogram_quantile({}, {buckets})", f64::from(per_cent) / 100.0)
    }

    fn mean(&self, state: &str, span: &str) -> String {
        let [sum, count] = ["sum", "count"]
            .map(|one| self.grown(&format!("{RUN_DURATION}_{one}"), &in_state(state), span));
        format!("{sum} / {count}")
    }

    fn count(&self, results: &str, span: &str) -> String {
        self.grown(ATTEMPTS, results, span)
    }

    fn success(&self, span: &str) -> String {
        let [good, all] = [results(Outcome::Succeeded).0, judged("=~")];
        let [good, all] = [self.count(&good, span), self.count(&all, span)];
        // Where nothing ever succeeded there is no series of successes.
        format!("({good} or 0 * {all}) / {all}")
    }

    fn trend(&self) -> String {
        let [later, earlier] =
            ["[15d]", "[15d] offset 15d"].map(|span| self.quantile(50, EXECUTING, span));
        format!("100 * ({later} / {earlier} - 1)")
    }
}

fn in_state(state: &str) -> String {
    format!("{STATE}=\"{state}\"")
}

fn judged(matches: &str) -> String {
    format!("{RESULT}{matches}\"{}\"", JUDGED.join("|"))
}

fn results(outcome: Outcome) -> (String, &'static str) {
    match outcome {
        Outcome::Succeeded => (format!("{RESULT}=\"{SUCCESS}\""), "succeeded"),
        Outcome::Failed => (format!("{}, {RESULT}!=\"{SUCCESS}\"", judged("=~")), "failed"),
        Outcome::Neither => (judged("!~"), "neither"),
    }
}

const fn state(timing: Timing) -> Option<&'static str> {
    match timing {
        Timing::Run => Some(EXECUTING),
        Timing::RunQueue => Some(PENDING),
        Timing::Job | Timing::JobQueue => None,
    }
}

fn gauge(vital: Vital) -> Option<(String, &'static str)> {
    let held = |state: &str| format!("max({ATTEMPTS_HELD}{{{WHERE}=\"{state}\"}})");
    Some(match vital {
        Vital::PassAge => (format!("time() - max({LAST_PASS})"), "age"),
        Vital::Waiting => (format!("max({EVENTS_WAITING})"), "events"),
        Vital::Touched => (format!("max({ROLLUPS_STALE})"), "days"),
        Vital::SetAside => (held(SET_ASIDE), "set aside"),
        Vital::Refused => (held(REFUSED), "refused"),
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
