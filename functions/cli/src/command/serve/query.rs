//! What is asked for: paths and queries, read strictly. Whatever is not understood is said, not
//! guessed.

use hyper::Uri;
use laptime_core::flow::View;
use laptime_core::model::AttemptId;
use laptime_core::render::live::{Address, PERIODS, Problem, Sort, style_path};
use laptime_core::render::well_formed;
use laptime_core::row::{Segment, WorkflowId};

/// Longest query that is read. The longest that the pages make has 250 bytes.
const MOST_BYTES: usize = 1_000;

/// Days that are shown if nothing is said.
const DAYS: u16 = 30;

/// A page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wanted {
    Home(Address),
    Workflow(WorkflowId, View),
    Run(AttemptId),
    Style,
    Metrics,
}

/// Why it cannot be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It is not understood.
    Bad(String),
    /// It cannot be there.
    Missing(String),
}

impl Unfit {
    pub(super) fn problem(&self) -> Problem {
        match self {
            Self::Bad(what) => Problem { title: "This address is not right", what: what.clone() },
            Self::Missing(what) => Problem { title: "There is no such page", what: what.clone() },
        }
    }
}

/// Whether a path is one of the pages at all, right or wrong.
pub(super) fn is_page(path: &str) -> bool {
    matches!(path, "/" | "/metrics" | "/workflow" | "/run")
        || ["/workflow/", "/run/", "/style-"].iter().any(|prefix| path.starts_with(prefix))
}

/// The page at an address.
pub(super) fn wanted(uri: &Uri) -> Result<Wanted, Unfit> {
    let fields = Fields::read(uri.query().unwrap_or_default())?;
    let parts: Vec<&str> = uri.path().split('/').skip(1).collect();
    match parts.as_slice() {
        [""] => {
            fields.only(&["days", "repo", "segment", "sort", "part"])?;
            let view = View {
                days: fields.days()?,
                repository: fields.repository()?,
                segment: fields.segment()?,
            };
            Ok(Wanted::Home(Address { view, sort: fields.sort()?, part: fields.part()? }))
        }
        ["workflow", repository, workflow] => {
            fields.only(&["days", "segment"])?;
            let id = WorkflowId { repository: id(repository)?, workflow: id(workflow)? };
            let (days, segment) = (fields.days()?, fields.segment()?);
            Ok(Wanted::Workflow(id, View { days, repository: None, segment }))
        }
        ["run", repository, run, attempt] => {
            fields.only(&[])?;
            let attempt = u32::try_from(id(attempt)?)
                .map_err(|_| Unfit::Missing(format!("There is no attempt `{attempt}`.")))?;
            Ok(Wanted::Run(AttemptId { repository: id(repository)?, run: id(run)?, attempt }))
        }
        ["metrics"] => fields.only(&[]).map(|()| Wanted::Metrics),
        _ if uri.path() == style_path() => Ok(Wanted::Style),
        ["workflow", ..] => {
            Err(Unfit::Missing("Write /workflow/REPOSITORY_ID/WORKFLOW_ID, in digits.".to_owned()))
        }
        ["run", ..] => {
            Err(Unfit::Missing("Write /run/REPOSITORY_ID/RUN_ID/ATTEMPT, in digits.".to_owned()))
        }
        _ => Err(Unfit::Missing("Nothing is at this address.".to_owned())),
    }
}

/// An id as GitHub has them; what the store cannot hold cannot be there.
fn id(text: &str) -> Result<u64, Unfit> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Unfit::Bad(format!("`{text}` is no id: ids are numbers.")));
    }
    let fits = text.parse::<u64>().ok().filter(|id| i64::try_from(*id).is_ok());
    fits.ok_or_else(|| Unfit::Missing(format!("There is no id as large as `{text}`.")))
}

/// The fields of a query, each once.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn read(query: &str) -> Result<Self, Unfit> {
        if query.len() > MOST_BYTES {
            let bytes = query.len();
            return Err(Unfit::Bad(format!("The query has {bytes} bytes, {MOST_BYTES} at most.")));
        }
        let mut fields: Vec<(String, String)> = Vec::new();
        for field in query.split('&').filter(|field| !field.is_empty()) {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            let (name, value) = (decoded(name)?, decoded(value)?);
            if fields.iter().any(|(known, _)| *known == name) {
                return Err(Unfit::Bad(format!("`{name}` is given twice: give it once.")));
            }
            fields.push((name, value));
        }
        Ok(Self(fields))
    }

    fn only(&self, known: &[&str]) -> Result<(), Unfit> {
        let odd = self.0.iter().find(|(name, _)| !known.contains(&name.as_str()));
        match odd {
            None => Ok(()),
            Some((name, _)) if known.is_empty() => {
                Err(Unfit::Bad(format!("`{name}` is not known here: this page takes no query.")))
            }
            Some((name, _)) => Err(Unfit::Bad(format!(
                "`{name}` is not known here: this page takes {}.",
                known.join(", ")
            ))),
        }
    }

    /// A value; none where it is empty, as a form sends what was not chosen.
    fn value(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(known, _)| known == name);
        field.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    fn days(&self) -> Result<u16, Unfit> {
        let Some(text) = self.value("days") else { return Ok(DAYS) };
        let period = PERIODS.into_iter().find(|days| days.to_string() == text);
        period.ok_or_else(|| Unfit::Bad(format!("`days={text}` is no period: take 7, 30 or 90.")))
    }

    fn repository(&self) -> Result<Option<String>, Unfit> {
        let Some(text) = self.value("repo") else { return Ok(None) };
        match well_formed(text) {
            Some(name) => Ok(Some(name.to_owned())),
            None => Err(Unfit::Bad(format!("`repo={text}` is no repository: write OWNER/NAME."))),
        }
    }

    fn segment(&self) -> Result<Option<Segment>, Unfit> {
        let Some(text) = self.value("segment") else { return Ok(None) };
        let known = Segment::ALL.into_iter().find(|segment| segment.name() == text);
        known.map(Some).ok_or_else(|| {
            let names = Segment::ALL.map(Segment::name).join(", ");
            Unfit::Bad(format!("`segment={text}` is no segment: take one of {names}."))
        })
    }

    fn sort(&self) -> Result<Sort, Unfit> {
        let Some(text) = self.value("sort") else { return Ok(Sort::default()) };
        let known = Sort::ALL.into_iter().find(|sort| sort.name() == text);
        known.ok_or_else(|| {
            let names = Sort::ALL.map(Sort::name).join(", ");
            Unfit::Bad(format!("`sort={text}` is no column: take one of {names}."))
        })
    }

    fn part(&self) -> Result<u32, Unfit> {
        let Some(text) = self.value("part") else { return Ok(1) };
        let part = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let part = part.and_then(|text| text.parse().ok()).filter(|part| *part > 0);
        part.ok_or_else(|| Unfit::Bad(format!("`part={text}` is no part: count from 1.")))
    }
}

/// Percent-encoding undone; halves of it, and what is no UTF-8, are refused.
fn decoded(text: &str) -> Result<String, Unfit> {
    let wrong = || Unfit::Bad(format!("`{text}` is not percent-encoded UTF-8."));
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let value = digit(rest.next()).zip(digit(rest.next()));
                let value = value.map(|(high, low)| high * 16 + low);
                value.and_then(|value| u8::try_from(value).ok()).ok_or_else(wrong)?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: &str) -> Result<Wanted, Unfit> {
        wanted(&address.parse().unwrap())
    }

    #[test]
    fn addresses_say_what_is_wanted() {
        let home = |days, repository: Option<&str>, segment| {
            let repository = repository.map(str::to_owned);
            Wanted::Home(Address::of(View { days, repository, segment }))
        };
        assert_eq!(read("/").unwrap(), home(30, None, None));
        assert_eq!(read("/?days=7&repo=&segment=").unwrap(), home(7, None, None));
        assert_eq!(
            read("/?days=90&repo=acme%2Fweb&segment=schedule").unwrap(),
            home(90, Some("acme/web"), Some(Segment::Schedule))
        );
        let id = WorkflowId { repository: 1, workflow: 2 };
        let view = View { days: 30, repository: None, segment: None };
        assert_eq!(read("/workflow/1/2").unwrap(), Wanted::Workflow(id, view));
        let attempt = AttemptId { repository: 1, run: 2, attempt: 3 };
        assert_eq!(read("/run/1/2/3").unwrap(), Wanted::Run(attempt));
        assert_eq!(read(style_path()).unwrap(), Wanted::Style);
        assert_eq!(read("/metrics").unwrap(), Wanted::Metrics);
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let wrong = [
            "/?days=abc",
            "/?days=31",
            "/?days=-7",
            "/?days=07",
            "/?days=999999999999999999999",
            "/?days=7&days=30",
            "/?day=7",
            "/?repo=acme",
            "/?repo=%00%ff",
            "/?repo=%zz",
            "/?repo=%2",
            "/?repo=a/b/c",
            "/?segment=nightly",
            "/?sort=size",
            "/?part=0",
            "/?part=-1",
            "/?part=+1",
            "/?part=99999999999",
            "/metrics?days=7",
            "/run/1/2/3?days=7",
            "/workflow/1/x",
            "/workflow/+1/2",
            "/run/1/2/",
            "/workflow/1/%32",
            "/?%3Cscript%3E=1",
        ];
        for address in wrong {
            let Err(Unfit::Bad(what)) = read(address) else { panic!("{address} was taken") };
            assert!(what.contains('`'), "{address}: {what}");
        }
        let long = format!("/?repo={}", "a".repeat(10_000));
        assert_eq!(
            read(&long).unwrap_err(),
            Unfit::Bad("The query has 10005 bytes, 1000 at most.".to_owned())
        );
    }

    #[test]
    fn what_cannot_be_there_is_missing() {
        for address in [
            "/workflow",
            "/workflow/1",
            "/run/1/2",
            "/run/1/2/3/4",
            "/style-0000000000000000.css",
            "/workflow/1/99999999999999999999999",
            "/workflow/1/18446744073709551615",
            "/run/1/2/4294967296",
        ] {
            assert!(matches!(read(address), Err(Unfit::Missing(_))), "{address}");
            assert!(is_page(address), "{address}");
        }
        assert!(!is_page("/wp-login.php") && !is_page("/webhook") && !is_page("/healthz"));
    }
}
