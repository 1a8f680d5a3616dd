//! Telling pull requests: how long a head took, against what is usual, in one comment or check-run
//! that is edited in place.
//!
//! GitHub is asked only about heads with attempts that were not told of. Whatever creates is claimed
//! in the ledger before it is sent, as with issues.

mod heads;
mod post;

use std::collections::BTreeSet;
use std::fmt;

use crate::config::RemarkAs;
use crate::flow::notify::Trouble;
use crate::flow::{Matter, Reporter};
use crate::port::{Forge, ForgeErrorKind, Library, Pulls, Remarks, Spot, Stored};
use crate::render::{self, IssueText, counted, well_formed};
use crate::time::Time;

use heads::Head;
use post::{Outlet, Posting, Telling};

/// After which GitHub is asked again about a head that was of no open pull request, if there are
/// new attempts of it.
const ASK_AGAIN_MS: i64 = 3_600_000;

/// What came of a pass.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Remarked {
    /// What was said.
    pub done: Vec<Spoken>,
    /// What could not be said and why, in words; the next pass tries again.
    pub problems: Vec<String>,
    /// Heads that were left to the next pass.
    pub left: u64,
    /// When GitHub is to be asked again, where it was asked for too much.
    pub limited_until: Option<String>,
    /// Whether GitHub could not be reached at all, or does not take the token.
    pub shut_out: bool,
}

/// One remark.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Spoken {
    /// Where, as `owner/name`.
    pub repository: String,
    /// The pull request, where it is known.
    pub number: Option<u64>,
    /// The commit it is about.
    pub sha: String,
    /// What is done.
    pub act: String,
    /// Verdict and text.
    pub text: IssueText,
}

/// What the next pass would say of heads that are those of open pull requests.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct RemarksPlanned {
    /// Oldest head first.
    pub remarks: Vec<Spoken>,
}

/// Whoever tells pull requests.
struct Teller<'a, L, F, G, C> {
    reporter: &'a Reporter<'a, L, F>,
    forge: &'a G,
    clock: &'a C,
}

impl<L: Library, F: Remarks> Reporter<'_, L, F> {
    /// Says what is to be said on pull requests, as long as there is time. Nothing, unless the
    /// policy asks for it.
    pub async fn remark(
        &self,
        forge: &(impl Forge + Pulls),
        matter: Matter<'_>,
        clock: impl Fn() -> Time + Send + Sync,
        has_time: impl Fn() -> bool + Send + Sync,
    ) -> Stored<Remarked> {
        let mut remarked = Remarked::default();
        if self.policy.pulls.remark == RemarkAs::Off {
            return Ok(remarked);
        }
        let teller = Teller { reporter: self, forge, clock: &clock };
        let mut given_up: BTreeSet<u64> = BTreeSet::new();
        let mut heads = self.news(matter, clock()).await?.into_iter();
        while let Some(head) = heads.next() {
            if !has_time() || given_up.contains(&head.repository) {
                remarked.left += 1;
                continue;
            }
            match Box::pin(teller.tell(&head, &mut remarked.done)).await {
                Ok(true) => {}
                Ok(false) => remarked.left += 1,
                Err(Trouble::Store(error)) => return Err(error),
                Err(Trouble::Unknown(problem)) => remarked.problems.push(problem),
                Err(Trouble::Forge(error)) => {
                    remarked.problems.push(error.to_string());
                    given_up.insert(head.repository);
                    if error.kind.is_of_all() {
                        if let ForgeErrorKind::Limited(until) = error.kind {
                            remarked.limited_until = Some(until.to_string());
                        } else {
                            remarked.shut_out = true;
                        }
                        remarked.left += heads.len() as u64;
                        break;
                    }
                }
            }
        }
        Ok(remarked)
    }

    /// What [`Reporter::remark`] would say now. GitHub is not asked: which heads are those of open
    /// pull requests, and where these are to go, is known only of those that were told of before.
    pub async fn remarks_planned(&self, now: Time) -> Stored<RemarksPlanned> {
        let mut planned = RemarksPlanned::default();
        if self.policy.pulls.remark == RemarkAs::Off {
            return Ok(planned);
        }
        for head in self.news(Matter::Everything, now).await? {
            let pull = head.seen().and_then(|seen| seen.pulls.first());
            let remark = self.compared(&head, pull.map(|pull| pull.base.as_str())).await?;
            if remark.has_time() {
                planned.remarks.push(Spoken {
                    repository: head.name().to_owned(),
                    number: pull.map(|pull| pull.number),
                    sha: head.sha.clone(),
                    act: "say".to_owned(),
                    text: render::remark(&remark, self.server),
                });
            }
        }
        Ok(planned)
    }
}

impl<L, F, G, C> Teller<'_, L, F, G, C>
where
    L: Library,
    F: Remarks,
    G: Forge + Pulls,
    C: Fn() -> Time + Send + Sync,
{
    /// Answers whether all is said that is to be said of a head.
    async fn tell(&self, head: &Head, done: &mut Vec<Spoken>) -> Result<bool, Trouble> {
        let name = well_formed(head.name()).ok_or_else(|| unnamed(head))?;
        let asked = (self.clock)();
        let was_of_none = head.seen().filter(|seen| seen.pulls.is_empty());
        if was_of_none.is_some_and(|seen| asked.since(seen.asked) < ASK_AGAIN_MS) {
            return Ok(true);
        }
        let mut pulls = self.forge.pulls(name, &head.sha).await?;
        // Of a commit that was overtaken by another one nothing is said.
        pulls.retain(|pull| pull.head == head.sha && !pull.is_locked);
        pulls.sort_by_key(|pull| pull.number);
        let outlets = match self.reporter.policy.pulls.remark {
            RemarkAs::Off => 0,
            RemarkAs::Comment => pulls.len(),
            RemarkAs::Check => 1,
        };
        let mut is_all = true;
        for pull in pulls.iter().take(outlets) {
            let remark = self.reporter.compared(head, Some(&pull.base)).await?;
            let text = render::remark(&remark, self.reporter.server);
            let outlet = self.outlet(head, pull.number);
            let telling = Telling { repository: name, head, remark: &remark, text: &text, asked };
            match self.post(&outlet, &telling).await? {
                Posting::Said(act) => done.push(Spoken {
                    repository: name.to_owned(),
                    number: Some(pull.number),
                    sha: head.sha.clone(),
                    act: act.to_owned(),
                    text,
                }),
                Posting::Same => {}
                Posting::Left => is_all = false,
            }
        }
        if is_all {
            self.note(head, pulls, asked).await?;
        }
        Ok(is_all)
    }

    fn outlet(&self, head: &Head, number: u64) -> Outlet {
        let repository = head.repository;
        match self.reporter.policy.pulls.remark {
            RemarkAs::Check => Outlet(head.spot()),
            RemarkAs::Comment | RemarkAs::Off => Outlet(Spot::Pull { repository, number }),
        }
    }
}

fn unnamed(head: &Head) -> Trouble {
    Trouble::Unknown(format!(
        "the name of repository {} is not known, so nothing can be said there; its next completed \
         run tells it",
        head.repository
    ))
}

impl fmt::Display for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { repository, sha, act, .. } = self;
        let number = self.number.map_or_else(String::new, |number| format!("#{number}"));
        writeln!(f, "{repository}{number}: {act} ({sha})")?;
        writeln!(f, "  {}", self.text.title)
    }
}

impl fmt::Display for RemarksPlanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.remarks.is_empty() {
            return Ok(());
        }
        let count = counted(self.remarks.len() as u64, "remark");
        writeln!(f, "{count} to make, where the commit is the head of an open pull request")?;
        self.remarks.iter().try_for_each(|spoken| write!(f, "{spoken}"))
    }
}
