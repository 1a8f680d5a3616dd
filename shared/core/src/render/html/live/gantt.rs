//! The jobs of an attempt on one axis of time.

use super::workflow::outcome_tone;
use crate::render::Server;
use crate::{
    hostile,
    model::{Part, StepFact},
    render::{
        html::chart::{Number, instants},
        units,
    },
    time::{Millis, Time},
    timeline::{Lane, Timeline},
};

/// More jobs of a critical path are not unfolded.
const MOST_OPEN: usize = 5;

/// All jobs, and the axis above them.
pub(super) struct Gantt {
    pub(super) ticks: Vec<Tick>,
    pub(super) lanes: Vec<LaneRow>,
}

/// An instant that is named; places are percentages.
pub(super) struct Tick {
    pub(super) x: Number,
    pub(super) label: String,
}

/// One job.
pub(super) struct LaneRow {
    pub(super) name: String,
    pub(super) runner: String,
    pub(super) outcome: String,
    pub(super) tone: &'static str,
    pub(super) critical: bool,
    /// Whether its steps are shown at once.
    pub(super) open: bool,
    pub(super) href: Option<String>,
    /// What its bars show, in words.
    pub(super) told: String,
    pub(super) bars: Vec<Bar>,
    pub(super) steps: Vec<StepRow>,
    pub(super) steps_left_out: usize,
}

/// A stretch of time, in percentages.
pub(super) struct Bar {
    pub(super) class: &'static str,
    pub(super) x: Number,
    pub(super) width: Number,
    pub(super) title: String,
}

/// One step.
pub(super) struct StepRow {
    pub(super) name: String,
    pub(super) outcome: String,
    pub(super) tone: &'static str,
    pub(super) ran: String,
    pub(super) bar: Option<Bar>,
}

/// The stretch of time that is drawn.
#[derive(Clone, Copy)]
struct Axis {
    start: Time,
    end: Time,
}

impl Gantt {
    /// None where nothing says when it was.
    pub(super) fn of(timeline: &Timeline, server: &Server) -> Option<Self> {
        let axis = Axis { start: timeline.start?, end: timeline.end? };
        let seconds = span(axis.start, axis.end)?.seconds();
        if seconds <= 0.0 {
            return None;
        }
        let tick = |(share, label)| Tick { x: Number(share * 100.0), label };
        // What the end waited for is what most come to see.
        let critical = timeline.lanes.iter().filter(|lane| lane.on_critical_path).count();
        let row = |lane: &Lane| LaneRow {
            open: lane.on_critical_path && critical <= MOST_OPEN,
            href: server.job(&timeline.repository, timeline.id.run, lane.id),
            ..axis.row(lane)
        };
        Some(Self {
            ticks: instants(seconds).into_iter().map(tick).collect(),
            lanes: timeline.lanes.iter().map(row).collect(),
        })
    }
}

impl Axis {
    fn row(self, lane: &Lane) -> LaneRow {
        let drawn = matches!(lane.part, None | Some(Part::Ran));
        LaneRow {
            name: hostile::html(&lane.name),
            runner: hostile::html(&lane.runner_class),
            outcome: outcome(lane),
            tone: tone(lane),
            critical: lane.on_critical_path,
            open: false,
            href: None,
            told: if drawn { told(lane) } else { "no time of this attempt".to_owned() },
            bars: if drawn { self.bars(lane) } else { Vec::new() },
            steps: lane.steps.iter().map(|step| self.step(step)).collect(),
            steps_left_out: lane.steps_left_out,
        }
    }

    fn bars(self, lane: &Lane) -> Vec<Bar> {
        let until = lane.started.unwrap_or(self.end);
        let ran = lane.started.map(|from| (from, lane.completed.unwrap_or(self.end)));
        let waited = lane.created.map(|created| (created, until));
        let approval = lane.approval.map(|(since, until)| (since, until.or(lane.started)));
        let approval = approval.map(|(since, until)| (since, until.unwrap_or(self.end)));
        [
            ("wait", "waiting for a runner", waited),
            ("approval", "waiting for an approval", approval),
            (tone(lane), "running", ran),
        ]
        .into_iter()
        .filter_map(|(class, what, stretch)| self.bar(class, what, stretch?))
        .collect()
    }

    fn bar(self, class: &'static str, what: &str, (from, to): (Time, Time)) -> Option<Bar> {
        let (from, to) = (from.max(self.start), to.min(self.end));
        let lasted = span(from, to)?;
        let x = self.place(from);
        let title = format!("{what} for {}", units::duration(lasted.seconds()));
        Some(Bar { class, x: Number(x), width: Number(self.place(to) - x), title })
    }

    fn step(self, step: &StepFact) -> StepRow {
        let skipped = step.conclusion.as_deref() == Some("skipped");
        let times = step.started_at.zip(step.completed_at).filter(|_| !skipped);
        let tone = outcome_tone(step.conclusion.as_deref().unwrap_or_default());
        let name = hostile::html(&step.name);
        StepRow {
            bar: times.and_then(|times| self.bar(tone, &name, times)),
            name,
            outcome: hostile::terminal(step.conclusion.as_deref().unwrap_or("not known"), 30),
            tone,
            ran: units::duration_or_none(
                times.and_then(|(from, to)| span(from, to)).map(Millis::seconds),
            ),
        }
    }

    /// Percentage of the axis; the axis is longer than nothing.
    fn place(self, at: Time) -> f64 {
        let seconds = |to: Time| span(self.start, to).unwrap_or_default().seconds();
        (seconds(at) / seconds(self.end) * 100.0).clamp(0.0, 100.0)
    }
}

fn span(from: Time, to: Time) -> Option<Millis> {
    u64::try_from(to.since(from)).ok().map(Millis)
}

/// A class: how it ended, or that it has not.
fn tone(lane: &Lane) -> &'static str {
    match lane.part {
        None => "running",
        Some(_) => outcome_tone(lane.conclusion.as_deref().unwrap_or_default()),
    }
}

fn outcome(lane: &Lane) -> String {
    match (lane.part, lane.conclusion.as_deref()) {
        (None, _) if lane.started.is_some() => "running".to_owned(),
        (None, _) => "waiting".to_owned(),
        (Some(Part::CarriedOver), _) => "from an earlier attempt".to_owned(),
        (Some(Part::NotStarted), _) => "cancelled before it started".to_owned(),
        (Some(Part::Ran | Part::Skipped), conclusion) => {
            hostile::terminal(conclusion.unwrap_or("not known"), 30)
        }
    }
}

fn told(lane: &Lane) -> String {
    let lasted = |from: Option<Time>, to: Option<Time>| {
        span(from?, to?).map(|ms| units::duration(ms.seconds()))
    };
    let waited = lasted(lane.created, lane.started);
    match (waited, lasted(lane.started, lane.completed)) {
        (Some(waited), Some(ran)) => format!("ran {ran}, waited {waited}"),
        (None, Some(ran)) => format!("ran {ran}"),
        (Some(waited), None) => format!("waited {waited}"),
        (None, None) => units::NONE.to_owned(),
    }
}
