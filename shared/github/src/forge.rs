//! Issues and comments.

use laptime_core::port::{Draft, Forge, Forged, IssueStanding, IssueState, Rewrite};
use laptime_core::time::Time;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::GitHub;
use crate::answer::Answer;
use crate::client::Ask;
use crate::pace::Kind;
use crate::trouble::doing;

/// What a token or App must be allowed to do for a comment.
pub(crate) const COMMENT: &str = "write issues, or pull requests where it is one";

/// GitHub takes as many comments on an issue; a page holds a hundred.
const COMMENT_PAGES: u32 = 25;

#[derive(Deserialize)]
struct Numbered {
    number: u64,
}

#[derive(Deserialize)]
struct Issue {
    state: String,
    #[serde(default)]
    state_reason: Option<String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    repository_url: String,
}

#[derive(Deserialize)]
struct Comment {
    id: u64,
    #[serde(default)]
    body: Option<String>,
}

impl Forge for GitHub {
    async fn newest(&self, repository: &str) -> Forged<u64> {
        let path = "/issues?state=all&sort=created&direction=desc&per_page=1".to_owned();
        let ask = read("looking for the newest issue", repository, path);
        let issues: Vec<Numbered> = self.expect(&ask, 200).await?.json(&doing(&ask))?;
        Ok(issues.first().map_or(0, |issue| issue.number))
    }

    async fn file(&self, repository: &str, draft: &Draft) -> Forged<u64> {
        let body = json!({
            "title": draft.title, "body": draft.body,
            "labels": draft.labels, "assignees": draft.assignees,
        });
        let (kind, path) = (Kind::Create, "/issues".to_owned());
        let ask = Ask { doing: "filing an issue", repository, kind, path, body: Some(body) };
        let issue: Numbered = self.expect(&ask, 201).await?.json(&doing(&ask))?;
        Ok(issue.number)
    }

    async fn issue(&self, repository: &str, number: u64) -> Forged<Option<IssueStanding>> {
        let what = format!("reading issue {number}");
        let ask = read(&what, repository, format!("/issues/{number}"));
        let answer = self.ask(&ask).await?;
        if matches!(answer.status.as_u16(), 404 | 410) {
            return Ok(None);
        }
        let issue: Issue = expected(answer, 200, &ask)?.json(&doing(&ask))?;
        let state = match issue.state.as_str() {
            _ if self.is_elsewhere(repository, &issue.repository_url).await? => IssueState::Moved,
            "open" => IssueState::Open,
            _ => match issue.state_reason.as_deref() {
                Some("not_planned" | "duplicate") => IssueState::NotPlanned,
                _ => IssueState::Done,
            },
        };
        Ok(Some(IssueStanding { state, body: issue.body.unwrap_or_default() }))
    }

    async fn rewrite(&self, repository: &str, number: u64, rewrite: &Rewrite) -> Forged<()> {
        let mut body = Map::new();
        if let Some((title, text)) = &rewrite.text {
            body.insert("title".to_owned(), json!(title));
            body.insert("body".to_owned(), json!(text));
        }
        if let Some(open) = rewrite.open {
            let [state, reason] = if open { ["open", "reopened"] } else { ["closed", "completed"] };
            body.insert("state".to_owned(), json!(state));
            body.insert("state_reason".to_owned(), json!(reason));
        }
        let what = format!("editing issue {number}");
        let path = format!("/issues/{number}");
        let (kind, body) = (Kind::Change, Some(Value::Object(body)));
        let ask = Ask { doing: &what, repository, kind, path, body };
        self.expect(&ask, 200).await.map(drop)
    }

    async fn found_comment(
        &self,
        repository: &str,
        number: u64,
        since: Time,
        text: &str,
    ) -> Forged<Option<u64>> {
        let what = format!("reading the comments on issue {number}");
        for page in 1..=COMMENT_PAGES {
            let path = format!("/issues/{number}/comments?since={since}&per_page=100&page={page}");
            let ask = read(&what, repository, path);
            let comments: Vec<Comment> = self.expect(&ask, 200).await?.json(&doing(&ask))?;
            let is_it =
                |comment: &Comment| comment.body.as_ref().is_some_and(|body| body.contains(text));
            if let Some(found) = comments.iter().find(|one| is_it(one)) {
                return Ok(Some(found.id));
            }
            if comments.len() < 100 {
                break;
            }
        }
        Ok(None)
    }

    async fn comment(&self, repository: &str, number: u64, body: &str) -> Forged<u64> {
        let what = format!("commenting on #{number}");
        let path = format!("/issues/{number}/comments");
        let body = Some(json!({ "body": body }));
        let ask = Ask { doing: &what, repository, kind: Kind::Create, path, body };
        let answer = self.ask(&ask).await?;
        if answer.status.as_u16() != 201 {
            return Err(answer.refusal(&doing(&ask), COMMENT));
        }
        let comment: Comment = answer.json(&doing(&ask))?;
        Ok(comment.id)
    }
}

impl GitHub {
    async fn expect(&self, ask: &Ask<'_>, status: u16) -> Forged<Answer> {
        expected(self.ask(ask).await?, status, ask)
    }

    /// Whether what was redirected to is in another repository, and not in the same one under its
    /// new name.
    async fn is_elsewhere(&self, repository: &str, url: &str) -> Forged<bool> {
        let ends = |name: &str| {
            let tail = format!("/repos/{name}").to_ascii_lowercase();
            url.to_ascii_lowercase().ends_with(&tail)
        };
        if url.is_empty() || ends(repository) {
            return Ok(false);
        }
        Ok(self.called_now(repository).await?.is_none_or(|name| !ends(&name)))
    }
}

fn read<'a>(doing: &'a str, repository: &'a str, path: String) -> Ask<'a> {
    Ask { doing, repository, kind: Kind::Read, path, body: None }
}

fn expected(answer: Answer, status: u16, ask: &Ask<'_>) -> Forged<Answer> {
    if answer.status.as_u16() == status { Ok(answer) } else { Err(answer.error(&doing(ask))) }
}
