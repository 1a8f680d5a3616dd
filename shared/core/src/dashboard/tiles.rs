//! What is on each dashboard.

use super::panel::Step;
use super::tile::{Figure, Outcome, Row, Scope, Show, Tile, Timing, Unit, Vital};
use crate::config::{Board, Thresholds};

/// Height of a row of numbers, and of one of graphs.
const NUMBERS: u32 = 5;
const GRAPHS: u32 = 9;

/// Per cent of success below which it is red, and from which it is green.
const SUCCESS_LOW: f64 = 80.0;
const SUCCESS_GOOD: f64 = 95.0;

/// What a dashboard is called.
pub(super) const fn title(board: Board) -> &'static str {
    match board {
        Board::Overview => "all workflows",
        Board::Workflow => "one workflow",
        Board::Jobs => "jobs of a workflow",
        Board::Health => "health of Laptime itself",
    }
}

/// Its rows, top down.
pub(super) fn rows(board: Board, thresholds: &Thresholds) -> Vec<Row> {
    match board {
        Board::Overview => overview(thresholds),
        Board::Workflow => workflow(thresholds),
        Board::Jobs => jobs(),
        Board::Health => health(),
    }
}

fn overview(thresholds: &Thresholds) -> Vec<Row> {
    let trouble = |title, about, vital| Tile {
        limits: vec![from(1.0, "red")],
        ..number(title, about, Unit::Count, Scope::All, Figure::Vital(vital))
    };
    let numbers = vec![
        success(Scope::All),
        attempts(Scope::All),
        trouble("Slow workflows", "Their 95th percentile is above the threshold.", Vital::Slow),
        trouble("Failing workflows", "They succeed less often than they should.", Vital::Failing),
        trouble("Queueing workflows", "Their jobs wait long for runners.", Vital::Queueing),
    ];
    let each = |title, about, unit, figure| lines(title, about, unit, Scope::Each, vec![figure]);
    let times = vec![
        each("Duration, 95th percentile", TOTAL, Unit::Seconds, Figure::Quantile(Timing::Run, 95)),
        each("Wait for runners, mean", QUEUED, Unit::Seconds, Figure::Mean(Timing::RunQueue)),
    ];
    let outcomes = vec![
        each("Success rate", JUDGED, Unit::Share, Figure::SuccessShare),
        outcomes(ATTEMPTS, Scope::All),
    ];
    let ranking = Tile {
        show: Show::Ranking,
        limits: trend_limits(thresholds),
        ..number("Trend of the median", TREND, Unit::Percent, Scope::Each, Figure::Trend)
    };
    vec![
        row(NUMBERS, numbers),
        row(GRAPHS, times),
        row(GRAPHS, outcomes),
        row(GRAPHS, vec![ranking]),
    ]
}

fn workflow(thresholds: &Thresholds) -> Vec<Row> {
    let chosen = |title, about, unit, figure| number(title, about, unit, Scope::Chosen, figure);
    let trend = chosen("Trend of the median", TREND, Unit::Percent, Figure::Trend);
    let numbers = vec![
        success(Scope::Chosen),
        attempts(Scope::Chosen),
        chosen("Mean duration", TOTAL, Unit::Seconds, Figure::MeanOfAll(Timing::Run)),
        chosen("Mean wait", QUEUED, Unit::Seconds, Figure::MeanOfAll(Timing::RunQueue)),
        Tile { limits: trend_limits(thresholds), ..trend },
    ];
    let ends = vec![
        lines("Success rate", JUDGED, Unit::Share, Scope::Chosen, vec![Figure::SuccessShare]),
        outcomes(ATTEMPTS, Scope::Chosen),
    ];
    vec![
        row(NUMBERS, numbers),
        row(GRAPHS, vec![percentiles("Duration", TOTAL, Scope::Chosen, Timing::Run)]),
        row(GRAPHS, vec![percentiles("Wait for runners", QUEUED, Scope::Chosen, Timing::RunQueue)]),
        row(GRAPHS, ends),
    ]
}

fn jobs() -> Vec<Row> {
    let each = |title, about, unit, figure| Tile {
        show: Show::Ranking,
        ..number(title, about, unit, Scope::EachJob, figure)
    };
    let spent = each("Time spent", SPENT, Unit::Seconds, Figure::SumOfAll(Timing::Job));
    let success = Tile {
        limits: success_limits(),
        ..each("Success rate by job", JUDGED, Unit::Percent, Figure::SuccessPercent)
    };
    let means = |title, about, timing| {
        lines(title, about, Unit::Seconds, Scope::EachJob, vec![Figure::Mean(timing)])
    };
    let steps = |figure| lines("Steps, mean", STEPS, Unit::Seconds, Scope::Job, vec![figure]);
    let longest =
        Tile { show: Show::Ranking, title: "Longest steps, mean", ..steps(Figure::StepsOfAll) };
    vec![
        row(
            GRAPHS,
            vec![
                percentiles("Duration of all jobs", ALL_JOBS, Scope::Chosen, Timing::Job),
                percentiles("Wait of all jobs", ALL_JOBS, Scope::Chosen, Timing::JobQueue),
            ],
        ),
        row(
            GRAPHS,
            vec![
                means("Duration by job, mean", RAN, Timing::Job),
                means("Wait by job, mean", WAITED, Timing::JobQueue),
            ],
        ),
        row(GRAPHS, vec![spent, success]),
        row(
            GRAPHS,
            vec![
                percentiles("Duration of $job", RAN, Scope::Job, Timing::Job),
                percentiles("Wait of $job", WAITED, Scope::Job, Timing::JobQueue),
                outcomes("Runs of $job by outcome", Scope::Job),
            ],
        ),
        row(GRAPHS, vec![steps(Figure::Steps), longest]),
    ]
}

fn health() -> Vec<Row> {
    let vital =
        |title, about, unit, vital| number(title, about, unit, Scope::All, Figure::Vital(vital));
    let bad = |tile: Tile| Tile { limits: vec![from(1.0, "red")], ..tile };
    let graph = |title, about, unit, vital| {
        lines(title, about, unit, Scope::All, vec![Figure::Vital(vital)])
    };
    let numbers = vec![
        bad(vital(
            "Set aside",
            "Attempts whose events cannot be read.",
            Unit::Count,
            Vital::SetAside,
        )),
        vital("Refused", "Attempts whose day is sealed.", Unit::Count, Vital::Refused),
        vital(
            "Days to roll up",
            "Days whose figures are out of date.",
            Unit::Count,
            Vital::Touched,
        ),
        vital("Open findings", "Changes that are not over.", Unit::Count, Vital::FindingsOpen),
        bad(vital("Samples lost", "Not known to have arrived.", Unit::Count, Vital::Lost)),
        vital("Samples skipped", "Too old, or without room.", Unit::Count, Vital::Skipped),
        vital(
            "Without series",
            "Segments that share those of others.",
            Unit::Count,
            Vital::WithoutSeries,
        ),
        vital(
            "Jobs without series",
            "There is no room for them.",
            Unit::Count,
            Vital::JobsWithoutSeries,
        ),
    ];
    let passes = vec![
        graph("Passes", "None for an hour is an alarm.", Unit::Count, Vital::Passes),
        graph("Since the last pass", "It should stay small.", Unit::Seconds, Vital::PassAge),
    ];
    let work = vec![
        graph("Attempts measured", "Whose figures were sent.", Unit::Count, Vital::Measured),
        graph("Filing lag", "From an event to its filing.", Unit::Seconds, Vital::Lag),
        graph("Events waiting", "Not taken up by a pass yet.", Unit::Count, Vital::Waiting),
    ];
    vec![row(NUMBERS, numbers), row(GRAPHS, passes), row(GRAPHS, work)]
}

const TOTAL: &str = "How long attempts take.";
const QUEUED: &str = "From the start of an attempt to the first start of a job.";
const JUDGED: &str = "Successes among successes and failures; what was cancelled is neither.";
const ATTEMPTS: &str = "Attempts by outcome";
const ALL_JOBS: &str = "All jobs of the workflow together.";
const RAN: &str = "From the start of a job to its completion.";
const WAITED: &str = "From the creation of a job to its start.";
const SPENT: &str = "By the runs of each job in the time range.";
const STEPS: &str = "Of the steps that take the most time; one line for each.";
const TREND: &str = "The median of 15 days against that of the 15 days before.";

const fn row(height: u32, tiles: Vec<Tile>) -> Row {
    Row { height, tiles }
}

fn number(
    title: &'static str,
    about: &'static str,
    unit: Unit,
    scope: Scope,
    figure: Figure,
) -> Tile {
    let figures = vec![figure];
    Tile { title, about, show: Show::Number, unit, limits: Vec::new(), scope, figures }
}

const fn lines(
    title: &'static str,
    about: &'static str,
    unit: Unit,
    scope: Scope,
    figures: Vec<Figure>,
) -> Tile {
    Tile { title, about, show: Show::Lines, unit, limits: Vec::new(), scope, figures }
}

fn percentiles(title: &'static str, about: &'static str, scope: Scope, timing: Timing) -> Tile {
    let quantiles = [50, 75, 90, 95, 99].map(|per_cent| Figure::Quantile(timing, per_cent));
    lines(title, about, Unit::Seconds, scope, quantiles.to_vec())
}

fn success(scope: Scope) -> Tile {
    Tile {
        show: Show::Dial,
        limits: success_limits(),
        ..number("Success rate", JUDGED, Unit::Percent, scope, Figure::SuccessPercent)
    }
}

fn success_limits() -> Vec<Step> {
    let bad = Step { value: None, color: "red" };
    vec![bad, from(SUCCESS_LOW, "orange"), from(SUCCESS_GOOD, "green")]
}

fn attempts(scope: Scope) -> Tile {
    number("Attempts", "That ended in the time range.", Unit::Count, scope, Figure::Count)
}

fn outcomes(title: &'static str, scope: Scope) -> Tile {
    let all = [Outcome::Succeeded, Outcome::Failed, Outcome::Neither].map(Figure::Attempts);
    Tile { show: Show::Columns, ..lines(title, JUDGED, Unit::Count, scope, all.to_vec()) }
}

fn trend_limits(thresholds: &Thresholds) -> Vec<Step> {
    vec![from(thresholds.stable_pct, "orange"), from(thresholds.degrading_pct, "red")]
}

const fn from(value: f64, color: &'static str) -> Step {
    Step { value: Some(value), color }
}
