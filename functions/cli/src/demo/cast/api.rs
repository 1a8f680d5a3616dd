//! The API behind the web front end.

use super::web::DEPLOY;
use super::{Cause, Group, Job, Pool, Repo, Step, Twist, Workflow, job, step, with_post};

/// The API.
pub(super) static API: Repo =
    Repo { id: 610_200_214, name: "api", old_name: None, pulls_per_ten_days: 20, releases: false };

/// The organisation's own Linux machines: fast, few, and all busy on one afternoon.
static BUILDERS: Pool = Pool {
    labels: &["self-hosted", "linux", "x64"],
    runner: "builder-",
    group: ("builders", 4),
    wait_s: 20,
    jams: true,
};

/// Its workflows.
pub(super) static WORKFLOWS: &[Workflow] = &[
    Workflow {
        id: 71_400_021,
        repo: &API,
        name: "CI",
        old_name: None,
        file: "ci.yml",
        on: &[Cause::Pull, Cause::Merge],
        group: Group::CancelInProgress,
        jobs: API_CI,
        twists: &[
            (43, 15, Twist::ByHand),
            (27, 10, Twist::RerunFailed),
            (61, 21, Twist::UnknownConclusion),
        ],
    },
    Workflow {
        id: 71_400_022,
        repo: &API,
        name: "Deploy",
        old_name: None,
        file: "deploy.yml",
        on: &[Cause::Merge],
        group: Group::Queue,
        jobs: DEPLOY,
        twists: &[(33, 14, Twist::StartupFailure)],
    },
    // Two files with one name: only the id tells them apart.
    Workflow {
        id: 71_400_023,
        repo: &API,
        name: "Nightly",
        old_name: None,
        file: "nightly.yml",
        on: &[Cause::Cron],
        group: Group::None,
        jobs: &[job(
            "audit",
            &[],
            60,
            &[with_post("Run actions/checkout@v4", 3), step("Audit dependencies", 48)],
        )],
        twists: &[],
    },
    Workflow {
        id: 71_400_024,
        repo: &API,
        name: "Nightly",
        old_name: None,
        file: "nightly-database.yml",
        on: &[Cause::Cron],
        group: Group::None,
        jobs: NIGHTLY_DATABASE,
        twists: &[(16, 5, Twist::TimedOut)],
    },
];

/// `CI` of the API: `test` is on its own machines, and slower lately.
static API_CI: &[Job] = &[
    job(
        "check",
        &[],
        20,
        &[
            with_post("Run actions/checkout@v4", 2),
            with_post("Run Swatinem/rust-cache@v2", 11),
            step("Run cargo fmt --check", 2),
            step("Run cargo clippy", 54),
        ],
    ),
    Job {
        pool: &BUILDERS,
        container: true,
        fractions: true,
        ..job(
            "test",
            &[],
            40,
            &[
                with_post("Run actions/checkout@v4", 2),
                with_post("Run Swatinem/rust-cache@v2", 13),
                step("Run unit tests", 88),
                // The one real slowdown of the six weeks.
                Step { slower_lately: true, ..step("Run integration tests", 161) },
            ],
        )
    },
    Job {
        default_branch_only: true,
        ..job(
            "package",
            &["check", "test"],
            10,
            &[with_post("Run actions/checkout@v4", 2), step("Package", 43)],
        )
    },
];

/// The longer of the two nightly workflows.
static NIGHTLY_DATABASE: &[Job] = &[Job {
    pool: &BUILDERS,
    container: true,
    ..job(
        "migrate",
        &[],
        40,
        &[
            with_post("Run actions/checkout@v4", 3),
            step("Restore the snapshot", 240),
            step("Migrate up and down", 415),
        ],
    )
}];
