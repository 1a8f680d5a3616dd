//! How much an installation does in a month.

use crate::plan::prices::{self, Price};
use crate::plan::units::{Cost, Counted, Shape};
use crate::plan::{Series, Setting, Usage, series};
use crate::track::MAX_LAPS;

/// Hours of a month, as AWS counts them.
const HOURS: f64 = 730.0;

/// Deliveries of a job, and of a run: one in three adds a fact.
const DELIVERIES_EACH: f64 = 3.0;

/// Shards of the stream: those of a new on-demand table.
const SHARDS: f64 = 4.0;

/// `GetRecords` of an open shard until it is taken to be read.
const STREAM_READS: f64 = 6.0;

/// Segments of an average workflow: pull requests and the default branch.
pub(super) const SEGMENTS: f64 = 2.0;

/// Metrics of the installation itself: always sent, and sent where there is something to tell.
pub(super) const OWN_METRICS: f64 = 5.0;
pub(super) const BUSY_METRICS: f64 = 1.0;

/// Alarms of the template.
pub(super) const ALARMS: f64 = 13.0;

/// Figures that one attempt adds to a call, and figures in a call.
const FIGURES: f64 = 6.0;
const FIGURES_MAX: f64 = 1_000.0;

/// Bytes of an attempt in the note of what was sent.
const SENT_BYTES: f64 = 7.0;

/// Bytes that `DynamoDB` bills for each stored item beside its own.
const ITEM_BYTES: f64 = 100.0;

/// Days that raw items outlive their retention.
const GRACE_DAYS: f64 = 15.0;

/// Times a day that a workflow is judged at most.
const JUDGINGS_A_DAY: f64 = 4.0;

/// Days of which rollups are stored: a year in.
const ROLLUP_DAYS: f64 = 365.0;

/// Batches that a job brings beside the last of its run: some end within a minute of each other.
const BATCHES_PER_JOB: f64 = 0.5;

/// Reads of an attempt that has not completed.
const OPEN_READS: f64 = 3.0;

/// Assumed: milliseconds of a delivery that is stored, and of one that is not, with 128 MB.
const STORED_MS: f64 = 12.0;
const DROPPED_MS: f64 = 3.0;
const WEBHOOK_GB: f64 = 0.125;

/// Assumed: milliseconds of a call on the table or the stream, one after the other, of a row that is
/// read, and of an invocation itself, with 512 MB.
const CALL_MS: f64 = 6.0;
const ROW_MS: f64 = 0.1;
const START_MS: f64 = 20.0;
const AGGREGATOR_GB: f64 = 0.5;

/// Assumed: milliseconds and bytes of a report in all its forms.
const REPORT_MS: f64 = 500.0;
const REPORT_BYTES: f64 = 60_000.0;

/// Objects of a report: three forms, each with its latest copy.
const REPORT_OBJECTS: f64 = 6.0;

/// Days that daily reports are kept.
const REPORT_DAYS: f64 = 400.0;

/// Assumed: bytes of log of an invocation of the aggregator, Lambda's own lines included.
const LOG_BYTES: f64 = 1_500.0;

/// A secret or key is fetched anew after minutes; four callers do.
const KEY_MINUTES: f64 = 5.0;
const KEY_CALLERS: f64 = 4.0;

/// Assumed: bytes of what is judged of a workflow.
const JUDGEMENT_BYTES: f64 = 500.0;

/// Sweeps of the reporter in an hour.
const SWEEPS: f64 = 1.0;

/// Assumed: heads of pull requests for each run, and reads that comparing one takes.
const HEADS_PER_RUN: f64 = 0.5;
const HEAD_READS: f64 = 20.0;

/// Reads and calls of a start that is about what ended, without rows: what a channel was told.
const ENDED_READS: f64 = 1.0;

/// Days whose rows are looked through: yesterday, and what there is of today.
const RECENT_DAYS: f64 = 1.5;

/// Secrets that a start of the reporter fetches: for GitHub and for Grafana.
const SECRETS: f64 = 2.0;

/// Metrics of each workflow, where everything is measured naively.
const NAIVE_METRICS: f64 = 6.0;

const READ_BYTES: f64 = 4_096.0;
const WRITE_BYTES: f64 = 1_024.0;
const GB: f64 = 1_000_000_000.0;

/// Quantities of a month.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Volume {
    pub(super) deliveries: f64,
    pub(super) stored: f64,
    pub(super) ingest: Cost,
    pub(super) filing: Cost,
    pub(super) passing: Cost,
    pub(super) passes: f64,
    pub(super) webhook_gb_s: f64,
    pub(super) aggregator_starts: f64,
    pub(super) aggregator_gb_s: f64,
    pub(super) telling: Cost,
    pub(super) sweeps: f64,
    pub(super) reporter_starts: f64,
    pub(super) reporter_gb_s: f64,
    pub(super) table_gb: f64,
    pub(super) stream_reads: f64,
    pub(super) series: Series,
    pub(super) puts: f64,
    pub(super) logged_gb: f64,
    pub(super) object_puts: f64,
    pub(super) objects_gb: f64,
    pub(super) key_requests: f64,
}

/// How a month falls into batches, passes, hours and days, with runs spread evenly over all of it.
#[derive(Debug, Clone, Copy)]
struct Rhythm {
    days: f64,
    runs: f64,
    workflows: f64,
    /// Runs of a workflow on a day.
    per_day: f64,
    /// Batches that file something, and batches at all.
    filing_batches: f64,
    batches: f64,
    /// Workflows and days, over all those batches.
    days_of_batches: f64,
    passes: f64,
    busy_passes: f64,
    /// Workflows and days with something new, over all passes.
    days_of_passes: f64,
    /// Those without, until their rollup is stored.
    days_waiting: f64,
    /// Rollups stored.
    rollups: f64,
    /// Workflows judged, and days of attempts that it takes.
    judgings: f64,
    judged_days: f64,
    /// Workflows and days at all.
    new_days: f64,
}

/// What telling people takes: sweeps, starts of the reporter, sweeps among them, and calls.
#[derive(Debug, Clone, Copy, Default)]
struct Telling {
    sweeps: f64,
    starts: f64,
    cost: Cost,
}

/// How many of `slots` are hit when so many things fall into them at random.
fn hit(things: f64, slots: f64) -> f64 {
    slots * (1.0 - (-things / slots).exp())
}

impl Rhythm {
    fn of(usage: Usage, setting: &Setting) -> Self {
        let days = HOURS / 24.0;
        let workflows = usage.workflows.max(1.0);
        let (runs, jobs) = (usage.runs / days, usage.jobs / days);
        let per_day = runs / workflows;
        let batches = SHARDS * 86_400.0 / setting.batch_seconds.max(1.0);
        let passes = 1_440.0 / setting.pass_minutes;
        let each_day = |things, slots| days * workflows * hit(things, slots);
        let rollups = each_day(per_day, 24.0);
        Self {
            days,
            runs: usage.runs,
            workflows,
            per_day,
            filing_batches: days * hit(runs, batches),
            batches: days * hit(runs + jobs * BATCHES_PER_JOB, batches),
            days_of_batches: each_day(per_day, batches),
            passes: days * passes,
            busy_passes: days * hit(runs, passes),
            days_of_passes: each_day(per_day, passes),
            days_waiting: rollups * ((passes / 24.0 - 1.0) / 2.0).max(0.0),
            rollups,
            judgings: each_day(per_day, JUDGINGS_A_DAY),
            judged_days: setting.judged_days,
            new_days: each_day(per_day, 1.0),
        }
    }

    fn filing(&self, shape: &Shape, counted: &Counted) -> Cost {
        let open = Cost { reads: OPEN_READS, calls: 2.0, writes: 0.0 };
        shape
            .filing
            .times(self.runs)
            .plus(counted.batch.times(self.filing_batches))
            .plus(counted.day_of_batch.times(self.days_of_batches))
            .plus(open.times(self.batches - self.filing_batches))
    }

    fn passing(&self, shape: &Shape, counted: &Counted) -> Cost {
        let fixed = counted
            .idle_pass
            .times(self.passes)
            .plus(counted.busy_pass.times(self.busy_passes))
            .plus(
                counted.waiting_pass.times((self.passes - self.busy_passes).min(self.days_waiting)),
            )
            .plus(counted.day_of_pass.times(self.days_of_passes))
            .plus(counted.day_waiting.times(self.days_waiting))
            .plus(counted.judged.times(self.judgings));
        let rolled_up = counted.first_of_day.plus(counted.seal).times(self.new_days);
        let writes = shape.rollup(self.per_day / 2.0) * self.rollups
            // Sealing updates the rollup in a transaction.
            + 2.0 * (shape.rollup(self.per_day) - 1.0) * self.new_days
            + beyond_one(self.half_day() * SENT_BYTES / WRITE_BYTES) * self.days_of_passes
            + beyond_one(self.workflows * counted.fleet_bytes / WRITE_BYTES) * self.busy_passes;
        let looks = self.looks();
        let reads = self.rollups
            + beyond_one(self.half_day() * shape.row_bytes / READ_BYTES) * looks
            + beyond_one(shape.rollup(self.per_day) * WRITE_BYTES / READ_BYTES) * looks
            + beyond_one(self.workflows * counted.fleet_bytes / READ_BYTES) * self.passes
            + beyond_one(self.tracks(shape) / READ_BYTES) * self.judgings
            // The sweep looks at every attempt once more.
            + (shape.bytes / READ_BYTES).max(1.0).ceil() * self.runs
            - self.days_of_passes;
        let calls = 3.0 * self.rollups + self.runs - self.days_of_passes;
        fixed.plus(rolled_up).plus(Cost { calls, writes, reads })
    }

    fn telling(&self, setting: &Setting, shape: &Shape, counted: &Counted) -> Telling {
        if !setting.tells {
            return Telling::default();
        }
        let sweeps = HOURS * SWEEPS;
        let judged = self.days * JUDGINGS_A_DAY * hit(self.workflows.min(self.judgings), SHARDS);
        let starts = sweeps + judged;
        // What was judged is read whole.
        let more = beyond_one(self.workflows * JUDGEMENT_BYTES / READ_BYTES);
        let mut cost = counted.telling.plus(Cost { reads: more, ..Cost::default() }).times(starts);
        // All workflows are looked through by these starts, and those that a batch names by others.
        let looks = starts * self.workflows + self.days_of_batches;
        if setting.remarks {
            // What else ran on a head is looked for too.
            let looking = self.looking(looks + self.runs, shape);
            cost = cost.plus(looking).plus(self.remarking(starts));
        }
        if setting.notices {
            cost = cost.plus(self.looking(looks, shape));
        }
        let of_runs = setting.remarks || setting.notices;
        let ended = if of_runs { self.filing_batches } else { 0.0 };
        let read = Cost { calls: ENDED_READS, reads: ENDED_READS, writes: 0.0 };
        Telling { sweeps, starts: starts + ended, cost: cost.plus(read.times(ended)) }
    }

    /// What it takes to look so many times through the rows that a workflow has in two days.
    fn looking(&self, looks: f64, shape: &Shape) -> Cost {
        let rows = RECENT_DAYS * self.per_day * shape.row_bytes / READ_BYTES;
        let calls = RECENT_DAYS.ceil();
        Cost { calls, reads: rows.max(calls), writes: 0.0 }.times(looks)
    }

    /// What remarks on pull requests take beside rows that are looked through.
    fn remarking(&self, starts: f64) -> Cost {
        let heads = HEADS_PER_RUN * self.runs;
        // Found by each start, found when a run of theirs ends, and compared once.
        let reads = starts * RECENT_DAYS * heads / self.days + self.runs + HEAD_READS * heads;
        // Found, claimed, said.
        Cost { calls: reads, reads, writes: 3.0 * heads }
    }

    /// How often the rows of a day are read: where something is new, and for its rollup.
    fn looks(&self) -> f64 {
        self.days_of_passes + self.rollups
    }

    /// Bytes of the tracks that judging a workflow reads.
    fn tracks(&self, shape: &Shape) -> f64 {
        let kept = self.per_day.min(f64::from(MAX_LAPS) * SEGMENTS);
        self.judged_days * kept * shape.track_bytes
    }

    /// Attempts that a day has on average while it lasts.
    fn half_day(&self) -> f64 {
        self.per_day / 2.0
    }

    fn stream_reads(&self) -> f64 {
        (self.passes + self.busy_passes) * SHARDS * STREAM_READS
    }

    fn aggregator_ms(&self, calls: f64) -> f64 {
        let rows = self.half_day() * self.looks();
        (calls + self.stream_reads()) * CALL_MS
            + rows * ROW_MS
            + (self.batches + self.passes) * START_MS
    }
}

impl Volume {
    pub(super) fn of(usage: Usage, setting: &Setting, counted: &Counted) -> Self {
        let rhythm = Rhythm::of(usage, setting);
        let shape = counted.shape(usage.jobs / usage.runs.max(1.0), usage.steps_per_job);
        let stored = usage.runs + usage.jobs;
        let deliveries = DELIVERIES_EACH * stored;
        let (filing, passing) = (rhythm.filing(&shape, counted), rhythm.passing(&shape, counted));
        let raw = (shape.bytes + shape.items * ITEM_BYTES) * usage.runs / rhythm.days;
        let rollup = shape.rollup(rhythm.per_day) * WRITE_BYTES * rhythm.new_days / rhythm.days;
        let webhook_ms = stored * STORED_MS + (deliveries - stored) * DROPPED_MS;
        let reports = (usage.repositories + 1.0) * (rhythm.days + rhythm.days / 7.0);
        let of_attempts = rhythm.runs * FIGURES / FIGURES_MAX;
        let puts = rhythm.passes + rhythm.busy_passes.max(of_attempts);
        let starts = rhythm.batches + rhythm.passes;
        let told = rhythm.telling(setting, &shape, counted);
        let telling_ms = told.cost.calls * CALL_MS + told.starts * START_MS;
        Self {
            deliveries,
            stored,
            ingest: shape.ingest.times(usage.runs),
            webhook_gb_s: webhook_ms / 1e3 * WEBHOOK_GB,
            aggregator_starts: starts,
            aggregator_gb_s: rhythm.aggregator_ms(filing.calls + passing.calls) / 1e3
                * AGGREGATOR_GB,
            telling: told.cost,
            sweeps: told.sweeps,
            reporter_starts: told.starts,
            reporter_gb_s: (reports * REPORT_MS + telling_ms) / 1e3 * AGGREGATOR_GB,
            filing,
            passing,
            passes: rhythm.passes,
            table_gb: (raw * (setting.retention_days + GRACE_DAYS) + rollup * ROLLUP_DAYS) / GB,
            stream_reads: rhythm.stream_reads(),
            series: series(usage, setting),
            puts: if setting.metrics.compatibility { puts + rhythm.busy_passes } else { puts },
            logged_gb: (starts + told.starts) * LOG_BYTES / GB,
            object_puts: reports * REPORT_OBJECTS,
            objects_gb: (usage.repositories + 1.0) * REPORT_BYTES * REPORT_DAYS / GB,
            key_requests: KEY_CALLERS * hit(deliveries, HOURS * 60.0 / KEY_MINUTES)
                + SECRETS * told.starts,
        }
    }

    /// Everything on the table.
    pub(super) fn table(&self) -> Cost {
        self.ingest.plus(self.filing).plus(self.passing).plus(self.telling)
    }

    /// Every delivery put and counted, six metrics for every workflow, each fact sent by itself.
    pub(super) fn naive(&self, usage: Usage, setting: &Setting) -> f64 {
        let hours = busy_hours(usage.runs / usage.workflows.max(1.0));
        let metrics = NAIVE_METRICS * usage.workflows * hours;
        let first = metrics.min(prices::METRICS_AT_FIRST);
        let compute = Price::compute(setting.architecture);
        prices::INVOCATIONS.of(self.deliveries)
            + compute.of(self.deliveries * STORED_MS / 1e3 * WEBHOOK_GB)
            + prices::WRITES.of(2.0 * self.deliveries)
            + prices::METRICS.of(first)
            + prices::MORE_METRICS.of(metrics - first)
            + prices::PUTS.of(self.stored)
    }
}

/// The share of the month's hours in which there is one of so many runs, spread evenly by chance.
pub(super) fn busy_hours(runs: f64) -> f64 {
    1.0 - (-runs / HOURS).exp()
}

/// What is counted as one unit has it in its count.
fn beyond_one(units: f64) -> f64 {
    (units.ceil() - 1.0).max(0.0)
}
