//! Addresses within the pages. All that chooses what is shown is in them.

use std::fmt::Write;

use crate::flow::View;
use crate::render::well_formed;
use crate::row::WorkflowId;

/// By what the table of workflows is sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// Repository and name.
    Name,
    /// Attempts, most first.
    #[default]
    Attempts,
    /// Success rate, lowest first.
    Success,
    /// Median, longest first.
    P50,
    /// 95th percentile, longest first.
    P95,
    /// Median of the queue, longest first.
    Queue,
    /// Trend, slowest first.
    Trend,
    /// Open findings, most first.
    Findings,
}

impl Sort {
    /// All of them, in the order of columns.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Attempts,
        Self::Success,
        Self::P50,
        Self::P95,
        Self::Queue,
        Self::Trend,
        Self::Findings,
    ];

    /// Its word in an address.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Attempts => "attempts",
            Self::Success => "success",
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::Queue => "queue",
            Self::Trend => "trend",
            Self::Findings => "findings",
        }
    }
}

/// The first page, with its filters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// What is looked at.
    pub view: View,
    /// By what workflows are sorted.
    pub sort: Sort,
    /// Which part of a long table, from 1.
    pub part: u32,
}

impl Address {
    /// The first part of a view.
    pub fn of(view: View) -> Self {
        Self { view, sort: Sort::default(), part: 1 }
    }

    /// Path and query. A repository whose name is not well-formed cannot be asked for.
    pub(super) fn href(&self) -> String {
        let mut href = format!("/?days={}", self.view.days);
        // Nothing in a well-formed name, a segment or a sort has to be escaped in a query.
        if let Some(repository) = self.view.repository.as_deref().and_then(well_formed) {
            add(&mut href, "repo", repository);
        }
        if let Some(segment) = self.view.segment {
            add(&mut href, "segment", segment.name());
        }
        if self.sort != Sort::default() {
            add(&mut href, "sort", self.sort.name());
        }
        if self.part > 1 {
            add(&mut href, "part", &self.part.to_string());
        }
        href
    }
}

fn add(href: &mut String, name: &str, value: &str) {
    // Writing to memory does not fail.
    let _ = write!(href, "&{name}={value}");
}

/// A workflow in depth, in the same days and segment.
pub(super) fn workflow(id: WorkflowId, view: &View) -> String {
    let mut href = format!("/workflow/{}/{}?days={}", id.repository, id.workflow, view.days);
    if let Some(segment) = view.segment {
        add(&mut href, "segment", segment.name());
    }
    href
}

/// One attempt.
pub(super) fn run(repository: u64, run: u64, attempt: u32) -> String {
    format!("/run/{repository}/{run}/{attempt}")
}
