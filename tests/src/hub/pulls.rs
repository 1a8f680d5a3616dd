//! Pull requests of the model, comments on them, and check-runs on their commits.

use std::sync::atomic::Ordering;

use laptime_core::port::{Check, Forged, PullRequest, Pulls};

use super::{Dying, Hub};

/// Comments of one issue, at most.
const COMMENTS: u64 = 1_000;

/// A check-run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubCheck {
    /// `owner/name`.
    pub repository: String,
    /// What it says.
    pub check: Check,
    /// How often it was written anew.
    pub edits: usize,
}

/// The id of a comment, from 0.
pub(super) fn nth_comment(number: u64, nth: usize) -> u64 {
    number * COMMENTS + nth as u64 + 1
}

impl Hub {
    /// A person opens a pull request. Answers its number.
    pub fn opens(&self, repository: &str, base: &str, head: &str) -> u64 {
        self.somebody_files(repository, "a pull request");
        let number = self.issues(repository).len() as u64;
        let (base, head) = (base.to_owned(), head.to_owned());
        let pull = PullRequest { number, base, head, is_locked: false };
        self.pulls.lock().unwrap().push((repository.to_owned(), pull));
        number
    }

    /// A person pushes to it, locks it, or the like.
    pub fn change_pull(&self, number: u64, change: impl FnOnce(&mut PullRequest)) {
        let mut pulls = self.pulls.lock().unwrap();
        change(&mut pulls.iter_mut().find(|(_, pull)| pull.number == number).unwrap().1);
    }

    /// A person merges it, or closes it.
    pub fn closes(&self, number: u64) {
        self.pulls.lock().unwrap().retain(|(_, pull)| pull.number != number);
    }

    /// A person deletes the first comment on an issue.
    pub fn deletes_comment(&self, number: u64) {
        self.gone.lock().unwrap().insert(nth_comment(number, 0));
    }

    /// Check-runs, first to last.
    pub fn checks(&self) -> Vec<HubCheck> {
        self.checks.lock().unwrap().clone()
    }

    /// How often it was asked for the pull requests of a commit.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Pulls for Hub {
    async fn pulls(&self, repository: &str, sha: &str) -> Forged<Vec<PullRequest>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let pulls = self.pulls.lock().unwrap();
        // Those that were pushed to since hold the commit too.
        let is_it = |(of, pull): &&(String, PullRequest)| {
            of == repository && (pull.head == sha || pull.head.as_str() > sha)
        };
        Ok(pulls.iter().filter(is_it).map(|(_, pull)| pull.clone()).collect())
    }

    async fn edit_comment(&self, repository: &str, id: u64, body: &str) -> Forged<bool> {
        self.write("editing a comment", || {
            let is_there = !self.gone.lock().unwrap().contains(&id);
            if is_there {
                self.change(repository, id / COMMENTS, |issue| {
                    let nth = usize::try_from(id % COMMENTS).unwrap() - 1;
                    body.clone_into(&mut issue.comments[nth]);
                    issue.edits += 1;
                });
            }
            is_there
        })
    }

    async fn check(&self, repository: &str, check: &Check) -> Forged<u64> {
        self.write("making a check-run", || {
            let mut checks = self.checks.lock().unwrap();
            let (repository, check) = (repository.to_owned(), check.clone());
            checks.push(HubCheck { repository, check, edits: 0 });
            checks.len() as u64
        })
    }

    async fn edit_check(&self, _: &str, id: u64, check: &Check) -> Forged<bool> {
        self.write("editing a check-run", || {
            let mut checks = self.checks.lock().unwrap();
            let held = &mut checks[usize::try_from(id).unwrap() - 1];
            held.check.clone_from(check);
            held.edits += 1;
            true
        })
    }

    async fn found_check(&self, _: &str, sha: &str, mark: &str) -> Forged<Option<u64>> {
        let checks = self.checks.lock().unwrap();
        let is_it = |held: &HubCheck| held.check.sha == sha && held.check.mark == mark;
        Ok(checks.iter().position(is_it).map(|nth| nth as u64 + 1))
    }
}

impl Pulls for Dying<'_> {
    async fn pulls(&self, repository: &str, sha: &str) -> Forged<Vec<PullRequest>> {
        self.call(self.hub.pulls(repository, sha)).await
    }

    async fn edit_comment(&self, repository: &str, id: u64, body: &str) -> Forged<bool> {
        self.call(self.hub.edit_comment(repository, id, body)).await
    }

    async fn check(&self, repository: &str, check: &Check) -> Forged<u64> {
        self.call(self.hub.check(repository, check)).await
    }

    async fn edit_check(&self, repository: &str, id: u64, check: &Check) -> Forged<bool> {
        self.call(self.hub.edit_check(repository, id, check)).await
    }

    async fn found_check(&self, repository: &str, sha: &str, mark: &str) -> Forged<Option<u64>> {
        self.call(self.hub.found_check(repository, sha, mark)).await
    }
}
