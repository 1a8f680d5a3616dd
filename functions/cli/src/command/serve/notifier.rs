//! Telling people, beside the passes: a thread of its own, as GitHub may let it wait.

use std::sync::Arc;

use laptime_core::config::{Policy, Source};
use laptime_core::flow::{Audience, Matter, tell};
use laptime_core::time::{Day, Time};
use laptime_github::GitHub;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

use crate::command::block_on;
use crate::command::notify::{self, Pass};
use crate::command::serve::App;
use crate::settings::{self, clock};

/// Also when nothing was judged: what failed is tried again, and old claims are settled.
const EVERY_MS: i64 = 600_000;

/// Wakes the notifier.
pub(super) struct Bell {
    bell: Sender<()>,
    rung: Option<Time>,
}

impl Bell {
    /// Rings if something was judged, or the last time was long ago.
    pub(super) fn ring(&mut self, was_judged: bool) {
        let now = clock();
        let is_due = self.rung.is_none_or(|rung| now.since(rung) >= EVERY_MS);
        // One that is still busy will look at all there is when it is done.
        if (was_judged || is_due) && self.bell.try_send(()).is_ok() {
            self.rung = Some(now);
        }
    }
}

/// Starts it. It ends when its bell is gone, after what it is at, and says so; the program may end
/// before, as what was sent then is looked for when it goes on.
pub(super) fn start(app: Arc<App>) -> (Bell, oneshot::Receiver<()>) {
    let (bell, rings) = channel(1);
    let (end, ended) = oneshot::channel();
    std::thread::spawn(move || {
        if let Err(error) = block_on(run(&app, rings)) {
            tracing::error!(%error, "nobody is told of findings");
        }
        // Nobody may wait for it any more.
        let _ = end.send(());
    });
    (Bell { bell, rung: None }, ended)
}

/// Whom it tells.
struct Ears {
    github: Option<GitHub>,
    grafana: Option<laptime_web::Grafana>,
    hook: Option<laptime_web::Hook>,
}

impl Ears {
    fn of(app: &App) -> anyhow::Result<Self> {
        let github = match settings::github_credentials()? {
            Some(_) => Some(settings::github(&app.policy)?),
            None => None,
        };
        Ok(Self { github, grafana: settings::grafana()?, hook: settings::hook()? })
    }
}

async fn run(app: &App, mut rings: Receiver<()>) {
    let ears = match Ears::of(app) {
        Ok(ears) => ears,
        Err(error) => {
            let error = crate::output::chain(&error);
            tracing::error!(%error, "nobody is told of findings");
            return;
        }
    };
    let without = app.policy.without_thresholds();
    let mut looked: Option<Day> = None;
    while rings.recv().await.is_some() {
        // Thresholds are about whole days.
        let today = clock().day();
        let policy = if looked == Some(today) { &without } else { &app.policy };
        match pass(app, policy, &ears, &rings).await {
            Ok(true) => looked = Some(today),
            Ok(false) => {}
            Err(error) => {
                tracing::error!(%error, "people could not be told; the next pass tries again");
            }
        }
    }
}

/// Answers whether all went well.
async fn pass(
    app: &App,
    policy: &Policy,
    ears: &Ears,
    rings: &Receiver<()>,
) -> anyhow::Result<bool> {
    let snapshot = app.store.snapshot()?;
    let at = Pass { library: &snapshot, findings: &app.store, policy };
    let place = settings::github_place()?;
    let Ears { github, grafana, hook } = ears;
    let audience = Audience {
        forge: github.as_ref(),
        dashboards: grafana.as_ref(),
        channels: hook.as_slice(),
        feeds: Source::Prometheus,
    };
    // A stop is not to wait for many requests.
    let heard = tell(&at.reporter(&place.server), &audience, Matter::Everything, clock, || {
        !rings.is_closed()
    })
    .await?;
    notify::log(&heard);
    Ok(heard.problems().next().is_none())
}
