//! Something between a function and the stand-in for AWS: it counts the calls, and can be told to
//! answer some of them itself, late or not at all.

use std::collections::BTreeMap;
use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::cloud::Cloud;
use crate::lambda::raw_request;

/// What becomes of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// They are answered with this status and this error of `DynamoDB` or SSM.
    Answer(u16, &'static str),
    /// They get no answer.
    Silence,
    /// The connection is closed.
    Close,
    /// They take effect, and then get no answer.
    SilenceAfterwards,
}

#[derive(Debug, Default)]
struct State {
    calls: BTreeMap<String, usize>,
    faults: BTreeMap<&'static str, Fault>,
}

/// A relay in front of a cloud.
#[derive(Debug)]
pub struct Relay {
    state: Arc<Mutex<State>>,
    /// The cloud as reached through it.
    pub cloud: Cloud,
}

impl Relay {
    /// In front of this cloud.
    pub fn before(cloud: &Cloud) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::<Mutex<State>>::default();
        let (shared, upstream) = (state.clone(), cloud.endpoint.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (state, upstream) = (shared.clone(), upstream.clone());
                std::thread::spawn(move || pass_on(stream, &state, &upstream));
            }
        });
        Self { state, cloud: Cloud { endpoint, ..cloud.clone() } }
    }

    /// How often operations whose name is this were called.
    pub fn calls(&self, operation: &str) -> usize {
        self.state.lock().unwrap().calls.get(operation).copied().unwrap_or_default()
    }

    /// All calls since the last time this was asked, by operation.
    pub fn take_calls(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut self.state.lock().unwrap().calls)
    }

    /// From now on, calls of an operation fail like this.
    pub fn fail(&self, operation: &'static str, fault: Fault) {
        self.state.lock().unwrap().faults.insert(operation, fault);
    }

    /// From now on, all calls go through.
    pub fn mend(&self) {
        self.state.lock().unwrap().faults.clear();
    }
}

fn pass_on(mut stream: TcpStream, state: &Mutex<State>, upstream: &str) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some((head, body)) = raw_request(&mut reader) {
        let target = header(&head, "x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let fault = {
            let mut state = state.lock().unwrap();
            *state.calls.entry(operation.clone()).or_default() += 1;
            state.faults.get(operation.as_str()).copied()
        };
        let reply = match fault {
            None => forward(upstream, &head, &body),
            Some(Fault::Answer(status, error)) => answer(status, error),
            Some(Fault::Close) => return,
            Some(Fault::SilenceAfterwards) => {
                forward(upstream, &head, &body);
                return silence(&stream);
            }
            Some(Fault::Silence) => return silence(&stream),
        };
        if stream.write_all(&reply).is_err() {
            return;
        }
    }
}

/// Until the other side has enough.
fn silence(mut stream: &TcpStream) {
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
}

fn answer(status: u16, error: &str) -> Vec<u8> {
    let body = format!(r#"{{"__type":"com.amazonaws#{error}","message":"as the test wants it"}}"#);
    let kind = "application/x-amz-json-1.0";
    format!(
        "HTTP/1.1 {status} Told\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Sends a request on over a connection of its own, for its whole answer.
fn forward(upstream: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let mut request = ureq::post(upstream);
    for line in head.lines().skip(1) {
        let Some((name, value)) = line.split_once(':') else { continue };
        if !["host", "content-length", "connection"].contains(&name.to_ascii_lowercase().as_str()) {
            request = request.header(name, value.trim());
        }
    }
    let request = request.config().http_status_as_error(false).build();
    let mut response = request.send(body).unwrap();
    let mut bytes = format!("HTTP/1.1 {}\r\n", response.status()).into_bytes();
    for (name, value) in response.headers() {
        if !["content-length", "connection", "transfer-encoding"].contains(&name.as_str()) {
            bytes.extend(format!("{name}: ").as_bytes());
            bytes.extend(value.as_bytes());
            bytes.extend(b"\r\n");
        }
    }
    let body = response.body_mut().with_config().limit(64 << 20).read_to_vec().unwrap();
    bytes.extend(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    bytes.extend(body);
    bytes
}

fn header(head: &str, name: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}
