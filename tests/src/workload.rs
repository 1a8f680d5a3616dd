//! Days of workflows as they come in: names and times as different as those of real CI, from a seed.

use fastrand::Rng;
use laptime_core::config::Policy;
use laptime_core::flow::{Installation, Pass, Pushed, measure, refold};
use laptime_core::model::{AttemptId, Event, Fact, JobFact, Repository, RunFact, StepFact};
use laptime_core::port::{Datum, Findings, Ledger, Library, Metrics, NotSent, Notes};
use laptime_core::time::Time;

use crate::wait;

const REPOSITORIES: [&str; 6] =
    ["payments-api", "web", "design-system", "mobile-app", "infrastructure", "data-pipeline"];

const WORKFLOWS: [(&str, &str); 6] = [
    ("CI", "ci.yml"),
    ("Build and test", "build-and-test.yml"),
    ("Pull request checks", "pull-request.yml"),
    ("Deploy to staging", "deploy-staging.yml"),
    ("Nightly integration", "nightly.yml"),
    ("CodeQL", "codeql-analysis.yml"),
];

const JOBS: [&str; 14] = [
    "build",
    "lint",
    "unit (20)",
    "unit (22)",
    "test (ubuntu-latest, 3.12)",
    "test (windows-latest, 3.12)",
    "integration (postgres 16, shard 1/3)",
    "integration (postgres 16, shard 2/3)",
    "integration (postgres 16, shard 3/3)",
    "e2e (chromium)",
    "e2e (firefox)",
    "package / docker image (linux/amd64)",
    "Analyze (javascript-typescript)",
    "Check required jobs",
];

const LABELS: [&[&str]; 4] = [
    &["ubuntu-latest"],
    &["ubuntu-24.04"],
    &["windows-latest"],
    &["self-hosted", "linux", "x64", "large"],
];

const STEPS: [&str; 38] = [
    "Run actions/checkout@v4",
    "Set up Node",
    "Run actions/cache@v4",
    "Run npm ci",
    "Run npm run lint",
    "Run npm test -- --shard 2/4",
    "Upload coverage",
    "Run actions/setup-python@v5",
    "Install dependencies",
    "Run pytest --maxfail 5 -n auto",
    "Build wheels",
    "Run docker/setup-buildx-action@v3",
    "Log in to the registry",
    "Build and push image",
    "Run aws-actions/configure-aws-credentials@v4",
    "Wait for the rollout",
    "Smoke test",
    "Start PostgreSQL and Redis",
    "Run migrations",
    "Load fixtures",
    "Run Playwright tests",
    "Upload traces of failed tests",
    "Run actions/setup-go@v5",
    "go vet ./...",
    "go test -race ./...",
    "golangci-lint",
    "Restore Gradle home",
    "./gradlew assembleRelease --no-daemon",
    "Sign the bundle",
    "Publish test results",
    "Compare bundle size with main",
    "Generate SBOM",
    "Scan for vulnerabilities (high, critical)",
    "Annotate the pull request",
    "Notify the release channel",
    "Check formatting",
    "Free disk space",
    "Collect logs",
];

const TOPICS: [&str; 8] = [
    "feature/retry-on-throttle",
    "fix/flaky-login",
    "dependabot/npm_and_yarn/eslint",
    "renovate/postgres",
    "refactor/session-store",
    "chore/bump-actions",
    "hotfix/rounding",
    "docs/rate-limits",
];

/// The runs of one workflow of a day.
#[derive(Debug, Clone, Copy)]
pub struct Workload {
    /// Number of the workflow.
    pub workflow: u64,
    /// Its runs.
    pub runs: u64,
    /// Jobs of a run.
    pub jobs: u64,
    /// Steps of a job.
    pub steps: u64,
    /// When the first run starts at the earliest.
    pub from: Time,
    /// Milliseconds in which they start.
    pub within_ms: i64,
}

/// What is kept of a delivery, and when it came.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// When it came in.
    pub at: Time,
    /// What is kept.
    pub event: Event,
}

impl Workload {
    /// Deliveries as GitHub sends them: queued, in progress and completed of each job, and as many
    /// of the run. Only the last of each adds a fact.
    pub const fn deliveries(&self) -> u64 {
        3 * self.runs * (self.jobs + 1)
    }

    /// What is kept of them, in the order in which it comes in.
    pub fn arrivals(&self) -> Vec<Arrival> {
        let mut arrivals: Vec<Arrival> = (0..self.runs).flat_map(|run| self.run(run)).collect();
        arrivals.sort_by_key(|arrival| arrival.at);
        arrivals
    }

    /// The attempts, each with the events of it.
    pub fn run(&self, number: u64) -> Vec<Arrival> {
        let mut dice = Rng::with_seed(self.workflow * 1_000_003 + number);
        let repository = self.workflow / 4;
        let id = AttemptId {
            repository: 610_200_000 + repository * 7_919,
            run: 15_912_000_000 + number * 70_001 + self.workflow * 13,
            attempt: 1,
        };
        let start = self.from.plus_millis(dice.i64(0..self.within_ms) / 1_000 * 1_000);
        let conclusion = match dice.u8(0..100) {
            0..3 => "cancelled",
            3..13 => "failure",
            _ => "success",
        };
        let mut facts: Vec<(Time, Fact)> = Vec::new();
        let mut end = start;
        for number in 0..self.jobs {
            // Every third job needs the ones before it.
            let created = if number % 3 == 2 { end } else { start };
            let failed = number + 1 == self.jobs && conclusion != "success";
            let job =
                self.job(&mut dice, number, created, if failed { conclusion } else { "success" });
            let completed = job.completed_at.unwrap_or(created);
            end = end.max(completed);
            facts.push((completed, Fact::Job(job)));
        }
        let updated = end.plus_millis(dice.i64(1..4) * 1_000);
        facts.push((
            updated,
            Fact::Run(self.run_fact(&mut dice, id, number, (start, updated), conclusion)),
        ));
        let full_name = format!("acme/{}", pick(&REPOSITORIES, repository));
        let arrival = |(at, fact): (Time, Fact)| Arrival {
            at: at.plus_millis(dice.i64(600..3_000)),
            event: Event {
                id,
                action: "completed".to_owned(),
                repository: Repository {
                    full_name: full_name.clone(),
                    default_branch: Some("main".to_owned()),
                },
                fact,
            },
        };
        facts.into_iter().map(arrival).collect()
    }

    fn run_fact(
        &self,
        dice: &mut Rng,
        id: AttemptId,
        number: u64,
        (start, updated): (Time, Time),
        conclusion: &str,
    ) -> RunFact {
        let (name, file) = pick(&WORKFLOWS, self.workflow);
        let on_main = dice.u8(0..4) == 0;
        let topic =
            format!("{}-{}", dice.choice(TOPICS).unwrap_or_default(), dice.u16(1_000..9_999));
        RunFact {
            updated_at: Some(updated),
            workflow_id: 71_400_011 + self.workflow * 104_729,
            name: Some((*name).to_owned()),
            path: Some(format!(".github/workflows/{file}")),
            event: Some(if on_main { "push" } else { "pull_request" }.to_owned()),
            status: Some("completed".to_owned()),
            conclusion: Some(conclusion.to_owned()),
            run_number: Some(4_000 + number),
            created_at: Some(start),
            run_started_at: Some(start),
            head_branch: Some(if on_main { "main".to_owned() } else { topic }),
            head_sha: Some(hex::encode([(); 20].map(|()| dice.u8(..)))),
            head_repository: Some(id.repository),
        }
    }

    fn job(&self, dice: &mut Rng, number: u64, created: Time, conclusion: &str) -> JobFact {
        let started = created.plus_millis(dice.i64(2..25) * 1_000);
        let mut at = started;
        let own = self.steps.saturating_sub(3);
        let (name, _) = pick(&WORKFLOWS, self.workflow);
        let first = self.workflow * 5 + number * 3;
        let own = (0..own).map(|step| (*pick(&STEPS, first + step)).to_owned());
        let frame = ["Set up job", "Complete job", "Post Run actions/checkout@v4"];
        let frame = frame.map(str::to_owned).into_iter().take(usize::try_from(self.steps).unwrap());
        let mut names: Vec<String> = frame.collect();
        names.splice(1..1, own);
        let steps: Vec<StepFact> = names
            .into_iter()
            .map(|name| {
                let started_at = Some(at);
                let longest = if dice.u8(0..6) == 0 { 240 } else { 20 };
                at = at.plus_millis(dice.i64(0..longest) * 1_000);
                StepFact {
                    name,
                    conclusion: Some("success".to_owned()),
                    started_at,
                    completed_at: Some(at),
                }
            })
            .collect();
        JobFact {
            completed_at: Some(at.plus_millis(dice.i64(1..3) * 1_000)),
            id: 45_210_000_000 + dice.u64(0..900_000_000),
            name: match number / JOBS.len() as u64 {
                0 => (*pick(&JOBS, number)).to_owned(),
                again => format!("{} #{again}", pick(&JOBS, number)),
            },
            workflow_name: Some((*name).to_owned()),
            status: Some("completed".to_owned()),
            conclusion: Some(conclusion.to_owned()),
            created_at: Some(created),
            started_at: Some(started),
            labels: pick(&LABELS, number / 2).iter().map(|label| (*label).to_owned()).collect(),
            has_runner: true,
            steps,
            deployment: None,
        }
    }
}

fn pick<T>(from: &[T], number: u64) -> &T {
    &from[usize::try_from(number).unwrap() % from.len()]
}

/// A metrics service that takes everything.
struct Taking;

impl Metrics for Taking {
    async fn put(&self, _: &str, _: &[Datum]) -> Result<(), NotSent> {
        Ok(())
    }
}

/// Who the aggregator says it is.
const REQUEST: &str = "aggregator, request 5f0e9c1e-6f0d-4f6a-9c1b-3b8f6d1d2c11";

/// A pass at `now` as the aggregator makes it on AWS: with metrics, and rollups of the present day
/// once an hour.
pub fn pass_at(store: &(impl Ledger + Library + Notes + Findings), now: Time) -> Pushed {
    let policy = Policy::default();
    let pass = Pass {
        roll_up_every_ms: Some(3_600_000),
        judge_every_ms: Some(21_600_000),
        ..Pass::new(REQUEST, now, 35)
    };
    let at = Installation { store, metrics: &Taking, policy: &policy };
    let (passed, pushed) = wait(measure(at, pass, || now)).unwrap().expect("nobody else");
    assert!(pushed.problems.is_empty() && !passed.unfinished);
    pushed
}

/// A batch of the stream, as the aggregator files it on AWS.
pub fn refold_at(ledger: &impl Ledger, ids: &[AttemptId], now: Time) {
    let refolded = wait(refold(ledger, REQUEST, ids, None, || now)).unwrap().expect("nobody else");
    assert!(refolded.failed.is_none() && refolded.done == ids.len());
}
