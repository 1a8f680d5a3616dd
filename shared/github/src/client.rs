//! One request after another, within limits, and tried again only where that is harmless.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::header::LOCATION;
use http::{Method, Uri};
use laptime_core::port::{ForgeError, ForgeErrorKind, Forged};
use laptime_core::render::{Server, well_formed};
use laptime_core::time::Time;
use octocrab::Octocrab;
use octocrab::models::{AppId, InstallationId};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::Value;

use crate::answer::Answer;
use crate::pace::{Kind, Pace, Turn};
use crate::trouble::{doing, failed, limited, unreached, unusable};
use crate::{Credentials, Place};

/// For the connection.
const CONNECT: Duration = Duration::from_secs(5);

/// For a whole request, with its answer.
const WHOLE: Duration = Duration::from_secs(30);

/// How often what is harmless to repeat is tried.
const TRIES: u32 = 3;

/// How often a read is led on.
const HOPS: u32 = 3;

/// Before the second try; before each later one twice as long.
const BEFORE_RETRY: Duration = Duration::from_millis(500);

/// GitHub's API.
pub struct GitHub {
    root: Octocrab,
    is_app: bool,
    place: Place,
    reserve: f64,
    clock: fn() -> Time,
    /// By owner: each installation of an App has a token and limits of its own.
    accounts: tokio::sync::Mutex<BTreeMap<String, Arc<Account>>>,
    spent: [AtomicU64; 3],
}

/// What was asked of GitHub so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Spent {
    /// Requests.
    pub requests: u64,
    /// Those that wrote something.
    pub writes: u64,
    /// Those that were a second or third try.
    pub retries: u64,
}

/// Whose limits a request counts against.
pub(crate) struct Account {
    octocrab: Octocrab,
    pace: Mutex<Pace>,
    /// Writes go one at a time.
    writing: tokio::sync::Mutex<()>,
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Ask<'a> {
    /// What it is for, as "filing an issue".
    pub(crate) doing: &'a str,
    pub(crate) repository: &'a str,
    pub(crate) kind: Kind,
    /// Behind `/repos/OWNER/NAME`.
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
}

impl GitHub {
    /// Nothing is asked yet. `reserve` is the share of the hourly limit that is left to others.
    pub fn new(
        credentials: &Credentials,
        place: Place,
        reserve: f64,
        clock: fn() -> Time,
    ) -> Result<Self, ForgeError> {
        let builder = Octocrab::builder()
            .set_connect_timeout(Some(CONNECT))
            .set_read_timeout(Some(WHOLE))
            .set_write_timeout(Some(WHOLE));
        let builder = builder.base_uri(place.api.as_str()).map_err(|error| unusable(&error))?;
        let builder = match credentials {
            Credentials::Token(token) => builder.personal_token(token.clone()),
            Credentials::App { id, key } => builder
                .app_from_rsa_pem(AppId(*id), key.expose_secret())
                .map_err(|error| unusable(&error))?,
        };
        let root = builder.build().map_err(|error| unusable(&error))?;
        let is_app = matches!(credentials, Credentials::App { .. });
        let (accounts, spent) = Default::default();
        Ok(Self { root, is_app, place, reserve, clock, accounts, spent })
    }

    /// Where people look at runs.
    pub const fn server(&self) -> &Server {
        &self.place.server
    }

    /// What was asked so far.
    pub fn spent(&self) -> Spent {
        let [requests, writes, retries] = &self.spent;
        let [requests, writes, retries] =
            [requests, writes, retries].map(|count| count.load(Ordering::Relaxed));
        Spent { requests, writes, retries }
    }

    pub(crate) const fn reserve(&self) -> f64 {
        self.reserve
    }

    pub(crate) const fn is_app(&self) -> bool {
        self.is_app
    }

    pub(crate) fn now(&self) -> Time {
        (self.clock)()
    }

    /// Asks, and answers what GitHub answers, whatever its status; only limits and failures to
    /// reach it are errors.
    pub(crate) async fn ask(&self, ask: &Ask<'_>) -> Forged<Answer> {
        check_name(ask)?;
        let account = self.account(ask.repository).await?;
        let path = format!("/repos/{}{}", ask.repository, ask.path);
        let answer = self.asked(&account, ask, &path).await?;
        if !answer.status.is_redirection() || ask.kind == Kind::Read {
            return Ok(answer);
        }
        // A redirected write was not done. It is renamed, or belongs to somebody else now.
        match self.renamed(&account, ask).await? {
            Some(name) => self.asked(&account, ask, &format!("/repos/{name}{}", ask.path)).await,
            None => Ok(answer),
        }
    }

    /// What a repository is called now, if it is not what it was.
    pub(crate) async fn called_now(&self, repository: &str) -> Forged<Option<String>> {
        let account = self.account(repository).await?;
        let doing = "looking up the repository";
        let ask = Ask { doing, repository, kind: Kind::Read, path: String::new(), body: None };
        self.renamed(&account, &ask).await
    }

    async fn renamed(&self, account: &Account, ask: &Ask<'_>) -> Forged<Option<String>> {
        #[derive(Deserialize)]
        struct Named {
            full_name: String,
        }
        let look = Ask { kind: Kind::Read, body: None, path: String::new(), ..ask.clone() };
        let answer = self.asked(account, &look, &format!("/repos/{}", ask.repository)).await?;
        if !answer.status.is_success() {
            return Err(answer.error(&doing(ask)));
        }
        let named: Named = answer.json(&doing(ask))?;
        // It becomes part of a path.
        let name = well_formed(&named.full_name).map(ToOwned::to_owned);
        Ok(name.filter(|name| !name.eq_ignore_ascii_case(ask.repository)))
    }

    /// Of a repository: for a token always the same, for an App one for each owner.
    async fn account(&self, repository: &str) -> Forged<Arc<Account>> {
        let owner = match repository.split_once('/') {
            Some((owner, _)) if self.is_app => owner.to_ascii_lowercase(),
            _ => String::new(),
        };
        let mut accounts = self.accounts.lock().await;
        if let Some(account) = accounts.get(&owner) {
            return Ok(account.clone());
        }
        let account = Arc::new(if self.is_app {
            Account::of(self.installed(repository).await?)
        } else {
            Account::of(self.root.clone())
        });
        accounts.insert(owner, account.clone());
        Ok(account)
    }

    /// The App as it is installed where a repository is.
    async fn installed(&self, repository: &str) -> Forged<Octocrab> {
        #[derive(Deserialize)]
        struct Installation {
            id: u64,
        }
        let as_app = Account::of(self.root.clone());
        let ask = Ask {
            doing: "finding where the App is installed",
            repository,
            kind: Kind::Read,
            path: String::new(),
            body: None,
        };
        let path = format!("/repos/{repository}/installation");
        let answer = self.asked(&as_app, &ask, &path).await?;
        if answer.status == http::StatusCode::NOT_FOUND {
            return Err(ForgeError {
                kind: ForgeErrorKind::Missing,
                what: format!(
                    "the App is not installed for {repository}: install it there, with permission \
                     to write issues"
                ),
                source: None,
            });
        }
        if !answer.status.is_success() {
            return Err(answer.error(&doing(&ask)));
        }
        let installation: Installation = answer.json(&doing(&ask))?;
        self.root.installation(InstallationId(installation.id)).map_err(|error| unusable(&error))
    }

    /// A request of the root itself, outside of repositories.
    pub(crate) async fn ask_root(&self, doing: &str, path: &str) -> Forged<Answer> {
        let account = Account::of(self.root.clone());
        self.ask_as(&account, doing, path).await
    }

    pub(crate) async fn ask_as(
        &self,
        account: &Account,
        doing: &str,
        path: &str,
    ) -> Forged<Answer> {
        let kind = Kind::Read;
        let ask = Ask { doing, repository: "", kind, path: String::new(), body: None };
        self.asked(account, &ask, path).await
    }

    pub(crate) fn installation(&self, id: u64) -> Forged<Account> {
        let installed = self.root.installation(InstallationId(id));
        installed.map(Account::of).map_err(|error| unusable(&error))
    }

    /// Sends a request; a read follows GitHub to where it leads within its API, and nowhere else:
    /// what another host says is not believed.
    async fn asked(&self, account: &Account, ask: &Ask<'_>, path: &str) -> Forged<Answer> {
        let mut answer = self.send(account, ask, path).await?;
        for _ in 0..HOPS {
            let leads_to = if ask.kind == Kind::Read { self.leads_to(&answer) } else { None };
            let Some(path) = leads_to else { break };
            answer = self.send(account, ask, &path).await?;
        }
        Ok(answer)
    }

    /// Path and query behind the address of the API.
    fn leads_to(&self, answer: &Answer) -> Option<String> {
        if !answer.status.is_redirection() {
            return None;
        }
        let to: Uri = answer.headers.get(LOCATION)?.to_str().ok()?.parse().ok()?;
        let api: Uri = self.place.api.parse().ok()?;
        let is_there = to.authority().is_none_or(|host| Some(host) == api.authority())
            && to.scheme().is_none_or(|scheme| Some(scheme) == api.scheme());
        let path = to.path_and_query()?.as_str();
        let path = path.strip_prefix(api.path().trim_end_matches('/'))?;
        // Two slashes begin a host.
        let is_path = path.starts_with('/') && !path.starts_with("//");
        (is_there && is_path).then(|| path.to_owned())
    }

    async fn send(&self, account: &Account, ask: &Ask<'_>, path: &str) -> Forged<Answer> {
        let _one_at_a_time = match ask.kind {
            Kind::Read => None,
            Kind::Change | Kind::Create => Some(account.writing.lock().await),
        };
        let tries = if ask.kind == Kind::Create { 1 } else { TRIES };
        let mut pause = BEFORE_RETRY;
        for nth in 1.. {
            self.await_turn(account, ask).await?;
            self.count(ask.kind, nth > 1);
            let answer = match self.once(account, ask, path).await {
                Ok(answer) if !answer.status.is_server_error() => {
                    return self.listen(account, ask, answer);
                }
                answer if nth < tries => answer,
                Ok(answer) => return self.listen(account, ask, answer),
                Err(error) => return Err(error),
            };
            let why = answer.map_or_else(|error| error.to_string(), |got| got.status.to_string());
            tracing::debug!(repo = ask.repository, error = %why, "asking GitHub once more");
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Err(unreached(ask, ForgeErrorKind::Unreached, "no try was made".into()))
    }

    async fn await_turn(&self, account: &Account, ask: &Ask<'_>) -> Forged<()> {
        let turn = account.with(|pace| pace.turn(ask.kind, self.now(), self.reserve));
        match turn {
            Turn::In(ms) => {
                let ms = u64::try_from(ms).unwrap_or_default();
                if ms > 0 {
                    tokio::time::sleep(Duration::from_millis(ms)).await;
                }
                account.with(|pace| pace.sent(ask.kind, self.now()));
                Ok(())
            }
            Turn::NotBefore(until) => Err(limited(ask, until)),
        }
    }

    async fn once(&self, account: &Account, ask: &Ask<'_>, path: &str) -> Forged<Answer> {
        let method = match ask.kind {
            Kind::Read => Method::GET,
            Kind::Change => Method::PATCH,
            Kind::Create => Method::POST,
        };
        let request = http::Request::builder().method(method).uri(path);
        let octocrab = &account.octocrab;
        let request = octocrab.build_request(request, ask.body.as_ref());
        let request = request.map_err(|error| failed(ask, error))?;
        let whole = async {
            let response = octocrab.execute(request).await.map_err(|error| failed(ask, error))?;
            let read = Answer::read(response).await;
            read.map_err(|why| unreached(ask, ForgeErrorKind::Unsure, why.into()))
        };
        tokio::time::timeout(WHOLE, whole).await.unwrap_or_else(|_| {
            let why = format!("no answer within {} s", WHOLE.as_secs());
            Err(unreached(ask, ForgeErrorKind::Unsure, why.into()))
        })
    }

    fn listen(&self, account: &Account, ask: &Ask<'_>, answer: Answer) -> Forged<Answer> {
        let now = self.now();
        match account.with(|pace| pace.heard(answer.heard(), now)) {
            Some(until) => Err(limited(ask, until)),
            None => Ok(answer),
        }
    }

    fn count(&self, kind: Kind, is_retry: bool) {
        let [requests, writes, retries] = &self.spent;
        requests.fetch_add(1, Ordering::Relaxed);
        writes.fetch_add(u64::from(kind != Kind::Read), Ordering::Relaxed);
        retries.fetch_add(u64::from(is_retry), Ordering::Relaxed);
    }
}

impl Account {
    fn of(octocrab: Octocrab) -> Self {
        let (pace, writing) = Default::default();
        Self { octocrab, pace, writing }
    }

    fn with<T>(&self, run: impl FnOnce(&mut Pace) -> T) -> T {
        run(&mut self.pace.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for GitHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitHub").field("place", &self.place).finish_non_exhaustive()
    }
}

/// A name becomes part of a path.
fn check_name(ask: &Ask<'_>) -> Forged<()> {
    if well_formed(ask.repository).is_some() {
        return Ok(());
    }
    let name = laptime_core::hostile::log(ask.repository);
    let what = format!("{}: {name} is no name of a repository", ask.doing);
    Err(ForgeError { kind: ForgeErrorKind::Missing, what, source: None })
}
