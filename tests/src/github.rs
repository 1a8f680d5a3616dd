//! The stand-in for GitHub as a child process: its state in one program, GitHub's own description
//! of its API held against every request and answer in another before it. One for all tests, with a repository for
//! each.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use laptime_core::render::Server;
use laptime_core::time::Time;
use laptime_github::{Credentials, GitHub, Place};
use secrecy::SecretString;
use serde_json::Value;

use crate::patience::agent;
use crate::program::{Answer, read};

/// Where GitHub is for a test.
#[derive(Debug)]
pub struct GitHubStandIn {
    /// Its API, behind the contract.
    pub api: String,
    /// A token.
    pub token: String,
    /// The private key of App 12, which is installed there.
    pub key: String,
    // Held open: its end is the end of the stand-in.
    _child: Child,
}

/// The stand-in.
pub fn github() -> &'static GitHubStandIn {
    static STAND_IN: LazyLock<GitHubStandIn> = LazyLock::new(GitHubStandIn::start);
    &STAND_IN
}

impl GitHubStandIn {
    fn start() -> Self {
        let mut child = Command::new("node")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/github/start.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node is there: run `make test`");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next().expect("the stand-in for GitHub comes up").unwrap();
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let said: Value = serde_json::from_str(&line).unwrap();
        let text = |name: &str| said[name].as_str().unwrap().to_owned();
        Self { api: text("github"), token: text("token"), key: text("key"), _child: child }
    }

    /// `acme/NAME` of a repository that no other test uses.
    pub fn repository(&self) -> String {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        assert!(number <= 40, "the stand-in has forty repositories");
        format!("acme/t{number}")
    }

    /// With its token.
    pub fn by_token(&self, clock: fn() -> Time) -> GitHub {
        client(&Credentials::Token(SecretString::from(self.token.clone())), &self.api, clock)
    }

    /// As its App.
    pub fn by_app(&self, clock: fn() -> Time) -> GitHub {
        let key = SecretString::from(self.key.clone());
        client(&Credentials::App { id: 12, key }, &self.api, clock)
    }

    /// Gets or sends JSON.
    pub fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let agent = agent();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.api))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        let response = match body {
            Some(body) => agent.run(request.body(body.to_string()).unwrap()),
            None => agent.run(request.body(()).unwrap()),
        };
        read(response.unwrap()).unwrap()
    }

    /// What is there.
    pub fn get(&self, path: &str) -> Value {
        let answer = self.call("GET", path, None);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }
}

/// Credentials at an address, with no reserve.
pub fn client(credentials: &Credentials, api: &str, clock: fn() -> Time) -> GitHub {
    let place = Place { api: api.to_owned(), server: Server::default() };
    GitHub::new(credentials, place, 0.0, clock).unwrap()
}
