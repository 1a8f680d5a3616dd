//! Telling chats and mail: one message for each channel and pass, of all that is news.
//!
//! No channel can be asked for something at most once, nor whether a message is there. So a message
//! is claimed in the ledger before it is sent, and the claim is taken away when it is known what
//! became of it. What may have arrived is sent again after a while, and says so: nothing is lost.

use std::fmt;

use futures_util::stream::{StreamExt, iter};

use crate::config::FailedRuns;
use crate::flow::notify::{Known, Round};
use crate::flow::{Matter, Reporter};
use crate::judging::{Told, told};
use crate::news::{BACK_DAYS, Change, Runs, changes};
use crate::port::{Announced, Channel, Findings, Library, Notice, Notices, Sending, Stored, Topic};
use crate::render::{NoticeLine, notice, once_more};
use crate::row::{DayKey, Row, WorkflowId};
use crate::time::{Day, Time};

/// Workflows read at once.
const AT_ONCE: usize = 8;

/// What came of telling one channel.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Announcement {
    /// The channel.
    pub channel: &'static str,
    /// What was done.
    pub step: Step,
    /// How many things were told.
    pub topics: u64,
    /// The message, where there was one.
    pub notice: Option<Notice>,
    /// Why it was not sent, or may not have been, in words; a later pass tries again.
    pub problem: Option<String>,
}

/// What is done about a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// It is noted since when there is something to tell.
    Begin,
    /// Nothing is news.
    Rest,
    /// Somebody else is at it, or was a short while ago.
    Wait,
    /// What is news is told.
    Tell,
    /// What may have been told is told again.
    TellAgain,
}

/// What the next pass would send.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct NoticesPlanned {
    /// To each channel.
    pub channels: Vec<Announcement>,
}

/// What is known when there is something to tell.
struct Survey {
    known: Option<Known>,
    runs: Vec<(WorkflowId, Day, Runs)>,
}

/// What a channel is to be told.
enum Plan {
    Do(Step),
    Again(Sending),
    Say { topics: Vec<Topic>, notice: Notice, lasting: Option<Vec<String>> },
}

impl<L: Library, F: Findings + Notices> Reporter<'_, L, F> {
    /// Tells each channel what is news, as long as there is time.
    pub async fn announce(
        &self,
        channels: &[impl Channel],
        matter: Matter<'_>,
        clock: impl Fn() -> Time + Send + Sync,
        has_time: impl Fn() -> bool + Send + Sync,
    ) -> Stored<Vec<Announcement>> {
        let mut announcements = Vec::new();
        if channels.is_empty() || self.is_not_told(matter) {
            return Ok(announcements);
        }
        let mut survey = self.survey(matter, clock()).await?;
        for channel in channels {
            if has_time() {
                announcements.push(self.tell_channel(channel, &mut survey, &clock).await?);
            }
        }
        Ok(announcements)
    }

    /// What [`Reporter::announce`] would send now to channels of these names. Nothing is stored.
    pub async fn notices_planned(
        &self,
        channels: &[&'static str],
        now: Time,
    ) -> Stored<NoticesPlanned> {
        let mut planned = NoticesPlanned::default();
        let matter = Matter::Everything;
        if channels.is_empty() || self.is_not_told(matter) {
            return Ok(planned);
        }
        let mut survey = self.survey(matter, now).await?;
        for channel in channels {
            let announced = self.findings.announced(channel).await?;
            let plan = self.plan(announced.as_ref(), &mut survey, now).await?;
            planned.channels.push(plan.announcement(channel));
        }
        Ok(planned)
    }

    async fn tell_channel<C: Channel>(
        &self,
        channel: &C,
        survey: &mut Survey,
        clock: &(impl Fn() -> Time + Send + Sync),
    ) -> Stored<Announcement> {
        let (name, now) = (channel.name(), clock());
        let announced = self.findings.announced(name).await?;
        let plan = self.plan(announced.as_ref(), survey, now).await?;
        let mut announcement = plan.announcement(name);
        let Some(announced) = announced else {
            self.findings.put_announced(name, &Announced::since(now)).await?;
            return Ok(announcement);
        };
        // What is claimed should this message surely not arrive.
        let (claimed, before) = match plan {
            Plan::Do(_) => return Ok(announcement),
            Plan::Again(before) => (announced.sending_again(now), Some(before)),
            Plan::Say { topics, notice, lasting } => {
                let lasts = |name: &str| {
                    lasting.as_ref().is_none_or(|lasting| lasting.iter().any(|one| one == name))
                };
                (announced.sending(Sending::of(topics, notice, now), lasts), None)
            }
        };
        if !self.findings.put_announced(name, &claimed).await? {
            return Ok(Announcement::of(name, Step::Wait));
        }
        let Some(notice) = &announcement.notice else { return Ok(announcement) };
        let next = match channel.send(notice).await {
            Ok(()) => claimed.sent(clock()),
            Err(error) => {
                announcement.problem = Some(error.what);
                if error.is_unsure {
                    return Ok(announcement);
                }
                claimed.not_sent(before)
            }
        };
        // Where this is not stored, the message is sent again and says so.
        self.findings.put_announced(name, &next).await?;
        Ok(announcement)
    }

    async fn plan(
        &self,
        announced: Option<&Announced>,
        survey: &mut Survey,
        now: Time,
    ) -> Stored<Plan> {
        let Some(announced) = announced else { return Ok(Plan::Do(Step::Begin)) };
        match &announced.claim {
            Some(claim) if claim.is_young(now) => return Ok(Plan::Do(Step::Wait)),
            Some(claim) => return Ok(Plan::Again(claim.clone())),
            None => {}
        }
        let mut news = News::default();
        if let Some(known) = &survey.known {
            self.tell_changes(known, announced, now, &mut news);
        }
        self.tell_runs(&mut survey.runs, announced, now, &mut news).await?;
        if news.lines.is_empty() {
            return Ok(Plan::Do(Step::Rest));
        }
        let News { topics, lines, lasting } = news;
        Ok(Plan::Say { topics, notice: notice(&lines), lasting })
    }

    fn is_not_told(&self, matter: Matter<'_>) -> bool {
        match matter {
            Matter::Everything => self.policy.notices.is_nothing(),
            Matter::Ended(_) => self.policy.notices.failed_runs == FailedRuns::Off,
        }
    }

    async fn survey(&self, matter: Matter<'_>, now: Time) -> Stored<Survey> {
        let asks = self.policy.notices.findings && matter.is_everything();
        let known = if asks { Some(self.known().await?) } else { None };
        let mut runs = Vec::new();
        if self.policy.notices.failed_runs != FailedRuns::Off {
            let yesterday = Day(now.day().0.saturating_sub(1));
            let days = yesterday..now.day().next();
            let ids = matter.workflows(self.library, days).await?;
            let read = ids.into_iter().map(|id| self.runs(id, [yesterday, now.day()]));
            let mut read = iter(read).buffered(AT_ONCE);
            while let Some(of_one) = read.next().await {
                runs.push(of_one?);
            }
        }
        Ok(Survey { known, runs })
    }

    async fn runs(&self, workflow: WorkflowId, days: [Day; 2]) -> Stored<(WorkflowId, Day, Runs)> {
        let mut runs = Runs::default();
        for day in days {
            runs.add(self.library.rows(DayKey { workflow, day }).await?);
        }
        Ok((workflow, days[0], runs))
    }

    fn tell_changes(&self, known: &Known, announced: &Announced, now: Time, news: &mut News) {
        let told = told(&known.judgements);
        let round = Round { reporter: self, known, told: &told, now };
        for change in changes(&told, announced, now) {
            let Some(finding) = round.rendered(change.told) else { continue };
            let issue = issue_of(known, change);
            let line = if change.is_over { NoticeLine::over } else { NoticeLine::finding };
            news.lines.push(line(&finding, issue, self.server));
            news.topics.extend(change.topics());
        }
        let open = told.iter().filter(|one| one.over(now).is_none()).flat_map(Told::members);
        let names = open.flat_map(|(id, one)| [one.id.clone(), one.subject(*id)]);
        news.lasting = Some(names.collect());
    }

    async fn tell_runs(
        &self,
        runs: &mut [(WorkflowId, Day, Runs)],
        announced: &Announced,
        now: Time,
        news: &mut News,
    ) -> Stored<()> {
        let mut failed = Vec::new();
        for of_one in runs {
            let candidates: Vec<Row> = of_one.2.failed(announced, now).cloned().collect();
            for row in candidates {
                if self.policy.notices.failed_runs == FailedRuns::Every
                    || self.is_first(of_one, &row, announced).await?
                {
                    failed.push(row);
                }
            }
        }
        failed.sort_by_key(|row| (row.end, row.id));
        news.topics.extend(failed.iter().map(Topic::of_run));
        news.lines.extend(failed.iter().map(|row| NoticeLine::run(row, self.server)));
        Ok(())
    }

    /// Day by day backwards, until it is known how the workflow did before.
    async fn is_first(
        &self,
        (workflow, from, runs): &mut (WorkflowId, Day, Runs),
        row: &Row,
        announced: &Announced,
    ) -> Stored<bool> {
        let oldest = row.end.day().0.saturating_sub(BACK_DAYS);
        loop {
            if let Some(is_first) = runs.is_first(row, announced) {
                return Ok(is_first);
            }
            if from.0 <= oldest {
                return Ok(true);
            }
            *from = Day(from.0.saturating_sub(1));
            runs.add(self.library.rows(DayKey { workflow: *workflow, day: *from }).await?);
        }
    }
}

#[derive(Default)]
struct News {
    topics: Vec<Topic>,
    lines: Vec<NoticeLine>,
    /// Findings and subjects that are not over; none where nobody looked.
    lasting: Option<Vec<String>>,
}

/// Where an issue tells of it.
fn issue_of<'a>(known: &'a Known, change: Change<'_>) -> Option<(&'a str, u64)> {
    let is_of = |id: &str| change.told.members().iter().any(|(_, finding)| finding.id == id);
    let mut issues = known.deeds.values().flat_map(|deeds| deeds.issues.iter().rev());
    issues.find_map(|issue| {
        let tells = is_of(&issue.finding) || issue.gathered.iter().any(|one| is_of(&one.finding));
        let number = issue.number.filter(|_| tells && issue.muted.is_none())?;
        Some((issue.repository.as_str(), number))
    })
}

impl Plan {
    fn announcement(&self, channel: &'static str) -> Announcement {
        let (step, topics, notice) = match self {
            Self::Do(step) => return Announcement::of(channel, *step),
            Self::Again(claim) => (Step::TellAgain, &claim.topics, once_more(&claim.notice)),
            Self::Say { topics, notice, .. } => (Step::Tell, topics, notice.clone()),
        };
        let topics = topics.len() as u64;
        Announcement { topics, notice: Some(notice), ..Announcement::of(channel, step) }
    }
}

impl Announcement {
    const fn of(channel: &'static str, step: Step) -> Self {
        Self { channel, step, topics: 0, notice: None, problem: None }
    }
}

impl fmt::Display for Announcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { channel, .. } = self;
        match (self.step, &self.notice) {
            (Step::Begin, _) => writeln!(f, "{channel}: what happens from now on is told"),
            (Step::Wait, _) => writeln!(f, "{channel}: wait for who else tells it"),
            (_, Some(notice)) => {
                writeln!(f, "{channel}:")?;
                notice.plain.lines().try_for_each(|line| writeln!(f, "  {line}"))
            }
            (Step::Rest | Step::Tell | Step::TellAgain, None) => Ok(()),
        }
    }
}

impl fmt::Display for NoticesPlanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.channels.iter().try_for_each(|one| one.fmt(f))
    }
}
