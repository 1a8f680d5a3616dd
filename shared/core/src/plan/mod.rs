//! What an installation on AWS costs a month: how much it does, from counted units and a few
//! assumptions, times the prices.

mod prices;
mod text;
mod units;
mod volume;

use serde::{Serialize, Serializer};

use crate::config::Metrics;
use crate::fleet;
use crate::judging::READ_DAYS;

pub use prices::{PRICED, Price, REGION, Source};
pub use text::text;
pub use units::{Cost, Counted, ROLLED_UP, Shape};

use volume::Volume;

/// What there is to watch, a month.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Usage {
    /// Repositories with workflows.
    pub repositories: f64,
    /// Workflows of all of them.
    pub workflows: f64,
    /// Runs, re-runs included.
    pub runs: f64,
    /// Jobs of all runs.
    pub jobs: f64,
    /// Steps of an average job.
    pub steps_per_job: f64,
}

/// Processor of the functions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Architecture {
    /// Graviton.
    #[default]
    Arm64,
    /// Intel and AMD.
    X86_64,
}

/// How it is set up: parameters of the template.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Setting {
    /// Budget of metrics.
    #[serde(skip)]
    pub metrics: Metrics,
    /// Minutes between two passes.
    pub pass_minutes: f64,
    /// Seconds in which new events are gathered.
    pub batch_seconds: f64,
    /// Days raw facts are kept.
    pub retention_days: f64,
    /// Days of attempts that judging a workflow reads.
    pub judged_days: f64,
    /// Processor of the functions.
    pub architecture: Architecture,
    /// Whether the reporter tells people, on GitHub or in Grafana.
    pub tells: bool,
    /// Whether it makes remarks on pull requests as well.
    pub remarks: bool,
    /// Whether it tells a chat or a topic of failed runs.
    pub notices: bool,
}

/// One line of the bill.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// Service and what of it.
    pub what: &'static str,
    /// How much of it.
    #[serde(serialize_with = "rounded")]
    pub quantity: f64,
    /// Of what.
    pub unit: &'static str,
    /// Dollars for `per` of them.
    pub price: f64,
    /// See `price`.
    pub per: f64,
    /// How the price is known.
    pub price_source: Source,
    /// Dollars a month.
    #[serde(serialize_with = "rounded")]
    pub dollars: f64,
    /// Dollars a month when nobody else uses the account's free quantities.
    #[serde(serialize_with = "rounded")]
    pub with_free_tier: f64,
}

/// Who has metrics of its own.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Series {
    /// Metrics in all, those of the installation itself included.
    pub metrics: f64,
    /// Whole months of metrics that are billed: AWS counts the hours in which one is sent.
    #[serde(serialize_with = "rounded")]
    pub billed: f64,
    /// Segments of workflows, as estimated.
    pub segments: f64,
    /// Those with metrics of their own.
    pub own: f64,
    /// Those that share the metrics of `other`.
    pub sharing_other: f64,
    /// Single jobs with metrics of their own.
    pub jobs: f64,
}

/// Capacity units for each delivery that comes in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PerDelivery {
    /// Storing it.
    #[serde(serialize_with = "rounded")]
    pub ingest_writes: f64,
    /// Filing attempts.
    #[serde(serialize_with = "rounded")]
    pub filing_writes: f64,
    /// Passes.
    #[serde(serialize_with = "rounded")]
    pub pass_writes: f64,
    /// All of it.
    #[serde(serialize_with = "rounded")]
    pub writes: f64,
    /// Read units, all of it.
    #[serde(serialize_with = "rounded")]
    pub reads: f64,
}

/// A month.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// What was asked.
    pub usage: Usage,
    /// How it is set up.
    pub setting: Setting,
    /// Deliveries that GitHub sends.
    #[serde(serialize_with = "rounded")]
    pub deliveries: f64,
    /// Units for each of them.
    pub per_delivery: PerDelivery,
    /// Metrics.
    pub series: Series,
    /// The bill.
    pub lines: Vec<Line>,
    /// Dollars a month.
    #[serde(serialize_with = "rounded")]
    pub total: f64,
    /// The same with the free quantities.
    #[serde(serialize_with = "rounded")]
    pub total_with_free_tier: f64,
    /// Dollars where every delivery is stored and counted, and every workflow has six metrics.
    #[serde(serialize_with = "rounded")]
    pub naive_total: f64,
    /// Region of the prices.
    pub region: &'static str,
    /// Their date.
    pub priced: &'static str,
}

impl Default for Setting {
    /// As the template has it.
    fn default() -> Self {
        Self {
            metrics: Metrics::default(),
            pass_minutes: 15.0,
            batch_seconds: 300.0,
            retention_days: 35.0,
            judged_days: f64::from(READ_DAYS),
            architecture: Architecture::default(),
            tells: false,
            remarks: false,
            notices: false,
        }
    }
}

/// Plans a month.
pub fn plan(usage: Usage, setting: &Setting, counted: &Counted) -> Plan {
    let volume = Volume::of(usage, setting, counted);
    let lines = lines(&volume, setting);
    let total = |dollars: fn(&Line) -> f64| lines.iter().map(dollars).sum();
    let each = |units: f64| if volume.deliveries > 0.0 { units / volume.deliveries } else { 0.0 };
    let table = volume.table();
    Plan {
        usage,
        deliveries: volume.deliveries,
        per_delivery: PerDelivery {
            ingest_writes: each(volume.ingest.writes),
            filing_writes: each(volume.filing.writes),
            pass_writes: each(volume.passing.writes),
            writes: each(table.writes),
            reads: each(table.reads),
        },
        series: volume.series,
        total: total(|line| line.dollars),
        total_with_free_tier: total(|line| line.with_free_tier),
        naive_total: volume.naive(usage, setting),
        lines,
        setting: setting.clone(),
        region: REGION,
        priced: PRICED,
    }
}

fn lines(volume: &Volume, setting: &Setting) -> Vec<Line> {
    let table = volume.table();
    let compute = Price::compute(setting.architecture);
    // What several lines use up of one free quantity is taken in their order.
    let shared = |price: Price, used: f64| Price { free: (price.free - used).max(0.0), ..price };
    let (starts, seconds) = (volume.deliveries, volume.webhook_gb_s);
    let more = (volume.aggregator_starts, volume.aggregator_gb_s);
    let first = volume.series.billed.min(prices::METRICS_AT_FIRST);
    [
        ("Lambda webhook, invocations", starts, prices::INVOCATIONS),
        ("Lambda webhook, compute", seconds, compute),
        ("Lambda aggregator, invocations", more.0, shared(prices::INVOCATIONS, starts)),
        ("Lambda aggregator, compute", more.1, shared(compute, seconds)),
        (
            "Lambda reporter, invocations",
            volume.reporter_starts,
            shared(prices::INVOCATIONS, starts + more.0),
        ),
        ("Lambda reporter, compute", volume.reporter_gb_s, shared(compute, seconds + more.1)),
        ("DynamoDB writes", table.writes, prices::WRITES),
        ("DynamoDB reads", table.reads, prices::READS),
        ("DynamoDB storage", volume.table_gb, prices::STORED),
        ("DynamoDB point-in-time recovery", volume.table_gb, prices::RECOVERY),
        ("DynamoDB stream, read by passes", volume.stream_reads, prices::STREAM),
        ("CloudWatch metrics", first, prices::METRICS),
        ("CloudWatch metrics above 10,000", volume.series.billed - first, prices::MORE_METRICS),
        ("CloudWatch PutMetricData", volume.puts, prices::PUTS),
        ("CloudWatch alarms", volume::ALARMS, prices::ALARMS),
        ("CloudWatch logs, taken in", volume.logged_gb, prices::LOGGED),
        ("CloudWatch logs, kept", volume.logged_gb, prices::LOGS),
        ("S3 puts", volume.object_puts, prices::OBJECT_PUTS),
        ("S3 storage", volume.objects_gb, prices::OBJECTS),
        ("KMS, for SSM and DynamoDB", volume.key_requests, prices::KEYS),
        ("EventBridge Scheduler", volume.passes + volume.sweeps, shared(prices::SCHEDULES, 0.0)),
    ]
    .into_iter()
    .filter(|(_, quantity, _)| *quantity > 0.0)
    .map(|(what, quantity, price)| Line {
        what,
        quantity,
        unit: price.unit,
        price: price.dollars,
        per: price.per,
        price_source: price.source,
        dollars: price.of(quantity),
        with_free_tier: price.of(quantity - price.free),
    })
    .collect()
}

#[expect(clippy::cast_precision_loss, reason = "numbers of metrics, far below 2^53")]
fn series(usage: Usage, setting: &Setting) -> Series {
    let places = fleet::places(&setting.metrics) as f64;
    let segments = (usage.workflows * volume::SEGMENTS).ceil();
    let own = segments.min((places - 1.0).max(0.0));
    let shared = if segments > own && places > 0.0 { 1.0 } else { 0.0 };
    let each = fleet::per_place(&setting.metrics) as f64;
    let runs = usage.runs / segments.max(1.0);
    let hours =
        own * volume::busy_hours(runs) + shared * volume::busy_hours(runs * (segments - own));
    // As if each run of a segment had the same jobs.
    let jobs = (own * (usage.jobs / usage.runs.max(1.0)).ceil())
        .min(fleet::job_places(&setting.metrics) as f64);
    let of_jobs = jobs * fleet::PER_JOB as f64;
    Series {
        metrics: (own + shared) * each + of_jobs + volume::OWN_METRICS + volume::BUSY_METRICS,
        billed: hours * each
            + of_jobs * volume::busy_hours(runs)
            + volume::OWN_METRICS
            + volume::BUSY_METRICS * volume::busy_hours(usage.runs),
        segments,
        own,
        sharing_other: if places > 0.0 { segments - own } else { 0.0 },
        jobs,
    }
}

/// Four digits behind the point are more than anybody can plan.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn rounded<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64((value * 1e4).round() / 1e4)
}

#[cfg(test)]
mod tests;
