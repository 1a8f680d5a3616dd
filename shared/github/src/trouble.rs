//! Failures to ask GitHub, in words.

use laptime_core::hostile;
use laptime_core::port::{ForgeError, ForgeErrorKind};
use laptime_core::time::Time;

use crate::client::Ask;
use crate::pace::Kind;

/// `filing an issue in acme/web`.
pub(crate) fn doing(ask: &Ask<'_>) -> String {
    if ask.repository.is_empty() {
        ask.doing.to_owned()
    } else {
        format!("{} in {}", ask.doing, ask.repository)
    }
}

pub(crate) fn limited(ask: &Ask<'_>, until: Time) -> ForgeError {
    let doing = doing(ask);
    let what =
        format!("{doing}: GitHub's rate limit leaves no room before {until}; it goes on then");
    ForgeError { kind: ForgeErrorKind::Limited(until), what, source: None }
}

pub(crate) fn unusable(error: &octocrab::Error) -> ForgeError {
    let kind = ForgeErrorKind::Credentials;
    let what = format!("GitHub cannot be asked with these settings: {}", first_line(error));
    ForgeError { kind, what, source: None }
}

/// Of a request that octocrab could not make.
pub(crate) fn failed(ask: &Ask<'_>, error: octocrab::Error) -> ForgeError {
    if let octocrab::Error::GitHub { source, .. } = &error {
        // The token of an installation was refused.
        let kind = ForgeErrorKind::Credentials;
        let said = hostile::log(&source.message);
        let status = source.status_code.as_u16();
        let doing = doing(ask);
        let what = format!(
            "{doing}: GitHub gives the App no token ({status}: {said}): are its id and key right, and \
             is it still installed there?"
        );
        return ForgeError { kind, what, source: Some(Box::new(error)) };
    }
    if let octocrab::Error::JWT { .. } = &error {
        return unusable(&error);
    }
    let kind =
        if was_never_sent(&error) { ForgeErrorKind::Unreached } else { ForgeErrorKind::Unsure };
    unreached(ask, kind, Box::new(error))
}

/// Whether not even a connection was made.
fn was_never_sent(error: &octocrab::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if let Some(error) = one.downcast_ref::<hyper_util::client::legacy::Error>() {
            return error.is_connect();
        }
        cause = one.source();
    }
    false
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

pub(crate) fn unreached(ask: &Ask<'_>, kind: ForgeErrorKind, cause: Cause) -> ForgeError {
    let doing = doing(ask);
    let (why, mut source) = (first_line(&*cause), cause.source());
    let mut chain = why;
    while let Some(cause) = source {
        chain = format!("{chain}: {}", first_line(cause));
        source = cause.source();
    }
    let is_doubtful = kind.is_unsure() && ask.kind != Kind::Read;
    let end = if is_doubtful { "; it may have been done" } else { "" };
    let what = format!("{doing}: GitHub could not be reached ({chain}){end}");
    ForgeError { kind, what, source: Some(cause) }
}

/// Errors of octocrab end in backtraces.
fn first_line(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim_end_matches(':').to_owned()
}
