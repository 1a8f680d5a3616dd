//! What dashboards show, whatever the source of figures.

use super::json::{Ref, Variable};
use super::panel::{Step, Target};

/// Tiles beside each other.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) height: u32,
    pub(super) tiles: Vec<Tile>,
}

/// One panel.
#[derive(Debug, Clone)]
pub(super) struct Tile {
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    pub(super) show: Show,
    pub(super) unit: Unit,
    /// Where values change their colour, above green; none for one colour.
    pub(super) limits: Vec<Step>,
    pub(super) scope: Scope,
    pub(super) figures: Vec<Figure>,
}

/// How a panel shows its figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    /// Lines over time.
    Lines,
    /// Columns over time, on each other.
    Columns,
    /// One number.
    Number,
    /// A number on a dial from 0 to 100.
    Dial,
    /// A bar for each series.
    Ranking,
}

/// What values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Count,
    /// From 0 to 100.
    Percent,
    /// From 0 to 1.
    Share,
}

/// Whose figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// All attempts together.
    All,
    /// Of each segment of each workflow.
    Each,
    /// Of the repository, workflow and segment that are chosen.
    Chosen,
    /// Of each job of these.
    EachJob,
    /// Of the job that is chosen among these.
    Job,
}

/// A figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    /// A quantile, in per cent, step by step.
    Quantile(Timing, u8),
    /// The mean, step by step.
    Mean(Timing),
    /// The mean of the time range.
    MeanOfAll(Timing),
    /// The sum of the time range.
    SumOfAll(Timing),
    /// The mean of each step of a job.
    Steps,
    /// The mean of each step in the time range, of the longest.
    StepsOfAll,
    /// Attempts, or runs of a job, by outcome, step by step.
    Attempts(Outcome),
    /// Those of the time range.
    Count,
    /// The success rate as a share, step by step.
    SuccessShare,
    /// The success rate of the time range, in per cent.
    SuccessPercent,
    /// How the median has changed, in per cent.
    Trend,
    /// A figure of the installation.
    Vital(Vital),
}

/// A time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timing {
    Run,
    RunQueue,
    Job,
    JobQueue,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Succeeded,
    Failed,
    Neither,
}

/// Figures of the installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vital {
    Slow,
    Failing,
    Queueing,
    Passes,
    PassAge,
    Lag,
    Waiting,
    Touched,
    Measured,
    SetAside,
    Refused,
    WithoutSeries,
    JobsWithoutSeries,
    Skipped,
    Lost,
    FindingsOpen,
}

/// Where figures come from.
pub(super) trait Figures {
    /// Its name in uids.
    fn name(&self) -> &'static str;

    /// Its name in titles.
    fn title(&self) -> &'static str;

    /// The data source that panels ask.
    fn datasource(&self) -> Ref;

    /// By which the data source is chosen, unless it is known.
    fn chooser(&self) -> Option<Variable>;

    /// By which repository, workflow and segment are chosen.
    fn variables(&self) -> Vec<Variable>;

    /// By which a job is chosen among those of a workflow, where it has figures of single jobs.
    fn job(&self) -> Option<Variable>;

    /// How it is asked for a figure; nothing where it has none. `nth` is the place of the figure
    /// in its panel.
    fn ask(&self, figure: Figure, scope: Scope, nth: usize) -> Vec<Target>;
}

/// The data source of a plugin: by its uid, or by a variable.
pub(super) fn datasource(plugin: &'static str, uid: &str) -> Ref {
    let uid = if uid.is_empty() { "${datasource}".to_owned() } else { uid.to_owned() };
    Ref { plugin, uid }
}

/// The letter of the nth figure in a panel.
pub(super) fn letter(nth: usize) -> char {
    u8::try_from(nth).map_or('Z', |nth| char::from(b'A'.saturating_add(nth.min(25))))
}
