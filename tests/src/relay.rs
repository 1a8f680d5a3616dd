//! Something between a client and the stand-in for AWS: it counts the calls, and can be told to
//! answer some of them itself, late or not at all.

use std::collections::BTreeMap;
use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use ureq::http::Request;

use crate::cloud::Cloud;
use crate::lambda::raw_request;
use crate::patience::agent;
use call::Call;

mod call;

/// What becomes of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// They are answered with this status and this error of the service.
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
    /// By operation, with how many calls they are for.
    faults: BTreeMap<&'static str, (Fault, usize)>,
    silence: Silence,
}

/// Whether a relay answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Silence {
    #[default]
    Never,
    /// Not after the write of an item with this key.
    After(&'static str),
    /// That write is under way.
    Begun,
    /// It has taken effect.
    Complete,
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
        Self { state, cloud: cloud.reached_at(&endpoint) }
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
        self.fail_next(operation, fault, usize::MAX);
    }

    /// The next `calls` of an operation fail like this.
    pub fn fail_next(&self, operation: &'static str, fault: Fault, calls: usize) {
        self.state.lock().unwrap().faults.insert(operation, (fault, calls));
    }

    /// The next write of an item with this key takes effect and is not answered; calls that come
    /// after it do neither.
    pub fn fall_silent_after(&self, key: &'static str) {
        self.state.lock().unwrap().silence = Silence::After(key);
    }

    /// Whether that write has taken effect.
    pub fn has_fallen_silent(&self) -> bool {
        self.state.lock().unwrap().silence == Silence::Complete
    }

    /// From now on, all calls go through.
    pub fn mend(&self) {
        self.state.lock().unwrap().faults.clear();
    }
}

impl State {
    /// Counts a call. What is to become of it.
    fn fate(&mut self, operation: &str, body: &[u8]) -> Option<Fault> {
        *self.calls.entry(operation.to_owned()).or_default() += 1;
        let is_write = operation.contains("Write") || operation == "PutItem";
        let has = |key| String::from_utf8_lossy(body).contains(&format!("{{\"S\":\"{key}\"}}"));
        match self.silence {
            Silence::After(key) if is_write && has(key) => {
                self.silence = Silence::Begun;
                return Some(Fault::SilenceAfterwards);
            }
            Silence::Begun | Silence::Complete => return Some(Fault::Silence),
            Silence::Never | Silence::After(_) => {}
        }
        let (fault, left) = self.faults.get_mut(operation)?;
        *left = left.checked_sub(1)?;
        Some(*fault)
    }

    /// A call has taken effect that gets no answer.
    fn end(&mut self) {
        if self.silence == Silence::Begun {
            self.silence = Silence::Complete;
        }
    }
}

fn pass_on(mut stream: TcpStream, state: &Mutex<State>, upstream: &str) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some((head, body)) = raw_request(&mut reader) {
        let call = Call::of(&head, &body);
        let fault = state.lock().unwrap().fate(&call.operation, &body);
        let reply = match fault {
            None => forward(upstream, &call, &head, body),
            Some(Fault::Answer(status, error)) => call.refusal(status, error),
            Some(Fault::Close) => return,
            Some(Fault::SilenceAfterwards) => {
                forward(upstream, &call, &head, body);
                state.lock().unwrap().end();
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

/// Sends a request on over a connection of its own, for its whole answer.
fn forward(upstream: &str, call: &Call, head: &str, body: Vec<u8>) -> Vec<u8> {
    let mut request =
        Request::builder().method(&*call.method).uri(format!("{upstream}{}", call.path));
    for line in head.lines().skip(1) {
        let Some((name, value)) = line.split_once(':') else { continue };
        if !["host", "content-length", "connection"].contains(&name.to_ascii_lowercase().as_str()) {
            request = request.header(name, value.trim());
        }
    }
    let agent = agent();
    let response = match &*call.method {
        "GET" | "HEAD" => agent.run(request.body(()).unwrap()),
        _ => agent.run(request.body(body).unwrap()),
    };
    let mut response = response.unwrap();
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
