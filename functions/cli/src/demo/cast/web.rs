//! The web front end.

use super::{Cause, Group, Job, Repo, Step, Twist, Workflow, job, step, with_post};

/// The web front end.
pub(super) static WEB: Repo =
    Repo { id: 610_200_101, name: "web", old_name: None, pulls_per_ten_days: 26, releases: false };

/// Its workflows.
pub(super) static WORKFLOWS: &[Workflow] = &[
    Workflow {
        id: 71_400_011,
        repo: &WEB,
        name: "CI",
        old_name: None,
        file: "ci.yml",
        on: &[Cause::Pull, Cause::Merge],
        group: Group::CancelInProgress,
        jobs: WEB_CI,
        twists: &[
            (41, 7, Twist::StartupFailure),
            (37, 12, Twist::ByHand),
            (53, 20, Twist::ByHandEarly),
            (19, 4, Twist::Skew),
            (47, 30, Twist::RerunAll),
            (23, 9, Twist::RerunFailed),
            (90, 33, Twist::TimedOut),
            (60, 44, Twist::ToldTwice),
            (70, 50, Twist::FalseEnd),
        ],
    },
    Workflow {
        id: 71_400_012,
        repo: &WEB,
        name: "Deploy",
        old_name: None,
        file: "deploy.yml",
        on: &[Cause::Merge],
        group: Group::Queue,
        jobs: DEPLOY,
        twists: &[(29, 11, Twist::ByHand), (21, 8, Twist::ByHandWaiting)],
    },
    Workflow {
        id: 71_400_013,
        repo: &WEB,
        name: "Pull request",
        old_name: None,
        file: "pull-request.yml",
        on: &[Cause::Pull, Cause::Edit],
        group: Group::None,
        jobs: &[job(
            "title",
            &[],
            30,
            &[step("Run actions/checkout@v4", 2), step("Check the title", 4)],
        )],
        twists: &[(31, 8, Twist::AllSkipped), (83, 40, Twist::UnknownConclusion)],
    },
    Workflow {
        id: 71_400_014,
        repo: &WEB,
        name: "End to end",
        old_name: None,
        file: "e2e.yml",
        on: &[Cause::Cron],
        group: Group::None,
        jobs: WEB_E2E,
        twists: &[(14, 6, Twist::RerunAll)],
    },
];

/// `CI` of the front end. Nothing needs `lint`, and it always ends long before the tests do.
static WEB_CI: &[Job] = &[
    job(
        "lint",
        &[],
        15,
        &[
            with_post("Run actions/checkout@v4", 2),
            with_post("Set up Node", 6),
            step("Run npm ci", 14),
            step("Run npm run lint", 17),
        ],
    ),
    job("unit (20)", &[], 25, UNIT),
    job("unit (22)", &[], 25, UNIT),
    job(
        "build",
        &[],
        10,
        &[
            with_post("Run actions/checkout@v4", 2),
            with_post("Set up Node", 6),
            step("Run npm ci", 15),
            step("Run npm run build", 118),
            step("Upload the bundle", 5),
        ],
    ),
    // The flaky one.
    job(
        "e2e",
        &["build"],
        110,
        &[
            with_post("Run actions/checkout@v4", 2),
            step("Download the bundle", 4),
            step("Install browsers", 31),
            step("Run npx playwright test", 174),
        ],
    ),
];

/// Steps of the unit tests, on any Node.
static UNIT: &[Step] = &[
    with_post("Run actions/checkout@v4", 2),
    with_post("Set up Node", 7),
    step("Run npm ci", 15),
    step("Run npm test", 152),
    step("Upload coverage", 3),
];

/// `Deploy`, here and of the API: production waits for somebody.
pub(super) static DEPLOY: &[Job] = &[
    job(
        "image",
        &[],
        10,
        &[
            with_post("Run actions/checkout@v4", 3),
            with_post("Set up Buildx", 5),
            step("Push the image", 96),
        ],
    ),
    job("staging", &["image"], 20, ROLLOUT),
    Job { environment: Some("production"), ..job("production", &["staging"], 10, ROLLOUT) },
];

/// Steps of a deployment, to anywhere.
static ROLLOUT: &[Step] = &[
    with_post("Run actions/checkout@v4", 2),
    step("Sign in", 3),
    step("Roll out", 71),
    step("Smoke test", 22),
];

/// `End to end`: two browsers, then a summary.
static WEB_E2E: &[Job] = &[
    job("browsers (chromium)", &[], 90, BROWSERS),
    job("browsers (firefox)", &[], 50, BROWSERS),
    job("summary", &["browsers (chromium)", "browsers (firefox)"], 0, &[step("Summarise", 9)]),
];

/// Steps of the end-to-end tests, in any browser.
static BROWSERS: &[Step] = &[
    with_post("Run actions/checkout@v4", 2),
    step("Install browsers", 33),
    step("Run npx playwright test --project all", 560),
    step("Upload the traces", 12),
];
