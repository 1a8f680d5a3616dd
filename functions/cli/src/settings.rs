//! Settings from the environment, the policy file and the clock.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail, ensure};
use laptime_core::config::{Policy, RemarkAs};
use laptime_core::ingest::{PageToken, Secrets};
use laptime_core::render::{Server, counted};
use laptime_core::time::Time;
use laptime_github::{Credentials, GitHub, NoCredentials};
use secrecy::{ExposeSecret, SecretString};

const SECRET: &str = "LAPTIME_WEBHOOK_SECRET";
const GRAFANA: &str = "GRAFANA_URL";
const GRAFANA_TOKEN: &str = "GRAFANA_TOKEN";
const CHAT: &str = "SLACK_WEBHOOK_URL";
const TOKEN: &str = "LAPTIME_PAGE_TOKEN";

/// The present. The only place that asks the clock.
#[expect(clippy::disallowed_methods, reason = "a program begins by asking for the time")]
pub(crate) fn clock() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Time::from_millis(since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}

/// The webhook secrets of the environment.
pub(crate) fn secrets() -> anyhow::Result<Secrets> {
    let text = SecretString::from(lookup(SECRET).unwrap_or_default());
    Ok(Secrets::parse(text.expose_secret())?)
}

/// Who Laptime is on GitHub; none if nothing is set.
pub(crate) fn github_credentials() -> anyhow::Result<Option<Credentials>> {
    match Credentials::from(lookup) {
        Ok(credentials) => Ok(Some(credentials)),
        Err(NoCredentials::Missing) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whether these credentials may do what the policy asks for on pull requests, as far as they tell.
pub(crate) fn may_remark(who: &Credentials, policy: &Policy) -> anyhow::Result<()> {
    ensure!(
        policy.pulls.remark != RemarkAs::Check || who.may_check(),
        "only an App can make check-runs: set GITHUB_APP_ID and GITHUB_APP_KEY instead of \
         GITHUB_TOKEN, or remark = \"comment\" under [pulls]"
    );
    Ok(())
}

/// Which GitHub.
pub(crate) fn github_place() -> anyhow::Result<laptime_github::Place> {
    Ok(laptime_github::Place::from(lookup)?)
}

/// GitHub, with the credentials of the environment. To be made where it is used: its connections
/// live and die with the runtime.
pub(crate) fn github(policy: &Policy) -> anyhow::Result<GitHub> {
    let credentials = Credentials::from(lookup)?;
    may_remark(&credentials, policy)?;
    let reserve = policy.github.reserve_pct / 100.0;
    Ok(GitHub::new(&credentials, github_place()?, reserve, clock)?)
}

/// Grafana, if one is named.
pub(crate) fn grafana() -> anyhow::Result<Option<laptime_web::Grafana>> {
    let set = |name| lookup(name).filter(|value| !value.is_empty());
    match (set(GRAFANA), set(GRAFANA_TOKEN).map(SecretString::from)) {
        (None, None) => Ok(None),
        (Some(address), Some(token)) => {
            Ok(Some(laptime_web::Grafana::new(&address, token).context(GRAFANA)?))
        }
        (None, Some(_)) => bail!("{GRAFANA_TOKEN} is set and {GRAFANA} is not: Grafana needs both"),
        (Some(_), None) => bail!("{GRAFANA} is set and {GRAFANA_TOKEN} is not: Grafana needs both"),
    }
}

/// The webhook of a chat, if one is named.
pub(crate) fn hook() -> anyhow::Result<Option<laptime_web::Hook>> {
    let address = lookup(CHAT).filter(|value| !value.is_empty()).map(SecretString::from);
    let hook = address.map(|address| laptime_web::Hook::new(&address).context(CHAT));
    hook.transpose()
}

/// What the pages need to know: where GitHub is, and who may see them.
pub(crate) struct Looks {
    pub(crate) server: Server,
    pub(crate) token: Option<PageToken>,
}

/// Reads what the pages need from the environment.
pub(crate) fn looks() -> anyhow::Result<Looks> {
    let token = lookup(TOKEN).map(SecretString::from);
    let token = token.map(|text| PageToken::parse(text.expose_secret())).transpose()?;
    Ok(Looks { server: github_place()?.server, token })
}

#[expect(clippy::disallowed_methods, reason = "the one lookup that settings are read through")]
fn lookup(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The policy of `file`, or of `laptime.toml` here if there is one, or the default.
pub(crate) fn policy(file: Option<&PathBuf>) -> anyhow::Result<Policy> {
    let path = file.map_or(Path::new("laptime.toml"), PathBuf::as_path);
    match std::fs::read_to_string(path) {
        Ok(text) => Policy::parse(&text).map_err(|problems| {
            let count = counted(problems.0.len() as u64, "problem");
            anyhow!("{} has {count}:\n{problems}", path.display())
        }),
        Err(error) if error.kind() == ErrorKind::NotFound && file.is_none() => {
            Ok(Policy::default())
        }
        Err(error) => Err(error).context(format!("{} cannot be read", path.display())),
    }
}

/// RFC 3339, or a date for its first instant.
pub(crate) fn time_or_day(text: &str) -> Result<Time, String> {
    let with_time = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    with_time.parse().map_err(|_| format!("`{text}`: write 2026-01-31 or 2026-01-31T12:00:00Z"))
}

/// Without `RUST_LOG`. What the AWS SDK warns of on its way ends in an error of ours, or in none.
const LEVELS: &str = "info,aws_config=error,aws_smithy_runtime=error";

/// Logs to standard error, `info` and above unless `RUST_LOG` says otherwise.
pub(crate) fn start_logging() {
    use std::io::IsTerminal;

    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(LEVELS));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // A log that cannot be written must not stop what is being logged.
        .log_internal_errors(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .compact()
        .init();
}
