//! What issues and comments say. Whoever reads them has no other page open: the change, who carries
//! it, where it began, why it is believed, what to do, and how to hear no more of it.

mod links;
mod spark;
#[cfg(test)]
mod tests;
mod threshold;

use crate::config::Issues;
use crate::hostile;
use crate::life::Why;
use crate::render::{Server, clock, summary, units};
use crate::report::{Finding, FindingCarrier};
use crate::time::{Day, Time};

pub(crate) use threshold::{beyond, held};

/// Characters that GitHub takes in a body.
pub const BODY_MAX: usize = 65_536;

/// Members of a fleet listed in its issue.
const MOST_MEMBERS: usize = 30;

const WENT_BACK: &str = "when the level goes back";
const CHANGED_AGAIN: &str = "if it changes again";

/// Title and body of an issue.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct IssueText {
    /// One line.
    pub title: String,
    /// Markdown, without the mark by which Laptime knows it again.
    pub body: String,
}

/// What an issue shows beside its finding.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The level of each day around the change that had samples, oldest first.
    pub days: &'a [(Day, f64)],
    /// Where people look at runs, as `https://github.com`.
    pub server: &'a Server,
    /// What is to be said to whom.
    pub settings: &'a Issues,
}

/// The issue about a finding.
pub(crate) fn issue(finding: &Finding, evidence: &Evidence<'_>) -> IssueText {
    let mut page = Page::default();
    page.paragraph(&format!("{}.", hostile::markdown_prose(&finding.title)));
    page.paragraph(&levels(finding));
    if let Some(spark) = spark::spark(finding, evidence.days) {
        page.paragraph(&spark);
    }
    if let Some(cause) = &finding.cause {
        let cause = hostile::markdown_prose(cause);
        page.paragraph(&format!("> [!NOTE]\n> **Probably not your code**: {cause}."));
    }
    page.section("What carries it", &carriers(finding));
    page.section("Who is touched", &members(finding));
    page.section("Where it began", &beginning(finding, evidence.server));
    page.section("Why it is believed", &belief(finding));
    page.section("What it touches", &touched(finding));
    page.section("What to do", &format!("{}.", capital(&finding.advice)));
    page.end(evidence.settings, WENT_BACK, CHANGED_AGAIN);
    IssueText { title: title(&finding.headline), body: page.text }
}

/// The issue about what is beyond a day's budget.
pub(crate) fn gathering(findings: &[&Finding], gone: usize, evidence: &Evidence<'_>) -> IssueText {
    let more = if evidence.settings.per_day == 0 { "change" } else { "more change" };
    let count = units::counted(units::len(findings) + gone as u64, more);
    let mut page = Page::default();
    page.paragraph(&match evidence.settings.per_day {
        0 => "These were found:".to_owned(),
        some => format!(
            "Beyond the {} that a day may have for this repository, these were found:",
            units::counted(u64::from(some), "issue")
        ),
    });
    let mut list: Vec<String> = Vec::new();
    let mut room = BODY_MAX - ROUND_A_LIST;
    for finding in findings {
        let line = gathered(finding);
        let Some(left) = room.checked_sub(line.chars().count() + 1) else { break };
        room = left;
        list.push(line);
    }
    if let Some(left @ 1..) = findings.len().checked_sub(list.len()) {
        list.push(format!("- and {left} more: all are in the report"));
    }
    if gone > 0 {
        let taken = units::counted(gone as u64, "change");
        list.push(format!("- {taken} that what came since took back"));
    }
    page.paragraph(&list.join("\n"));
    page.end(evidence.settings, WENT_BACK, CHANGED_AGAIN);
    IssueText { title: title(&format!("{count} of CI times and outcomes")), body: page.text }
}

/// Characters of what stands around a list, at most.
const ROUND_A_LIST: usize = 4_096;

fn gathered(finding: &Finding) -> String {
    let state = match finding.state {
        "confirmed" => String::new(),
        _ => format!(" ({})", summary::state(finding)),
    };
    let [title, advice] =
        [&finding.title, &finding.advice].map(|text| hostile::markdown_prose(text));
    format!("- {title}{state}; {advice}")
}

/// What is said when an issue is closed.
pub(crate) fn closing(why: &Why, finding: Option<&Finding>) -> String {
    match (why, finding.and_then(|finding| finding.recovered_at.as_ref())) {
        (Why::Recovered, Some(at)) => format!(
            "The level went back to what it was; beyond doubt at {}. Should it change again within \
             two weeks, this issue is opened again.",
            clock::minute(at)
        ),
        (Why::Recovered, None) => "All levels went back to what they were.".to_owned(),
        (Why::Silent, _) => {
            "Nothing of it has run for thirty days, so there is nothing left to tell.".to_owned()
        }
        (Why::Withdrawn, _) => {
            "What came in since took this change back: it is no longer beyond doubt.".to_owned()
        }
        (Why::PartOf(_), _) => {
            "Many workflows changed alike, so the cause is not in this one. Another issue tells of \
             all of them."
                .to_owned()
        }
    }
}

/// What is said when an issue is opened again.
pub(crate) fn reopening(finding: &Finding, same: bool) -> String {
    let title = hostile::markdown_prose(&finding.title);
    if same { format!("It is still so: {title}.") } else { format!("It is so again: {title}.") }
}

/// What is said when a finding changed so much that people must hear of it.
pub(crate) fn news(finding: &Finding) -> String {
    let title = hostile::markdown_prose(&finding.title);
    let cause = finding.cause.as_ref().map_or_else(String::new, |cause| {
        format!(" Probably not your code: {}.", hostile::markdown_prose(cause))
    });
    format!("This changed: {title}.{cause}")
}

/// A mark within a body or comment by which Laptime knows it as its own. Nobody sees it.
pub(crate) fn mark(what: &str, at: Time) -> String {
    format!("<!-- laptime {what} {} -->", at.as_millis())
}

/// A text with a mark, within what GitHub takes.
pub(crate) fn marked(text: &str, mark: &str) -> String {
    let room = BODY_MAX - mark.chars().count() - 2;
    if text.chars().count() <= room {
        return format!("{text}\n\n{mark}");
    }
    let cut: String = text.chars().take(room - CUT.chars().count()).collect();
    // At the end of a line, so that no span and no row is left open.
    let whole = cut.rsplit_once('\n').map_or("", |(whole, _)| whole);
    format!("{whole}{CUT}\n\n{mark}")
}

const CUT: &str = "\n\n*Shortened: all of it is in the report.*";

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn paragraph(&mut self, text: &str) {
        if !self.text.is_empty() && !text.is_empty() {
            self.text.push_str("\n\n");
        }
        self.text.push_str(text);
    }

    /// Nothing, if there is nothing to say.
    fn section(&mut self, head: &str, text: &str) {
        if !text.is_empty() {
            self.paragraph(&format!("### {head}"));
            self.paragraph(text);
        }
    }

    /// Whom it concerns, and what becomes of it.
    fn end(&mut self, settings: &Issues, closed: &str, again: &str) {
        let mention: Vec<String> = settings.mention.iter().map(|who| format!("@{who}")).collect();
        if !mention.is_empty() {
            self.paragraph(&format!("cc {}", mention.join(" ")));
        }
        self.paragraph(&format!(
            "---\n<sub>Laptime closes this issue {closed}, and opens it again {again} within two \
             weeks. To hear no more of it, close it as not planned.</sub>"
        ));
    }
}

fn title(headline: &str) -> String {
    hostile::issue_title(headline)
}

fn levels(finding: &Finding) -> String {
    let level = |value: f64| {
        if finding.unit == "s" { units::duration(value) } else { units::rate(value) }
    };
    let [low, high] = finding.after_interval.map(level);
    let change = finding.change_pct.filter(|_| finding.unit == "s");
    let change = change.map_or_else(String::new, |pct| format!(" **{}**", units::change(pct)));
    format!(
        "| | Level | 95 % interval |\n|:--|--:|--:|\n| Before | {} | |\n| After | {}{change} | {low} \
         to {high} |",
        level(finding.before),
        level(finding.after),
    )
}

fn carriers(finding: &Finding) -> String {
    if finding.carriers.is_empty() || finding.unit != "s" || finding.kind != "workflow" {
        return String::new();
    }
    let none = if finding.measure == "waited" { "" } else { "*outside of its steps*" };
    let is_worth = |one: &&FindingCarrier| one.share_pct.is_none_or(|pct| pct.abs() >= 1.0);
    let (shown, hidden): (Vec<_>, Vec<_>) = finding.carriers.iter().partition(is_worth);
    let named = shown.into_iter().map(|one| {
        let job =
            one.job.as_ref().map_or("*between jobs*".to_owned(), |job| hostile::markdown(job));
        let step = one.step.as_ref().map(|step| hostile::markdown(step));
        let none = if one.job.is_some() { none } else { "" };
        row(one, &job, &step.unwrap_or_else(|| none.to_owned()))
    });
    let rest = row(&all_of(hidden.into_iter().chain(&finding.rest)), "*all others*", "");
    let rows: Vec<String> = named.chain([rest]).collect();
    format!(
        "| Job | Step | Before | After | Share |\n|:--|:--|--:|--:|--:|\n{}\n\n<sub>Means of the \
         attempts around the change; the levels above are medians.</sub>",
        rows.join("\n")
    )
}

/// Several carriers as one.
fn all_of<'a>(carriers: impl Iterator<Item = &'a FindingCarrier>) -> FindingCarrier {
    let mut all =
        FindingCarrier { job: None, step: None, before_s: 0.0, after_s: 0.0, share_pct: None };
    for one in carriers {
        all.before_s += one.before_s;
        all.after_s += one.after_s;
        all.share_pct = one.share_pct.map(|pct| pct + all.share_pct.unwrap_or_default());
    }
    all
}

fn row(one: &FindingCarrier, job: &str, step: &str) -> String {
    // Never "-0 %".
    let share = one.share_pct.map(|pct| format!("{:.0} %", pct.round() + 0.0));
    let share = share.unwrap_or_else(|| units::NONE.to_owned());
    let (before, after) = (units::duration(one.before_s), units::duration(one.after_s));
    format!("| {job} | {step} | {before} | {after} | {share} |")
}

fn members(finding: &Finding) -> String {
    if finding.kind != "fleet" {
        return String::new();
    }
    let shown = finding.members.iter().take(MOST_MEMBERS);
    let mut lines: Vec<String> =
        shown.map(|member| format!("- {}", hostile::markdown_prose(member))).collect();
    if let Some(more @ 1..) = finding.members.len().checked_sub(MOST_MEMBERS) {
        lines.push(format!("- and {more} more"));
    }
    lines.join("\n")
}

fn beginning(finding: &Finding, server: &Server) -> String {
    let (first, last) = (&finding.first_bad, &finding.last_good);
    let run = |attempt| links::run(server, &finding.repository, attempt);
    let mut points = vec![
        format!("- first after it: {}, {}", run(first), clock::minute(&first.ended_at)),
        format!("- last before it: {}, {}", run(last), clock::minute(&last.ended_at)),
    ];
    if let Some(range) = links::compare(server, &finding.repository, [last, first]) {
        points.push(format!("- commits between them: {range}"));
    }
    points.join("\n")
}

fn belief(finding: &Finding) -> String {
    let samples = units::counted(u64::from(finding.samples), "sample");
    let at = finding.confirmed_at.as_deref().map(clock::minute).unwrap_or_default();
    let held = if finding.unit == "s" {
        "weekdays, hours, outliers, a slope, and two modes that take turns do not explain it"
    } else {
        "runs that fail in rows do not explain it"
    };
    format!(
        "It was beyond doubt after {samples}, at {at}: the levels lie {:.1} standard errors apart, \
         the latest samples agree, and {held}.",
        finding.errors
    )
}

fn touched(finding: &Finding) -> String {
    let told = summary::finding(finding).into_iter();
    let lines = told.filter(|(what, _)| ["matters", "costs"].contains(what));
    let lines = lines.map(|(_, words)| format!("- {}", hostile::markdown_prose(&words)));
    lines.collect::<Vec<String>>().join("\n")
}

/// A sentence, safe, with a capital where it begins with a letter.
fn capital(text: &str) -> String {
    let text = hostile::markdown_prose(text);
    let mut rest = text.chars();
    match rest.next() {
        Some(first) => first.to_uppercase().chain(rest).collect(),
        None => text,
    }
}
