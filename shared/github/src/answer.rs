//! Answers of GitHub, and failures in words.

use http::header::{HeaderMap, RETRY_AFTER};
use http::{Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use laptime_core::hostile;
use laptime_core::port::{ForgeError, ForgeErrorKind};
use laptime_core::time::Time;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::pace::Heard;

/// The longest answer that is read. The largest that is asked for, a hundred comments, holds less.
const ANSWER_MAX: usize = 32 << 20;

/// Status, headers and body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// What GitHub says when it refuses.
#[derive(Debug, Default, Deserialize)]
struct Message {
    #[serde(default)]
    message: String,
}

type Body = http_body_util::combinators::BoxBody<hyper::body::Bytes, octocrab::Error>;

impl Answer {
    /// Reads all of it.
    pub(crate) async fn read(response: Response<Body>) -> Result<Self, String> {
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, ANSWER_MAX).collect().await;
        let body = body.map_err(|error| error.to_string())?.to_bytes().to_vec();
        Ok(Self { status: parts.status, headers: parts.headers, body })
    }

    /// What it says of limits. GitHub refuses by 403 as well as by 429, and by 403 for other
    /// reasons too.
    pub(crate) fn heard(&self) -> Heard {
        let number = |name: &str| self.headers.get(name)?.to_str().ok()?.trim().parse::<i64>().ok();
        let whole = |name: &str| number(name).and_then(|number| u64::try_from(number).ok());
        let remaining = whole("x-ratelimit-remaining");
        let retry_after = number(RETRY_AFTER.as_str());
        let says_so = || {
            let message = self.message().to_ascii_lowercase();
            message.contains("rate limit") || message.contains("abuse")
        };
        let is_limit = match self.status {
            StatusCode::TOO_MANY_REQUESTS => true,
            StatusCode::FORBIDDEN => retry_after.is_some() || remaining == Some(0) || says_so(),
            _ => false,
        };
        Heard {
            limit: whole("x-ratelimit-limit"),
            remaining,
            reset: number("x-ratelimit-reset").map(|s| Time::from_millis(s.saturating_mul(1_000))),
            retry_after,
            refused: is_limit,
        }
    }

    /// What GitHub says, fit for a log.
    pub(crate) fn message(&self) -> String {
        let said: Message = serde_json::from_slice(&self.body).unwrap_or_default();
        hostile::log(&said.message)
    }

    /// Its JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, doing: &str) -> Result<T, ForgeError> {
        serde_json::from_slice(&self.body).map_err(|error| ForgeError {
            kind: ForgeErrorKind::Unsure,
            what: format!("{doing}: what GitHub answered cannot be read ({error})"),
            source: Some(Box::new(error)),
        })
    }

    /// Why it is not what was asked for, of issues.
    pub(crate) fn error(&self, doing: &str) -> ForgeError {
        self.refusal(doing, "write issues")
    }

    /// Why it is not what was asked for; `needs` is what whoever asks must be allowed to do.
    pub(crate) fn refusal(&self, doing: &str, needs: &str) -> ForgeError {
        use ForgeErrorKind::{Credentials, Forbidden, Invalid, Missing, Off, Unsure};
        let may_not = format!("it may not do that there: it needs to {needs}");
        let (kind, advice) = match self.status.as_u16() {
            401 => (Credentials, "the token or key is not taken: is it revoked, or expired?"),
            403 => (Forbidden, may_not.as_str()),
            404 => (Missing, "the repository is not there, or the token may not see it"),
            410 => (Off, "issues are switched off there: switch them on in its settings"),
            400 | 422 => (Invalid, "GitHub does not take what was sent"),
            301..=303 | 307 | 308 => {
                (Missing, "the repository has moved, and where to is not told")
            }
            _ => (Unsure, "it may have been done, unless this only read; a later pass looks"),
        };
        let said = match self.message() {
            message if message.is_empty() => String::new(),
            message => format!(" ({message})"),
        };
        let status = self.status.as_u16();
        let what = format!("{doing}: GitHub answered {status}{said}: {advice}");
        ForgeError { kind, what, source: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Answer {
        let status = StatusCode::from_u16(status).unwrap();
        let headers = headers.iter().map(|(name, value)| {
            (http::HeaderName::from_static(name), http::HeaderValue::from_static(value))
        });
        Answer { status, headers: headers.collect(), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn a_refusal_is_told_from_a_lack_of_permission() {
        let secondary = r#"{"message":"You have exceeded a secondary rate limit."}"#;
        let cases = [
            (answer(429, &[], ""), true),
            (answer(403, &[("retry-after", "60")], ""), true),
            (answer(403, &[("x-ratelimit-remaining", "0")], ""), true),
            (answer(403, &[], secondary), true),
            (answer(403, &[], r#"{"message":"Resource not accessible by integration"}"#), false),
            (answer(404, &[("x-ratelimit-remaining", "0")], ""), false),
            (answer(200, &[("x-ratelimit-remaining", "0")], ""), false),
        ];
        for (answer, expected) in cases {
            assert_eq!(answer.heard().refused, expected, "{answer:?}");
        }
    }

    #[test]
    fn nothing_is_known_where_an_enterprise_sends_no_headers() {
        assert_eq!(answer(200, &[], "{}").heard(), Heard::default());
        let odd = [("x-ratelimit-limit", "many"), ("x-ratelimit-reset", "-1")];
        assert_eq!(answer(200, &odd, "{}").heard().limit, None);
    }

    #[test]
    fn a_failure_says_what_failed_where_and_what_to_do() {
        let body = r#"{"message":"Issues are disabled for this repo\u001b[31m"}"#;
        let error = answer(410, &[], body).error("filing an issue in acme/web");
        assert_eq!(
            error.to_string(),
            "filing an issue in acme/web: GitHub answered 410 (Issues are disabled for this \
             repo\\u{1b}[31m): issues are switched off there: switch them on in its settings"
        );
        assert_eq!(error.kind, ForgeErrorKind::Off);
        assert_eq!(answer(502, &[], "<html>").error("x").kind, ForgeErrorKind::Unsure);
    }
}
