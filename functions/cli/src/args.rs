//! The command line.

mod github;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use laptime_core::check::Threshold;
use laptime_core::time::Time;

pub(crate) use github::{LimitsArgs, NotifyArgs};

/// Lap times for your CI.
///
/// Laptime takes GitHub's webhook deliveries for workflow runs and jobs, keeps what they say, and
/// reports where the time went.
///
/// Exit codes: 0 fine, 1 found what --fail-on names or, in check, a regression, 2 wrong usage or
/// failure.
#[derive(Debug, Parser)]
#[command(name = "laptime", version, propagate_version = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(DemoArgs),
    Serve(ServeArgs),
    Replay(ReplayArgs),
    Aggregate(AggregateArgs),
    Report(ReportArgs),
    Findings(FindingsArgs),
    Notify(NotifyArgs),
    Limits(LimitsArgs),
    Detect(DetectArgs),
    Status(StatusArgs),
    Plan(PlanArgs),
    Check(CheckArgs),
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// See the whole way on bundled history: no network, no account.
///
/// Plays six weeks of a small organisation: signs its deliveries, posts them to the real endpoint
/// in a jumbled order and some of them twice, aggregates, reports, and compares the report with
/// what the history is known to be.
#[derive(Debug, ClapArgs)]
pub(crate) struct DemoArgs {
    /// Folder for the store and the report.
    #[arg(long, value_name = "DIR", default_value = "laptime-demo")]
    pub(crate) out: PathBuf,
    /// End of the six weeks: RFC 3339; the present if not given.
    #[arg(long, value_name = "TIME", value_parser = crate::settings::time_or_day)]
    pub(crate) now: Option<Time>,
    /// The form of the report that is printed; the page is written in any case.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
    /// Another history of the same organisation.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
}

/// Where the store is and what policy holds.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct StoreArgs {
    /// Folder of the store, or `dynamodb://TABLE`.
    #[arg(long, value_name = "DIR", default_value = "laptime-data", env = "LAPTIME_DATA")]
    pub(crate) data: PathBuf,
    /// Policy file; without it `laptime.toml` in the current folder is read if there is one.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// Take webhook deliveries over HTTP and aggregate them on a timer.
///
/// POST /webhook takes deliveries, GET /healthz answers when the store can be read, GET / shows all
/// workflows, each of them and its runs, GET /metrics tells Prometheus. Needs
/// `LAPTIME_WEBHOOK_SECRET`: the secret of the GitHub webhook; two, separated by a comma, while it is
/// rotated. Pages and metrics are for this machine alone unless `LAPTIME_PAGE_TOKEN` is set: then
/// whoever gives that token, as a password or as a bearer token, sees them. With `GITHUB_TOKEN`, or
/// `GITHUB_APP_ID` and `GITHUB_APP_KEY`, it files issues about findings, with `GRAFANA_URL` and
/// `GRAFANA_TOKEN` it writes dashboards, with `SLACK_WEBHOOK_URL` it tells a chat; see `laptime
/// notify`.
#[derive(Debug, ClapArgs)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Host and port to listen on. Port 0 picks a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8787")]
    pub(crate) listen: String,
    /// No pages and no metrics, only the webhook and /healthz.
    #[arg(long)]
    pub(crate) no_page: bool,
}

/// Send recorded deliveries to a running Laptime, or put them straight into a store.
///
/// A FILE is one body (.json), or lines of {"event", "delivery", "body"} (.jsonl). Sent deliveries
/// are signed with `LAPTIME_WEBHOOK_SECRET`.
#[derive(Debug, ClapArgs)]
#[command(group = clap::ArgGroup::new("target").required(true))]
pub(crate) struct ReplayArgs {
    /// Files to replay; - is standard input, as lines.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Address of the webhook, as in `http://127.0.0.1:8787/webhook`.
    #[arg(long, value_name = "URL", group = "target")]
    pub(crate) to: Option<String>,
    /// Folder of the store to put them into, or `dynamodb://TABLE`.
    #[arg(long, value_name = "DIR", group = "target")]
    pub(crate) data: Option<PathBuf>,
    /// Policy file for --data.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Go on after a delivery that cannot be read or is not taken.
    #[arg(long)]
    pub(crate) keep_going: bool,
    /// Connections to send over at once; 1 keeps the order.
    #[arg(long, value_name = "N", default_value_t = 8,
          value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) connections: u16,
    /// Time of receipt, for --data: RFC 3339; the present if not given.
    #[arg(long, value_name = "TIME", value_parser = crate::settings::time_or_day)]
    pub(crate) now: Option<Time>,
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// Aggregate what has come in: fold attempts, roll up days, seal old ones. In a table attempts are
/// only filed; the deployed aggregator does the rest.
#[derive(Debug, ClapArgs)]
pub(crate) struct AggregateArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// The time to judge ages by: RFC 3339 or YYYY-MM-DD; the present if not given. A time in the
    /// future seals days for good.
    #[arg(long, value_name = "TIME", value_parser = crate::settings::time_or_day)]
    pub(crate) now: Option<Time>,
    /// Of a table: first read all of it for attempts that were never filed. Only needed after the
    /// aggregator was down for over 24 hours; every item is paid for.
    #[arg(long)]
    pub(crate) everything: bool,
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// Report on a period.
///
/// Covers attempts that ended from --from up to, not including, --to.
#[derive(Debug, ClapArgs)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Only this repository.
    #[arg(long, value_name = "OWNER/NAME")]
    pub(crate) repo: Option<String>,
    /// First instant, RFC 3339 or YYYY-MM-DD; 30 days before --to if not given.
    #[arg(long, value_name = "TIME", value_parser = crate::settings::time_or_day)]
    pub(crate) from: Option<Time>,
    /// First instant after the period; the present if not given.
    #[arg(long, value_name = "TIME", value_parser = crate::settings::time_or_day)]
    pub(crate) to: Option<Time>,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
    /// Write it to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Exit with 1 if there is a bottleneck of this severity or a higher one.
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<Severity>,
    /// The present, for reproducible reports: RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = crate::settings::time_or_day)]
    pub(crate) now: Option<Time>,
}

/// List what was found to have changed, or what would be found under other settings.
///
/// Lists all findings of the store, the latest confirmed first. With --what-if, all of stored
/// history is judged twice, under the present settings and under those of another file, and the
/// difference is shown: + found under the other settings only, - under the present ones only.
/// Nothing is stored.
#[derive(Debug, ClapArgs)]
pub(crate) struct FindingsArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Only this repository.
    #[arg(long, value_name = "OWNER/NAME")]
    pub(crate) repo: Option<String>,
    /// Policy file with other settings under `[judging]`.
    #[arg(long, value_name = "FILE")]
    pub(crate) what_if: Option<PathBuf>,
    /// Exit with 1 if a regression is confirmed that has not gone back; with --what-if, if there
    /// is one more.
    #[arg(long)]
    pub(crate) fail_on_regression: bool,
    /// The present, for reproducible results: RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = crate::settings::time_or_day)]
    pub(crate) now: Option<Time>,
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// Judge any series: where its level changed beyond doubt, and by how much.
///
/// FILE has lines of time,value: unix seconds or RFC 3339, a number; a header may come first.
/// Positions count from 0 in order of time: after a change behind the 60th sample, `index` is 60.
/// It is judged as the durations of CI are: outliers, spikes, seasons and two modes that take turns
/// are no changes; a slow drift mostly is none. A change that is not beyond doubt is listed with the
/// reason why.
#[derive(Debug, ClapArgs)]
pub(crate) struct DetectArgs {
    /// The series; - is standard input.
    pub(crate) file: PathBuf,
    /// Column of the time, by its name in the header; `time` or the first if not given.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) time: Option<String>,
    /// Column of the value, by its name in the header; `value` or the second if not given.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) value: Option<String>,
    /// A fall is a regression, not a rise.
    #[arg(long)]
    pub(crate) higher_is_better: bool,
    /// Least change that is told, in per cent.
    #[arg(long, value_name = "PERCENT", default_value_t = 6.0, value_parser = per_cent)]
    pub(crate) min_change: f64,
    /// Exit with 1 if a regression is confirmed.
    #[arg(long)]
    pub(crate) fail_on_regression: bool,
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

fn per_cent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').parse::<f64>() {
        Ok(number) if (0.0..=10_000.0).contains(&number) => Ok(number),
        _ => Err("write per cent from 0 to 10000, as in 5".to_owned()),
    }
}

/// Say what the store holds and whether passes keep up.
#[derive(Debug, ClapArgs)]
pub(crate) struct StatusArgs {
    /// Folder of the store, or `dynamodb://TABLE`.
    #[arg(long, value_name = "DIR", default_value = "laptime-data", env = "LAPTIME_DATA")]
    pub(crate) data: PathBuf,
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// Say what an installation on AWS costs a month.
///
/// From figures, or from what a store has seen in the last 30 whole days. Write and read units are
/// computed from counted ones; prices are those of us-east-1 at a date that is printed. Nothing is
/// asked of AWS but for --data `dynamodb://TABLE`.
#[derive(Debug, ClapArgs)]
pub(crate) struct PlanArgs {
    /// Repositories.
    #[arg(long, value_name = "N", default_value_t = 10,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) repositories: u32,
    /// Workflows of each.
    #[arg(long, value_name = "N", default_value_t = 6,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) workflows_per_repository: u32,
    /// Jobs a month, of all repositories; 5 for each run if not given, or 20,000.
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<u32>,
    /// Runs a month, of all repositories; a fifth of the jobs if not given.
    #[arg(long, value_name = "N")]
    pub(crate) runs: Option<u32>,
    /// Steps of a job.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) steps: u32,
    /// Count repositories, workflows, runs, jobs and steps in this store instead: a folder, or
    /// `dynamodb://TABLE`.
    #[arg(long, value_name = "DIR",
          conflicts_with_all = ["repositories", "workflows_per_repository", "jobs", "runs", "steps"])]
    pub(crate) data: Option<PathBuf>,
    /// Budget of metrics of workflows; 100 if not given, as in the template.
    #[arg(long, value_name = "N")]
    pub(crate) max_series: Option<u32>,
    /// Budget of metrics of single jobs, six for each; none if not given.
    #[arg(long, value_name = "N")]
    pub(crate) max_job_series: Option<u32>,
    /// With a reporter that tells people on GitHub or in Grafana.
    #[arg(long)]
    pub(crate) tell: bool,
    /// And that makes remarks on pull requests.
    #[arg(long, requires = "tell")]
    pub(crate) remarks: bool,
    /// And that tells a chat or a topic of failed runs.
    #[arg(long, requires = "tell")]
    pub(crate) notices: bool,
    /// Minutes between two passes.
    #[arg(long, value_name = "N", default_value_t = 15,
          value_parser = clap::value_parser!(u16).range(1..=60))]
    pub(crate) pass_minutes: u16,
    /// Seconds in which new events are gathered before they are filed.
    #[arg(long, value_name = "N", default_value_t = 300,
          value_parser = clap::value_parser!(u16).range(0..=300))]
    pub(crate) batch_seconds: u16,
    /// Processor of the functions.
    #[arg(long, value_enum, default_value_t = Processor::Arm64)]
    pub(crate) architecture: Processor,
    /// The present, for --data: RFC 3339; days before it are counted.
    #[arg(long, value_name = "TIME", value_parser = crate::settings::time_or_day)]
    pub(crate) now: Option<Time>,
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Processor {
    Arm64,
    #[value(name = "x86_64")]
    X86_64,
}

/// Compare two files of benchmark timings, and exit with 1 if something got slower.
///
/// Takes the JSON of pytest-benchmark (--benchmark-json), estimates.json and sample.json of criterion
/// or all of target/criterion, the lines of cargo criterion --message-format=json, hyperfine's
/// --export-json, and {"name": seconds}. What a file is, its content tells; the two may differ. Lower
/// is better.
///
/// A regression is slower by the threshold or more, and not by chance: judged by the samples where
/// both files have five or more, else by mean, standard deviation and count, else by the threshold
/// alone; the column BASIS says which. Changes that may be chance are listed as unclear, benchmarks
/// in only one file as added or removed; neither fails the check.
///
/// Exit codes: 0 no regression, 1 a regression, 2 wrong usage, a file that cannot be used, or no
/// benchmark in common.
#[derive(Debug, ClapArgs)]
pub(crate) struct CheckArgs {
    /// What to compare with: a file, or a folder of criterion; - is standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: PathBuf,
    /// What to judge: the same.
    #[arg(long, value_name = "FILE")]
    pub(crate) current: PathBuf,
    /// Smallest change in per cent that matters, as 10% or 2.5%.
    #[arg(long, value_name = "PERCENT", default_value_t, allow_hyphen_values = true)]
    pub(crate) threshold: Threshold,
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// The form of what is printed.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct FormatArgs {
    /// The form of what is printed.
    #[arg(long = "format", value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Write it to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    Text,
    /// Markdown for GitHub.
    Md,
    /// A few lines for a chat, or the head of an issue.
    Brief,
    Html,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Severity {
    Medium,
    High,
}
