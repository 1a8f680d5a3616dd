//! Bodies as GitHub writes them, without the padding. A real body also names authors with their
//! e-mail addresses; these do not.

mod job;
mod run;

pub(super) use job::job;
pub(super) use run::{RunState, run};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::cast::{OWNER, OWNER_ID, Repo};
use super::schedule::{Fork, Source};

/// `2026-03-01T09:30:00Z`, with a fraction only if there is one.
fn time(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map(|time| time.to_string()).unwrap_or_default()
}

/// `2026-03-01T09:30:00.000Z`, always with a fraction.
fn precise_time(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map(|time| format!("{time:.3}")).unwrap_or_default()
}

/// The repository under the name it had.
fn repository(repo: &Repo, name: &str) -> Value {
    let full_name = format!("{OWNER}/{name}");
    json!({
        "id": repo.id,
        "node_id": format!("R_kgDO{:08x}", repo.id),
        "name": name,
        "full_name": full_name,
        "private": true,
        "owner": owner(OWNER, OWNER_ID, "Organization"),
        "html_url": format!("https://github.com/{full_name}"),
        "description": null,
        "fork": false,
        "url": format!("https://api.github.com/repos/{full_name}"),
        "hooks_url": format!("https://api.github.com/repos/{full_name}/hooks"),
        "created_at": "2021-02-09T10:12:45Z",
        "default_branch": "main",
        "visibility": "private",
        "archived": false,
        "language": null,
        "topics": [],
    })
}

/// The repository the branch is in: a fork, or the organisation's own.
fn head_repository(repo: &Repo, name: &str, fork: Option<&Fork>) -> Value {
    let (id, login) = fork.map_or((repo.id, OWNER), |fork| (fork.id, fork.owner));
    let owner_id = fork.map_or(OWNER_ID, |fork| fork.id % 1_000 + 90_000);
    let kind = if fork.is_some() { "User" } else { "Organization" };
    json!({
        "id": id,
        "name": name,
        "full_name": format!("{login}/{name}"),
        "private": fork.is_none(),
        "owner": owner(login, owner_id, kind),
        "html_url": format!("https://github.com/{login}/{name}"),
        "fork": fork.is_some(),
    })
}

/// An account.
fn owner(login: &str, id: u64, kind: &str) -> Value {
    json!({
        "login": login,
        "id": id,
        "type": kind,
        "url": format!("https://api.github.com/users/{login}"),
        "html_url": format!("https://github.com/{login}"),
        "site_admin": false,
    })
}

/// Whoever pushed, with an id made of the name.
fn sender(source: &Source) -> Value {
    let id = source.actor.bytes().fold(100_000, |id: u64, byte| id * 3 % 900_000 + u64::from(byte));
    owner(source.actor, id, "User")
}

/// The organisation.
fn organization() -> Value {
    json!({
        "login": OWNER,
        "id": OWNER_ID,
        "url": format!("https://api.github.com/orgs/{OWNER}"),
        "description": null,
    })
}
