//! Sending deliveries the way GitHub does: signed, over HTTP.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use laptime_core::ingest::Secrets;
use ureq::Agent;

use super::{Failure, Record, Recorded, Taken, Target};

const TIMEOUT: Duration = Duration::from_secs(30);

/// Posts to one URL over several connections.
pub(crate) struct Sender {
    url: String,
    secrets: Secrets,
    connections: u16,
    agent: Agent,
}

impl Sender {
    pub(crate) fn new(url: String, secrets: Secrets, connections: u16) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            .max_idle_connections_per_host(usize::from(connections))
            .max_idle_connections(usize::from(connections))
            .build()
            .new_agent();
        Self { url, secrets, connections, agent }
    }

    fn post(&self, record: &Record) -> Taken {
        let Record::Delivery { event, guid, body } = record else {
            return Taken::Failed("an exported event has no body to sign: use --data".to_owned());
        };
        let mut request = self
            .agent
            .post(&self.url)
            .header("content-type", "application/json")
            .header("user-agent", concat!("laptime/", env!("CARGO_PKG_VERSION")))
            .header("x-github-event", event)
            .header("x-hub-signature-256", self.secrets.sign(body));
        if let Some(guid) = guid {
            request = request.header("x-github-delivery", guid);
        }
        match request.send(body.as_slice()) {
            Ok(mut response) => {
                let said = response.body_mut().read_to_string().unwrap_or_default();
                taken(response.status().as_u16(), said.trim())
            }
            Err(error) => Taken::Failed(format!("{} did not answer: {error}", self.url)),
        }
    }
}

fn taken(status: u16, said: &str) -> Taken {
    match status {
        202 => Taken::Stored,
        200 if said.starts_with("duplicate") => Taken::Duplicate,
        200 => Taken::Ignored,
        other => Taken::Failed(format!(
            "answered {other}: {}",
            said.chars().take(300).collect::<String>()
        )),
    }
}

impl Target for Sender {
    fn take(&mut self, batch: &[Recorded], failure: Failure) -> anyhow::Result<Vec<Taken>> {
        let next = AtomicUsize::new(0);
        let answers = Mutex::new(vec![Taken::NotSent; batch.len()]);
        std::thread::scope(|scope| {
            for _ in 0..self.connections {
                scope.spawn(|| {
                    while let Some((at, one)) = take_next(&next, batch) {
                        let taken = self.post(&one.record);
                        if failure == Failure::Stops && matches!(taken, Taken::Failed(_)) {
                            next.store(batch.len(), Ordering::Relaxed);
                        }
                        if let Ok(mut answers) = answers.lock()
                            && let Some(answer) = answers.get_mut(at)
                        {
                            *answer = taken;
                        }
                    }
                });
            }
        });
        Ok(answers.into_inner().unwrap_or_default())
    }
}

fn take_next<'a>(next: &AtomicUsize, batch: &'a [Recorded]) -> Option<(usize, &'a Recorded)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    batch.get(at).map(|record| (at, record))
}
