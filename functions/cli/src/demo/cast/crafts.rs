//! The mobile app and the handbook.

use super::{Cause, Group, Job, Pool, Repo, Twist, Workflow, job, step, with_post};

/// The mobile app; it was called `app` at first.
pub(super) static MOBILE: Repo = Repo {
    id: 610_200_377,
    name: "mobile",
    old_name: Some("app"),
    pulls_per_ten_days: 13,
    releases: true,
};

/// The handbook.
pub(super) static DOCS: Repo = Repo {
    id: 610_200_402,
    name: "handbook",
    old_name: None,
    pulls_per_ten_days: 11,
    releases: false,
};

/// Two machines under somebody's desk.
static MACS: Pool = Pool {
    labels: &["self-hosted", "macOS", "arm64"],
    runner: "mac-mini-",
    group: ("macs", 7),
    wait_s: 55,
    jams: true,
};

/// Workflows of both.
pub(super) static WORKFLOWS: &[Workflow] = &[
    Workflow {
        id: 71_400_031,
        repo: &MOBILE,
        name: "CI",
        old_name: Some("Build"),
        file: "build.yml",
        on: &[Cause::Pull, Cause::Merge, Cause::Release],
        group: Group::CancelInProgress,
        jobs: MOBILE_CI,
        twists: &[
            (17, 6, Twist::ByHand),
            (22, 13, Twist::RerunFailed),
            (39, 25, Twist::StartupFailure),
        ],
    },
    Workflow {
        id: 71_400_041,
        repo: &DOCS,
        name: "Docs",
        old_name: None,
        file: "docs.yml",
        on: &[Cause::Pull, Cause::Merge, Cause::Cron],
        group: Group::CancelInProgress,
        jobs: DOCS_SITE,
        twists: &[(28, 10, Twist::AllSkipped), (35, 17, Twist::RerunAll)],
    },
];

/// `CI` of the mobile app: the Macs are what it waits for.
static MOBILE_CI: &[Job] = &[
    job(
        "android",
        &[],
        30,
        &[
            with_post("Run actions/checkout@v4", 4),
            with_post("Set up Java", 9),
            step("Run ./gradlew build", 214),
        ],
    ),
    Job {
        pool: &MACS,
        ..job(
            "ios",
            &[],
            45,
            &[
                with_post("Run actions/checkout@v4", 6),
                step("Install pods", 47),
                step("Run xcodebuild test", 338),
            ],
        )
    },
    Job {
        default_branch_only: true,
        ..job("publish", &["android", "ios"], 10, &[step("Publish to testers", 38)])
    },
];

/// `Docs`: built for everybody, published from the default branch.
static DOCS_SITE: &[Job] = &[
    job("site", &[], 20, &[with_post("Run actions/checkout@v4", 2), step("Build the site", 36)]),
    Job { default_branch_only: true, ..job("pages", &["site"], 5, &[step("Deploy to Pages", 14)]) },
];
