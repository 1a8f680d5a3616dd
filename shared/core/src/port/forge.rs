//! Where code and issues live: GitHub.

use std::fmt;

use crate::time::Time;

/// An issue to be filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// One line.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Labels; GitHub makes those that are not there.
    pub labels: Vec<String>,
    /// Logins of those it is assigned to.
    pub assignees: Vec<String>,
}

/// As an issue is to be from now on. What is none stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rewrite {
    /// Title and body.
    pub text: Option<(String, String)>,
    /// Whether it is open.
    pub open: Option<bool>,
}

/// An issue as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueStanding {
    /// How it is.
    pub state: IssueState,
    /// Its body, Markdown.
    pub body: String,
}

/// How an issue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueState {
    /// It is open.
    Open,
    /// It is closed, as done.
    Done,
    /// It is closed, and nobody means to do it (not planned, or a duplicate).
    NotPlanned,
    /// It was moved to another repository.
    Moved,
}

/// Issues of repositories, by `owner/name`. Reading one by its number tells how it is now; lists
/// lag behind.
pub trait Forge: Sync {
    /// A number that the newest issue or pull request has, or had shortly before; 0 if there is none.
    fn newest(&self, repository: &str) -> impl Future<Output = Forged<u64>> + Send;

    /// Files an issue, without trying again. Answers its number.
    fn file(&self, repository: &str, draft: &Draft) -> impl Future<Output = Forged<u64>> + Send;

    /// The issue of this number; none if there is none, or it was deleted.
    fn issue(
        &self,
        repository: &str,
        number: u64,
    ) -> impl Future<Output = Forged<Option<IssueStanding>>> + Send;

    /// Makes an issue as it is to be; done twice it is the same.
    fn rewrite(
        &self,
        repository: &str,
        number: u64,
        rewrite: &Rewrite,
    ) -> impl Future<Output = Forged<()>> + Send;

    /// The id of the first comment on an issue since a time that holds this text.
    fn found_comment(
        &self,
        repository: &str,
        number: u64,
        since: Time,
        text: &str,
    ) -> impl Future<Output = Forged<Option<u64>>> + Send;

    /// Comments on an issue or pull request, without trying again. Answers the comment's id.
    fn comment(
        &self,
        repository: &str,
        number: u64,
        body: &str,
    ) -> impl Future<Output = Forged<u64>> + Send;
}

/// Result of a call on GitHub.
pub type Forged<T> = Result<T, ForgeError>;

/// GitHub could not be asked, or would not do what was asked.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct ForgeError {
    /// What sort of failure.
    pub kind: ForgeErrorKind,
    /// What failed, for which repository, and what to do.
    pub what: String,
    /// The cause, where there is one.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Sorts of failure of GitHub. Of all but [`ForgeErrorKind::Unsure`] it is certain that nothing was
/// done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForgeErrorKind {
    /// The token or key is not taken: nothing else will be done either.
    Credentials,
    /// Too much was asked for; nothing is to be asked before this time.
    Limited(Time),
    /// What we are may not do that there.
    Forbidden,
    /// The repository is not there, or not for us to see.
    Missing,
    /// The repository has no issues.
    Off,
    /// GitHub does not take what was sent.
    Invalid,
    /// It could not be reached.
    Unreached,
    /// It failed, or did not answer: it may have been done.
    Unsure,
}

impl ForgeErrorKind {
    /// Whether other repositories will fare no better.
    pub const fn is_of_all(self) -> bool {
        matches!(self, Self::Credentials | Self::Limited(_) | Self::Unreached)
    }

    /// Whether what was to be done may have been done.
    pub const fn is_unsure(self) -> bool {
        matches!(self, Self::Unsure)
    }
}

impl fmt::Display for IssueState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Done => "closed",
            Self::NotPlanned => "closed as not planned",
            Self::Moved => "moved to another repository",
        })
    }
}
