//! What attempts and passes cost in capacity units, as counted. A test counts them anew and compares.

use serde::{Deserialize, Serialize};

const COUNTED: &str = include_str!("units.toml");

/// Attempts of a day for which the rollup was counted.
pub const ROLLED_UP: [f64; 3] = [10.0, 100.0, 1_000.0];

/// Calls on the table and what they cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Calls.
    pub calls: f64,
    /// Write units.
    pub writes: f64,
    /// Read units.
    pub reads: f64,
}

/// Everything that was counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// Bytes of the fleet's note for one workflow.
    pub fleet_bytes: f64,
    /// A batch of the stream in which something is filed, whatever it is.
    pub batch: Cost,
    /// A workflow and day in such a batch.
    pub day_of_batch: Cost,
    /// A pass that finds nothing new.
    pub idle_pass: Cost,
    /// What is added to it where something is new, whatever it is.
    pub busy_pass: Cost,
    /// A workflow and day with new attempts in a pass.
    pub day_of_pass: Cost,
    /// What is added to a pass that finds nothing new but days whose rollup waits to be stored.
    pub waiting_pass: Cost,
    /// A workflow and day that has been sent and whose rollup still waits to be stored.
    pub day_waiting: Cost,
    /// The first rollup of a workflow and day, beyond what any costs.
    pub first_of_day: Cost,
    /// Judging a workflow whose tracks fit a read unit.
    pub judged: Cost,
    /// Sealing a workflow and day.
    pub seal: Cost,
    /// A start of the reporter that finds nothing to tell.
    pub telling: Cost,
    /// Attempts by size, jobs first.
    pub shapes: Vec<Shape>,
}

/// An attempt of so many jobs with so many steps each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    /// Its jobs.
    pub jobs: f64,
    /// Steps of each of them.
    pub steps: f64,
    /// Storing its events.
    pub ingest: Cost,
    /// Filing it.
    pub filing: Cost,
    /// Bytes of its events as stored.
    pub event_bytes: f64,
    /// Bytes of its row.
    pub row_bytes: f64,
    /// Bytes of all that is stored of it until it is dropped.
    pub bytes: f64,
    /// Items of it.
    pub items: f64,
    /// Bytes of it in the track of its day.
    pub track_bytes: f64,
    /// Write units of the rollup of a day with as many attempts as [`ROLLED_UP`] says.
    pub rollup_writes: [f64; 3],
}

impl Counted {
    /// As counted when this was built.
    pub fn committed() -> Result<Self, toml::de::Error> {
        toml::from_str(COUNTED)
    }

    /// As the committed file has it.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }

    /// An attempt of another size, between those that were counted or in line with the nearest two.
    pub fn shape(&self, jobs: f64, steps: f64) -> Shape {
        let mut sizes: Vec<f64> = self.shapes.iter().map(|shape| shape.jobs).collect();
        sizes.dedup();
        let of_jobs = |jobs: f64| {
            let those: Vec<Shape> = self
                .shapes
                .iter()
                .copied()
                .filter(|shape| shape.jobs.total_cmp(&jobs).is_eq())
                .collect();
            between(&those, steps, |shape| shape.steps)
        };
        let those: Vec<Shape> = sizes.into_iter().map(of_jobs).collect();
        between(&those, jobs, |shape| shape.jobs)
    }
}

/// The shape that lies at `at` of a measure, with those on either side of it, or the nearest two.
fn between(shapes: &[Shape], at: f64, measure: fn(&Shape) -> f64) -> Shape {
    let pair = shapes.windows(2).find(|pair| pair.iter().skip(1).all(|high| at <= measure(high)));
    match pair.or_else(|| shapes.windows(2).last()) {
        Some([low, high]) => {
            let share = (at - measure(low)) / (measure(high) - measure(low));
            low.towards(high, share)
        }
        _ => shapes.first().copied().unwrap_or_default(),
    }
}

fn mix(low: f64, high: f64, share: f64) -> f64 {
    (low + (high - low) * share).max(0.0)
}

impl Cost {
    fn towards(&self, high: &Self, share: f64) -> Self {
        Self {
            calls: mix(self.calls, high.calls, share),
            writes: mix(self.writes, high.writes, share),
            reads: mix(self.reads, high.reads, share),
        }
    }

    pub(super) fn times(self, count: f64) -> Self {
        Self { calls: self.calls * count, writes: self.writes * count, reads: self.reads * count }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            writes: self.writes + other.writes,
            reads: self.reads + other.reads,
        }
    }
}

impl Shape {
    fn towards(&self, high: &Self, share: f64) -> Self {
        let [mut few, mut some, mut many] = self.rollup_writes;
        let [few_high, some_high, many_high] = high.rollup_writes;
        few = mix(few, few_high, share);
        some = mix(some, some_high, share);
        many = mix(many, many_high, share);
        Self {
            jobs: mix(self.jobs, high.jobs, share),
            steps: mix(self.steps, high.steps, share),
            ingest: self.ingest.towards(&high.ingest, share),
            filing: self.filing.towards(&high.filing, share),
            event_bytes: mix(self.event_bytes, high.event_bytes, share),
            row_bytes: mix(self.row_bytes, high.row_bytes, share),
            bytes: mix(self.bytes, high.bytes, share),
            items: mix(self.items, high.items, share),
            track_bytes: mix(self.track_bytes, high.track_bytes, share),
            rollup_writes: [few, some, many],
        }
    }

    /// Write units of storing the rollup of a day with so many attempts.
    pub(super) fn rollup(&self, attempts: f64) -> f64 {
        let [few, some, many] = self.rollup_writes;
        let [at_few, at_some, at_many] = ROLLED_UP;
        if attempts <= at_few {
            // The mark that goes is a unit, the smallest rollup another.
            mix(few.min(2.0), few, attempts / at_few)
        } else if attempts <= at_some {
            mix(few, some, (attempts - at_few) / (at_some - at_few))
        } else {
            // Beyond a thousand most of its series are sketches and grow no more.
            mix(some, many, ((attempts - at_some) / (at_many - at_some)).min(1.0))
        }
    }
}
