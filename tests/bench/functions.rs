//! The Lambda functions as deployed: their size, how long the webhook takes to ask for its first
//! invocation, and what its envelope costs. Wall time here, as nothing else counts at a start; both
//! sides in turn, and medians.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::json;

use crate::body::{SECRET, Template, secrets};
use crate::measure::{folder, median};
use crate::server::variable;
use crate::table::{Bound, Table};

const STARTS: usize = 101;

/// A start of Node takes as long as a hundred others.
const NODE_STARTS: usize = 15;

pub(crate) fn run(table: &mut Table) {
    sizes(table);
    envelope(table);
    starts(table);
}

fn built(name: &str) -> PathBuf {
    Path::new(&variable("BENCH_FUNCTIONS")).join(name)
}

fn sizes(table: &mut Table) {
    for name in ["webhook", "aggregator", "reporter"] {
        let program = std::fs::read(built(name)).unwrap();
        let mut zip = DeflateEncoder::new(Vec::new(), Compression::default());
        zip.write_all(&program).unwrap();
        let zipped = zip.finish().unwrap().len() as f64 / 1e6;
        let what = format!("zip of the {name}");
        let note = format!("{:.1} MB unpacked, for this machine", program.len() as f64 / 1e6);
        if name == "webhook" {
            table.add(what, (Bound::AtMost(2.0), None), (zipped, " MB"), note);
        } else {
            table.show(what, (zipped, " MB"), note);
        }
    }
}

/// Measured in a program of the same profile as the functions, which prints both in µs.
fn envelope(table: &mut Table) {
    let body = Template::run("completed", 19_700).with_run(1);
    let signature = secrets().sign(&body);
    let text = String::from_utf8(body).unwrap();
    let event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": "",
        "headers": {
            "content-length": "19700", "x-amzn-tls-version": "TLSv1.3", "accept": "*/*",
            "x-amzn-trace-id": "Root=1-69899a2f-5f6d4a4f3b2c1d0e9f8a7b6c",
            "x-forwarded-proto": "https", "x-forwarded-port": "443",
            "host": "abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws",
            "x-forwarded-for": "140.82.115.1", "content-type": "application/json",
            "x-amzn-tls-cipher-suite": "TLS_AES_128_GCM_SHA256",
            "user-agent": "GitHub-Hookshot/044aadd", "x-github-event": "workflow_run",
            "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
            "x-github-hook-id": "292430182", "x-hub-signature": "sha1=0", "x-hub-signature-256": signature,
        },
        "requestContext": {
            "accountId": "anonymous", "apiId": "abcdefghijklmnopqrstuvwxyz012345",
            "domainName": "abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws",
            "domainPrefix": "abcdefghijklmnopqrstuvwxyz012345",
            "http": {"method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "140.82.115.1", "userAgent": "GitHub-Hookshot/044aadd"},
            "requestId": "e1506fd5-9e7b-434f-bd42-4f8fa224b599", "routeKey": "$default",
            "stage": "$default", "time": "09/Feb/2026:09:04:13 +0000", "timeEpoch": 1_770_627_853_000_u64,
        },
        "body": text, "isBase64Encoded": false,
    });
    let file = folder("envelope").join("event.json");
    std::fs::write(&file, event.to_string()).unwrap();
    let mut command = Command::new(variable("BENCH_ENVELOPE"));
    let output = command.arg(&file).env("BENCH_SECRET", SECRET).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let told: Vec<f64> = printed.split_whitespace().map(|one| one.parse().unwrap()).collect();
    let [whole, bare] = told.try_into().unwrap();
    table.add(
        "envelope + verify + parse ÷ bare HMAC-SHA256, 19.7 KB",
        (Bound::AtMost(2.3), Some(Bound::AtMost(1.8))),
        (whole / bare, "×"),
        format!("{whole:.1} against {bare:.1} µs, as built for Lambda"),
    );
}

fn starts(table: &mut Table) {
    let (webhook, floor) = (built("webhook"), PathBuf::from(variable("BENCH_FLOOR")));
    let node = variable("BENCH_NODE_FUNCTION");
    let (mut ours, mut least, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for at in 0..STARTS {
        ours.push(start(&mut Command::new(&webhook)));
        least.push(start(&mut Command::new(&floor)));
        if at % (STARTS / NODE_STARTS) == 0 {
            theirs.push(start(Command::new("node").arg(&node)));
        }
    }
    let [ours, least, theirs] = [ours, least, theirs].map(median);
    table.add(
        "start to first `next`, webhook ÷ a program of std alone",
        (Bound::AtMost(1.5), Some(Bound::AtMost(1.25))),
        (ours / least, "×"),
        format!("{ours:.2} against {least:.2} ms"),
    );
    table.add(
        "start to first `next`, bundled Node client ÷ webhook",
        (Bound::AtLeast(35.0), None),
        (theirs / ours, "×"),
        format!("{theirs:.0} against {ours:.2} ms"),
    );
}

/// Milliseconds from the start of a process until it asks for its first invocation.
fn start(command: &mut Command) -> f64 {
    let api = TcpListener::bind("127.0.0.1:0").unwrap();
    command.env_clear().envs([
        ("PATH", variable("PATH").as_str()),
        ("AWS_LAMBDA_RUNTIME_API", &api.local_addr().unwrap().to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", "webhook"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "a key"),
        ("AWS_SECRET_ACCESS_KEY", "a secret"),
        ("AWS_SESSION_TOKEN", "a token"),
        ("LAPTIME_TABLE", "laptime"),
        ("LAPTIME_SECRET", "ssm:/laptime/webhook-secret"),
    ]);
    let since = Instant::now();
    let mut child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let (mut stream, _) = api.accept().unwrap();
    let mut asked = [0; 4_096];
    let read = stream.read(&mut asked).unwrap();
    let took = since.elapsed().as_secs_f64() * 1e3;
    assert!(asked[..read].starts_with(b"GET /2018-06-01/runtime/invocation/next"));
    child.kill().unwrap();
    child.wait().unwrap();
    took
}
