//! Grafana dashboards, made from one description of what they show: `tile` says what, each source
//! of figures says how it is asked for it. What a source has no figures for is left out.

mod cloudwatch;
mod json;
mod layout;
mod panel;
mod promql;
mod same;
mod tile;
mod tiles;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::config::{Board, Policy, Source};
use json::{Link, List, Marks, Model, Range, Variable};
use tile::{Figures, Row};

pub use same::holds;

/// A dashboard to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Dashboard {
    /// What it is known by: stays the same from version to version; at most 40 characters.
    pub uid: String,
    /// What people read.
    pub title: String,
    /// All of it, as Grafana takes it; without id and version, which are Grafana's.
    pub model: Value,
}

/// Told on each dashboard.
const ABOUT: &str = "Written by Laptime, which puts it back as it was whenever it is changed here. \
                     To change it, save a copy.";

/// The dashboards of an installation that feeds `feeds`, if its policy names no other source.
pub fn dashboards(policy: &Policy, feeds: Source) -> Vec<Dashboard> {
    let settings = &policy.grafana;
    let mut sources: BTreeSet<Source> = settings.sources.iter().copied().collect();
    if sources.is_empty() {
        sources.insert(feeds);
    }
    let boards: BTreeSet<Board> = settings.dashboards.iter().copied().collect();
    let each = sources.iter().flat_map(|source| boards.iter().map(move |board| (*source, *board)));
    each.filter_map(|(source, board)| dashboard(policy, source, board)).collect()
}

fn dashboard(policy: &Policy, source: Source, board: Board) -> Option<Dashboard> {
    match source {
        Source::CloudWatch => made(policy, &cloudwatch::CloudWatch::new(policy), board),
        Source::Prometheus => made(policy, &promql::Prometheus::new(policy), board),
    }
}

/// A dashboard of a source; none where that has no figures for it.
fn made(policy: &Policy, source: &impl Figures, board: Board) -> Option<Dashboard> {
    let rows: Vec<Row> = tiles::rows(board, &policy.thresholds);
    let panels = layout::placed(source, rows);
    if panels.is_empty() {
        return None;
    }
    let prefix = &policy.grafana.uid;
    let uid = format!("{prefix}-{}-{}", source.name(), name(board));
    let title = format!("Laptime: {} ({})", tiles::title(board), source.title());
    let mut variables: Vec<Variable> = source.chooser().into_iter().collect();
    if board == Board::Workflow || board == Board::Jobs {
        variables.extend(source.variables());
    }
    if board == Board::Jobs {
        variables.extend(source.job());
    }
    let model = Model {
        uid: uid.clone(),
        title: title.clone(),
        description: ABOUT,
        tags: vec![prefix.clone()],
        timezone: "utc",
        editable: true,
        graph_tooltip: 1,
        time: Range { from: "now-14d", to: "now" },
        refresh: "",
        // What newer versions of Grafana raise when they read it; none of what they mend is in it.
        schema_version: 39,
        panels,
        templating: List { list: variables },
        annotations: List { list: vec![Marks::tagged(prefix)] },
        links: vec![Link::to_all(prefix)],
    };
    // Its keys are strings and writing is to memory: nothing can fail.
    Some(Dashboard { uid, title, model: serde_json::to_value(model).unwrap_or_default() })
}

const fn name(board: Board) -> &'static str {
    match board {
        Board::Overview => "overview",
        Board::Workflow => "workflow",
        Board::Jobs => "jobs",
        Board::Health => "health",
    }
}

#[cfg(test)]
mod tests;
