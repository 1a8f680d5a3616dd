//! `laptime notify`: one pass of the reporter, on GitHub, in Grafana and in a chat.

use std::fmt::Write;

use anyhow::bail;
use laptime_core::config::{Policy, Source};
use laptime_core::flow::{
    Audience, Grafana, GrafanaPlan, GrafanaWritten, Heard, Matter, NoticesPlanned, Planning,
    RemarksPlanned, Reporter, Step, plan_grafana, tell,
};
use laptime_core::port::{Channel, Findings, Library, Notices, Remarks};
use laptime_core::render::{Server, counted};
use laptime_core::time::Time;
use laptime_local::Store;
use serde::Serialize;

use crate::args::{Format, NotifyArgs};
use crate::command::{Outcome, block_on};
use crate::output;
use crate::place::Place;
use crate::settings::{self, clock, policy};

/// What would be done.
#[derive(Debug, Serialize)]
struct Intent {
    github: Planning,
    pulls: RemarksPlanned,
    grafana: Option<AsText>,
    notices: NoticesPlanned,
}

/// A plan that prints itself, line by line.
#[derive(Debug)]
struct AsText(GrafanaPlan);

impl Serialize for AsText {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.to_string().lines().collect::<Vec<_>>().serialize(to)
    }
}

pub(crate) fn run(args: &NotifyArgs) -> anyhow::Result<Outcome> {
    let policy = policy(args.store.config.as_ref())?;
    match Place::named(&args.store.data, policy.retention.raw_days)? {
        Place::Folder(folder) => {
            let store = Store::open_existing(&folder)?;
            let snapshot = store.snapshot()?;
            let at = Pass { library: &snapshot, findings: &store, policy: &policy };
            block_on(at.run(args, Source::Prometheus))?
        }
        #[cfg(feature = "aws")]
        Place::Table(store) => {
            let at = Pass { library: &*store, findings: &*store, policy: &policy };
            block_on(at.run(args, Source::CloudWatch))?
        }
    }
}

/// What a pass works on.
pub(crate) struct Pass<'a, L, F> {
    pub(crate) library: &'a L,
    pub(crate) findings: &'a F,
    pub(crate) policy: &'a Policy,
}

impl<L: Library, F: Findings + Remarks + Notices> Pass<'_, L, F> {
    async fn run(&self, args: &NotifyArgs, feeds: Source) -> anyhow::Result<Outcome> {
        let given = args.now;
        let now = || given.unwrap_or_else(clock);
        let text = if args.dry_run {
            let intent = self.intent(now(), feeds).await?;
            match args.format.format {
                Format::Text => intent.to_string(),
                Format::Json => json(&intent)?,
            }
        } else {
            output::check(args.format.out.as_deref())?;
            let heard = self.tell(now, feeds).await?;
            let text = match args.format.format {
                Format::Text => text(&heard)?,
                Format::Json => json(&heard)?,
            };
            output::emit(&text, args.format.out.as_deref())?;
            return verdict(&heard);
        };
        output::emit(&text, args.format.out.as_deref())?;
        Ok(Outcome::Fine)
    }

    async fn intent(&self, now: Time, feeds: Source) -> anyhow::Result<Intent> {
        let server = settings::github_place()?.server;
        let github = self.reporter(&server).planned(now).await?;
        let pulls = self.reporter(&server).remarks_planned(now).await?;
        let grafana = match settings::grafana()? {
            Some(dashboards) => {
                let plan = plan_grafana(&self.boards(&dashboards, feeds), now).await?;
                Some(AsText(plan))
            }
            None => None,
        };
        let hook = settings::hook()?;
        let names: Vec<&str> = hook.iter().map(Channel::name).collect();
        let notices = self.reporter(&server).notices_planned(&names, now).await?;
        Ok(Intent { github, pulls, grafana, notices })
    }

    async fn tell(
        &self,
        now: impl Fn() -> Time + Send + Sync,
        feeds: Source,
    ) -> anyhow::Result<Heard> {
        let (grafana, hook) = (settings::grafana()?, settings::hook()?);
        let github = match settings::github_credentials()? {
            // Without anybody to tell this has no use, and says so.
            None if grafana.is_some() || hook.is_some() => None,
            _ => Some(settings::github(self.policy)?),
        };
        let server = settings::github_place()?.server;
        let audience = Audience {
            forge: github.as_ref(),
            dashboards: grafana.as_ref(),
            channels: hook.as_slice(),
            feeds,
        };
        Ok(tell(&self.reporter(&server), &audience, Matter::Everything, now, || true).await?)
    }

    pub(crate) fn reporter<'a>(&'a self, server: &'a Server) -> Reporter<'a, L, F> {
        let Self { library, findings, policy } = self;
        Reporter { library: *library, findings: *findings, policy, server }
    }

    fn boards<'a, D>(&'a self, dashboards: &'a D, feeds: Source) -> Grafana<'a, L, D> {
        Grafana { library: self.library, dashboards, policy: self.policy, feeds }
    }
}

fn verdict(heard: &Heard) -> anyhow::Result<Outcome> {
    match heard.problems().count() {
        0 => Ok(Outcome::Fine),
        count => bail!(
            "{} could not be done, see above; the next pass tries again",
            counted(count as u64, "thing")
        ),
    }
}

fn json(value: &impl Serialize) -> anyhow::Result<String> {
    Ok(format!("{}\n", serde_json::to_string_pretty(value)?))
}

impl std::fmt::Display for Intent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.github.fmt(f)?;
        self.pulls.fmt(f)?;
        self.grafana.as_ref().map_or(Ok(()), |plan| plan.0.fmt(f))?;
        self.notices.fmt(f)
    }
}

fn text(heard: &Heard) -> anyhow::Result<String> {
    let mut text = String::new();
    if let Some(notified) = &heard.github {
        let pulls = heard.pulls.as_ref();
        for act in &notified.done {
            write!(text, "{act}")?;
        }
        for spoken in pulls.iter().flat_map(|remarked| &remarked.done) {
            write!(text, "{spoken}")?;
        }
        let of_pulls = pulls.iter().flat_map(|remarked| &remarked.problems);
        for problem in notified.problems.iter().chain(of_pulls) {
            writeln!(text, "not done: {problem}")?;
        }
        let left = notified.left + pulls.map_or(0, |remarked| remarked.left);
        if left > 0 {
            writeln!(text, "{} left to the next pass", counted(left, "thing"))?;
        }
    }
    if let Some(written) = &heard.grafana {
        let GrafanaWritten { folders, dashboards, annotations, changed, .. } = written;
        let all = [
            (folders, "folder", "made"),
            (dashboards, "dashboard", "written"),
            (annotations, "annotation", "added"),
            (changed, "annotation", "changed"),
        ];
        let some = all.iter().filter(|(count, ..)| **count > 0);
        let some = some.map(|(count, what, how)| format!("{} {how}", counted(**count, what)));
        let some: Vec<String> = some.collect();
        if !some.is_empty() {
            writeln!(text, "Grafana: {}", some.join(", "))?;
        }
        for problem in &written.problems {
            writeln!(text, "not done: Grafana: {problem}")?;
        }
    }
    for told in &heard.channels {
        match &told.problem {
            Some(problem) => writeln!(text, "not done: {problem}")?,
            None => write!(text, "{told}")?,
        }
    }
    if text.is_empty() {
        writeln!(text, "nothing to do")?;
    }
    Ok(text)
}

/// What a reader of the log is to know.
pub(crate) fn log(heard: &Heard) {
    for act in heard.github.iter().flat_map(|notified| &notified.done) {
        let (repo, finding) = (act.repository.as_str(), act.finding.as_str());
        tracing::info!(repo, issue.number = act.number, finding, "{}", act.act);
    }
    for spoken in heard.pulls.iter().flat_map(|remarked| &remarked.done) {
        let (repo, sha) = (spoken.repository.as_str(), spoken.sha.as_str());
        tracing::info!(repo, pull.number = spoken.number, head.sha = sha, "{}", spoken.act);
    }
    for told in heard.channels.iter().filter(|one| one.topics > 0 && one.problem.is_none()) {
        let again = told.step == Step::TellAgain;
        tracing::info!(
            channel = told.channel,
            notice.topics = told.topics,
            notice.again = again,
            "a notice was sent"
        );
    }
    for problem in heard.problems() {
        tracing::error!(error = %problem, "people could not be told; the next pass tries again");
    }
    if let Some(written) = &heard.grafana {
        let GrafanaWritten { dashboards, annotations, changed, .. } = written;
        if dashboards + annotations + changed > 0 {
            tracing::info!(
                grafana.dashboards = dashboards,
                grafana.annotations = annotations + changed,
                "Grafana was written to"
            );
        }
    }
}
