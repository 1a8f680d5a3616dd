//! How many deliveries a second are on disk before they are answered.

use std::fs::File;
use std::io::Write;
use std::time::Instant;

use crate::body::Template;
use crate::load::{CONNECTIONS, Load};
use crate::measure::{folder, median};
use crate::server::Server;
use crate::table::{Bound, Table};

const ROUNDS: usize = 5;
const BATCH: u64 = 8_000;

/// What nobody needs to exceed.
const CAP: f64 = 6_000.0;

pub(crate) fn run(table: &mut Table) {
    let data = folder("durable");
    let server = Server::laptime(&data, "[serve]\naggregate_every_s = 86400\n");
    let load = Load::new(Template::run("completed", 19_700), "202");
    load.send(&server, BATCH);
    let (mut rates, mut syncs) = (Vec::new(), Vec::new());
    let mut file = File::create(data.join("sync")).unwrap();
    for _ in 0..ROUNDS {
        syncs.extend((0..100).map(|_| sync(&mut file)));
        rates.push(BATCH as f64 / load.send(&server, BATCH).as_secs_f64());
    }
    let sync = median(syncs);
    let target = (0.6 * CONNECTIONS as f64 / sync).min(CAP);
    table.add(
        "deliveries of 19.7 KB stored durably, 16 connections",
        (Bound::AtLeast(target), None),
        (median(rates), "/s"),
        format!("one fdatasync of 4 KB takes {:.0} µs", sync * 1e6),
    );
}

/// Seconds to append 4 KB and have them on disk.
fn sync(file: &mut File) -> f64 {
    let started = Instant::now();
    file.write_all(&[7; 4_096]).unwrap();
    file.sync_data().unwrap();
    started.elapsed().as_secs_f64()
}
