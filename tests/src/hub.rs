//! GitHub as a plain model: numbers in a row, lists that lag, people who close things.

mod pulls;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use laptime_core::port::{
    Draft, Forge, ForgeError, ForgeErrorKind, Forged, IssueStanding, IssueState, PullRequest,
    Rewrite,
};
use laptime_core::time::Time;

use crate::doom::Doom;

pub use pulls::HubCheck;

/// All repositories.
#[derive(Debug, Default)]
pub struct Hub {
    repositories: Mutex<BTreeMap<String, Vec<HubIssue>>>,
    /// What the next calls fail with, first to last; each at most once.
    troubles: Mutex<Vec<(ForgeErrorKind, bool)>>,
    /// How many of the newest issues no list shows yet.
    lag: usize,
    /// Open ones, with their repositories.
    pulls: Mutex<Vec<(String, PullRequest)>>,
    checks: Mutex<Vec<HubCheck>>,
    /// Comments that were deleted.
    gone: Mutex<BTreeSet<u64>>,
    /// Questions for pull requests.
    asked: AtomicUsize,
}

/// One issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubIssue {
    /// From 1.
    pub number: u64,
    /// Title.
    pub title: String,
    /// Body.
    pub body: String,
    /// Labels.
    pub labels: Vec<String>,
    /// Whom it is assigned to.
    pub assignees: Vec<String>,
    /// How it is.
    pub state: IssueState,
    /// Comments, first to last.
    pub comments: Vec<String>,
    /// How often it was written anew.
    pub edits: usize,
    /// Whether it is gone.
    pub deleted: bool,
}

impl Hub {
    /// Whose lists leave out the newest issues.
    pub fn lagging(lag: usize) -> Self {
        Self { lag, ..Self::default() }
    }

    /// Issues of a repository, first to last.
    pub fn issues(&self, repository: &str) -> Vec<HubIssue> {
        self.with(repository, |issues| issues.clone())
    }

    /// Issues of all repositories.
    pub fn all(&self) -> Vec<HubIssue> {
        let repositories = self.repositories.lock().unwrap();
        repositories.values().flatten().cloned().collect()
    }

    /// A person files an issue.
    pub fn somebody_files(&self, repository: &str, body: &str) {
        let draft = Draft {
            title: "Something else".to_owned(),
            body: body.to_owned(),
            labels: vec![],
            assignees: vec![],
        };
        self.add(repository, &draft);
    }

    /// Somebody does something to an issue.
    pub fn change(&self, repository: &str, number: u64, change: impl FnOnce(&mut HubIssue)) {
        self.with(repository, |issues| {
            change(issues.iter_mut().find(|one| one.number == number).unwrap());
        });
    }

    /// The next call that changes something fails; `done` tells whether it takes effect.
    pub fn fail(&self, kind: ForgeErrorKind, done: bool) {
        self.troubles.lock().unwrap().push((kind, done));
    }

    fn with<T>(&self, repository: &str, run: impl FnOnce(&mut Vec<HubIssue>) -> T) -> T {
        run(self.repositories.lock().unwrap().entry(repository.to_owned()).or_default())
    }

    fn add(&self, repository: &str, draft: &Draft) -> u64 {
        self.with(repository, |issues| {
            let number = issues.len() as u64 + 1;
            issues.push(HubIssue {
                number,
                title: draft.title.clone(),
                body: draft.body.clone(),
                labels: draft.labels.clone(),
                assignees: draft.assignees.clone(),
                state: IssueState::Open,
                comments: vec![],
                edits: 0,
                deleted: false,
            });
            number
        })
    }

    fn write<T>(&self, what: &str, run: impl FnOnce() -> T) -> Forged<T> {
        let trouble = self.troubles.lock().unwrap().pop();
        let Some((kind, done)) = trouble else { return Ok(run()) };
        if done {
            run();
        }
        Err(ForgeError { kind, what: format!("{what}: {kind:?}"), source: None })
    }
}

impl Forge for Hub {
    async fn newest(&self, repository: &str) -> Forged<u64> {
        Ok(self.with(repository, |issues| issues.len().saturating_sub(self.lag) as u64))
    }

    async fn file(&self, repository: &str, draft: &Draft) -> Forged<u64> {
        self.write("filing an issue", || self.add(repository, draft))
    }

    async fn issue(&self, repository: &str, number: u64) -> Forged<Option<IssueStanding>> {
        Ok(self.with(repository, |issues| {
            let issue = issues.iter().find(|one| one.number == number && !one.deleted)?;
            Some(IssueStanding { state: issue.state, body: issue.body.clone() })
        }))
    }

    async fn rewrite(&self, repository: &str, number: u64, rewrite: &Rewrite) -> Forged<()> {
        self.write("editing an issue", || {
            self.change(repository, number, |issue| {
                if let Some((title, body)) = &rewrite.text {
                    (issue.title, issue.body) = (title.clone(), body.clone());
                    issue.edits += 1;
                }
                match rewrite.open {
                    Some(true) => issue.state = IssueState::Open,
                    Some(false) => issue.state = IssueState::Done,
                    None => {}
                }
            });
        })
    }

    async fn found_comment(
        &self,
        repository: &str,
        number: u64,
        _: Time,
        text: &str,
    ) -> Forged<Option<u64>> {
        Ok(self.with(repository, |issues| {
            let issue = issues.iter().find(|one| one.number == number);
            let nth = issue?.comments.iter().position(|one| one.contains(text))?;
            Some(pulls::nth_comment(number, nth))
        }))
    }

    async fn comment(&self, repository: &str, number: u64, body: &str) -> Forged<u64> {
        self.write("commenting", || {
            let mut nth = 0;
            self.change(repository, number, |issue| {
                nth = issue.comments.len();
                issue.comments.push(body.to_owned());
            });
            pulls::nth_comment(number, nth)
        })
    }
}

/// GitHub as a process sees it that dies.
#[derive(Debug)]
pub struct Dying<'a> {
    /// GitHub.
    pub hub: &'a Hub,
    /// When it dies.
    pub doom: &'a Doom,
}

impl Dying<'_> {
    async fn call<T>(&self, run: impl Future<Output = Forged<T>>) -> Forged<T> {
        // What it would do next does not matter: its store is dead too.
        let dead = |_| ForgeError {
            kind: ForgeErrorKind::Unreached,
            what: "the process is dead".to_owned(),
            source: None,
        };
        self.doom.call(run, dead).await
    }
}

impl Forge for Dying<'_> {
    async fn newest(&self, repository: &str) -> Forged<u64> {
        self.call(self.hub.newest(repository)).await
    }

    async fn file(&self, repository: &str, draft: &Draft) -> Forged<u64> {
        self.call(self.hub.file(repository, draft)).await
    }

    async fn issue(&self, repository: &str, number: u64) -> Forged<Option<IssueStanding>> {
        self.call(self.hub.issue(repository, number)).await
    }

    async fn rewrite(&self, repository: &str, number: u64, rewrite: &Rewrite) -> Forged<()> {
        self.call(self.hub.rewrite(repository, number, rewrite)).await
    }

    async fn found_comment(
        &self,
        repository: &str,
        number: u64,
        since: Time,
        text: &str,
    ) -> Forged<Option<u64>> {
        self.call(self.hub.found_comment(repository, number, since, text)).await
    }

    async fn comment(&self, repository: &str, number: u64, body: &str) -> Forged<u64> {
        self.call(self.hub.comment(repository, number, body)).await
    }
}
