//! Pull requests, comments on them, and check-runs.

use laptime_core::port::{Check, Forged, PullRequest, Pulls};
use laptime_core::render::commit;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::GitHub;
use crate::answer::Answer;
use crate::client::Ask;
use crate::forge::COMMENT;
use crate::pace::Kind;
use crate::trouble::doing;

/// What check-runs are called.
const NAME: &str = "Laptime";

/// Pull requests on a page, the most that GitHub gives, and pages that are read.
const PAGE: usize = 100;
const PULL_PAGES: u32 = 3;

/// What a token or App must be allowed to do.
const READ: &str = "read pull requests";
const CHECK: &str = "write checks, which only an App can: set GITHUB_APP_ID and GITHUB_APP_KEY, or \
                     remark = \"comment\" under [pulls]";

#[derive(Deserialize)]
struct Pull {
    number: u64,
    state: String,
    #[serde(default)]
    locked: bool,
    head: Branch,
    base: Branch,
}

#[derive(Deserialize)]
struct Branch {
    #[serde(rename = "ref")]
    name: String,
    sha: String,
}

#[derive(Deserialize)]
struct Made {
    id: u64,
}

#[derive(Deserialize)]
struct CheckRuns {
    check_runs: Vec<CheckRun>,
}

#[derive(Deserialize)]
struct CheckRun {
    id: u64,
    #[serde(default)]
    external_id: Option<String>,
}

impl Pulls for GitHub {
    async fn pulls(&self, repository: &str, sha: &str) -> Forged<Vec<PullRequest>> {
        // It becomes part of a path.
        let Some(sha) = commit(sha) else { return Ok(Vec::new()) };
        let what = format!("looking for the pull requests of {sha}");
        let path = format!("/commits/{sha}/pulls?per_page=100");
        let ask = ask(&what, repository, Kind::Read, path, None);
        let answer = self.ask(&ask).await?;
        // There is no such commit, as far as this repository knows.
        if answer.status.as_u16() == 422 {
            return self.recent_pulls(repository, sha).await;
        }
        let pulls: Vec<Pull> = expected(answer, 200, &ask, READ)?.json(&doing(&ask))?;
        let open: Vec<PullRequest> = pulls.into_iter().filter_map(Pull::if_open).collect();
        // Commits of forks are found in none of the repositories that they are to go into.
        if open.is_empty() { self.recent_pulls(repository, sha).await } else { Ok(open) }
    }

    async fn edit_comment(&self, repository: &str, id: u64, body: &str) -> Forged<bool> {
        let what = format!("editing comment {id}");
        let path = format!("/issues/comments/{id}");
        let body = Some(json!({ "body": body }));
        self.edit(&ask(&what, repository, Kind::Change, path, body), COMMENT).await
    }

    async fn check(&self, repository: &str, check: &Check) -> Forged<u64> {
        let what = format!("making a check-run on {}", check.sha);
        let mut body = body(check);
        body.insert("name".to_owned(), json!(NAME));
        body.insert("head_sha".to_owned(), json!(check.sha));
        let (path, body) = ("/check-runs".to_owned(), Some(Value::Object(body)));
        let ask = ask(&what, repository, Kind::Create, path, body);
        let made: Made = expected(self.ask(&ask).await?, 201, &ask, CHECK)?.json(&doing(&ask))?;
        Ok(made.id)
    }

    async fn edit_check(&self, repository: &str, id: u64, check: &Check) -> Forged<bool> {
        let what = format!("editing check-run {id}");
        let path = format!("/check-runs/{id}");
        let body = Some(Value::Object(body(check)));
        self.edit(&ask(&what, repository, Kind::Change, path, body), CHECK).await
    }

    async fn found_check(&self, repository: &str, sha: &str, mark: &str) -> Forged<Option<u64>> {
        let Some(sha) = commit(sha) else { return Ok(None) };
        let what = format!("reading the check-runs on {sha}");
        let path = format!("/commits/{sha}/check-runs?check_name={NAME}&filter=all&per_page=100");
        let ask = ask(&what, repository, Kind::Read, path, None);
        let runs: CheckRuns =
            expected(self.ask(&ask).await?, 200, &ask, CHECK)?.json(&doing(&ask))?;
        let is_it = |run: &&CheckRun| run.external_id.as_deref() == Some(mark);
        Ok(runs.check_runs.iter().find(is_it).map(|run| run.id))
    }
}

impl Pull {
    fn if_open(self) -> Option<PullRequest> {
        let Self { number, state, locked: is_locked, head, base } = self;
        let (base, head) = (base.name, head.sha);
        (state == "open").then_some(PullRequest { number, base, head, is_locked })
    }
}

impl GitHub {
    /// Those of the open pull requests that changed last, whose newest commit this is.
    async fn recent_pulls(&self, repository: &str, sha: &str) -> Forged<Vec<PullRequest>> {
        for page in 1..=PULL_PAGES {
            let path = format!(
                "/pulls?state=open&sort=updated&direction=desc&per_page={PAGE}&page={page}"
            );
            let ask = ask("looking for open pull requests", repository, Kind::Read, path, None);
            let pulls: Vec<Pull> =
                expected(self.ask(&ask).await?, 200, &ask, READ)?.json(&doing(&ask))?;
            let is_last = pulls.len() < PAGE;
            let open = pulls.into_iter().filter_map(Pull::if_open);
            let found: Vec<PullRequest> = open.filter(|pull| pull.head == sha).collect();
            if is_last || !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    /// Answers whether what is edited is there.
    async fn edit(&self, ask: &Ask<'_>, needs: &str) -> Forged<bool> {
        let answer = self.ask(ask).await?;
        if matches!(answer.status.as_u16(), 404 | 410) {
            return Ok(false);
        }
        expected(answer, 200, ask, needs).map(|_| true)
    }
}

fn body(check: &Check) -> Map<String, Value> {
    let conclusion = if check.is_neutral { "neutral" } else { "success" };
    Map::from_iter([
        ("external_id".to_owned(), json!(check.mark)),
        ("status".to_owned(), json!("completed")),
        ("conclusion".to_owned(), json!(conclusion)),
        ("output".to_owned(), json!({ "title": check.title, "summary": check.summary })),
    ])
}

fn ask<'a>(
    doing: &'a str,
    repository: &'a str,
    kind: Kind,
    path: String,
    body: Option<Value>,
) -> Ask<'a> {
    Ask { doing, repository, kind, path, body }
}

fn expected(answer: Answer, status: u16, ask: &Ask<'_>, needs: &str) -> Forged<Answer> {
    if answer.status.as_u16() == status {
        Ok(answer)
    } else {
        Err(answer.refusal(&doing(ask), needs))
    }
}
