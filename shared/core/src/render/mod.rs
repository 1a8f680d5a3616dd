//! A report in four forms: for a terminal, for GitHub, for a browser, and for programs. Each is a
//! pure function of the [`Report`], so the same report is always the same bytes.

mod brief;
mod clock;
mod html;
mod issue;
mod json;
mod markdown;
mod notice;
mod remark;
#[cfg(test)]
mod sample;
mod server;
mod summary;
#[cfg(test)]
mod tests;
mod text;
mod units;

pub use brief::{BRIEF_MAX, brief};
pub use html::{HtmlError, html, live};
pub use issue::{BODY_MAX, Evidence, IssueText};
pub(crate) use issue::{beyond, closing, gathering, held, issue, mark, marked, news, reopening};
pub use json::{json, schema};
pub use markdown::markdown;
pub(crate) use markdown::{bottleneck as bottleneck_point, bottleneck_headline};
pub(crate) use notice::{NoticeLine, notice, once_more};
pub(crate) use remark::remark;
pub use server::{NotAServer, Server, commit, well_formed};
pub(crate) use summary::numbered;
pub(crate) use text::table::{Column, Table};
pub use text::{difference_text, findings_text, text};
pub use units::counted;
pub(crate) use units::{NONE, change, change_interval, duration, rate};

#[cfg(doc)]
use crate::report::Report;
