//! Findings in words.

use crate::hostile::quoted;
use crate::judging::{AttemptRef, COUNTED_DAYS, Cause, Finding, Idle, Measure, Scope, State};
use crate::render::{change, counted, duration, rate};
use crate::report::finding::Called;
use crate::row::Segment;
use crate::stats::detect::Doubt;

pub(super) const fn measure(measure: Measure) -> &'static str {
    match measure {
        Measure::Duration => "duration",
        Measure::Waited => "waited",
        Measure::RunnerTime => "runner_time",
        Measure::Success => "success",
        Measure::Flaky => "flaky",
    }
}

pub(super) fn scope_text(scope: &Scope) -> String {
    match scope {
        Scope::Run => "the run".to_owned(),
        Scope::Job { job, .. } => format!("job {}", quoted(job)),
        Scope::Step { job, step, .. } => {
            format!("step {} of job {}", quoted(step), quoted(job))
        }
    }
}

/// `+25 % (6m 2s → 7m 33s)`.
pub(super) fn change_text(finding: &Finding) -> String {
    let level = &finding.level;
    if finding.series.measure.is_time() {
        let moved =
            level.change().map_or(String::new(), |share| format!("{} ", change(share * 100.0)));
        format!("{moved}({} → {})", duration(level.before), duration(level.after))
    } else {
        format!("{} → {}", rate(level.before), rate(level.after))
    }
}

pub(super) fn title(finding: &Finding, called: &Called) -> String {
    let of = match &finding.series.scope {
        Scope::Run => quoted(&called.workflow),
        scope @ (Scope::Job { .. } | Scope::Step { .. }) => {
            format!("{}, {}", quoted(&called.workflow), scope_text(scope))
        }
    };
    format!("{of} of {} {}", quoted(&called.repository), moved(finding))
}

/// Within its repository, and short enough for a title.
pub(super) fn headline(finding: &Finding, called: &Called) -> String {
    let workflow = quoted(&short(&called.workflow));
    let of = match &finding.series.scope {
        Scope::Run => workflow,
        Scope::Job { job, .. } => format!("{workflow}, job {}", quoted(&short(job))),
        Scope::Step { job, step, .. } => {
            format!("{workflow}, step {} of job {}", quoted(&short(step)), quoted(&short(job)))
        }
    };
    format!("{of} {}", moved(finding))
}

fn moved(finding: &Finding) -> String {
    let what = what(finding.series.measure, finding.is_regression);
    let segment = segment(finding.series.segment);
    format!("{what}{segment}: {}", change_text(finding))
}

/// A name cut so that three of them leave room for figures in a title.
pub(crate) fn short(name: &str) -> String {
    let mut chars = name.chars();
    let mut kept: String = chars.by_ref().take(HEADLINE_NAME_CHARS).collect();
    if chars.next().is_some() {
        kept.push('…');
    }
    kept
}

const HEADLINE_NAME_CHARS: usize = 32;

const fn segment(segment: Segment) -> &'static str {
    match segment {
        Segment::DefaultBranch => " on the default branch",
        Segment::PullRequest => " on pull requests",
        Segment::Schedule => " on schedules",
        Segment::Other => " on other branches",
    }
}

const fn what(measure: Measure, is_regression: bool) -> &'static str {
    match (measure, is_regression) {
        (Measure::Duration, true) => "became slower",
        (Measure::Duration, false) => "became faster",
        (Measure::Waited, true) => "waits longer for runners",
        (Measure::Waited, false) => "waits less for runners",
        (Measure::RunnerTime, true) => "takes more of the runners' time",
        (Measure::RunnerTime, false) => "takes less of the runners' time",
        (Measure::Success, true) => "fails more often",
        (Measure::Success, false) => "succeeds more often",
        (Measure::Flaky, true) => "became flakier",
        (Measure::Flaky, false) => "became less flaky",
    }
}

pub(super) fn cause_text(cause: &Cause, is_regression: bool) -> String {
    match cause {
        Cause::Queue => {
            let how = if is_regression { "longer" } else { "less" };
            format!("the runs wait {how} for runners; the code that runs is not the cause")
        }
        Cause::RunnerClass { job, from, to } => {
            let [job, from, to] = [job, from, to].map(|name| quoted(name));
            format!("job {job} moved from runners {from} to {to}")
        }
        Cause::AllJobs => "all jobs changed alike: the machines they run on are the likely cause, \
             not one of the changes in the code"
            .to_owned(),
    }
}

pub(super) fn advice(finding: &Finding) -> String {
    let range = commits(finding);
    if !finding.is_regression {
        return format!("nothing to do; it began with {range}");
    }
    match (&finding.cause, finding.series.measure) {
        (Some(Cause::Queue), _) | (_, Measure::Waited) => {
            "see whether more jobs share the runners than before, or add runners".to_owned()
        }
        (Some(Cause::RunnerClass { .. }), _) => {
            "compare the two classes; move it back if the change was not meant".to_owned()
        }
        (Some(Cause::AllJobs), _) => {
            "see what changed about the runners before looking at commits".to_owned()
        }
        (None, Measure::Duration | Measure::RunnerTime) => {
            format!("look at {}, from {range}", carried_by(finding))
        }
        (None, Measure::Success | Measure::Flaky) => {
            format!("look at what fails since {range}")
        }
    }
}

/// Why it is not beyond doubt.
pub(super) fn doubt_text(state: &State) -> Option<String> {
    match state {
        State::Candidate(doubt) => Some(doubted(*doubt).to_owned()),
        State::Confirmed | State::Recovered { .. } => None,
    }
}

/// What speaks against a change.
pub(crate) const fn doubted(doubt: Doubt) -> &'static str {
    match doubt {
        Doubt::NoBaseline => "too few samples before it to compare with",
        Doubt::TooFew => "too few samples since",
        Doubt::TooSoon => "it has not lasted long enough",
        Doubt::TooSmall => "smaller than what is worth attention",
        Doubt::Noise => "noise could be the cause",
        Doubt::NotHeld => "not all of the latest samples agree",
        Doubt::Ranks => "samples like those after it were there before",
        Doubt::Gradual => "a slope explains it better than a step",
    }
}

/// How much it matters, and why not where it does not.
pub(super) fn relevance(finding: &Finding) -> String {
    let relevance = &finding.relevance;
    let runs = counted(u64::from(relevance.attempts), "attempt");
    let path = relevance
        .on_path
        .map_or_else(String::new, |share| format!(", {} of them waited for this job", rate(share)));
    let why = match relevance.idle(finding.series.segment) {
        None => "",
        Some(Idle::OtherBranch) => "; low, as it is neither the default branch nor pull requests",
        Some(Idle::Seldom) => "; low, as it runs seldom",
        Some(Idle::OffPath) => "; low, as hardly any attempt waits for this job",
    };
    format!("{runs} in {COUNTED_DAYS} days{path}{why}")
}

/// The range of commits, as far as they are known.
fn commits(finding: &Finding) -> String {
    let short = |attempt: &AttemptRef| {
        attempt.head_sha.as_ref().map(|sha| sha.chars().take(10).collect::<String>())
    };
    let run = |attempt: &AttemptRef| match attempt.run_number {
        Some(number) => format!("run {}", quoted(&format!("#{number}"))),
        None => format!("run {}", attempt.id.run),
    };
    match (short(&finding.last_good), short(&finding.first_bad)) {
        (Some(from), Some(to)) if from != to => {
            let commits = quoted(&format!("{from}..{to}"));
            format!("{}, commits {commits}", run(&finding.first_bad))
        }
        _ => run(&finding.first_bad),
    }
}

fn carried_by(finding: &Finding) -> String {
    let first = finding.carriers.as_ref().and_then(|all| all.parts.first());
    match first.map(|part| (&part.job, &part.step)) {
        Some((Some(job), Some((step, _)))) => {
            format!("step {} of job {}", quoted(step), quoted(job))
        }
        Some((Some(job), None)) if finding.series.measure == Measure::Waited => {
            format!("job {}", quoted(job))
        }
        Some((Some(job), None)) => format!("job {} outside of its steps", quoted(job)),
        Some((None, _)) => "what lies between the jobs".to_owned(),
        None => scope_text(&finding.series.scope),
    }
}

/// Workflows that changed together.
pub(super) struct Fleet<'a> {
    pub(super) class: &'a str,
    /// Workflows on that class.
    pub(super) workflows: usize,
    /// Those of them that changed.
    pub(super) count: usize,
}

impl Fleet<'_> {
    pub(super) fn title(&self, first: &Finding) -> String {
        let Self { class, workflows, count } = self;
        let class = quoted(class);
        let what = what(first.series.measure, first.is_regression).replace("waits", "wait");
        format!("{count} of {workflows} workflows on runners {class} {what}, together")
    }

    pub(super) fn cause(&self) -> String {
        let Self { class, count, .. } = self;
        let class = quoted(class);
        format!(
            "{count} workflows changed alike within a day and a half: the runners {class} are the \
             likely cause, not your code"
        )
    }

    pub(super) fn advice(&self) -> String {
        let class = quoted(self.class);
        format!(
            "see what changed about {class}: its image, its size, its load, where it runs; no \
             commit needs to be reverted"
        )
    }
}
