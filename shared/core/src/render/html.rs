mod bars;
mod chart;
pub mod live;
mod page;
mod section;
mod tables;
#[cfg(test)]
mod tests;

use askama::Template;

use super::summary;
use crate::report::Report;
use page::Page;

/// A template failed to render.
#[derive(Debug, thiserror::Error)]
#[error("the HTML report did not render")]
pub struct HtmlError(#[from] askama::Error);

/// The report as one HTML file: no network, no script, light and dark, fit for phone and paper.
/// Every name is escaped by the templates; nothing is ever marked as safe.
pub fn html(report: &Report) -> Result<String, HtmlError> {
    Ok(Page::new(&summary::told_apart(report)).render()?)
}
