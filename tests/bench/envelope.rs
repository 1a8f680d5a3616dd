//! What the webhook does with an event before it stores it, against the bare hash: both in µs of
//! CPU. `make bench` builds this in the profile of the functions and starts it.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench that cannot go on ends there; it reads the environment, and prints"
)]

use std::hint::black_box;

use hmac::{Hmac, KeyInit, Mac};
use laptime_aws::envelope::Request;
use laptime_core::ingest::{Progress, Reading, Secrets, read};
use nix::sys::time::TimeValLike;
use nix::time::{ClockId, clock_gettime};
use sha2::Sha256;

const ROUNDS: usize = 61;
const BATCH: usize = 200;

fn main() {
    let event = std::fs::read(std::env::args().nth(1).unwrap()).unwrap();
    let secret = std::env::var("BENCH_SECRET").unwrap();
    let secrets = Secrets::parse(&secret).unwrap();
    let key = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let body = decode(&event).body().into_owned();
    let whole = || {
        let request = decode(&event);
        let body = request.body();
        secrets.verify(&body, request.headers.signature.as_deref()).unwrap();
        let name = request.headers.event.as_deref().unwrap();
        assert!(matches!(read(name, &body, Progress::Keep), Ok(Reading::Event(_))));
    };
    let bare = || {
        black_box(key.clone().chain_update(&body).finalize());
    };
    let (mut wholes, mut bares) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        wholes.push(micros(&whole));
        bares.push(micros(&bare));
    }
    println!("{} {}", median(wholes), median(bares));
}

/// As `lambda_runtime` does it.
fn decode(event: &[u8]) -> Request {
    let mut reader = serde_json::Deserializer::from_slice(event);
    serde_path_to_error::deserialize(&mut reader).unwrap()
}

fn micros(call: &impl Fn()) -> f64 {
    let now = || clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap().num_nanoseconds();
    let before = now();
    (0..BATCH).for_each(|_| call());
    (now() - before) as f64 / 1e3 / BATCH as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.swap_remove(values.len() / 2)
}
