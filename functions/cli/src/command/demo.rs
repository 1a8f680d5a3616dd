//! `laptime demo`: the whole way, from signed deliveries to a checked report.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use anyhow::{Context, anyhow, bail};
use laptime_core::config::Policy;
use laptime_core::flow::{Pass, Period, aggregate, report};
use laptime_core::ingest::Secrets;
use laptime_core::render::{self, counted};
use laptime_core::report::Report;
use laptime_core::time::Time;
use laptime_local::{FILE_NAME, Store};
use tokio::sync::oneshot;

use crate::args::DemoArgs;
use crate::command::aggregate::text as pass_told;
use crate::command::replay::{Failure, Record, Recorded, Sender, Taken, Target};
use crate::command::report::rendered;
use crate::command::serve::{Server, Tells};
use crate::command::{Outcome, block_on};
use crate::demo::{History, Posting, Truth};
use crate::output;
use crate::settings::clock;

const CONNECTIONS: u16 = 8;
const BATCH: usize = 256;
const DAY_MS: i64 = 86_400_000;

pub(crate) fn run(args: &DemoArgs) -> anyhow::Result<Outcome> {
    let end = args.now.unwrap_or_else(clock).as_millis();
    let history = History::generate(args.seed, end);
    let postings = history.jumbled(args.seed);
    output::tell(&format!(
        "Six weeks of a small organisation: {}, posted as {} (jumbled, some twice).",
        counted(history.deliveries.len() as u64, "delivery"),
        counted(postings.len() as u64, "delivery")
    ));
    let data = fresh_store(&args.out)?;
    deliver(&data, &postings)?;

    let store = Store::open_existing(&data)?;
    let now = Time::from_millis(end);
    let pass = Pass::new("laptime demo", now, 90);
    let passed = block_on(aggregate(&store, pass, clock, |_| ()))??
        .map_err(|lease| anyhow!("another pass is running: {lease:?}"))?;
    output::tell(pass_told(&passed).trim_end());

    let six_weeks = compare(&store, &history.truth, history.from, history.to, now)?;
    let month = end - 30 * DAY_MS;
    compare(&store, &history.truth_over(month, end), month, end, now)?;
    let page = args.out.join("report.html");
    output::write_whole(&page, render::html(&six_weeks)?.as_bytes())?;
    output::emit(&rendered(&six_weeks, args.format)?, None)?;
    say_what_next(&page, &data);
    Ok(Outcome::Fine)
}

/// A folder of the demo's own, emptied of what an earlier demo left.
fn fresh_store(out: &Path) -> anyhow::Result<PathBuf> {
    let data = out.join("demo-data");
    std::fs::create_dir_all(&data)
        .with_context(|| format!("the folder {} cannot be made", data.display()))?;
    for suffix in ["", "-wal", "-shm"] {
        let file = data.join(format!("{FILE_NAME}{suffix}"));
        if file.exists() {
            std::fs::remove_file(&file)
                .with_context(|| format!("{} cannot be replaced", file.display()))?;
        }
    }
    Ok(data)
}

/// Posts everything, signed, to a real server on a free port.
fn deliver(data: &Path, postings: &[Posting<'_>]) -> anyhow::Result<()> {
    // The secret of one demo: nobody else has to know it.
    let secret: String = std::iter::repeat_with(fastrand::alphanumeric).take(32).collect();
    let secrets = Secrets::parse(&secret)?;
    let (address, stop, server) = start(Store::open(data)?, secrets.clone())?;
    let mut sender = Sender::new(format!("http://{address}/webhook"), secrets, CONNECTIONS);
    let bar = output::bar(postings.len() as u64, "posting deliveries");
    let mut stored = 0;
    for batch in postings.chunks(BATCH) {
        let records: Vec<Recorded> = batch.iter().map(record).collect();
        for taken in sender.take(&records, Failure::Stops)? {
            match taken {
                Taken::Failed(why) => bail!("a delivery of the demo was not taken: {why}"),
                Taken::Stored => stored += 1,
                Taken::Duplicate | Taken::Ignored | Taken::NotSent => {}
            }
        }
        bar.inc(batch.len() as u64);
    }
    bar.finish_and_clear();
    // A server that stopped by itself tells why when it is joined.
    let _ = stop.send(());
    server.join().map_err(|_| anyhow!("the demo's server ended badly"))??;
    output::tell(&format!("Stored {}; the rest were duplicates.", counted(stored, "event")));
    Ok(())
}

fn record(posting: &Posting<'_>) -> Recorded {
    let record = Record::Delivery {
        event: posting.event.to_owned(),
        guid: Some(posting.guid.clone()),
        body: posting.body.as_bytes().to_vec(),
    };
    Recorded { record, place: posting.guid.clone() }
}

type Started = (std::net::SocketAddr, oneshot::Sender<()>, JoinHandle<anyhow::Result<()>>);

fn start(store: Store, secrets: Secrets) -> anyhow::Result<Started> {
    let (tell, told) = std::sync::mpsc::channel();
    let (stop, stopped) = oneshot::channel();
    let server = std::thread::spawn(move || {
        block_on(async {
            let policy = Policy::default();
            let server = Server::bind(store, secrets, policy, "127.0.0.1:0", None).await?;
            tell.send(server.address()?)?;
            server.serve(Tells::Nobody, async { stopped.await.unwrap_or_default() }).await
        })?
    });
    match told.recv() {
        Ok(address) => Ok((address, stop, server)),
        Err(_) => match server.join() {
            Ok(Err(error)) => Err(error),
            Ok(Ok(())) | Err(_) => Err(anyhow!("the demo's server did not start")),
        },
    }
}

/// The report over a period, held against what is known of it.
fn compare(store: &Store, truth: &Truth, from: i64, to: i64, now: Time) -> anyhow::Result<Report> {
    let period = Period {
        from: Some(Time::from_millis(from)),
        to: Some(Time::from_millis(to)),
        repository: None,
    };
    let policy = Policy::default();
    let report = block_on(report(&store.snapshot()?, &period, &policy, now))??;
    let differences = truth.differences(&serde_json::from_str(&render::json(&report))?);
    if differences.is_empty() {
        let days = (to - from) / DAY_MS;
        output::tell(&format!("The report over {days} days says exactly what happened."));
        return Ok(report);
    }
    let shown = differences.iter().take(20).cloned().collect::<Vec<_>>().join("\n  ");
    bail!("the report differs from the truth in {} places:\n  {shown}", differences.len())
}

fn say_what_next(page: &Path, data: &Path) {
    let page = page.canonicalize().unwrap_or_else(|_| page.to_owned());
    // As it was called: it may not be on the path.
    let program = std::env::args().next().unwrap_or_else(|| "laptime".to_owned());
    output::tell(&format!(
        "\nOpen {}\n\n\
         With a repository of your own:\n  \
         1. LAPTIME_WEBHOOK_SECRET=<a long random text> {program} serve\n  \
         2. make http://127.0.0.1:8787/webhook reachable over HTTPS (any reverse proxy)\n  \
         3. on GitHub: Settings, Webhooks, Add webhook: that address, content type\n     \
            application/json, the same secret, the events Workflow runs and Workflow jobs\n  \
         4. after some runs: {program} report --format html --out report.html\n\n\
         More of this demo: {program} report --data {} --repo acme/web",
        page.display(),
        data.display()
    ));
}
