//! What a detector says of series without a change, and of series with one.

use laptime_core::stats::detect::Direction;

use crate::detector::{Detector, Said};
use crate::ideal::Cusum;
use crate::simulator::{Plan, Shape, Step, series};

/// Samples a week.
pub const PER_WEEK: usize = 20;

/// Samples before a step: as many as a detector may learn from, at least the former.
const BEFORE: (usize, usize) = (60, 300);

/// Samples that are looked at after a step.
const AFTER: usize = 60;

/// What was said of series that never change.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Quiet {
    /// Weeks of series.
    pub weeks: f64,
    /// Rises that were none.
    pub rises: usize,
    /// Falls that were none.
    pub falls: usize,
}

impl Quiet {
    /// False alarms, either way, in 1,000 weeks of series.
    pub fn per_1000_weeks(&self) -> f64 {
        (self.rises + self.falls) as f64 * 1e3 / self.weeks
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            weeks: self.weeks + other.weeks,
            rises: self.rises + other.rises,
            falls: self.falls + other.falls,
        }
    }
}

/// Watches `count` series of a year that never change.
pub fn quiet(detector: &dyn Detector, shape: Shape, noise: f64, count: u64, seed: u64) -> Quiet {
    let samples = 52 * PER_WEEK;
    let plan = Plan { shape, noise, samples, step: None };
    let one = |index: u64| {
        let said = detector.watch(&series(&plan, seed + index).samples);
        let rises = said.iter().filter(|said| said.direction == Direction::Up).count();
        Quiet { weeks: 52.0, rises, falls: said.len() - rises }
    };
    parallel(count, one).into_iter().fold(Quiet::default(), Quiet::plus)
}

/// What was said of series with a step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Steps {
    /// Series.
    pub tried: usize,
    /// For each that was found: samples from the step up to being sure, and samples between the
    /// step and where it was said to be.
    pub found: Vec<(usize, usize)>,
    /// How often the other direction was said first.
    pub wrong_way: usize,
}

impl Steps {
    /// Share of the steps found when so many samples had come since.
    pub fn within(&self, samples: usize) -> f64 {
        let found = self.found.iter().filter(|(delay, _)| *delay <= samples).count();
        found as f64 / self.tried.max(1) as f64
    }

    /// Middle delay of those found, in samples.
    pub fn delay(&self) -> Option<usize> {
        let mut delays: Vec<usize> = self.found.iter().map(|(delay, _)| *delay).collect();
        delays.sort_unstable();
        delays.get(delays.len() / 2).copied()
    }

    /// Mean distance of the place said from the place it was, in samples.
    pub fn off(&self) -> f64 {
        self.found.iter().map(|(_, off)| *off).sum::<usize>() as f64
            / self.found.len().max(1) as f64
    }

    fn add(&mut self, step: Step, said: &[Said]) {
        self.tried += 1;
        let way = if step.factor < 1.0 { Direction::Down } else { Direction::Up };
        let after: Vec<&Said> = said.iter().filter(|said| said.at >= step.index).collect();
        self.wrong_way += usize::from(after.first().is_some_and(|said| said.direction != way));
        if let Some(said) = after.iter().find(|said| said.direction == way) {
            self.found.push((said.at + 1 - step.index, said.index.abs_diff(step.index)));
        }
    }
}

/// How a level moves: as a factor, over so many samples, with noise greater by a factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Move {
    /// New level over old level.
    pub factor: f64,
    /// Samples that it takes; 0 if it comes at once.
    pub over: usize,
    /// By how much the noise is greater from then on.
    pub noisier: f64,
}

impl Move {
    /// A step by a factor.
    pub const fn step(factor: f64) -> Self {
        Self { factor, over: 0, noisier: 1.0 }
    }
}

/// Watches `count` series whose level moves.
pub fn steps(
    detector: &dyn Detector,
    shape: Shape,
    (noise, moves): (f64, Move),
    count: u64,
    seed: u64,
) -> Steps {
    let mut steps = Steps::default();
    for (step, said) in parallel(count, |index| {
        let (plan, step) = plan(shape, noise, moves, seed + index);
        (step, detector.watch(&series(&plan, seed + index).samples))
    }) {
        steps.add(step, &said);
    }
    steps
}

/// The answers for 0 to `count`, in order, made by all processors.
pub fn parallel<T: Send>(count: u64, work: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let edge = |worker: u64| count * worker / workers;
    let work = &work;
    std::thread::scope(|scope| {
        let hands: Vec<_> = (0..workers)
            .map(|worker| {
                let range = edge(worker)..edge(worker + 1);
                scope.spawn(move || range.map(work).collect::<Vec<T>>())
            })
            .collect();
        hands.into_iter().flat_map(|hand| hand.join().unwrap()).collect()
    })
}

/// The same series under a CUSUM that knows mean, noise and step, and has one false alarm in 1,000
/// weeks.
pub fn ceiling(shape: Shape, (noise, factor): (f64, f64), count: u64, seed: u64) -> Steps {
    let mut steps = Steps::default();
    for seed in seed..seed + count {
        let (plan, step) = plan(shape, noise, Move::step(factor), seed);
        let series = series(&plan, seed);
        let cusum = Cusum::knowing(&series, factor, 1e3 * PER_WEEK as f64);
        // What it said before the step is not held against it.
        let said = cusum.watch(&series.samples[step.index..]);
        let moved = said.map(|said| Said {
            index: said.index + step.index,
            at: said.at + step.index,
            ..said
        });
        steps.add(step, moved.as_slice());
    }
    steps
}

fn plan(shape: Shape, noise: f64, moves: Move, seed: u64) -> (Plan, Step) {
    let (least, most) = BEFORE;
    let spread = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
    let Move { factor, over, noisier } = moves;
    let step = Step { index: least + spread as usize % (most - least), factor, over, noisier };
    (Plan { shape, noise, samples: step.index + over + AFTER, step: Some(step) }, step)
}
