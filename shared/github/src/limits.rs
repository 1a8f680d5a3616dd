//! What GitHub's limits leave.

use laptime_core::port::{ForgeError, ForgeErrorKind, Forged};
use laptime_core::time::Time;
use serde::{Deserialize, Serialize};

use crate::GitHub;
use crate::answer::Answer;

/// The limits of every account that is used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Limits {
    /// One for a token, one for each installation of an App.
    pub accounts: Vec<Limit>,
}

/// The hourly limit of one account.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Limit {
    /// Whose it is.
    pub account: String,
    /// Requests an hour; none where this GitHub has no limit.
    pub limit: Option<u64>,
    /// Those made.
    pub used: u64,
    /// Those left.
    pub remaining: u64,
    /// Those of them that Laptime leaves to others.
    pub reserved: u64,
    /// When it is whole again, RFC 3339 in UTC.
    pub reset: Option<String>,
}

#[derive(Deserialize)]
struct RateLimit {
    resources: Resources,
}

#[derive(Deserialize)]
struct Resources {
    core: Core,
}

#[derive(Deserialize)]
struct Core {
    limit: u64,
    #[serde(default)]
    used: u64,
    remaining: u64,
    reset: i64,
}

#[derive(Deserialize)]
struct Installation {
    id: u64,
    #[serde(default)]
    account: Option<Owner>,
}

#[derive(Deserialize)]
struct Owner {
    login: String,
}

const DOING: &str = "asking for the rate limits";

impl GitHub {
    /// What is left; asking costs nothing of it.
    pub async fn limits(&self) -> Forged<Limits> {
        if !self.is_app() {
            let answer = self.ask_root(DOING, "/rate_limit").await?;
            return Ok(Limits { accounts: vec![self.limit("the token".to_owned(), &answer)?] });
        }
        let answer = self.ask_root(DOING, "/app/installations?per_page=100").await?;
        if !answer.status.is_success() {
            return Err(answer.error(DOING));
        }
        let installations: Vec<Installation> = answer.json(DOING)?;
        let mut accounts = Vec::new();
        for one in installations {
            let account = self.installation(one.id)?;
            let answer = self.ask_as(&account, DOING, "/rate_limit").await?;
            let login = one.account.map_or_else(|| one.id.to_string(), |owner| owner.login);
            accounts.push(self.limit(format!("the App at {login}"), &answer)?);
        }
        if accounts.is_empty() {
            let what = "the App is installed nowhere: install it where issues are to be filed";
            let kind = ForgeErrorKind::Missing;
            return Err(ForgeError { kind, what: what.to_owned(), source: None });
        }
        Ok(Limits { accounts })
    }

    fn limit(&self, account: String, answer: &Answer) -> Forged<Limit> {
        // Enterprise servers answer so where limits are switched off.
        if answer.status == http::StatusCode::NOT_FOUND {
            let (limit, reset) = (None, None);
            return Ok(Limit { account, limit, used: 0, remaining: 0, reserved: 0, reset });
        }
        if !answer.status.is_success() {
            return Err(answer.error(DOING));
        }
        let Core { limit, used, remaining, reset } =
            answer.json::<RateLimit>(DOING)?.resources.core;
        Ok(Limit {
            account,
            limit: Some(limit),
            used,
            remaining,
            reserved: crate::pace::share(limit, self.reserve()),
            reset: Some(Time::from_millis(reset.saturating_mul(1_000)).to_string()),
        })
    }
}
