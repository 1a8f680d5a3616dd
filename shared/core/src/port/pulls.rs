//! Pull requests on GitHub, and what can be said on them.

use serde::{Deserialize, Serialize};

use crate::port::Forged;

/// An open pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// The branch it is to go into.
    pub base: String,
    /// Its newest commit.
    pub head: String,
    /// Whether its conversation is locked.
    pub is_locked: bool,
}

/// A check-run that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The commit.
    pub sha: String,
    /// By which it is known again.
    pub mark: String,
    /// One line.
    pub title: String,
    /// Markdown.
    pub summary: String,
    /// `neutral` instead of `success`; neither keeps a pull request from being merged.
    pub is_neutral: bool,
}

/// Pull requests of repositories, by `owner/name`.
pub trait Pulls: Sync {
    /// Open pull requests that a commit belongs to.
    fn pulls(
        &self,
        repository: &str,
        sha: &str,
    ) -> impl Future<Output = Forged<Vec<PullRequest>>> + Send;

    /// Writes a comment anew; done twice it is the same. Answers whether it is there.
    fn edit_comment(
        &self,
        repository: &str,
        id: u64,
        body: &str,
    ) -> impl Future<Output = Forged<bool>> + Send;

    /// Makes a check-run, without trying again. Answers its id.
    fn check(&self, repository: &str, check: &Check) -> impl Future<Output = Forged<u64>> + Send;

    /// Writes a check-run anew; done twice it is the same. Answers whether it is there.
    fn edit_check(
        &self,
        repository: &str,
        id: u64,
        check: &Check,
    ) -> impl Future<Output = Forged<bool>> + Send;

    /// The check-run on a commit that bears this mark.
    fn found_check(
        &self,
        repository: &str,
        sha: &str,
        mark: &str,
    ) -> impl Future<Output = Forged<Option<u64>>> + Send;
}
