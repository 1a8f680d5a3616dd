//! The cast: a small organisation as it would be written down on paper. Repositories, workflows,
//! jobs and steps with their usual seconds; the play is in `story`.

mod api;
mod crafts;
mod web;

/// The organisation's login.
pub(crate) const OWNER: &str = "acme";
/// The organisation's id.
pub(crate) const OWNER_ID: u64 = 8_800_112;

/// A repository of the organisation.
#[derive(Debug)]
pub(crate) struct Repo {
    /// GitHub's id.
    pub(crate) id: u64,
    /// Its name now.
    pub(crate) name: &'static str,
    /// Its name in the first weeks, when it was renamed.
    pub(crate) old_name: Option<&'static str>,
    /// Pull requests a working day, in tenths.
    pub(crate) pulls_per_ten_days: i64,
    /// Whether pushes to release branches happen.
    pub(crate) releases: bool,
}

/// What sets a workflow off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// A push to the branch of a pull request.
    Pull,
    /// A pull request was edited or labelled.
    Edit,
    /// A push to the default branch.
    Merge,
    /// A push to a release branch.
    Release,
    /// The clock.
    Cron,
}

/// What runs of one branch do to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// Nothing.
    None,
    /// A newer run cancels the one in progress, except on the default branch.
    CancelInProgress,
    /// A run waits for the one before it; a newer one replaces the waiting one.
    Queue,
}

/// Something unusual that befalls a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Twist {
    /// The workflow file is broken: no job.
    StartupFailure,
    /// Every job's condition is false.
    AllSkipped,
    /// Somebody presses cancel.
    ByHand,
    /// Somebody presses cancel before any runner came.
    ByHandEarly,
    /// Somebody presses cancel while it waits for an approval.
    ByHandWaiting,
    /// A conclusion GitHub's documentation does not know.
    UnknownConclusion,
    /// The longest job runs into its time limit.
    TimedOut,
    /// A runner's clock is a second behind.
    Skew,
    /// Somebody re-runs all jobs.
    RerunAll,
    /// The longest job fails and somebody re-runs the failed jobs.
    RerunFailed,
    /// The `completed` event is told again later, with a later `updated_at`.
    ToldTwice,
    /// A `completed` action whose run is still `queued` comes before the real one.
    FalseEnd,
}

/// A workflow file.
#[derive(Debug)]
pub(crate) struct Workflow {
    /// GitHub's id.
    pub(crate) id: u64,
    /// Its repository.
    pub(crate) repo: &'static Repo,
    /// Its name now.
    pub(crate) name: &'static str,
    /// Its name in the first weeks, when it was renamed.
    pub(crate) old_name: Option<&'static str>,
    /// Its file under `.github/workflows`.
    pub(crate) file: &'static str,
    /// What sets it off.
    pub(crate) on: &'static [Cause],
    /// Its concurrency group.
    pub(crate) group: Group,
    /// Its jobs; a job comes after those it needs.
    pub(crate) jobs: &'static [Job],
    /// `(every, offset, twist)`: which of its runs are unusual.
    pub(crate) twists: &'static [(usize, usize, Twist)],
}

/// The machines a job runs on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pool {
    /// Labels asked for.
    pub(crate) labels: &'static [&'static str],
    /// Start of the runners' names.
    pub(crate) runner: &'static str,
    /// Name and id of the runner group.
    pub(crate) group: (&'static str, u64),
    /// Usual wait for a runner, in seconds.
    pub(crate) wait_s: i64,
    /// Whether the pool runs dry on the afternoon of the jam.
    pub(crate) jams: bool,
}

/// A job of a workflow file.
#[derive(Debug)]
pub(crate) struct Job {
    /// Its name.
    pub(crate) name: &'static str,
    /// Names of the jobs it needs.
    pub(crate) needs: &'static [&'static str],
    /// Where it runs.
    pub(crate) pool: &'static Pool,
    /// Its own steps.
    pub(crate) steps: &'static [Step],
    /// Whether it has a service container.
    pub(crate) container: bool,
    /// Whether it only runs on the default branch.
    pub(crate) default_branch_only: bool,
    /// The environment whose reviewers have to approve it.
    pub(crate) environment: Option<&'static str>,
    /// How often it fails, per mille.
    pub(crate) fails_per_mille: u32,
    /// Whether its runners tell step times with fractions of a second.
    pub(crate) fractions: bool,
}

/// A step of a job.
#[derive(Debug)]
pub(crate) struct Step {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its usual time in seconds.
    pub(crate) seconds: i64,
    /// Whether it has a `Post …` step.
    pub(crate) post: bool,
    /// Whether it became slower two weeks before the end.
    pub(crate) slower_lately: bool,
}

/// All workflows.
pub(crate) fn workflows() -> impl Iterator<Item = &'static Workflow> {
    web::WORKFLOWS.iter().chain(api::WORKFLOWS).chain(crafts::WORKFLOWS)
}

/// All repositories, in the order of their ids.
pub(crate) fn repos() -> [&'static Repo; 4] {
    [&web::WEB, &api::API, &crafts::MOBILE, &crafts::DOCS]
}

/// GitHub's own small Linux machines.
static HOSTED: Pool = Pool {
    labels: &["ubuntu-latest"],
    runner: "GitHub Actions ",
    group: ("GitHub Actions", 0),
    wait_s: 3,
    jams: false,
};

/// A step without ornaments.
const fn step(name: &'static str, seconds: i64) -> Step {
    Step { name, seconds, post: false, slower_lately: false }
}

/// A step with a `Post …` step at the end of the job.
const fn with_post(name: &'static str, seconds: i64) -> Step {
    Step { name, seconds, post: true, slower_lately: false }
}

/// A plain job on GitHub's own machines.
const fn job(
    name: &'static str,
    needs: &'static [&'static str],
    fails_per_mille: u32,
    steps: &'static [Step],
) -> Job {
    Job {
        name,
        needs,
        pool: &HOSTED,
        steps,
        container: false,
        default_branch_only: false,
        environment: None,
        fails_per_mille,
        fractions: false,
    }
}
