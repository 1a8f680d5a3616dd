//! Messages to chats and by mail: a line for each thing, with one place to look at.
//!
//! Names come from whoever opens a pull request. In a chat they stand in code spans, without `<`,
//! `>` and what could be an entity, so none of them mentions, links or formats anything, in Slack or
//! in what takes Slack's messages for Markdown. Links are made of checked parts.

#[cfg(test)]
mod tests;

use crate::hostile;
use crate::port::Notice;
use crate::render::{Server, counted, well_formed};
use crate::report::{Finding, FindingAttempt, short};
use crate::row::Row;
use crate::stats::Outcomes;

/// Lines in a message.
const MOST_TOLD: usize = 20;

/// Characters of its lines, unless one alone is longer: Discord takes 2,000 in all.
const ROOM: usize = 1_750;

/// Failed jobs that a line names.
const MOST_JOBS: usize = 3;

/// One thing that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoticeLine {
    about: About,
    /// Names stand between backquotes.
    sentence: String,
    /// Where it is, and its address if it has one.
    label: String,
    address: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Finding,
    Over,
    Run,
}

impl NoticeLine {
    /// A finding, and the issue that tells of it if there is one.
    pub(crate) fn finding(finding: &Finding, issue: Option<(&str, u64)>, server: &Server) -> Self {
        let blame = if finding.not_your_code { "; probably not your code" } else { "" };
        let sentence = format!("{}{blame}", finding.headline);
        let (label, address) = place(finding, issue, server);
        Self { about: About::Finding, sentence, label, address }
    }

    /// That it is over.
    pub(crate) fn over(finding: &Finding, issue: Option<(&str, u64)>, server: &Server) -> Self {
        let sentence = format!("over: {}", finding.headline);
        let (label, address) = place(finding, issue, server);
        Self { about: About::Over, sentence, label, address }
    }

    /// A failed run.
    pub(crate) fn run(row: &Row, server: &Server) -> Self {
        let how = match row.conclusion.as_str() {
            "timed_out" => "took too long",
            "startup_failure" => "could not start",
            _ => "failed",
        };
        let branch = row.branch.name.as_deref();
        let branch = branch.map_or_else(|| "the default branch".to_owned(), quoted);
        let sentence = format!("{} {how} on {branch}{}", quoted(&row.names.workflow), jobs(row));
        let attempt = FindingAttempt {
            run_id: row.id.run,
            attempt: row.id.attempt,
            run_number: row.run_number,
            head_sha: None,
            ended_at: row.end.to_string(),
        };
        let (label, address) = run(&row.names.repository, &attempt, server);
        Self { about: About::Run, sentence, label, address }
    }

    fn chat(&self) -> String {
        let place = match &self.address {
            // Made of a checked name and numbers.
            Some(address) => format!("<{address}|{}>", self.label),
            None => hostile::annotation(&self.label),
        };
        format!("• {}: {place}", hostile::annotation(&self.sentence))
    }

    fn plain(&self) -> String {
        let address = self.address.as_ref().map_or_else(String::new, |to| format!(", {to}"));
        let [sentence, label] = [&self.sentence, &self.label].map(|text| hostile::prose(text));
        format!("- {sentence}: {label}{address}")
    }
}

/// The issue, else the first run after the change: what it is called, and its address.
fn place(
    finding: &Finding,
    issue: Option<(&str, u64)>,
    server: &Server,
) -> (String, Option<String>) {
    let filed = issue.and_then(|(repository, number)| {
        let address = server.issue(repository, number)?;
        Some((format!("{repository}#{number}"), Some(address)))
    });
    filed.unwrap_or_else(|| run(&finding.repository, &finding.first_bad, server))
}

fn run(repository: &str, run: &FindingAttempt, server: &Server) -> (String, Option<String>) {
    let told = match run.run_number {
        Some(number) => format!("run {number}"),
        None => format!("run with id {}", run.run_id),
    };
    let named = well_formed(repository).map_or_else(|| quoted(repository), str::to_owned);
    let again = if run.attempt > 1 { format!(", attempt {}", run.attempt) } else { String::new() };
    (format!("{named}, {told}{again}"), server.attempt(repository, run.run_id, run.attempt))
}

fn quoted(name: &str) -> String {
    hostile::quoted(&short(name))
}

/// `, job build` or the like: of those that failed.
fn jobs(row: &Row) -> String {
    let failed = row.jobs.iter().filter(|job| Outcomes::is_failure(&job.conclusion));
    let named: Vec<String> = failed.map(|job| quoted(&job.name)).collect();
    let shown = named.iter().take(MOST_JOBS).map(String::as_str).collect::<Vec<_>>().join(", ");
    match named.len() {
        0 => String::new(),
        1 => format!(", job {shown}"),
        count => match count.saturating_sub(MOST_JOBS) {
            0 => format!(", jobs {shown}"),
            more => format!(", jobs {shown} and {more} more"),
        },
    }
}

/// The message that tells these, in this order.
pub(crate) fn notice(lines: &[NoticeLine]) -> Notice {
    let subject = format!("Laptime: {}", head(lines));
    let (mut chat, mut plain) = (subject.clone(), subject.clone());
    let (mut room, mut shown) = (ROOM, 0);
    for line in lines.iter().take(MOST_TOLD) {
        let (in_chat, in_mail) = (line.chat(), line.plain());
        let left = room.checked_sub(in_chat.chars().count() + 1);
        if left.is_none() && shown > 0 {
            break;
        }
        room = left.unwrap_or_default();
        shown += 1;
        chat.extend(["\n", &in_chat]);
        plain.extend(["\n", &in_mail]);
    }
    if let Some(more @ 1..) = lines.len().checked_sub(shown) {
        chat.extend(["\n• and ", &more.to_string(), " more"]);
        plain.extend(["\n- and ", &more.to_string(), " more"]);
    }
    Notice { subject, chat, plain }
}

fn head(lines: &[NoticeLine]) -> String {
    let parts = [About::Finding, About::Over, About::Run].map(|about| {
        let count = lines.iter().filter(|line| line.about == about).count() as u64;
        (count > 0).then(|| match about {
            About::Finding => counted(count, "finding"),
            About::Over => format!("{count} over"),
            About::Run => counted(count, "failed run"),
        })
    });
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The same message, once more: nobody said whether it arrived.
pub(crate) fn once_more(notice: &Notice) -> Notice {
    let again = |text: &str| format!("Perhaps told before. {text}");
    Notice {
        subject: again(&notice.subject),
        chat: again(&notice.chat),
        plain: again(&notice.plain),
    }
}
