//! A `workflow_run` delivery with all that GitHub puts into one, of a chosen size.

use laptime_core::ingest::Secrets;
use serde_json::{Value, json};

/// The secret of all servers here.
pub(crate) const SECRET: &str = "a secret of the benches";

/// Stands in the text wherever GitHub repeats the run's id; as wide as the ids put there.
const RUN_ID: &str = "93010000000";

/// A delivery of which any number of distinct ones can be made.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    text: Vec<u8>,
    holes: Vec<usize>,
}

impl Template {
    /// A `workflow_run` body of exactly `size` bytes.
    pub(crate) fn run(action: &str, size: usize) -> Self {
        let bare = text(action, 0, "").len();
        let one_more = text(action, 1, "").len() - bare;
        // Most of what makes real bodies large are pull requests; the commit message does the rest.
        let pulls = (size - bare) * 3 / 4 / one_more;
        let rest = size - text(action, pulls, "").len();
        let text = text(
            action,
            pulls,
            &"Say why the cache is keyed by the lock file. ".repeat(99)[..rest.min(4_400)],
        );
        let padding = " ".repeat(size - text.len());
        let text = (text + &padding).into_bytes();
        let marks = text.windows(RUN_ID.len()).enumerate();
        let holes = marks.filter(|(_, at)| *at == RUN_ID.as_bytes()).map(|(at, _)| at).collect();
        Self { text, holes }
    }

    /// The body of run number `run`.
    pub(crate) fn with_run(&self, run: u64) -> Vec<u8> {
        let mut body = self.text.clone();
        self.put_run(&mut body, run);
        body
    }

    /// Turns a body made here into that of another run.
    pub(crate) fn put_run(&self, body: &mut [u8], run: u64) {
        let id = (RUN_ID.parse::<u64>().unwrap() + run).to_string();
        for at in &self.holes {
            body[*at..at + id.len()].copy_from_slice(id.as_bytes());
        }
    }
}

/// The key that all deliveries are signed with.
pub(crate) fn secrets() -> Secrets {
    Secrets::parse(SECRET).unwrap()
}

/// In GitHub's own order at the top.
fn text(action: &str, pulls: usize, message: &str) -> String {
    let run = run(action, pulls, message);
    let (repository, sender) = (repository(true), user("ada-of-northwind"));
    let workflow = json!({
        "id": 71_400_011, "node_id": "W_kwDOJE0PZc4EQ1pL", "name": "CI",
        "path": ".github/workflows/ci.yml", "state": "active",
        "created_at": "2024-03-01T08:00:00.000Z", "updated_at": "2025-11-20T08:00:00.000Z",
        "url": "https://api.github.com/repos/northwind-traders/checkout-frontend/actions/workflows/71400011",
        "html_url": "https://github.com/northwind-traders/checkout-frontend/blob/main/.github/workflows/ci.yml",
        "badge_url": "https://github.com/northwind-traders/checkout-frontend/workflows/CI/badge.svg",
    });
    let organization = json!({
        "login": "northwind-traders", "id": 8_800_112, "node_id": "O_kgDOAIZH8A",
        "url": "https://api.github.com/orgs/northwind-traders",
        "repos_url": "https://api.github.com/orgs/northwind-traders/repos",
        "members_url": "https://api.github.com/orgs/northwind-traders/members{/member}",
        "avatar_url": "https://avatars.githubusercontent.com/u/8800112?v=4",
        "description": "Everything for the road runner's \"friend\".",
    });
    format!(
        r#"{{"action":"{action}","workflow_run":{run},"workflow":{workflow},"repository":{repository},"organization":{organization},"sender":{sender}}}"#
    )
}

fn run(action: &str, pulls: usize, message: &str) -> Value {
    let done = action == "completed";
    let mut run = json!({
        "id": RUN_ID.parse::<u64>().unwrap(), "name": "CI", "node_id": "WFR_kwLOJE0PZc8AAAACKl4mXQ",
        "head_branch": "main", "head_sha": "5d1c0f6f6a9b0a3a2b6f5c9e21c4a7d8e0b3f417",
        "path": ".github/workflows/ci.yml", "display_title": "Key the cache by the lock file",
        "run_number": 1841, "event": "push",
        "status": if done { "completed" } else { "in_progress" },
        "conclusion": done.then_some("success"), "workflow_id": 71_400_011,
        "check_suite_id": 33_871_200_415_u64, "check_suite_node_id": "CS_kwDOJE0PZc8AAAAH4t8Bnw",
        "created_at": "2026-02-09T09:00:00Z", "updated_at": "2026-02-09T09:04:12Z",
        "run_attempt": 1, "run_started_at": "2026-02-09T09:00:00Z", "previous_attempt_url": null,
        "pull_requests": (0..pulls).map(pull_request).collect::<Vec<_>>(),
        "referenced_workflows": [], "actor": user("ada-of-northwind"), "triggering_actor": user("ada-of-northwind"),
        "head_commit": {
            "id": "5d1c0f6f6a9b0a3a2b6f5c9e21c4a7d8e0b3f417",
            "tree_id": "0a3a2b6f5c9e21c4a7d8e0b3f4175d1c0f6f6a9b",
            "message": format!("🚀 Key the cache by the lock file\n\n{message}"),
            "timestamp": "2026-02-09T08:59:41Z",
            "author": {"name": "Ada Ámon", "email": "ada@northwind.example"},
            "committer": {"name": "GitHub", "email": "noreply@github.com"},
        },
        "repository": repository(false), "head_repository": repository(false),
    });
    let html =
        format!("https://github.com/northwind-traders/checkout-frontend/actions/runs/{RUN_ID}");
    let api = format!(
        "https://api.github.com/repos/northwind-traders/checkout-frontend/actions/runs/{RUN_ID}"
    );
    for (key, end) in [
        ("url", ""),
        ("jobs_url", "/jobs"),
        ("logs_url", "/logs"),
        ("artifacts_url", "/artifacts"),
        ("cancel_url", "/cancel"),
        ("rerun_url", "/rerun"),
    ] {
        run[key] = format!("{api}{end}").into();
    }
    run["html_url"] = html.into();
    run
}

fn user(login: &str) -> Value {
    let mut user = json!({
        "login": login, "id": 90_001, "node_id": "U_kgDOAAFfkQ", "gravatar_id": "",
        "avatar_url": "https://avatars.githubusercontent.com/u/90001?v=4",
        "html_url": format!("https://github.com/{login}"), "type": "User",
        "user_view_type": "public", "site_admin": false,
        "url": format!("https://api.github.com/users/{login}"),
    });
    for (key, end) in [
        ("followers_url", "followers"),
        ("following_url", "following{/other_user}"),
        ("gists_url", "gists{/gist_id}"),
        ("starred_url", "starred{/owner}{/repo}"),
        ("subscriptions_url", "subscriptions"),
        ("organizations_url", "orgs"),
        ("repos_url", "repos"),
        ("events_url", "events{/privacy}"),
        ("received_events_url", "received_events"),
    ] {
        user[key] = format!("https://api.github.com/users/{login}/{end}").into();
    }
    user
}

const REPOSITORY_URLS: &str = "forks keys{/key_id} collaborators{/collaborator} teams hooks \
    issues/events{/number} events assignees{/user} branches{/branch} tags git/blobs{/sha} \
    git/tags{/sha} git/refs{/sha} git/trees{/sha} statuses/{sha} languages stargazers contributors \
    subscribers subscription commits{/sha} git/commits{/sha} comments{/number} \
    issues/comments{/number} contents/{+path} compare/{base}...{head} merges {archive_format}{/ref} \
    downloads issues{/number} pulls{/number} milestones{/number} \
    notifications{?since,all,participating} labels{/name} releases{/id} deployments";

/// Shown whole once, and twice within the run without its counters.
fn repository(whole: bool) -> Value {
    let mut repository = json!({
        "id": 610_200_101, "node_id": "R_kgDOJE0PZQ", "name": "checkout-frontend", "full_name": "northwind-traders/checkout-frontend",
        "private": true, "owner": user("northwind-traders"), "html_url": "https://github.com/northwind-traders/checkout-frontend",
        "description": "The shop, in one page", "fork": false,
        "url": "https://api.github.com/repos/northwind-traders/checkout-frontend",
    });
    for end in REPOSITORY_URLS.split_whitespace() {
        let key = end.split(['{', '/']).find(|part| !part.is_empty()).unwrap_or("archive");
        repository[format!("{key}_url")] =
            format!("https://api.github.com/repos/northwind-traders/checkout-frontend/{end}")
                .into();
    }
    if whole {
        let more = json!({
            "created_at": "2023-03-01T08:00:00Z", "updated_at": "2026-02-08T17:21:09Z",
            "pushed_at": "2026-02-09T08:59:43Z", "git_url": "git://github.com/northwind-traders/checkout-frontend.git",
            "ssh_url": "git@github.com:northwind-traders/checkout-frontend.git", "clone_url": "https://github.com/northwind-traders/checkout-frontend.git",
            "svn_url": "https://github.com/northwind-traders/checkout-frontend", "homepage": null, "size": 48_211,
            "stargazers_count": 12, "watchers_count": 12, "language": "TypeScript",
            "has_issues": true, "has_projects": false, "has_downloads": true, "has_wiki": false,
            "forks_count": 0, "mirror_url": null, "archived": false, "disabled": false,
            "open_issues_count": 31, "license": null, "allow_forking": false, "is_template": false,
            "topics": ["shop", "web"], "visibility": "private", "forks": 0, "open_issues": 31,
            "watchers": 12, "default_branch": "main", "custom_properties": {"tier": "1"},
        });
        repository.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    }
    repository
}

fn pull_request(number: usize) -> Value {
    let number = 2_000 + number;
    let side = |branch: &str| {
        json!({
            "ref": branch, "sha": "b1c0ffee5d1c0f6f6a9b0a3a2b6f5c9e21c4a7d8",
            "repo": {"id": 610_200_101, "name": "checkout-frontend", "url": "https://api.github.com/repos/northwind-traders/checkout-frontend"},
        })
    };
    json!({
        "id": 1_700_000_000 + number, "number": number,
        "url": format!("https://api.github.com/repos/northwind-traders/checkout-frontend/pulls/{number}"),
        "head": side(&format!("ada/cache-{number}")), "base": side("main"),
    })
}
