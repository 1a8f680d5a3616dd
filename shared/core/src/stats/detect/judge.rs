//! Judging a series as its samples come: what is said at a sample depends on no later one.

use crate::stats::detect::confirm::{Step, View, least_span_ms};
use crate::stats::detect::fit::{Fit, Fitted};
use crate::stats::detect::partition::Partition;
use crate::stats::detect::{Doubt, Rules, Sample, Size};
use crate::time::Day;

/// Samples that a series is judged by.
pub const WINDOW: usize = 256;

/// Days before its week that a sample stays in the window.
pub const WINDOW_DAYS: i64 = 180;

/// Fewer samples are no window.
const LEAST: usize = 20;

/// Fewer samples after a change are not spoken of.
const PENDING: usize = 3;

/// Samples apart up to which two changes of one series can be one: the place of a small change is
/// known less well.
const SAME_LEAST: f64 = 5.0;
const SAME_MOST: f64 = 40.0;
const SAME: f64 = 12.0;

/// A change that was confirmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// Position of the first sample after the change, among all pushed.
    pub index: usize,
    /// That sample.
    pub first: Sample,
    /// Position of the sample that confirmed it.
    pub confirmed_index: usize,
    /// That sample.
    pub last: Sample,
    /// How far the level moved.
    pub size: Size,
}

/// A series under judgement. It remembers at most two windows of samples.
///
/// Seasons, modes and noise are found anew at the first sample of each week, and after as many
/// samples as a window has: from the window before. So the verdict on a week depends on its own
/// samples and that window alone, wherever the history begins.
#[derive(Debug, Clone)]
pub struct Judge {
    rules: Rules,
    pub(super) samples: Vec<Sample>,
    /// Position of the first of `samples` among all pushed.
    start: usize,
    week: Option<Day>,
    fitted: Option<Window>,
    fresh: usize,
    alarms: Vec<Alarm>,
    /// Position and deviations of changes that were said.
    known: Vec<(usize, f64)>,
}

#[derive(Debug, Clone)]
struct Window {
    fit: Fit,
    x: Vec<f64>,
    partition: Partition,
}

impl Judge {
    /// A judge who has seen nothing yet.
    pub const fn new(rules: Rules) -> Self {
        Self {
            rules,
            samples: Vec::new(),
            start: 0,
            week: None,
            fitted: None,
            fresh: 0,
            alarms: Vec::new(),
            known: Vec::new(),
        }
    }

    /// Takes a sample that is no earlier than the last, and finite. `active` is how many series
    /// had samples on its day. Answers the change that it confirmed.
    pub fn push(&mut self, sample: Sample, active: u32) -> Option<&Alarm> {
        let week = sample.at.day().week();
        if self.week != Some(week) || self.fresh >= WINDOW {
            self.week = Some(week);
            self.fit();
        }
        self.samples.push(sample);
        self.fresh += 1;
        let window = self.fitted.as_mut()?;
        let x = window.fit.place(sample);
        window.x.push(x);
        window.partition.push(x);
        let alarm = self.alarm(active)?;
        self.known.push((alarm.index, alarm.size.deviations));
        self.alarms.push(alarm);
        self.alarms.last()
    }

    /// How long a change has to last, in milliseconds.
    pub fn least_span_ms(&self) -> i64 {
        self.fitted
            .as_ref()
            .map_or(self.rules.min_span_ms, |window| least_span_ms(&self.rules, &window.fit))
    }

    /// A value without the effects of weekday and time of day, as far as they are known.
    pub fn plain(&self, sample: Sample) -> f64 {
        self.fitted.as_ref().map_or(sample.value, |window| window.fit.plain(sample))
    }

    /// Whether the week's samples are judged: there were enough before it.
    pub const fn knows_enough(&self) -> bool {
        self.fitted.is_some()
    }

    /// Takes a sample that only tells what is normal.
    pub fn learn(&mut self, sample: Sample) {
        self.samples.push(sample);
    }

    /// Takes a change as known: that of the sample at this position, by so many deviations.
    pub fn know(&mut self, index: usize, deviations: f64) {
        self.known.push((index, deviations));
    }

    /// The changes confirmed so far that lie within the window.
    pub fn alarms(&self) -> &[Alarm] {
        &self.alarms
    }

    fn fit(&mut self) {
        let oldest = self.week.map(|week| week.start().plus_days(-WINDOW_DAYS));
        let old = self.samples.partition_point(|sample| Some(sample.at) < oldest);
        let gone = self.samples.len().saturating_sub(WINDOW).max(old);
        self.samples.drain(..gone);
        self.start += gone;
        self.fresh = 0;
        let start = self.start;
        self.alarms.retain(|alarm| alarm.index >= start);
        self.known.retain(|(index, _)| *index >= start);
        self.fitted = (self.samples.len() >= LEAST).then(|| {
            let Fitted { fit, x } = Fit::of(&self.samples);
            let mut partition = Partition::new(fit.loss());
            for value in &x {
                partition.push(*value);
            }
            Window { fit, x, partition }
        });
    }

    /// A change for which everything speaks but that it is so young, and what is still wanting.
    pub fn pending(&self, active: u32) -> Option<(Alarm, Doubt)> {
        let (step, view) = self.proposed(PENDING)?;
        let young = Rules { confirm: PENDING, ..self.rules };
        let evidence = view.evidence(step);
        let is_doubted = evidence.doubt(view.fit, &young, active).is_some();
        if is_doubted || !self.is_beyond(step, view, active) {
            return None;
        }
        let is_few = step.to - step.at < self.rules.confirm;
        let doubt = if is_few { Doubt::TooFew } else { view.doubt(step, &self.rules, active)? };
        Some((self.said(step, view)?, doubt))
    }

    /// A change that was not known before.
    fn alarm(&self, active: u32) -> Option<Alarm> {
        let (step, view) = self.proposed(self.rules.confirm)?;
        if view.doubt(step, &self.rules, active).is_some() || !self.is_beyond(step, view, active) {
            return None;
        }
        self.said(step, view)
    }

    /// The last change of the partition, if it is not known and has as many samples.
    fn proposed(&self, least: usize) -> Option<(Step, View<'_>)> {
        let Window { fit, x, partition } = self.fitted.as_ref()?;
        let to = x.len();
        let at = partition.begin_of(to);
        if at == 0 || to - at < least || self.is_known(self.start + at) {
            return None;
        }
        let step = Step { from: partition.begin_of(at), at, to };
        Some((step, View { samples: &self.samples, x, fit, loss: partition.loss() }))
    }

    fn said(&self, step: Step, view: View<'_>) -> Option<Alarm> {
        Some(Alarm {
            index: self.start + step.at,
            first: *self.samples.get(step.at)?,
            confirmed_index: self.start + step.to - 1,
            last: *self.samples.last()?,
            size: view.size(step, &view.evidence(step)),
        })
    }

    /// Whether a change also holds against all that has come since the last change that was said. A
    /// return from what was never confirmed does not.
    fn is_beyond(&self, step: Step, view: View<'_>, active: u32) -> bool {
        let said = self.known.iter().filter_map(|(index, _)| index.checked_sub(self.start));
        let from = said.filter(|index| *index < step.at).max().unwrap_or(0);
        let direction = view.evidence(step).direction();
        let whole = view.evidence(Step { from: from.min(step.from), ..step });
        let reached = whole.shift * direction.sign() / whole.error();
        reached >= self.rules.bar_for(direction, active)
    }

    /// Whether a change at this position is one that was confirmed before.
    #[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
    fn is_known(&self, index: usize) -> bool {
        self.known.iter().any(|(known, deviations)| {
            let near = (SAME / deviations.powi(2)).clamp(SAME_LEAST, SAME_MOST);
            known.abs_diff(index) as f64 <= near
        })
    }
}
