//! The pages of `laptime serve`. Where the report is one file, these are many, each made when it is
//! asked for; they share its charts and its style, and no page needs a script.

mod address;
mod cards;
mod gantt;
mod home;
mod problem;
mod run;
#[cfg(test)]
mod tests;
mod workflow;

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use crate::render::{Server, units};
use crate::time::Time;

pub use address::{Address, Sort};
pub use home::{PERIODS, home};
pub use problem::{Problem, problem};
pub use run::{Sealed, run, sealed_run};
pub use workflow::{quiet_workflow, workflow};

/// What all pages have in common.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// Where GitHub is.
    pub server: &'a Server,
    /// The present.
    pub now: Time,
    /// How aggregation does.
    pub pulse: Pulse,
}

/// How aggregation does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pulse {
    /// Events that no pass has taken up yet.
    pub waiting: u64,
    /// Days whose rollup is out of date.
    pub touched: u64,
    /// When the last pass ended.
    pub last_pass: Option<Time>,
}

/// The style of the report, and what only pages need.
const STYLE: &str = concat!(
    include_str!("../../../templates/style.css"),
    include_str!("../../../templates/page.css")
);

static STYLE_PATH: LazyLock<String> = LazyLock::new(|| {
    let digest = hex::encode(Sha256::digest(STYLE));
    format!("/style-{}.css", digest.get(..16).unwrap_or_default())
});

/// The style sheet of the pages.
pub const fn style() -> &'static str {
    STYLE
}

/// Its path, which changes with its content, so that it may be kept for ever.
pub fn style_path() -> &'static str {
    &STYLE_PATH
}

/// A way back, above a title.
struct Crumb {
    href: String,
    label: String,
}

/// What the frame of a page needs.
struct Frame {
    title: String,
    style: &'static str,
    crumbs: Vec<Crumb>,
    pulse: String,
    generated: String,
}

impl Site<'_> {
    fn frame(&self, title: String, crumbs: Vec<Crumb>) -> Frame {
        Frame {
            title,
            style: style_path(),
            crumbs,
            pulse: self.pulse(),
            generated: crate::render::clock::minute(&self.now.to_string()),
        }
    }

    fn pulse(&self) -> String {
        let waiting = match self.pulse.waiting {
            0 => "nothing waits to be aggregated".to_owned(),
            more => format!("{} to be aggregated", units::counted(more, "event")),
        };
        match self.pulse.last_pass {
            None => format!("No pass has ended yet; {waiting}."),
            Some(at) => {
                let ago = crate::time::Millis(u64::try_from(self.now.since(at)).unwrap_or(0));
                format!("Last pass {} ago; {waiting}.", units::duration(ago.seconds()))
            }
        }
    }
}
