//! `laptime serve`: deliveries over HTTP, aggregation on a timer, pages and metrics.

mod access;
mod exposing;
mod http;
mod notifier;
mod page;
mod query;
mod show;
mod timer;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use laptime_core::config::Policy;
use laptime_core::ingest::Secrets;
use laptime_local::{Store, Writer};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, oneshot};

use crate::args::ServeArgs;
use crate::command::{Outcome, block_on};
use crate::output;
use crate::place::folder;
use crate::settings::{self, Looks};

/// How long the end waits for what is just being told.
const TELLING: Duration = Duration::from_secs(10);

/// What the handlers share.
pub(crate) struct App {
    pub(crate) secrets: Secrets,
    pub(crate) policy: Policy,
    pub(crate) store: Store,
    pub(crate) writer: Writer,
    /// None if they are switched off.
    pub(crate) pages: Option<page::Pages>,
    access: access::Access,
    pub(crate) turns: show::Turns,
    pub(crate) exposing: exposing::Exposing,
    /// Room for bodies that are being read, in KiB.
    pub(crate) bodies: Semaphore,
}

/// A server that runs until it is told to stop.
pub(crate) struct Server {
    app: Arc<App>,
    listener: TcpListener,
}

pub(crate) fn run(args: &ServeArgs) -> anyhow::Result<Outcome> {
    let secrets = settings::secrets()?;
    let looks = if args.no_page { None } else { Some(settings::looks()?) };
    let policy = settings::policy(args.store.config.as_ref())?;
    let tells = tells(&policy)?;
    let store = Store::open(folder(&args.store.data, "`laptime serve`")?)?;
    block_on(async {
        let server = Server::bind(store, secrets, policy, &args.listen, looks).await?;
        let address = server.address()?;
        output::tell(&format!(
            "laptime: listening on http://{address} (POST /webhook), store in {}",
            args.store.data.display()
        ));
        server.serve(tells, stop_signal()?).await
    })??;
    output::tell("laptime: stopped; everything taken is stored");
    Ok(Outcome::Fine)
}

impl Server {
    pub(crate) async fn bind(
        store: Store,
        secrets: Secrets,
        policy: Policy,
        listen: &str,
        looks: Option<Looks>,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(listen).await.with_context(|| {
            format!("cannot listen on {listen} (write HOST:PORT; is it taken?)")
        })?;
        let on_loopback = listener.local_addr()?.ip().is_loopback();
        let (forge, token) = looks.map(|looks| (looks.server, looks.token)).unzip();
        let access = access::Access { token: token.flatten(), on_loopback };
        let writer = store.writer()?;
        let bodies = Semaphore::new(http::BODIES_KIB);
        let app = Arc::new(App {
            secrets,
            policy,
            store,
            writer,
            pages: forge.map(page::Pages::new),
            access,
            turns: show::Turns::default(),
            exposing: exposing::Exposing::default(),
            bodies,
        });
        Ok(Self { app, listener })
    }

    pub(crate) fn address(&self) -> anyhow::Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// Serves until `stop` is ready, then finishes what is under way.
    pub(crate) async fn serve(
        self,
        tells: Tells,
        stop: impl Future<Output = ()>,
    ) -> anyhow::Result<()> {
        let (stop_timer, timer_stopped) = oneshot::channel();
        let (bell, notifier) = match tells {
            Tells::Nobody => (None, None),
            Tells::People => {
                let (bell, thread) = notifier::start(self.app.clone());
                (Some(bell), Some(thread))
            }
        };
        let timer = tokio::spawn(timer::run(self.app.clone(), bell, timer_stopped));
        http::serve(self.listener, self.app, stop).await;
        // The receiver lives as long as the timer does.
        let _ = stop_timer.send(());
        timer.await.context("the timer ended badly")?;
        if let Some(ended) = notifier
            && tokio::time::timeout(TELLING, ended).await.is_err()
        {
            tracing::warn!(
                "telling people did not end in time: what was sent is looked for at the next start"
            );
        }
        Ok(())
    }
}

/// Whether people are told of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tells {
    /// On GitHub, in Grafana or in a chat.
    People,
    /// No token and no webhook is set.
    Nobody,
}

/// Half a setting is a mistake, none is a choice.
fn tells(policy: &Policy) -> anyhow::Result<Tells> {
    settings::github_place()?;
    let (github, grafana) = (settings::github_credentials()?, settings::grafana()?);
    let hook = settings::hook()?;
    if let Some(who) = &github {
        settings::may_remark(who, policy)?;
        tracing::info!(github.credentials = ?who, "issues are filed about findings");
    } else {
        tracing::info!("no GITHUB_TOKEN is set: nothing is said on GitHub");
    }
    if hook.is_some() {
        tracing::info!("a chat is told of findings and failed runs");
    }
    let is_anybody = github.is_some() || grafana.is_some() || hook.is_some();
    Ok(if is_anybody { Tells::People } else { Tells::Nobody })
}

/// Ready on SIGTERM or Ctrl-C.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
