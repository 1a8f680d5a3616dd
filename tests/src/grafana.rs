//! A stand-in for Grafana: folders, dashboards and annotations as a plain model behind HTTP. It
//! holds requests and its own answers to the contract in `tests/grafana`, and fails on demand.

mod answers;
mod contract;
mod model;

use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::lambda::raw_request;
use crate::relay::Fault;
use model::Model;

pub use model::Marked;

/// The token that it knows.
const TOKEN: &str = "glsa_kit_secret";

/// A running Grafana. When it is dropped it fails the test if a request broke the contract and
/// nobody asked for [`Grafana::broken`].
#[derive(Debug)]
pub struct Grafana {
    state: Arc<Mutex<State>>,
    address: String,
}

#[derive(Debug, Default)]
struct State {
    model: Model,
    /// `METHOD /path` of each request.
    calls: Vec<String>,
    /// How requests that begin so fail, and how many of them.
    faults: Vec<(&'static str, Fault, usize)>,
    broken: Vec<String>,
}

/// A request.
#[derive(Debug)]
struct Asked {
    method: String,
    path: String,
    query: String,
    body: Vec<u8>,
}

impl Grafana {
    /// On a port of its own.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/grafana/", listener.local_addr().unwrap());
        let state = Arc::<Mutex<State>>::default();
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = shared.clone();
                std::thread::spawn(move || serve(stream, &state));
            }
        });
        Self { state, address }
    }

    /// Where it is: behind a path, as many are.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The token that it knows.
    pub const fn token(&self) -> &'static str {
        TOKEN
    }

    /// From now on, requests that begin with this fail so.
    pub fn fail(&self, begins: &'static str, fault: Fault) {
        self.fail_next(begins, fault, usize::MAX);
    }

    /// The next requests that begin with this fail so.
    pub fn fail_next(&self, begins: &'static str, fault: Fault, requests: usize) {
        self.with(|state| state.faults.push((begins, fault, requests)));
    }

    /// From now on, nothing fails.
    pub fn mend(&self) {
        self.with(|state| state.faults.clear());
    }

    /// All requests since the last time this was asked.
    pub fn take_calls(&self) -> Vec<String> {
        self.with(|state| std::mem::take(&mut state.calls))
    }

    /// Requests that would change something, of those since the last time.
    pub fn take_writes(&self) -> Vec<String> {
        self.take_calls().into_iter().filter(|call| !call.starts_with("GET ")).collect()
    }

    /// Requests that broke the contract.
    pub fn broken(&self) -> Vec<String> {
        self.with(|state| std::mem::take(&mut state.broken))
    }

    /// The annotations, by id.
    pub fn annotations(&self) -> Vec<Marked> {
        self.with(|state| state.model.annotations.clone())
    }

    /// uid and folder of each dashboard.
    pub fn dashboards(&self) -> Vec<(String, String)> {
        let of = |(uid, held): (&String, &model::Board)| (uid.clone(), held.folder.clone());
        self.with(|state| state.model.dashboards.iter().map(of).collect())
    }

    /// A dashboard, to be looked at or changed as a person would.
    pub fn edit<T>(&self, uid: &str, edit: impl FnOnce(&mut Value) -> T) -> T {
        self.with(|state| edit(&mut state.model.dashboards.get_mut(uid).unwrap().model))
    }

    fn with<T>(&self, run: impl FnOnce(&mut State) -> T) -> T {
        run(&mut self.state.lock().unwrap())
    }
}

impl Drop for Grafana {
    fn drop(&mut self) {
        let broken = self.broken();
        assert!(std::thread::panicking() || broken.is_empty(), "contract broken: {broken:#?}");
    }
}

impl State {
    fn fate(&mut self, call: &str) -> Option<Fault> {
        let mut faults = self.faults.iter_mut();
        let (_, fault, left) =
            faults.find(|(begins, _, left)| *left > 0 && call.starts_with(begins))?;
        *left -= 1;
        Some(*fault)
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some((head, body)) = raw_request(&mut reader) {
        let asked = Asked::of(&head, body);
        let call = format!("{} {}", asked.method, asked.path);
        let fate = {
            let mut state = state.lock().unwrap();
            state.calls.push(call.clone());
            state.fate(&call)
        };
        let (status, answer) = match fate {
            Some(Fault::Close) => return,
            Some(Fault::Silence) => return silence(&stream),
            // As of a proxy that says too much.
            Some(Fault::Answer(status, why)) => {
                (status, serde_json::json!({"message": format!("{why} {TOKEN}")}))
            }
            Some(Fault::SilenceAfterwards) => {
                let _ = answers::answer(&mut state.lock().unwrap(), &head, &asked);
                return silence(&stream);
            }
            None => answers::answer(&mut state.lock().unwrap(), &head, &asked),
        };
        let text = answer.to_string();
        let reply = format!(
            "HTTP/1.1 {status} Status\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{text}",
            text.len()
        );
        if stream.write_all(reply.as_bytes()).is_err() {
            return;
        }
    }
}

/// Until the other side has enough.
fn silence(mut stream: &TcpStream) {
    let _ = stream.read_to_end(&mut Vec::new());
}

impl Asked {
    fn of(head: &str, body: Vec<u8>) -> Self {
        let mut words = head.split(' ');
        let method = words.next().unwrap_or_default().to_owned();
        let target = words.next().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.strip_prefix("/grafana").unwrap_or_default().to_owned();
        Self { method, path, query: query.to_owned(), body }
    }
}
