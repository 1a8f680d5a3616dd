//! Issues about thresholds.

use super::{IssueText, Page, title};
use crate::config::Issues;
use crate::hostile;
use crate::life::{AGREEING, Crossing, Limit, WEEK_DAYS, Why};
use crate::render::{bottleneck_point, units};
use crate::report::{Bottleneck, Called};

/// Bottlenecks that an issue lists.
const MOST_BOTTLENECKS: usize = 5;

/// The issue about a workflow that is beyond a threshold.
pub(crate) fn beyond(
    crossing: &Crossing,
    called: &Called,
    bottlenecks: &[Bottleneck],
    settings: &Issues,
) -> IssueText {
    let headline = headline(crossing, called);
    let mut page = Page::default();
    page.paragraph(&format!("{}.", hostile::markdown_prose(&headline)));
    page.paragraph(&days(crossing));
    let advice: Vec<String> =
        bottlenecks.iter().take(MOST_BOTTLENECKS).map(bottleneck_point).collect();
    page.section("What to look at", &advice.join("\n"));
    page.section(
        "Why this issue",
        &format!(
            "It was so in each of {AGREEING} spans of {WEEK_DAYS} days, of which the latest ended \
             last midnight (UTC) and each other one a day before the next. This is about a \
             threshold that was set (`thresholds` of the settings), not about a change."
        ),
    );
    page.end(settings, "when all three are within it", "if they are beyond it again");
    IssueText { title: title(&headline), body: page.text }
}

/// What is said aloud with what becomes of it.
pub(crate) fn held(crossing: &Crossing, why: Option<&Why>) -> String {
    let figure = crossing.figure().map(|figure| shown(crossing.limit, figure));
    let figure = figure.unwrap_or_else(|| "too few attempts".to_owned());
    let now = format!(
        "{figure} over {WEEK_DAYS} days, threshold {}",
        shown(crossing.limit, crossing.threshold)
    );
    match why {
        Some(Why::Silent) => {
            "Too little has run for a week, so there is nothing left to tell.".to_owned()
        }
        Some(_) => format!("It is within its threshold: {now}."),
        None => format!("It is beyond its threshold: {now}."),
    }
}

fn headline(crossing: &Crossing, called: &Called) -> String {
    let workflow = hostile::quoted(&called.workflow);
    let figure = crossing.figure().unwrap_or(crossing.threshold);
    let [figure, threshold] =
        [figure, crossing.threshold].map(|value| shown(crossing.limit, value));
    match crossing.limit {
        Limit::P95 => format!(
            "{workflow} takes longer than its threshold: 95th percentile {figure}, threshold \
             {threshold}"
        ),
        Limit::SuccessRate => format!(
            "{workflow} fails more often on the default branch than its threshold: success rate \
             {figure}, threshold {threshold}"
        ),
    }
}

fn days(crossing: &Crossing) -> String {
    let what = match crossing.limit {
        Limit::P95 => "95th percentile",
        Limit::SuccessRate => "Success rate",
    };
    let rows = crossing.days.iter().map(|(day, attempts, figure)| {
        format!("| {day} | {attempts} | {} |", shown(crossing.limit, *figure))
    });
    let week = crossing.figure().map(|figure| shown(crossing.limit, figure));
    let week = format!(
        "| **{WEEK_DAYS} days** | {} | **{}** |",
        crossing.attempts(),
        week.unwrap_or_else(|| units::NONE.to_owned())
    );
    let rows: Vec<String> = rows.chain([week]).collect();
    format!("| Day | Attempts | {what} |\n|:--|--:|--:|\n{}", rows.join("\n"))
}

fn shown(limit: Limit, value: f64) -> String {
    match limit {
        Limit::P95 => units::duration(value),
        Limit::SuccessRate => units::rate(value),
    }
}
