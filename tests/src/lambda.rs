//! A function of AWS Lambda: the real bootstrap as a child process, under a stub of the Runtime API
//! that hands it invocations.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::patience::PATIENCE;
use crate::program::variable;

/// A running function. Killed when dropped.
#[derive(Debug)]
pub struct Function {
    child: Child,
    invocations: Sender<(String, String)>,
    outcomes: Receiver<Outcome>,
    log: Arc<Mutex<Vec<String>>>,
    last: AtomicU64,
}

/// What a function made of an invocation.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It answered.
    Response(Value),
    /// It failed, and says why.
    Error(Value),
}

/// What it said when it ended by itself.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code.
    pub code: Option<i32>,
    /// Its lines.
    pub log: Vec<String>,
}

impl Function {
    /// Starts a bootstrap by its name, with what Lambda sets and `variables` beside it.
    pub fn start(name: &str, cloud: &Cloud, variables: &[(&str, &str)]) -> Self {
        let log = Arc::new(Mutex::new(Vec::new()));
        let (function, stderr) = Self::begin(name, cloud, variables, log.clone());
        let lines = BufReader::new(stderr).lines();
        std::thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|line| log.lock().unwrap().push(line));
        });
        function
    }

    /// The same with nobody at the other end of its log.
    pub fn start_unheard(name: &str, cloud: &Cloud, variables: &[(&str, &str)]) -> Self {
        Self::begin(name, cloud, variables, Arc::default()).0
    }

    fn begin(
        name: &str,
        cloud: &Cloud,
        variables: &[(&str, &str)],
        log: Arc<Mutex<Vec<String>>>,
    ) -> (Self, ChildStderr) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut command = command(name, cloud, variables);
        command.env("AWS_LAMBDA_RUNTIME_API", listener.local_addr().unwrap().to_string());
        let mut child = command.spawn().unwrap();
        let stderr = child.stderr.take().unwrap();
        let (invocations, waiting) = channel();
        let (answered, outcomes) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (waiting, answered) = (waiting.clone(), answered.clone());
                std::thread::spawn(move || converse(stream, &waiting, &answered));
            }
        });
        (Self { child, invocations, outcomes, log, last: AtomicU64::new(0) }, stderr)
    }

    /// Runs a bootstrap that ends by itself.
    pub fn ends(name: &str, cloud: &Cloud, variables: &[(&str, &str)]) -> Ended {
        let mut command = command(name, cloud, variables);
        let output = command.env("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9").output().unwrap();
        let log = String::from_utf8(output.stderr).unwrap();
        Ended { code: output.status.code(), log: log.lines().map(ToOwned::to_owned).collect() }
    }

    /// Hands it an invocation and does not wait.
    pub fn hand_over(&self, event: &Value) {
        let id = format!("request-{}", self.last.fetch_add(1, Ordering::Relaxed) + 1);
        self.invocations.send((id, event.to_string())).unwrap();
    }

    /// Invokes it, waits, and gives what it made of it.
    pub fn invoke(&self, event: &Value) -> Outcome {
        self.hand_over(event);
        let outcome = self.outcomes.recv_timeout(PATIENCE);
        outcome.unwrap_or_else(|error| panic!("no answer ({error}): {}", self.raw_log()))
    }

    /// Lines of its log so far, of at least `count`.
    pub fn log(&self, count: usize) -> Vec<Value> {
        let since = Instant::now();
        loop {
            let lines = self.log.lock().unwrap().clone();
            if lines.len() >= count {
                let parsed = lines.iter().map(|line| serde_json::from_str(line).expect(line));
                return parsed.collect();
            }
            assert!(since.elapsed() < PATIENCE, "only {} lines: {lines:?}", lines.len());
            std::thread::yield_now();
        }
    }

    /// All that it wrote to its log so far, as it is.
    pub fn raw_log(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // Already gone is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(name: &str, cloud: &Cloud, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(Path::new(&variable("LAPTIME_FUNCTIONS")).join(name));
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.envs([
        ("AWS_LAMBDA_FUNCTION_NAME", name),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        // Lambda sets it where logs are JSON; only RUST_LOG counts.
        ("AWS_LAMBDA_LOG_LEVEL", "TRACE"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", &cloud.account),
        ("AWS_SECRET_ACCESS_KEY", "not a secret"),
        ("AWS_SESSION_TOKEN", "a token"),
        ("AWS_ENDPOINT_URL", &cloud.endpoint),
    ]);
    // An empty value is as good as none.
    command.envs(variables.iter().copied());
    command
}

/// Answers what comes over one connection: the next invocation, or thanks for an outcome.
fn converse(
    stream: TcpStream,
    waiting: &Mutex<Receiver<(String, String)>>,
    answered: &Sender<Outcome>,
) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some((path, body)) = request(&mut reader) {
        let reply = if path.ends_with("/invocation/next") {
            let Ok((id, event)) = waiting.lock().unwrap().recv() else { return };
            let deadline =
                SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() + 300_000;
            format!(
                "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: {id}\r\n\
                 lambda-runtime-deadline-ms: {deadline}\r\n\
                 lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:1:function:f\r\n\
                 content-type: application/json\r\ncontent-length: {}\r\n\r\n{event}",
                event.len()
            )
        } else {
            let value = serde_json::from_slice(&body).unwrap_or(json!(null));
            let is_error = path.ends_with("/error");
            let outcome = if is_error { Outcome::Error(value) } else { Outcome::Response(value) };
            // Nobody waits any more once the test is over.
            let _ = answered.send(outcome);
            "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".to_owned()
        };
        if stream.write_all(reply.as_bytes()).is_err() {
            return;
        }
    }
}

/// Path and body of the next request on a connection. Bodies come whole or in chunks.
pub(crate) fn request(reader: &mut impl BufRead) -> Option<(String, Vec<u8>)> {
    let (head, body) = raw_request(reader)?;
    Some((head.split(' ').nth(1)?.to_owned(), body))
}

/// The head and the body of the next request on a connection.
pub(crate) fn raw_request(reader: &mut impl BufRead) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    loop {
        let from = head.len();
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
        if &head[from..] == "\r\n" {
            break;
        }
    }
    let field = |name: &str| {
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let mut body = Vec::new();
    if field("transfer-encoding").is_some() {
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let size = u64::from_str_radix(line.trim(), 16).ok()?;
            reader.take(size).read_to_end(&mut body).ok()?;
            reader.read_line(&mut line).ok()?;
            if size == 0 {
                break;
            }
        }
    } else if let Some(size) = field("content-length") {
        reader.take(size.parse().ok()?).read_to_end(&mut body).ok()?;
    }
    Some((head, body))
}
