//! The reporter as a Lambda function: issues on GitHub, dashboards in Grafana and notices when the
//! table's stream tells of judgements, and by a schedule; by another one, reports of the days and
//! weeks that have ended, put into the bucket once each. Whatever starts it, it does what is missing.

mod channels;
mod people;
mod trigger;

use std::process::ExitCode;

use lambda_runtime::{Error, LambdaEvent};
use laptime_aws::{Bucket, Clients, Settings, Store, clock, function};
use laptime_core::config::{Policy, Source};
use laptime_core::flow::{Audience, Heard, Matter, Reporter as Teller, publish, tell};
use laptime_core::time::{MS_PER_HOUR, Time};
use serde_json::Value;

use crate::people::People;
use crate::trigger::Trigger;

/// Left of an invocation's time when nothing more is begun.
const SPARE_MS: i64 = 30_000;

/// Hours of a day (UTC) in which thresholds are looked at: they are about days that are over.
const NIGHT_FROM_HOUR: i64 = 2;
const NIGHT_TO_HOUR: i64 = 6;

/// Tables of the policy that have variables of their own.
const TABLES: [(&str, &str); 4] = [
    ("issues", "LAPTIME_ISSUES"),
    ("pulls", "LAPTIME_PULLS"),
    ("grafana", "LAPTIME_GRAFANA"),
    ("notices", "LAPTIME_NOTICES"),
];

struct Reporter {
    store: Store,
    bucket: Bucket,
    policy: Policy,
    /// The same where thresholds are not looked at.
    policy_by_day: Policy,
    people: People,
}

fn main() -> ExitCode {
    function::run("reporter", reporter, Reporter::invoked)
}

/// All that lives as long as the process. No call is made.
fn reporter(settings: &mut Settings) -> Option<Reporter> {
    let table = settings.needed("LAPTIME_TABLE", "the name of the table");
    let bucket = settings.needed("LAPTIME_BUCKET", "the bucket of the reports");
    let policy = settings.policy_with(&TABLES);
    let clients = Clients::on_lambda(settings);
    let (table, bucket, policy, clients) = (table?, bucket?, policy?, clients?);
    let people = People::of(settings, &clients, &policy)?;
    let store = clients.store(&table, policy.retention.raw_days);
    let policy_by_day = policy.without_thresholds();
    Some(Reporter { store, bucket: clients.bucket(bucket), policy, policy_by_day, people })
}

impl Reporter {
    async fn invoked(&self, event: LambdaEvent<Trigger>) -> Result<Value, Error> {
        let ends = i64::try_from(event.context.deadline).unwrap_or(i64::MAX);
        let deadline = Time::from_millis(ends.saturating_sub(SPARE_MS));
        match event.payload {
            Trigger::Judged => self.heard(deadline, Matter::Everything).await,
            Trigger::Ended(ended) => self.heard(deadline, Matter::Ended(&ended)).await,
            Trigger::Sweep => match self.tell(deadline, Matter::Everything).await? {
                (heard, false) => Ok(heard),
                (_, true) => Err("people could not be told: see the log".into()),
            },
            Trigger::Reports => self.publish(deadline).await,
        }
    }

    /// Tells people. Trying again at once would mend nothing that is amiss.
    async fn heard(&self, deadline: Time, matter: Matter<'_>) -> Result<Value, Error> {
        self.tell(deadline, matter).await.map(|(heard, _)| heard)
    }

    /// Tells people, and answers whether something is amiss that a person has to mend.
    async fn tell(&self, deadline: Time, matter: Matter<'_>) -> Result<(Value, bool), Error> {
        let is_asked = matter.is_everything() || self.policy.tells_of_runs();
        if self.people.is_nobody() || !is_asked {
            return Ok((Value::Null, false));
        }
        let mut untold = Vec::new();
        let known = self.people.clients(&mut untold).await;
        for problem in &untold {
            tracing::error!(error = %problem, "people could not be told; the next start tries again");
        }
        let Self { store, people, .. } = self;
        let policy = if is_night(clock()) { &self.policy } else { &self.policy_by_day };
        let teller = Teller { library: store, findings: store, policy, server: people.server() };
        let audience = Audience {
            forge: known.github(),
            dashboards: known.grafana(),
            channels: &known.channels(),
            feeds: Source::CloudWatch,
        };
        let heard = tell(&teller, &audience, matter, clock, || clock() < deadline).await;
        let heard = heard.map_err(|error| error.to_string())?;
        log(&heard);
        let is_amiss = heard.is_amiss() || !untold.is_empty();
        Ok((serde_json::to_value(heard)?, is_amiss))
    }

    async fn publish(&self, deadline: Time) -> Result<Value, Error> {
        let policy = &self.policy;
        let published = publish(&self.store, &self.bucket, policy, deadline, clock).await;
        for problem in &published.problems {
            tracing::error!(error = %problem, "a report is missing; the next start tries again");
        }
        tracing::info!(
            reports.objects = published.objects,
            reports.known = published.known,
            reports.complete = published.complete,
            reports.periods = published.periods.len(),
            "reports were published"
        );
        // An error makes Lambda try again, and the alarms go off.
        match published.problems.len() {
            0 => Ok(serde_json::to_value(published)?),
            missing => Err(format!("reports of {missing} periods are missing: see the log").into()),
        }
    }
}

/// The hours after a pass has rolled up the day before, in which several sweeps come.
fn is_night(now: Time) -> bool {
    let since_midnight = now.since(now.day().start());
    (NIGHT_FROM_HOUR * MS_PER_HOUR..NIGHT_TO_HOUR * MS_PER_HOUR).contains(&since_midnight)
}

fn log(heard: &Heard) {
    for problem in heard.problems() {
        tracing::error!(error = %problem, "people could not be told; the next start tries again");
    }
    let github = heard.github.as_ref();
    let grafana = heard.grafana.as_ref();
    let sent = heard.channels.iter().filter(|one| one.problem.is_none());
    tracing::info!(
        github.acts = github.map(|notified| notified.done.len()),
        github.left = github.map(|notified| notified.left),
        pulls.remarks = heard.pulls.as_ref().map(|remarked| remarked.done.len()),
        grafana.dashboards = grafana.map(|written| written.dashboards),
        grafana.annotations = grafana.map(|written| written.annotations + written.changed),
        notice.topics = sent.map(|one| one.topics).sum::<u64>(),
        "people were told"
    );
}
