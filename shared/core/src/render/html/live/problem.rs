//! What is said where there is no page.

use askama::Template;

use super::{Frame, style_path};
use crate::{hostile, render::html::HtmlError};

#[derive(Template)]
#[template(path = "live/problem.html")]
struct Page<'a> {
    frame: Frame,
    problem: &'a Problem,
    what: String,
}

/// Why there is no page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// In a few words.
    pub title: &'static str,
    /// What is wrong, and what to do. What was asked for may be quoted in it.
    pub what: String,
}

/// A page that says what is wrong and leads home.
pub fn problem(problem: &Problem) -> Result<String, HtmlError> {
    let frame = Frame {
        title: problem.title.to_owned(),
        style: style_path(),
        crumbs: Vec::new(),
        pulse: String::new(),
        generated: String::new(),
    };
    Ok(Page { frame, problem, what: hostile::prose(&problem.what) }.render()?)
}
